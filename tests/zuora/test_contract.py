"""The same tests against every kind of tenant.

The fake tenant in this process, the fake tenant on a socket, and a real sandbox if
ZUORA_BASE_URL, ZUORA_CLIENT_ID and ZUORA_CLIENT_SECRET are set. A real tenant is only
read, and asked for what it must refuse.
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
import uvicorn
from entity_connections.domain.connections import CONNECTED, DISCONNECTED, PENDING
from entity_connections.domain.errors import Unauthenticated, ZuoraError
from entity_connections.fake.tenant import Tenant as FakeTenant
from entity_connections.zuora.auth import Credentials
from entity_connections.zuora.client import ZuoraClient

from tests.acme import AMERICAS, EUROPE, US, open_acme

NAMES = ("ZUORA_BASE_URL", "ZUORA_CLIENT_ID", "ZUORA_CLIENT_SECRET")
WAYS = ("in process", "socket", "sandbox")


@contextlib.asynccontextmanager
async def serve_on_socket(tenant: FakeTenant) -> AsyncIterator[str]:
    """Serve a tenant on the loopback interface; yield its address."""
    config = uvicorn.Config(tenant.asgi, log_config=None, lifespan="off", date_header=False)
    server = uvicorn.Server(config)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        serving = asyncio.create_task(server.serve([listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving


Connect = Callable[[Credentials | None], ZuoraClient]
"""Creates a client with the given credentials, or with valid ones."""


@pytest_asyncio.fixture(params=WAYS)
async def connect(request: pytest.FixtureRequest) -> AsyncIterator[Connect]:
    if request.param == "sandbox":
        missing = [name for name in NAMES if not os.environ.get(name)]
        if missing:
            pytest.skip(f"no real sandbox: {', '.join(missing)} not set")
        root, id_, secret = (os.environ[name] for name in NAMES)
        yield lambda wrong: ZuoraClient(root, wrong or Credentials.from_text(id_, secret))
        return
    tenant = open_acme()
    alice = next(user for user in tenant.users if user.name == "alice")
    valid = Credentials.from_text(alice.client_id, alice.client_secret)
    if request.param == "in process":
        yield lambda wrong: ZuoraClient.in_process(tenant.asgi, wrong or valid)
    else:
        async with serve_on_socket(tenant) as root:
            yield lambda wrong: ZuoraClient(root, wrong or valid)
    tenant.close()


@pytest_asyncio.fixture
async def zuora(connect: Connect) -> AsyncIterator[ZuoraClient]:
    async with connect(None) as client:
        yield client


@pytest.fixture
def fake(request: pytest.FixtureRequest, zuora: ZuoraClient) -> ZuoraClient:
    """The client of a tenant that may be changed."""
    if "sandbox" in request.node.name:
        pytest.skip("a real tenant is not changed")
    return zuora


async def choose_entity(zuora: ZuoraClient) -> str:
    """Return an entity that one may act in."""
    accessible_ids = await zuora.list_accessible_ids()
    entities = (await zuora.list_entities()).items
    return next(
        item.id
        for item in entities
        if item.provisioned and (not accessible_ids or item.id in accessible_ids)
    )


async def test_entities_form_one_hierarchy_with_all_accessible_ones(zuora: ZuoraClient) -> None:
    accessible_ids = await zuora.list_accessible_ids()
    listed = await zuora.list_entities()
    ids = {item.id for item in listed.items}
    assert not listed.warnings
    assert all(len(id_) == 32 and "-" not in id_ for id_ in ids)
    assert [item.parent_id for item in listed.items].count(None) == 1
    assert {item.parent_id for item in listed.items} <= ids | {None}
    assert (accessible_ids or set()) <= ids


async def test_connections_are_listed_at_both_ends(zuora: ZuoraClient) -> None:
    acting = await choose_entity(zuora)
    listed = await zuora.list_connections(acting)
    assert not listed.warnings
    assert all(acting in (item.source_id, item.target_id) for item in listed.items)


async def test_each_call_is_logged_with_zuoras_request_id(zuora: ZuoraClient) -> None:
    await zuora.list_connections(await choose_entity(zuora))
    assert [item.method for item in zuora.request_log.calls] == ["POST", "GET", "GET"]
    assert all(item.status == 200 and not item.trouble for item in zuora.request_log.calls)
    assert all(len(item.request_id) == 36 for item in zuora.request_log.calls)
    assert zuora.request_log.rate_limit
    assert 0 < zuora.request_log.rate_limit.share <= 1


async def test_a_connection_that_does_not_exist_is_refused(zuora: ZuoraClient) -> None:
    """Not even a real tenant changes by it: there is no such connection."""
    acting = await choose_entity(zuora)
    with pytest.raises(ZuoraError) as caught:
        await zuora.accept(acting, "0" * 32)
    assert not caught.value.maybe_applied
    assert caught.value.sentence
    assert caught.value.request_id


async def test_wrong_credentials(connect: Connect) -> None:
    wrong = Credentials.from_text("1c4b7a44-9d1f-4e5a-8a7e-0d5b1f6f2f11", "wrong")
    async with connect(wrong) as client:
        with pytest.raises(Unauthenticated) as caught:
            await client.list_accessible_ids()
    assert not caught.value.maybe_applied


async def test_request_accept_disconnect(fake: ZuoraClient) -> None:
    receipt = await fake.request_connection(US, EUROPE, "key-1", "track-1")
    again = await fake.request_connection(US, EUROPE, "key-1")
    assert again.connection_id == receipt.connection_id

    async def status(acting: str) -> str:
        found = (await fake.list_connections(acting)).items
        return next(item.status for item in found if item.id == receipt.connection_id)

    assert await status(US) == await status(EUROPE) == PENDING
    accepted = await fake.accept(EUROPE, receipt.connection_id)
    assert await status(US) == CONNECTED
    assert accepted.request_id
    assert accepted.request_id != receipt.request_id
    await fake.disconnect(US, receipt.connection_id)
    assert await status(EUROPE) == DISCONNECTED


async def test_a_refused_write_changes_nothing(fake: ZuoraClient) -> None:
    before = (await fake.list_connections(AMERICAS)).items
    for refused in (
        fake.request_connection(AMERICAS, AMERICAS, "key-1"),
        fake.request_connection(AMERICAS, "0" * 32, "key-2"),
    ):
        with pytest.raises(ZuoraError) as caught:
            await refused
        assert not caught.value.maybe_applied
        assert caught.value.codes
    assert (await fake.list_connections(AMERICAS)).items == before
