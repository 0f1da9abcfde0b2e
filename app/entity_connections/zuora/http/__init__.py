"""HTTP to Zuora; every function raises `entity_connections.domain.errors.ZuoraError`."""
