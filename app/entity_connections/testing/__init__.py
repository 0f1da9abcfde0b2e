"""A Zuora for other people's tests: a fake tenant on a socket, fresh for each.

With pytest there is the fixture `zuora_tenant`, once the conftest.py at the top says

    pytest_plugins = ["entity_connections.testing.plugin"]

and elsewhere:

    from entity_connections.testing import serving

    with serving("empty") as tenant:
        ...tenant.base_url, tenant.users["alice"].client_id...

A project whose own package is called `app` runs `entity-connections serve` instead.
"""

from entity_connections.testing.tenant import ServedTenant, serving

__all__ = ["ServedTenant", "serving"]
