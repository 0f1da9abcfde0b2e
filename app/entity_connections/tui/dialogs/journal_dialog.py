"""The journal: every write, newest first, and whether the journal itself is complete."""

import asyncio

from textual import work
from textual.content import Content

from entity_connections.services.journal_titles import JournalTitles, make_journal_titles
from entity_connections.services.storage.hash_chain import Verification
from entity_connections.services.storage.journal import Journal, JournalError
from entity_connections.services.storage.journal_entry import Entry
from entity_connections.tui.dialogs.log_dialog import LogDialog, Record
from entity_connections.tui.widgets.grid.layout import Cell, Column, Item

MAX_PROBLEMS = 2
"""Problems that are shown in full; `journal verify` prints all."""
_COLUMNS = [
    Column("at", "When", 11),
    Column("action", "Action", 10),
    Column("pair", "Source → target", 20, weight=3),
    Column("outcome", "Outcome", 12, weight=1),
    Column("user", "User", 20, weight=1, hide_below=96),
    Column("profile", "Profile", 12, weight=1, hide_below=110),
]
_OUTCOMES = {
    "confirmed": ("✓ confirmed", "good"),
    "refused": ("✕ refused", "end"),
    "not sent": ("✕ not sent", "end"),
    "not done": ("✕ not done", "end"),
    "overtaken since": ("◇ overtaken since", "warn"),
    "sent again": ("✓ sent again", "good"),
    "unknown": ("◇ unknown", "warn"),
    "released": ("◇ released", "warn"),
    None: ("… no outcome", "warn"),
}


class JournalDialog(LogDialog):
    """Shows what is in the journal when it is opened."""

    def __init__(self, journal: Journal) -> None:
        super().__init__("Journal", _COLUMNS, "Reading the journal…", "/ filter · escape close")
        self._journal = journal

    def on_mount(self) -> None:
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
        titles = make_journal_titles(entries)
        self.show_records(self._make_record(entry, titles) for entry in reversed(entries))
        self._show_verification(verification)

    def _show_verification(self, verification: Verification) -> None:
        problems, dialog = verification.problems, self.query_one("#dialog")
        subtitle = Content("no line changed or missing" if verification.lines else "")
        if problems:
            count = f"{len(problems)} problem{'s' * (len(problems) != 1)}"
            subtitle = Content.styled(f"{count} in {verification.lines} lines", "$text-error")
        dialog.border_subtitle = subtitle
        self.message.add_class("-error")
        self.show_message("\n".join(problems[:MAX_PROBLEMS]))

    def _make_record(self, entry: Entry, titles: JournalTitles) -> Record:
        ends = titles[entry.tenant, entry.source], titles[entry.tenant, entry.target]
        pair = " → ".join(entity.title for entity in ends)
        text, tone = _OUTCOMES.get(entry.outcome, (f"◇ {entry.outcome}", "warn"))
        sentence = entry.sentence or "No outcome is known yet: the next start looks for it."
        if self._journal.is_being_sent(entry):
            text, tone = "… sending", "wait"
            sentence = f"Being sent since {entry.at.astimezone():%H:%M:%S}."
        cells = {
            "at": Cell(f"{entry.at.astimezone():%m-%d %H:%M}", "mute"),
            "action": Cell(entry.action.word),
            "pair": Cell(pair, "", ends),
            "outcome": Cell(text, tone),
            "user": Cell(entry.user),
            "profile": Cell(entry.profile),
        }
        summary = sentence if pair in sentence else f"{entry.action.label}, {pair}: {sentence}"
        return Record(Item(entry.id, cells), summary, _list_details(entry))


def _list_details(entry: Entry) -> list[str]:
    known = {
        "by": entry.user,
        "through": entry.profile,
        "acting in": entry.acting.title,
        "it was": entry.status,
        "code": entry.codes,
        "request id": entry.request_id,
        "connection": entry.connection_id,
        "track id": entry.track_id,
        "idempotency key": entry.key,
        "from": entry.source.id,
        "to": entry.target.id,
        "process": entry.process,
    }
    at = f"{entry.at.astimezone():%Y-%m-%d %H:%M:%S}"
    return [at, *(f"{name} {value}" for name, value in known.items() if value)]
