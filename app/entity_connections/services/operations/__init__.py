"""Writes: from the moment each is planned to its known outcome.

`plan` says what an action on rows sends, and what not. `executor` leads the way of each
`operation`, whose list may be one of the `shared_lists`: `conflicts` decides whether it may be
sent, `journal_records` puts its intent and outcome into the journal, and `outcome` judges by
Zuora's answer and the list read after it. `recovery` and `unresolved` look up what stayed unknown,
and `interrupted_runs` finds what a run that was killed has not done.
"""
