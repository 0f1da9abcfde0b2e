"""The same behaviours over every way to a tenant.

Over the fake tenant in this process, over the fake tenant on a socket, and over a
real sandbox when ZUORA_BASE_URL, ZUORA_CLIENT_ID and ZUORA_CLIENT_SECRET are set.
A real tenant is only read, and asked for what it must refuse.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import uvicorn
from entity_connections.domain.base_url import is_loopback
from entity_connections.domain.connections import CONNECTED, DISCONNECTED, PENDING, Direction
from entity_connections.domain.errors import ZuoraError
from entity_connections.fake.tenant import Tenant as FakeTenant
from entity_connections.services.write_lock import WriteLock
from entity_connections.zuora.auth import Credentials, credentials
from entity_connections.zuora.client import ZuoraClient

from tests.acme import AMERICAS, EUROPE, US, client, open_acme

pytestmark = pytest.mark.asyncio
NAMES = ("ZUORA_BASE_URL", "ZUORA_CLIENT_ID", "ZUORA_CLIENT_SECRET")
WAYS = ("in process", "socket", "sandbox")


@contextlib.asynccontextmanager
async def on_a_socket(tenant: FakeTenant) -> AsyncIterator[str]:
    """Serve a tenant on the loopback; its address."""
    config = uvicorn.Config(tenant.asgi, port=0, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    serving = asyncio.create_task(server.main_loop())
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await serving
        await server.shutdown()


@pytest_asyncio.fixture(params=WAYS)
async def zuora(request: pytest.FixtureRequest) -> AsyncIterator[ZuoraClient]:
    if request.param == "sandbox":
        missing = [name for name in NAMES if not os.environ.get(name)]
        if missing:
            pytest.skip(f"no real sandbox: {', '.join(missing)} not set")
        root, id_, secret = (os.environ[name] for name in NAMES)
        async with ZuoraClient.over_internet(root, credentials(id_, secret)) as there:
            yield there
        return
    tenant = open_acme()
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(tenant.close)
        if request.param == "in process":
            yield await stack.enter_async_context(client(tenant))
            return
        root = await stack.enter_async_context(on_a_socket(tenant))
        alice = next(one for one in tenant.users if one.username == "alice")
        known = credentials(alice.client_id, alice.client_secret)
        yield await stack.enter_async_context(ZuoraClient.over_internet(root, known))


@pytest.fixture
def fake(request: pytest.FixtureRequest, zuora: ZuoraClient) -> ZuoraClient:
    """The same, where nothing is at stake."""
    if not is_loopback(zuora._line._root) and "fake-tenant" not in zuora._line._root:
        pytest.skip("a real tenant is not changed")
    return zuora


async def start(zuora: ZuoraClient) -> str:
    """Return an entity that one may act in."""
    accessible_ids = await zuora.list_accessible_ids()
    entities = (await zuora.list_entities()).found
    return next(
        one.id
        for one in entities
        if one.provisioned and (not accessible_ids or one.id in accessible_ids)
    )


async def test_the_entities_form_one_hierarchy_with_every_enterable_one_in_it(
    zuora: ZuoraClient,
) -> None:
    accessible_ids = await zuora.list_accessible_ids()
    listed = await zuora.list_entities()
    ids = {one.id for one in listed.found}
    assert not listed.warnings
    assert all(len(id_) == 32 and "-" not in id_ for id_ in ids)
    assert len([one for one in listed.found if one.parent_id is None]) == 1
    assert {one.parent_id for one in listed.found} <= ids | {None}
    assert (accessible_ids or set()) <= ids


async def test_a_list_is_that_of_the_acting_entity_in_the_direction_asked_for(
    zuora: ZuoraClient,
) -> None:
    acting = await start(zuora)
    both = await zuora.list_connections(acting)
    outbound = await zuora.list_connections(acting, Direction.OUTBOUND)
    inbound = await zuora.list_connections(acting, Direction.INBOUND)
    assert not both.warnings
    assert {one.source_id for one in outbound.found} <= {acting}
    assert {one.target_id for one in inbound.found} <= {acting}
    assert set(outbound.found) | set(inbound.found) == set(both.found)


async def test_each_call_is_noted_with_zuoras_own_name_for_it(zuora: ZuoraClient) -> None:
    await zuora.list_connections(await start(zuora))
    assert [one.method for one in zuora.traffic.calls] == ["POST", "GET", "GET"]
    assert all(one.status == 200 and not one.trouble for one in zuora.traffic.calls)
    assert all(len(one.request_id) == 36 for one in zuora.traffic.calls)
    assert zuora.traffic.budget
    assert 0 < zuora.traffic.budget.share <= 1


async def test_what_does_not_exist_is_refused_with_a_sentence_and_a_known_outcome(
    zuora: ZuoraClient,
) -> None:
    """Not even a real tenant changes by it: there is no such connection."""
    acting = await start(zuora)
    with pytest.raises(ZuoraError) as caught:
        await zuora.accept(acting, "0" * 32)
    assert caught.value.outcome_known
    assert caught.value.sentence
    assert caught.value.request_id


async def test_while_locked_no_tenant_is_written_to(zuora: ZuoraClient) -> None:
    acting = await start(zuora)
    before = await zuora.list_connections(acting)
    zuora.lock.lock()
    calls = len(zuora.traffic.calls)
    for write in (
        zuora.request_connection(acting, "0" * 32, "key"),
        zuora.accept(acting, "0" * 32),
        zuora.deny(acting, "0" * 32),
        zuora.disconnect(acting, "0" * 32),
    ):
        with pytest.raises(ZuoraError, match="locked"):
            await write
    assert len(zuora.traffic.calls) == calls
    assert await zuora.list_connections(acting) == before


async def test_a_wrong_secret_is_told_as_such(zuora: ZuoraClient) -> None:
    known = zuora._tokens._credentials
    wrong = Credentials(known.client_id, credentials("", "wrong").client_secret)
    line = zuora._line
    other = ZuoraClient(line._transport, line._root, wrong, WriteLock())
    with pytest.raises(ZuoraError) as caught:
        await other.list_accessible_ids()
    assert caught.value.title == "Zuora does not accept the credentials"
    assert caught.value.outcome_known


async def test_a_connection_lives_from_request_to_disconnect(fake: ZuoraClient) -> None:
    receipt = await fake.request_connection(US, EUROPE, "key-1", "track-1")
    again = await fake.request_connection(US, EUROPE, "key-1")
    assert again.connection_id == receipt.connection_id

    async def status(acting: str) -> str:
        found = (await fake.list_connections(acting)).found
        return next(one.status for one in found if one.id == receipt.connection_id)

    assert await status(US) == await status(EUROPE) == PENDING
    accepted = await fake.accept(EUROPE, receipt.connection_id)
    assert await status(US) == CONNECTED
    assert accepted.request_id
    assert accepted.request_id != receipt.request_id
    await fake.disconnect(US, receipt.connection_id)
    assert await status(EUROPE) == DISCONNECTED


async def test_a_refused_write_changes_nothing(fake: ZuoraClient) -> None:
    before = await fake.list_connections(AMERICAS)
    for refused in (
        fake.request_connection(AMERICAS, AMERICAS, "key-1"),
        fake.request_connection(AMERICAS, "0" * 32, "key-2"),
    ):
        with pytest.raises(ZuoraError) as caught:
            await refused
        assert caught.value.outcome_known
        assert caught.value.codes
    assert await fake.list_connections(AMERICAS) == before
