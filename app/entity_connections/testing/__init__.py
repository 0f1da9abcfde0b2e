"""A fake Zuora tenant for tests: on a socket of this machine, fresh for each test.

With pytest there is the fixture `zuora_tenant`, once the topmost conftest.py says

    pytest_plugins = ["entity_connections.testing.plugin"]

and elsewhere:

    from entity_connections.testing import serve_tenant

    with serve_tenant("empty") as tenant:
        ...tenant.base_url, tenant.users["alice"].client_id...
"""

from entity_connections.testing.served_tenant import ServedTenant, serve_tenant

__all__ = ["ServedTenant", "serve_tenant"]
