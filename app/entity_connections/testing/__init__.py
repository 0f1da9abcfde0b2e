"""A fake Zuora tenant for tests, on a socket of this machine: see `fake/README.md`."""

from entity_connections.testing.served_tenant import ReceivedCall, ServedTenant, serve_tenant

__all__ = ["ReceivedCall", "ServedTenant", "serve_tenant"]
