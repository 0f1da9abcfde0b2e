"""HTTP towards Zuora: connections, limits, retries, tokens, responses."""
