"""A fake Zuora tenant for tests, on a socket of this machine: see `fake/README.md`."""

from entity_connections.testing.served_tenant import ServedTenant, serve_tenant

__all__ = ["ServedTenant", "serve_tenant"]
