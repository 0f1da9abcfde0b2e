"""The fake tenant: a server with rules and state that imitates Zuora."""
