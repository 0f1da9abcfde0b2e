"""The HTTP side of the fake Zuora: routes, bodies, answers, tokens, paging."""
