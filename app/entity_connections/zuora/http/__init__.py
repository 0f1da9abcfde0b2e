"""HTTP to Zuora: one exchange, API calls with token and retries, responses, errors, TLS."""
