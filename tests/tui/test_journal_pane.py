"""The journal on the screen."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from entity_connections.domain.actions import ACTIONS, REQUEST
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.storage.journal import Journal
from entity_connections.tui.dialogs.journal import JournalPane

from tests.services.factories import intend
from tests.tui.snapshots import Snapshot
from tests.tui.story import Place, Story, story

pytestmark = pytest.mark.asyncio
sizes = pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 36), (160, 48)], ids=str)
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def ticking(path: Path | None = None) -> Journal:
    """Open a journal whose clock advances by a minute with every look."""
    minutes = count()
    return Journal(
        path, "acme", clock=lambda: NOON + timedelta(minutes=next(minutes)), process_id="host:4711"
    )


def pane(told: Story) -> JournalPane:
    assert isinstance(told.app.screen, JournalPane)
    return told.app.screen


def shown(told: Story) -> list[str]:
    return [f"{one.cells[1].text} {one.cells[3].text}" for one in pane(told).grid.items]


async def write(told: Story, journal: Journal) -> None:
    """Write a line for each outcome there is."""
    rows = told.desk.rows()
    outcomes = [State.CONFIRMED, State.REFUSED, State.NOT_APPLIED, State.UNKNOWN, None]
    for action, row, result in zip([*ACTIONS, REQUEST], rows, outcomes, strict=False):
        entry = intend(
            journal, Operation.plan(action, row, "the-key"), "alice@acme.example", "the-track"
        )
        if result is not None:
            concluded = entry._replace(
                outcome=result.value,
                sentence="What was said.",
                codes="53100330",
                request_id="req-1",
                concluded_at=journal.clock(),
            )
            journal.record_outcome(concluded)


@sizes
async def test_pane(snap: Snapshot, size: tuple[int, int]) -> None:
    """Newest first; the outcome in sign and word; all ids of one; whether the record is whole."""
    journal = ticking()
    async with story(size=size, place=Place(journal=journal)) as told:
        await write(told, journal)
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
    path = tmp_path / "state.sqlite3"
    async with story(place=Place(journal=Journal(path, "acme"))) as told:
        row = told.desk.rows()[0]
        order = Operation.plan(REQUEST, row)
        intend(Journal(path, "other"), order)
        await told.press("J")
        assert shown(told) == []
        assert len(told.screen.target.journal.read_entries()) == 1


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


async def test_the_filter_narrows() -> None:
    journal = ticking()
    async with story(place=Place(journal=journal)) as told:
        await write(told, journal)
        await told.press("J", "slash")
        await told.type("refused acme-us")
        assert shown(told) == ["Accept ✕ refused"]
        await told.press("escape", "escape")
        assert told.on_top


async def test_a_changed_line_is_told(snap: Snapshot, tmp_path: Path) -> None:
    """The frame names the line that is not what was written."""
    path = tmp_path / "state.sqlite3"
    journal = ticking(path)
    async with story(size=(80, 24), place=Place(journal=journal)) as told:
        await write(told, journal)
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("UPDATE journal SET entry = '{}' WHERE seq = 3")
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
