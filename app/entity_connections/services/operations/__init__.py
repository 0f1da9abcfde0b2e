"""Writes: from the moment each is planned to its known outcome.

`executor` leads the way: `conflicts` decides whether an `operation` may be sent, `recording`
puts its intent and its outcome into the journal, `outcome` judges by Zuora's answer and the
list read after it. `recovery` and `unresolved` look up what stayed unknown.
"""
