"""The adapter and the faults of the fake tenant: what is repeated, and what an error says."""

from collections.abc import Awaitable, Callable, Iterator

import pytest
from entity_connections.domain import errors
from entity_connections.domain.connections import CONNECTED
from entity_connections.domain.errors import ZuoraError
from entity_connections.fake.tenant import Tenant as FakeTenant
from entity_connections.services.request_log import RequestLog
from entity_connections.zuora.client import ZuoraClient

from tests.acme import CORPORATION, NO_DELAYS, US, client, open_acme, write_names

WAITING = "8a8082555b3c70de015b44a61f0a2b09"
"""A pending request from Acme-Japan to Acme Corporation."""
Write = Callable[[ZuoraClient], Awaitable[object]]


async def request(zuora: ZuoraClient) -> None:
    await zuora.request_connection(CORPORATION, US, "key-1")


async def accept(zuora: ZuoraClient) -> None:
    await zuora.accept(CORPORATION, WAITING)


@pytest.fixture
def fake() -> Iterator[FakeTenant]:
    tenant = open_acme()
    yield tenant
    tenant.close()


@pytest.fixture
def log() -> RequestLog:
    return RequestLog()


@pytest.fixture
def zuora(fake: FakeTenant, log: RequestLog) -> ZuoraClient:
    return client(fake, request_log=log, retry_policy=NO_DELAYS)


async def count_records(zuora: ZuoraClient) -> int:
    records = (await zuora.list_connections(CORPORATION)).items
    return sum((record.source_id, record.target_id) == (CORPORATION, US) for record in records)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("committed-then-401", errors.Unauthenticated),
        ("committed-then-page=400", errors.WebPage),
        ("committed-then-page=401", errors.WebPage),
        ("committed-then-page=403", errors.WebPage),
        ("committed-then-page=404", errors.WebPage),
        ("committed-then-page=407", errors.WebPage),
        ("committed-then-page=413", errors.WebPage),
        ("committed-then-page=429", errors.WebPage),
        ("committed-then-page=451", errors.WebPage),
        ("committed-then-page=503", errors.WebPage),
        ("success-twice,calls=writes", errors.InvalidResponse),
        ("truncated,calls=writes", errors.NoResponse),
        ("drop", errors.NoResponse),
    ],
)
async def test_an_accept_that_worked_is_sent_once_whatever_the_answer_is(
    fake: FakeTenant,
    zuora: ZuoraClient,
    log: RequestLog,
    fault: str,
    kind: type[ZuoraError],
) -> None:
    fake.faults.on(fault)
    with pytest.raises(kind) as caught:
        await accept(zuora)
    assert caught.value.maybe_applied
    assert not caught.value.is_refusal
    assert write_names(log) == ["accept"]
    records = {record.id: record for record in (await zuora.list_connections(CORPORATION)).items}
    assert records[WAITING].status == CONNECTED


@pytest.mark.parametrize(
    ("fault", "sent"),
    [("committed-then-401", 1), ("committed-then-page=403", 1), ("committed-then-page=503", 5)],
)
async def test_a_request_is_repeated_only_with_its_key_and_exists_once(
    fake: FakeTenant, zuora: ZuoraClient, log: RequestLog, fault: str, sent: int
) -> None:
    fake.faults.on(fault)
    with pytest.raises(ZuoraError) as caught:
        await request(zuora)
    assert caught.value.maybe_applied
    assert write_names(log) == ["request"] * sent
    assert {call.key for call in log.calls if call.key} == {"key-1"}
    assert await count_records(zuora) == 1


@pytest.mark.parametrize("write", [request, accept])
async def test_a_refusal_in_json_proves_that_nothing_happened(
    fake: FakeTenant, zuora: ZuoraClient, write: Write
) -> None:
    fake.faults.on("refusal")
    with pytest.raises(errors.Refused) as caught:
        await write(zuora)
    assert not caught.value.maybe_applied


@pytest.mark.parametrize("calls", ["tokens", "reads"])
async def test_a_gateways_page_is_named_and_is_no_refusal(
    fake: FakeTenant, zuora: ZuoraClient, calls: str
) -> None:
    fake.faults.on(f"gateway-page=403,calls={calls}")
    with pytest.raises(ZuoraError, match=r"A web page answered \(HTTP 403\), not Zuora") as caught:
        await zuora.list_connections(CORPORATION)
    assert not caught.value.is_refusal


async def test_a_list_with_unreadable_records_says_what_is_missing(
    fake: FakeTenant, zuora: ZuoraClient
) -> None:
    whole = await zuora.list_connections(CORPORATION)
    assert not whole.missing
    fake.faults.on("unreadable-record=2")
    partial = await zuora.list_connections(CORPORATION)
    unreadable = len(whole.items) // 2
    assert partial.missing == f"{unreadable} connections could not be read."
    assert len(partial.items) == len(whole.items) - unreadable


@pytest.mark.parametrize(
    ("fault", "missing"),
    [
        ("status-twice=5", "2 connections could not be read."),
        ("record-twice=5", "2 connections came twice with different contents: left out."),
        ("invalid-target=5", "2 connections could not be read."),
        ("other-entities=5", "2 connections of other entities came too: left out."),
        ("partial-content=5", "A part may be missing: it came with HTTP 206, not 200."),
    ],
)
async def test_what_a_server_in_between_changes_keeps_a_list_from_being_whole(
    fake: FakeTenant, zuora: ZuoraClient, fault: str, missing: str
) -> None:
    whole = await zuora.list_connections(CORPORATION)
    fake.faults.on(fault)
    partial = await zuora.list_connections(CORPORATION)
    assert partial.missing == missing
    changed = whole.items[4::5]
    assert partial.items == tuple(item for item in whole.items if item not in changed)


async def test_nothing_can_be_read_where_every_record_has_two_statuses(
    fake: FakeTenant, zuora: ZuoraClient
) -> None:
    fake.faults.on("status-twice=1")
    with pytest.raises(errors.InvalidResponse, match="No row of its entityConnections"):
        await zuora.list_connections(CORPORATION)


@pytest.mark.parametrize(("new_records", "requests"), [(0, 2), (1, 100)])
async def test_endless_pages_end_with_an_error(
    fake: FakeTenant, zuora: ZuoraClient, log: RequestLog, new_records: int, requests: int
) -> None:
    fake.faults.on(f"endless-pages={new_records}")
    with pytest.raises(errors.EndlessList) as caught:
        await zuora.list_connections(CORPORATION)
    assert not caught.value.may_repeat_unasked
    assert sum(call.method == "GET" for call in log.calls) == requests


async def test_a_token_without_an_expiry_is_used(
    fake: FakeTenant, zuora: ZuoraClient, log: RequestLog
) -> None:
    fake.faults.on("no-expires-in")
    await zuora.list_connections(CORPORATION)
    await zuora.list_connections(CORPORATION)
    assert [call.method for call in log.calls] == ["POST", "GET", "GET"]


async def test_a_list_that_says_success_twice_is_broken(
    fake: FakeTenant, zuora: ZuoraClient
) -> None:
    fake.faults.on("success-twice")
    with pytest.raises(errors.InvalidResponse, match="a field twice"):
        await zuora.list_connections(CORPORATION)
