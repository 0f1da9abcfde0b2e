"""The gate: what waits for an earlier write on the same pair, and what does not."""

import asyncio
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from entity_connections.domain.actions import ACCEPT, DENY, DISCONNECT, REQUEST
from entity_connections.domain.clock import now
from entity_connections.domain.connections import (
    CONNECTED,
    DISCONNECTED,
    PENDING,
    Connection,
    Direction,
)
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.outcome import GATEWAY_TIMEOUT
from entity_connections.services.operations.preconditions import (
    KEY_LIFETIME,
    OperationInProgressError,
    check_open_entries,
)
from entity_connections.services.operations.recording import record_intent
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.storage.journal import Journal
from entity_connections.services.storage.journal_entry import SENDING, Entry

from tests.domain.world import GLOBAL, HIERARCHY, NORTH, connection, row
from tests.services import tenant_file
from tests.services.journals import MORNING, Clock, accept, execute, intend, journal, request
from tests.services.tenant_file import open_file

WAITS = connection(NORTH, GLOBAL, PENDING, "c" * 32)


def seen(*connections: Connection) -> Snapshot:
    return Snapshot(GLOBAL.id, HIERARCHY, connections, None, MORNING)


def intended(kept: Journal, one: Operation, result: State | None = None) -> Operation:
    entry = intend(kept, one)
    if result:
        kept.record_outcome(entry.id, result.value, "So it is.")
    return one


@pytest.mark.parametrize("result", [None, State.UNKNOWN])
def test_nothing_is_sent_beside_an_open_write(result: State | None) -> None:
    clock = Clock()
    kept = journal(None, clock)
    intended(kept, accept(), result)
    for action in (ACCEPT, DENY, DISCONNECT, REQUEST):
        other = Operation.plan(action, accept().row)
        with pytest.raises(
            OperationInProgressError, match=r"^Accept of Acme North → Acme is under way or"
        ):
            check_open_entries(other, kept.read_open(), seen(WAITS), clock.now, kept.tenant)


def test_the_other_side_of_the_same_pair_waits_too() -> None:
    kept = journal(None)
    intended(kept, accept())
    there = seen(WAITS)._replace(acting_id=NORTH.id).row(Direction.OUTBOUND, GLOBAL.id)
    assert there is not None
    order = Operation.plan(DISCONNECT, there)
    with pytest.raises(OperationInProgressError, match="is under way or unknown since"):
        check_open_entries(order, kept.read_open(), None, MORNING, kept.tenant)


def test_another_user_waits_as_long_as_the_write_on_the_record_may_be_under_way() -> None:
    """Whoever spells the address otherwise is another tenant to the journal, of the same record."""
    kept = journal(None)
    intended(kept, accept())
    with pytest.raises(OperationInProgressError, match="is under way or unknown since"):
        check_open_entries(accept(), kept.read_open(), None, MORNING, "another")
    later, one = MORNING + SENDING + GATEWAY_TIMEOUT, accept()
    assert check_open_entries(one, kept.read_open(), None, later, "another") is one
    with pytest.raises(OperationInProgressError):
        check_open_entries(one, kept.read_open(), None, later, kept.tenant)


def test_a_moment_of_another_day_is_told_with_its_day() -> None:
    kept = journal(None)
    intended(kept, accept())
    local = MORNING.astimezone()
    with pytest.raises(OperationInProgressError, match=f"since {local:%H:%M}: read"):
        check_open_entries(accept(), kept.read_open(), None, MORNING, kept.tenant)
    with pytest.raises(OperationInProgressError, match=f"since {local:%Y-%m-%d %H:%M}: read"):
        check_open_entries(
            accept(), kept.read_open(), None, MORNING + timedelta(days=2), kept.tenant
        )


@pytest.mark.parametrize("result", [State.CONFIRMED, State.REFUSED, State.NOT_APPLIED,
                                    State.SUPERSEDED])  # fmt: skip
def test_what_is_known_is_in_nobodys_way(result: State) -> None:
    kept = journal(None)
    intended(kept, accept(), result)
    assert check_open_entries(one := accept(), kept.read_open(), None, MORNING, kept.tenant) is one


def test_what_the_list_shows_done_is_in_nobodys_way() -> None:
    kept = journal(None)
    intended(kept, accept())
    one = Operation.plan(DISCONNECT, accept().row)
    shown = seen(WAITS._replace(status=CONNECTED))
    assert check_open_entries(one, kept.read_open(), shown, MORNING, kept.tenant) is one
    with pytest.raises(OperationInProgressError):
        check_open_entries(
            one, kept.read_open(), seen(WAITS._replace(status=DISCONNECTED)), MORNING, kept.tenant
        )


def test_another_pair_and_another_direction_are_in_nobodys_way() -> None:
    kept = journal(None)
    intended(kept, accept())
    for one in (request(), Operation.plan(REQUEST, row(Direction.OUTBOUND, NORTH))):
        assert check_open_entries(one, kept.read_open(), seen(), MORNING, kept.tenant) is one


def test_a_request_goes_out_again_under_its_key_while_zuora_remembers_that() -> None:
    kept = journal(None)
    first = intended(kept, request(), State.UNKNOWN)
    for age, same in ((KEY_LIFETIME - timedelta(seconds=1), True), (KEY_LIFETIME, False)):
        again = check_open_entries(request(), kept.read_open(), seen(), MORNING + age, kept.tenant)
        assert (again.key == first.key) is same


def test_writes_to_another_tenant_are_in_nobodys_way(tmp_path: Path) -> None:
    intended(journal(tmp_path, tenant="another"), request())
    kept, one = journal(tmp_path), request()
    assert check_open_entries(one, kept.read_open(), None, MORNING, kept.tenant) is one


def intend_at_once(path: Path) -> bool:
    """Try to be the one that writes the intent."""

    def check(open_entries: list[Entry]) -> Operation:
        return check_open_entries(accept(), open_entries, None, now(), "t")

    try:
        record_intent(Journal(path, "acme", "t"), "alice", "t", check)
    except OperationInProgressError:
        return False
    return True


def test_of_several_programs_one_is_let_through(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite3"
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        assert sum(pool.map(intend_at_once, [path] * 8)) == 1
    assert len(Journal(path, "acme", "t").read_entries()) == 1


def test_an_order_asks_the_gate_itself(tmp_path: Path) -> None:
    """Also where the program that sent the first lives, and whoever gives the order."""

    async def give() -> None:
        tenant = open_file(tmp_path)
        kept = Journal(tmp_path / "state.sqlite3", "acme", "t")
        for action in (DISCONNECT, REQUEST):
            first = intended(kept, await tenant_file.order(tenant, action), State.UNKNOWN)
            outcome = await execute(tenant, await tenant_file.order(tenant, action), kept)
            if action is REQUEST:
                assert outcome.state is State.CONFIRMED
                assert outcome.key == first.key == kept.read_entries()[-1].key
            else:
                assert outcome.state is State.REFUSED
                assert outcome.sentence.endswith("until it is known. Nothing was sent.")
                assert tenant.zuora.sent == 0  # type: ignore[attr-defined]
                assert len(kept.read_entries()) == 1

    asyncio.run(give())
