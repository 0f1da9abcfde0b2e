"""The fake tenant `acme` behind the real adapter, for the tests of everything above it."""

import itertools
import weakref

from entity_connections.fake.policy import Policy
from entity_connections.fake.scenarios.builtin import acme
from entity_connections.fake.tenant import Tenant as FakeTenant
from entity_connections.fake.tenant import open_tenant
from entity_connections.services.request_log import ApiCall, RequestLog
from entity_connections.services.write_lock import WriteLock
from entity_connections.zuora.auth import Credentials
from entity_connections.zuora.client import ZuoraClient
from entity_connections.zuora.http.in_process import InProcessTransport
from entity_connections.zuora.http.retry import RetryPolicy

CORPORATION, AMERICAS, EUROPE = acme.CORPORATION, acme.AMERICAS, acme.EUROPE
US, CANADA, GERMANY, JAPAN = acme.US, acme.CANADA, acme.GERMANY, acme.JAPAN


ONE_ATTEMPT = RetryPolicy(attempts=1, connect_attempts=1)
NO_DELAYS = RetryPolicy(first_delay=0.0)


def client(
    tenant: FakeTenant,
    username: str = "alice",
    lock: WriteLock | None = None,
    request_log: RequestLog | None = None,
    retry_policy: RetryPolicy = ONE_ATTEMPT,
) -> ZuoraClient:
    """Return the adapter of one user of a fake tenant."""
    user = next(user for user in tenant.users if user.name == username)
    return ZuoraClient(
        "http://localhost",
        Credentials.from_text(user.client_id, user.client_secret),
        lock,
        request_log,
        transport=InProcessTransport(tenant.asgi),
        retry_policy=retry_policy,
    )


def find_writes(request_log: RequestLog) -> list[ApiCall]:
    """Return the calls of a log that request, accept, deny or disconnect."""
    return [call for call in request_log.calls if call.method != "GET" and "/v1/" in call.path]


def write_names(request_log: RequestLog) -> list[str]:
    """Return what each write of a log did: "request", "accept", "deny" or "disconnect"."""
    last_words = [call.path.rpartition("/")[2] for call in find_writes(request_log)]
    return ["request" if word == "entity-connections" else word for word in last_words]


def open_acme(scenario: str = "acme", policy: Policy | None = None) -> FakeTenant:
    """Return a fresh tenant whose ids and request ids are the same at every run.

    It is closed when nobody refers to it any more.
    """
    ids, traces = itertools.count(1), itertools.count(1)
    tenant = open_tenant(
        scenario,
        new_id=lambda: f"{0xC0 << 120 | next(ids):032x}",
        new_trace=lambda: f"{0x7A << 120 | next(traces):032x}",
    )
    if policy is not None:
        tenant.policy = policy
    weakref.finalize(tenant.state, tenant.state.db.close)
    return tenant
