"""The adapter: the only code that speaks HTTP to Zuora."""
