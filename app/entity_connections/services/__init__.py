"""Use cases over a port to Zuora; no terminal and no HTTP."""
