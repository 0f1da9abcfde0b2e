"""What the screen says after a write, and why not before one."""

import asyncio
from datetime import timedelta
from pathlib import Path
from time import monotonic

import pytest
from entity_connections.domain.actions import DISCONNECT
from entity_connections.domain.clock import now
from entity_connections.domain.risk import Risk
from entity_connections.domain.zuora_api import Receipt, ZuoraApi
from entity_connections.services.operations.operation import Operation
from entity_connections.services.storage.journal import Journal

from tests.services.factories import intend
from tests.services.faulty_client import FaultyClient
from tests.tui.snapshots import Snapshot
from tests.tui.story import Place, Story, story

pytestmark = pytest.mark.asyncio


def later(told: Story, **time: float) -> None:
    """Go on as if time had passed, by every clock."""
    tenant, passed = told.desk.session.tenant, timedelta(**time)
    tenant.clock = lambda: now() + passed
    tenant.steady = lambda: monotonic() + passed.total_seconds()


@pytest.mark.parametrize("scenario", ["acme", "denied-removed"])
async def test_denied(snap: Snapshot, scenario: str) -> None:
    """A denied request is Disconnected, or gone, as the tenant has it; the row stays till left."""
    async with story(scenario, size=(80, 24)) as told:
        await told.press("i")
        await told.to("Acme-Japan")
        await told.press("d", "y")
        snap(told.app)
        kept = scenario == "acme"
        assert told.row("Acme-Japan")[2] == ("✕ Disconnected" if kept else "○ Not connected")
        await told.press("up")
        assert ("Acme-Japan" in told.names()) == kept


async def test_refused(snap: Snapshot) -> None:
    """Zuora tells no role, but refuses: its sentence and code, what to do, and the request id."""
    async with story(size=(80, 24), user="carol", place=Place(Risk.SANDBOX, "acme")) as told:
        await told.press("i", "a", "y")
        snap(told.app)
        assert told.row("Acme-Germany")[2] == "◐ Pending"
        await told.press("down")
        assert told.notice
        await told.press("escape")
        assert not told.notice


async def test_sending_shows_on_the_row() -> None:
    async with story() as told:
        await told.to("Acme-US")
        await told.pilot.press("r")
        await told.until(lambda: not told.on_top)
        seen: list[str] = []
        draw = told.screen.view.draw

        def watched() -> None:
            draw()
            seen.append(told.row("Acme-US")[2])

        told.screen.view.draw = watched  # type: ignore[method-assign]
        await told.press("y")
        assert seen[0] == "… sending"
        assert seen[-1] == "◐ Pending"


async def test_an_unknown_outcome_stays_on_the_row_until_a_list_tells(
    snap: Snapshot,
) -> None:
    """The row wears a question mark and a word; the message says what is known."""
    faulty: list[FaultyClient] = []

    def wrap(zuora: ZuoraApi) -> ZuoraApi:
        faulty.append(FaultyClient(zuora))  # type: ignore[arg-type]
        return faulty[0]

    async with story(size=(80, 24), wrap=wrap) as told:
        faulty[0].lose_request = True
        await told.press("i")
        await told.to("Acme-Japan")
        await told.press("a", "y")
        snap(told.app)
        assert told.row("Acme-Japan")[3] == "? outcome unknown"
        await told.press("ctrl+r")
        assert told.row("Acme-Japan")[3] == "? outcome unknown"
        later(told, seconds=200)
        await told.press("ctrl+r")
        assert told.row("Acme-Japan")[3] == "Accept"
        assert "Accept did not happen" in told.notice
        assert faulty[0].writes == ["accept"]
        [entry] = told.screen.target.journal.read_entries()
        assert entry.outcome == "not done"


async def test_an_unknown_outcome_that_did_happen_is_told_as_soon_as_a_list_shows_it() -> None:
    faulty: list[FaultyClient] = []

    def wrap(zuora: ZuoraApi) -> ZuoraApi:
        faulty.append(FaultyClient(zuora))  # type: ignore[arg-type]
        return faulty[0]

    async with story(wrap=wrap) as told:
        faulty[0].lose_answer = faulty[0].fail_reads = True
        await told.to("Acme-US")
        await told.press("r", "y")
        assert told.row("Acme-US")[3] == "? outcome unknown"
        faulty[0].fail_reads = False
        await told.press("ctrl+r")
        assert told.row("Acme-US")[2] == "◐ Pending"
        assert told.notice.startswith("✓ Requested: Acme Corporation → Acme-US is Pending")
        assert [one.outcome for one in told.screen.target.journal.read_entries()] == ["confirmed"]


async def test_while_an_outcome_is_unknown_only_a_request_is_repeated_under_its_key() -> None:
    faulty: list[FaultyClient] = []

    def wrap(zuora: ZuoraApi) -> ZuoraApi:
        faulty.append(FaultyClient(zuora))  # type: ignore[arg-type]
        return faulty[0]

    async with story(wrap=wrap) as told:
        faulty[0].lose_request = True
        await told.to("Acme-US")
        await told.press("r", "y")
        await told.press("i")
        await told.to("Acme-Japan")
        await told.press("a", "y")
        await told.press("a")
        assert told.on_top
        assert "Nobody knows yet" in told.notice
        faulty[0].lose_request = False
        await told.press("o")
        await told.to("Acme-US")
        await told.press("r", "y")
        assert told.row("Acme-US")[2] == "◐ Pending"
        assert faulty[0].writes == ["request", "accept", "request"]
        keys = {one.key for one in told.screen.target.journal.read_entries() if one.key}
        assert len(keys) == 1


