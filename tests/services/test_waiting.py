"""Which requests wait, and for whom, by the lists read so far."""

from collections.abc import Iterable

import pytest_asyncio
from entity_connections.domain.rows import Row
from entity_connections.fake.tenant import Tenant as FakeTenant
from entity_connections.services.all_lists import list_readable_ids
from entity_connections.services.request_log import RequestLog
from entity_connections.services.tenant import Tenant
from entity_connections.services.waiting import find_answer_obstacle, find_waiting
from entity_connections.services.workspace import UserSession

from tests.acme import CANADA, CORPORATION, JAPAN, client, open_acme


@pytest_asyncio.fixture
async def fake() -> FakeTenant:
    return open_acme()


def open_session(fake: FakeTenant, user: str) -> UserSession:
    tenant = Tenant(client(fake, user))
    return UserSession(tenant, user, None, lambda id_: fake.role(user, id_), RequestLog())


async def read_all(session: UserSession, *, but: str = "") -> None:
    await session.tenant.read_entities()
    for id_ in list_readable_ids(session.tenant):
        if id_ != but:
            await session.tenant.read(id_)


def list_pairs(rows: Iterable[Row]) -> list[str]:
    return [row.pair.replace("Acme-", "") for row in rows]


async def test_requests_to_the_entities_that_the_user_may_enter_wait_for_them(
    fake: FakeTenant,
) -> None:
    session = open_session(fake, "alice")
    await read_all(session)
    waiting = find_waiting(session)
    assert list_pairs(waiting.for_me) == [
        "Germany → Acme Corporation",
        "Japan → Acme Corporation",
        "Japan → Americas",
        "Acme Corporation → Canada",
        "Nordics → Europe",
    ]
    assert all(row.acting is row.target for row in waiting.for_me)
    assert waiting[1:] == ([], [], [])


async def test_other_requests_wait_for_others_and_say_why(fake: FakeTenant) -> None:
    session = open_session(fake, "carol")
    await read_all(session)
    waiting = find_waiting(session)
    assert waiting.for_me == []
    obstacles = {row.pair: find_answer_obstacle(row, session) for row in waiting.for_others}
    assert obstacles["Acme-Nordics → Acme-Europe"] == (
        "An administrator of Acme-Europe must answer; you are a standard user there."
    )
    assert obstacles["Acme Corporation → Acme-Canada"].startswith(
        "You have no access to Acme-Canada"
    )
    (no_access,) = [row for row in waiting.for_others if row.target.id == CANADA]
    assert no_access.acting.id == CORPORATION


async def test_the_list_of_either_end_shows_a_request(fake: FakeTenant) -> None:
    session = open_session(fake, "alice")
    await read_all(session, but=CANADA)
    waiting = find_waiting(session)
    assert "Acme Corporation → Canada" in list_pairs(waiting.for_me)
    assert waiting.unread_ids == [CANADA]


async def test_the_newest_list_of_either_end_decides(fake: FakeTenant) -> None:
    session = open_session(fake, "alice")
    await read_all(session)
    (request,) = [row for row in find_waiting(session).for_me if row.acting.id == CANADA]
    await session.tenant.zuora.accept(CANADA, request.connection_id)
    await session.tenant.read(JAPAN)
    assert request in find_waiting(session).for_me
    await session.tenant.read(CORPORATION)
    assert len(find_waiting(session).for_me) == 4


async def test_a_status_that_nobody_knows_may_wait(fake: FakeTenant) -> None:
    session = open_session(fake, "alice")
    await session.tenant.read_entities()
    fake.faults.on("unknown-status=1")
    await session.tenant.read(CORPORATION)
    waiting = find_waiting(session)
    assert waiting[:2] == ([], [])
    assert {row.state for row in waiting.undecided} == {"On Hold"}
