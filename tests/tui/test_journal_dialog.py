"""The journal dialog."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from entity_connections.domain.actions import REQUEST, WRITES
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.storage.journal import Journal
from entity_connections.tui.dialogs.journal_dialog import JournalDialog

from tests.services.factories import intend
from tests.tui.open_screen import ScreenDriver, TenantSetup, open_screen
from tests.tui.snapshots import Snapshot

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def ticking(path: Path | None = None) -> Journal:
    """Open a journal whose clock advances by a minute with every look."""
    minutes = count(1)
    return Journal(
        path, "acme", clock=lambda: NOON + timedelta(minutes=next(minutes)), process_id="host:4711"
    )


def get_dialog(ui: ScreenDriver) -> JournalDialog:
    assert isinstance(ui.app.screen, JournalDialog)
    return ui.app.screen


def list_outcomes(ui: ScreenDriver) -> list[str]:
    return [
        f"{item.cells['action'].text} {item.cells['outcome'].text}"
        for item in get_dialog(ui).grid.items
    ]


async def write(ui: ScreenDriver, journal: Journal) -> None:
    """Write a line for each outcome there is."""
    rows = ui.state.tab.rows()
    outcomes = [State.CONFIRMED, State.REFUSED, State.NOT_APPLIED, State.UNKNOWN, None]
    for action, row, result in zip([*WRITES, REQUEST], rows, outcomes, strict=False):
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


async def test_list(snap: Snapshot) -> None:
    """Newest first; the outcome in sign and word; all ids of one; whether the record is whole."""
    journal = ticking()
    async with open_screen(setup=TenantSetup(journal=journal)) as ui:
        await write(ui, journal)
        await ui.press("J")
        await ui.press("end")
        await ui.snap_sizes(snap)
        assert list_outcomes(ui) == [
            "Request … no outcome",
            "Disconnect ◇ unknown",
            "Deny ✕ not done",
            "Accept ✕ refused",
            "Request ✓ confirmed",
        ]
        record = get_dialog(ui).record
        assert record is not None
        for id_ in ("req-1", "the-track", "the-key", "53100330", "host:4711"):
            assert id_ in " ".join(record.details)


async def test_writes_through_another_profile_are_left_to_the_shell(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite3"
    async with open_screen(setup=TenantSetup(journal=Journal(path, "acme"))) as ui:
        row = ui.state.tab.rows()[0]
        order = Operation.plan(REQUEST, row)
        intend(Journal(path, "other"), order)
        await ui.press("J")
        assert list_outcomes(ui) == []
        assert len(ui.screen.workspace.journal.read_entries()) == 1


async def test_nothing_written_yet(snap: Snapshot) -> None:
    """It says so, and what will be there."""
    async with open_screen(size=(80, 24)) as ui:
        await ui.press("J")
        snap(ui.app)


async def test_what_this_program_writes_is_in_it(ui: ScreenDriver) -> None:
    await ui.press_on("Acme-US", "r", "y")
    await ui.press("J")
    assert list_outcomes(ui) == ["Request ✓ confirmed"]


async def test_changed_line(snap: Snapshot, tmp_path: Path) -> None:
    """The frame names the line that is not what was written."""
    path = tmp_path / "state.sqlite3"
    journal = ticking(path)
    async with open_screen(size=(80, 24), setup=TenantSetup(journal=journal)) as ui:
        await write(ui, journal)
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("UPDATE journal SET entry = '{}' WHERE seq = 3")
        await ui.press("J")
        snap(ui.app)


async def test_an_unreadable_journal_shows_the_reason(tmp_path: Path) -> None:
    async with open_screen(setup=TenantSetup(journal=Journal(tmp_path, "acme"))) as ui:
        await ui.press("J")
        assert "cannot be read" in get_dialog(ui).grid.placeholder.plain
        await ui.press("escape")
        await ui.press_on("Acme-US", "r", "y")
        assert "Nothing was sent." in ui.notice
        assert ui.cell("Acme-US", "status") == "○ Not connected"
