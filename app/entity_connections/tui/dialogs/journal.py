"""The journal on the screen: every write, newest first, and whether the record is whole."""

import asyncio
from collections.abc import Iterator

from textual import work
from textual.content import Content

from entity_connections.services.storage.journal import Journal, JournalError, Verification
from entity_connections.services.storage.journal_entry import Entry
from entity_connections.tui.dialogs.log_dialog import Pane, Record
from entity_connections.tui.widgets.grid.grid import Cell, Column, Item

TOLD = 2
"""How many problems are told in full; `journal verify` tells all."""
_COLUMNS = [
    Column("at", "When", 11, sortable=False),
    Column("action", "Action", 10, sortable=False),
    Column("pair", "From → to", 20, weight=3, sortable=False),
    Column("outcome", "Outcome", 12, weight=1, sortable=False),
    Column("user", "User", 20, weight=1, hide_below=96, sortable=False),
    Column("profile", "Profile", 12, weight=1, hide_below=110, sortable=False),
]
_OUTCOMES = {
    "confirmed": ("✓ confirmed", "good"),
    "refused": ("✕ refused", "end"),
    "not done": ("✕ not done", "end"),
    "overtaken since": ("? overtaken since", "warn"),
    "unknown": ("? unknown", "warn"),
    None: ("… no outcome", "warn"),
}


class JournalPane(Pane):
    """Shows what stands in the journal at the moment it is opened."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(_COLUMNS, "Reading the journal…", "/ filter · escape closes")
        self._journal = journal

    def on_mount(self) -> None:
        """Read it, away from the screen's own thread."""
        dialog = self.query_one("#dialog")
        dialog.border_title = Content("Journal")
        self._read()

    @work(group="journal")
    async def _read(self) -> None:
        try:
            # Writes through other profiles are listed by the command `journal`.
            profile = self._journal.profile
            entries = await asyncio.to_thread(self._journal.read_entries, profile)
            verification = await asyncio.to_thread(self._journal.verify)
        except JournalError as error:
            self.grid.placeholder = Content(str(error))
            return
        self._nothing = "Nothing has been written to Zuora yet.\nEvery write is recorded here."
        self.show(_record(entry) for entry in reversed(entries))
        self._tell(verification)

    def _tell(self, verification: Verification) -> None:
        """Say whether the record is whole, and where it is not."""
        problems = verification.problems
        whole = f"{verification.lines} lines, none changed or missing"
        count = f"{len(problems)} problem{'s' * (len(problems) != 1)} in {verification.lines} lines"
        told = Content.styled(count, "$text-error") if problems else Content(whole)
        self.query_one("#dialog").border_subtitle = told
        self.said.add_class("-bad")
        self.say("\n".join(problems[:TOLD]))


def _record(entry: Entry) -> Record:
    text, tone = _OUTCOMES.get(entry.outcome, (f"? {entry.outcome}", "warn"))
    cells = (
        Cell(f"{entry.at.astimezone():%m-%d %H:%M}", "mute"),
        Cell(entry.action.word),
        Cell(entry.pair),
        Cell(text, tone),
        Cell(entry.user),
        Cell(entry.profile),
    )
    told = entry.sentence or "No outcome is recorded: the next start looks it up."
    what = f"{entry.action.label}, {entry.pair}: {told}"
    return Record(Item(entry.id, cells), what, tuple(_facts(entry)))


def _facts(entry: Entry) -> Iterator[str]:
    yield f"{entry.at.astimezone():%Y-%m-%d %H:%M:%S}"
    yield f"by {entry.user}"
    yield f"through {entry.profile}"
    yield f"acting in {entry.acting.title}"
    for name, value in (
        ("it was", entry.status),
        ("code", entry.codes),
        ("request id", entry.request_id),
        ("connection", entry.connection_id),
        ("track id", entry.track_id),
        ("idempotency key", entry.key),
        ("from", entry.source.id),
        ("to", entry.target.id),
        ("process", entry.process),
    ):
        if value:
            yield f"{name} {value}"
