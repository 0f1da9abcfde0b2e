"""A fake Zuora tenant: an HTTP server with its own rules and state, for demos and tests."""
