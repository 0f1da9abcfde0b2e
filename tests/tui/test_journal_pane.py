"""The journal on the screen."""

from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from entity_connections.domain.actions import Action
from entity_connections.services.operations.execute import Order
from entity_connections.services.operations.operation import Result
from entity_connections.services.storage.journal import Journal
from entity_connections.tui.dialogs.journal_dialog import JournalDialog

from tests.tui.snapshots import Snapshot
from tests.tui.story import Place, Story, story

pytestmark = pytest.mark.asyncio
sizes = pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 36), (160, 48)], ids=str)
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def ticking() -> Journal:
    """A journal in memory whose clock goes on by a minute with every look."""
    minutes = count()
    return Journal(None, "acme", clock=lambda: NOON + timedelta(minutes=next(minutes)))


def pane(told: Story) -> JournalDialog:
    assert isinstance(told.app.screen, JournalDialog)
    return told.app.screen


def shown(told: Story) -> list[str]:
    return [f"{one.cells[1].text} {one.cells[3].text}" for one in pane(told).grid.items]


async def write(told: Story, journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write a line for each outcome there is."""
    monkeypatch.setattr("entity_connections.services.storage.journal.os.getpid", lambda: 4711)
    monkeypatch.setattr(
        "entity_connections.services.storage.journal.socket.gethostname", lambda: "host"
    )
    ids = count(1)
    monkeypatch.setattr(
        "entity_connections.services.storage.journal.uuid.uuid4", lambda: f"{next(ids):032x}"
    )
    rows = told.desk.rows()
    outcomes = [Result.CONFIRMED, Result.REFUSED, Result.NOT_DONE, Result.UNKNOWN, None]
    for action, row, result in zip([*Action, Action.REQUEST], rows, outcomes, strict=False):
        entry = journal.intend(Order.on(action, row, "the-key"), "alice@acme.example", "the-track")
        if result is not None:
            journal.conclude(entry.id, result, "What was said.", "53100330", "req-1")


@sizes
async def test_pane(snap: Snapshot, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Newest first; the outcome in sign and word; all ids of one; whether the record is whole."""
    journal = ticking()
    async with story(size=size, place=Place(journal=journal)) as told:
        await write(told, journal, monkeypatch)
        await told.press("J")
        await told.press("end")
        snap(told.app)
        assert shown(told) == [
            "Request … no outcome",
            "Disconnect ? unknown",
            "Deny ✕ not done",
            "Accept ✕ refused",
            "Request ✓ confirmed",
        ]
        record = pane(told).record
        assert record is not None
        for id_ in ("req-1", "the-track", "the-key", "53100330", "host:4711"):
            assert id_ in " ".join(record.facts)


async def test_writes_through_another_profile_are_left_to_the_shell(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    async with story(place=Place(journal=Journal(path, "acme"))) as told:
        row = told.desk.rows()[0]
        order = Order.on(Action.REQUEST, row)
        Journal(path, "other").intend(order, "bob@other.example", "track")
        await told.press("J")
        assert shown(told) == []
        assert len(told.screen.target.journal.entries()) == 1


async def test_nothing_written_yet(snap: Snapshot) -> None:
    """It says so, and what will be there."""
    async with story(size=(80, 24)) as told:
        await told.press("J")
        snap(told.app)


async def test_what_this_program_writes_is_in_it() -> None:
    async with story() as told:
        await told.to("Acme-US")
        await told.press("r", "y", "J")
        assert shown(told) == ["Request ✓ confirmed"]


async def test_the_filter_narrows(monkeypatch: pytest.MonkeyPatch) -> None:
    journal = ticking()
    async with story(place=Place(journal=journal)) as told:
        await write(told, journal, monkeypatch)
        await told.press("J", "slash")
        await told.type("refused acme-us")
        assert shown(told) == ["Accept ✕ refused"]
        await told.press("escape", "escape")
        assert told.on_top


async def test_a_changed_line_is_told(
    snap: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The frame names the line that is not what was written."""
    minutes = count()
    path = tmp_path / "journal.jsonl"
    journal = Journal(path, "acme", clock=lambda: NOON + timedelta(minutes=next(minutes)))
    async with story(size=(80, 24), place=Place(journal=journal)) as told:
        await write(told, journal, monkeypatch)
        lines = path.read_text().splitlines(keepends=True)
        lines[2] = lines[2].replace("accept", "deny")
        path.write_text("".join(lines))
        await told.press("J")
        snap(told.app)


async def test_a_journal_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    async with story(place=Place(journal=Journal(tmp_path, "acme"))) as told:
        await told.press("J")
        assert "cannot be read" in pane(told).grid.placeholder.plain
        await told.press("escape")
        await told.to("Acme-US")
        await told.press("r", "y")
        assert "Nothing was sent." in told.notice
        assert told.row("Acme-US")[2] == "○ Not connected"