async def test_quitting_is_held_back_by_every_write_and_not_only_by_the_first() -> None:
    slow = list[asyncio.Event]()

    class Slow(FaultyClient):
        async def accept(self, acting_id: str, connection_id: str, track_id: str = "") -> Receipt:
            slow.append(asyncio.Event())
            await slow[-1].wait()
            return await super().accept(acting_id, connection_id, track_id)

    async with story(wrap=lambda zuora: Slow(zuora)) as told:  # type: ignore[arg-type]
        await told.press("i")
        for name in ("Acme-Japan", "Acme-Germany"):
            await told.to(name)
            await told.press("a")
            before = len(slow)
            await told.pilot.press("y")
            await told.until(lambda before=before: len(slow) > before)  # type: ignore[misc]
            await told.pilot.press("ctrl+q")
            await told.until(lambda: "A write is being sent" in told.notice)
            slow[-1].set()
            await told.settle()
        assert told.app.return_code is None


@pytest.mark.parametrize(
    ("tab", "name", "key", "reason"),
    [
        ("o", "Acme-Americas", "r", "is already connected"),
        ("o", "Acme-Canada", "r", "already waiting for an answer"),
        ("o", "Acme-Canada", "a", "Only the target answers a request"),
        ("o", "Acme-Canada", "x", "a request cannot be taken back"),
        ("o", "Acme-UK", "r", "is not provisioned yet"),
        ("o", "Acme-Australia", "r", "You may not enter Acme-Australia"),
        ("o", "Acme-Australia", "g", "You may not enter Acme-Australia"),
        ("o", "Acme-Brazil", "x", '"Suspended" is not known here'),
        ("o", "Acme-US", "d", "has no request that waits"),
        ("o", "Acme-US", "enter", None),
        ("o", "Acme-UK", "enter", "is not provisioned yet"),
        ("i", "Acme-US", "r", "A connection is requested from its source"),
        ("i", "Acme-Brazil", "x", "is not connected"),
        ("i", "Acme-Brazil", "enter", "has no request that waits"),
    ],
)
async def test_an_impossible_key_says_why_and_what_would_help(
    tab: str, name: str, key: str, reason: str | None
) -> None:
    async with story() as told:
        await told.press(tab)
        await told.to(name)
        await told.press(key)
        if reason is None:
            assert not told.on_top
        else:
            assert reason in told.notice
            assert len(told.notice.split("\n")) == 2


async def test_a_why_goes_away_with_the_cursor() -> None:
    async with story() as told:
        await told.press("a")
        assert told.notice
        await told.press("down")
        assert not told.notice


async def test_the_other_side_of_an_unknown_write_sends_nothing_either() -> None:
    faulty: list[FaultyClient] = []

    def wrap(zuora: ZuoraApi) -> ZuoraApi:
        faulty.append(FaultyClient(zuora))  # type: ignore[arg-type]
        return faulty[0]

    async with story(wrap=wrap) as told:
        faulty[0].lose_request = True
        await told.to("Acme-Europe")
        await told.press("x")
        await told.type("Acme-Europe")
        await told.press("enter", "escape", "g")
        assert told.row("Acme Corporation")[3] == "? outcome unknown"
        await told.press("x")
        assert told.on_top
        assert "Nobody knows yet" in told.notice
        assert faulty[0].writes == ["disconnect"]


async def test_an_unknown_write_of_another_entity_is_looked_up_from_here() -> None:
    faulty: list[FaultyClient] = []

    def wrap(zuora: ZuoraApi) -> ZuoraApi:
        faulty.append(FaultyClient(zuora))  # type: ignore[arg-type]
        return faulty[0]

    async with story(wrap=wrap) as told:
        faulty[0].lose_answer = faulty[0].fail_reads = True
        await told.to("Acme-US")
        await told.press("r", "y")
        await told.act_in("Acme-Europe")
        faulty[0].fail_reads = False
        await told.press("ctrl+r")
        assert [one.outcome for one in told.screen.target.journal.read_entries()] == ["confirmed"]
        assert "Acme Corporation → Acme-US is Pending" in told.notice


async def test_what_another_program_left_open_is_looked_up_by_a_refresh(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite3"
    async with story(place=Place(journal=Journal(path, "acme"))) as told:
        row = next(one for one in told.desk.rows() if one.counterpart.title == "Acme-Europe")
        long_ago = Journal(path, "acme", clock=lambda: now() - timedelta(hours=9))
        intend(long_ago, Operation.plan(DISCONNECT, row))
        await told.press("ctrl+r")
        assert "Disconnect did not happen" in told.notice
        assert long_ago.read_open() == []
