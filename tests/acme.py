"""The fake tenant `acme` behind the real adapter, for the tests of everything above it."""

import itertools

from entity_connections.fake.policy import Policy
from entity_connections.fake.scenarios.builtin import acme
from entity_connections.fake.tenant import Tenant as FakeTenant
from entity_connections.fake.tenant import open_tenant
from entity_connections.zuora.auth import Credentials
from entity_connections.zuora.client import ZuoraClient

CORPORATION, AMERICAS, EUROPE = acme.CORPORATION, acme.AMERICAS, acme.EUROPE
US, CANADA, GERMANY, JAPAN = acme.US, acme.CANADA, acme.GERMANY, acme.JAPAN


def client(tenant: FakeTenant, username: str = "alice") -> ZuoraClient:
    """Return the adapter of one user of a fake tenant."""
    user = next(one for one in tenant.users if one.username == username)
    return ZuoraClient.in_process(
        tenant.asgi, Credentials.from_text(user.client_id, user.client_secret)
    )


def open_acme(scenario: str = "acme", policy: Policy | None = None) -> FakeTenant:
    """Return a fresh tenant whose ids and request ids are the same at every run."""
    ids, traces = itertools.count(1), itertools.count(1)
    tenant = open_tenant(
        scenario,
        new_id=lambda: f"{0xC0 << 120 | next(ids):032x}",
        new_trace=lambda: f"{0x7A << 120 | next(traces):032x}",
    )
    if policy is not None:
        tenant.policy = policy
    return tenant
