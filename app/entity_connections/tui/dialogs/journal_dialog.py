"""The journal: every write, newest first, and whether the journal itself is complete."""

import asyncio
from collections.abc import Iterator

from textual import work
from textual.content import Content

from entity_connections.services.storage.hash_chain import Verification
from entity_connections.services.storage.journal import Journal, JournalError
from entity_connections.services.storage.journal_entry import Entry
from entity_connections.tui.dialogs.log_dialog import LogDialog, Record
from entity_connections.tui.widgets.grid.grid import Cell, Column, Item

MAX_PROBLEMS = 2
"""Problems that are shown in full; `journal verify` prints all."""
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


class JournalDialog(LogDialog):
    """Shows what is in the journal when it is opened."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(_COLUMNS, "Reading the journal…", "/ filter · escape closes")
        self._journal = journal

    def on_mount(self) -> None:
        """Start reading the journal."""
        self.query_one("#dialog").border_title = Content("Journal")
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
        self.placeholder = "Nothing has been written to Zuora yet.\nEvery write is recorded here."
        self.show_records(_make_record(entry) for entry in reversed(entries))
        self._show_verification(verification)

    def _show_verification(self, verification: Verification) -> None:
        problems, dialog = verification.problems, self.query_one("#dialog")
        if problems:
            count = f"{len(problems)} problem{'s' * (len(problems) != 1)}"
            text = f"{count} in {verification.lines} lines"
            dialog.border_subtitle = Content.styled(text, "$text-error")
        else:
            dialog.border_subtitle = Content(f"{verification.lines} lines, none changed or missing")
        self.message.add_class("-error")
        self.show_message("\n".join(problems[:MAX_PROBLEMS]))


def _make_record(entry: Entry) -> Record:
    text, tone = _OUTCOMES.get(entry.outcome, (f"? {entry.outcome}", "warn"))
    cells = {
        "at": Cell(f"{entry.at.astimezone():%m-%d %H:%M}", "mute"),
        "action": Cell(entry.action.word),
        "pair": Cell(entry.pair),
        "outcome": Cell(text, tone),
        "user": Cell(entry.user),
        "profile": Cell(entry.profile),
    }
    outcome = entry.sentence or "No outcome is recorded: the next start looks it up."
    summary = f"{entry.action.label}, {entry.pair}: {outcome}"
    return Record(Item(entry.id, cells), summary, tuple(_list_details(entry)))


def _list_details(entry: Entry) -> Iterator[str]:
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
