"""The request pane: what went over the wire, newest first; no secret is in it."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta

from textual import on, work
from textual.binding import Binding
from textual.content import Content

from entity_connections.services.request_log import ApiCall, RateLimit
from entity_connections.services.storage.journal import Journal, JournalError
from entity_connections.tui.dialogs.log_dialog import LogDialog, Record
from entity_connections.tui.rendering import shell_command as one_shot
from entity_connections.tui.screens.connections_view import ConnectionsView
from entity_connections.tui.widgets.grid.grid import Cell, Column, Grid, Item

_COLUMNS = [
    Column("at", "Time", 8, sortable=False),
    Column("call", "Call", 20, weight=3, sortable=False),
    Column("entity", "Entity", 16, weight=1, hide_below=100, sortable=False),
    Column("answer", "Answer", 16, weight=1, sortable=False),
    Column("took", "ms", 6, sortable=False),
]


class RequestsDialog(LogDialog):
    """Follows the calls while it is open.

    Args:
        view: has the calls, and tells when there are more.
        journal: knows both ends of a request, whose body is not kept.
        options: the command-line options that lead to the tenant.
        title_of: the title of an entity by its id.
    """

    BINDINGS = [
        Binding("c", "copy_command", "Copy", id="requests.copy", tooltip="Copy as a command"),
        Binding("y", "copy_id", "Copy id", id="requests.id", tooltip="Copy the request id"),
    ]

    def __init__(
        self,
        view: ConnectionsView,
        journal: Journal,
        options: tuple[str, ...],
        title_of: Callable[[str], str],
    ) -> None:
        keys = "c copy command · y copy request id · / filter · escape"
        super().__init__(_COLUMNS, "Nothing has been asked yet.", keys)
        self._view, self._journal = view, journal
        self._options, self._title_of = options, title_of
        self._calls: dict[str, ApiCall] = {}

    def on_mount(self) -> None:
        """Show what there is, and what comes."""
        self._view.traffic_changed.subscribe(self, lambda _: self.draw())
        self.draw()

    def draw(self) -> None:
        """Show the calls as they are now."""
        traffic = self._view.traffic
        calls = list(traffic.calls) if traffic else []
        self._calls = {str(id(call)): call for call in reversed(calls)}
        dialog = self.query_one("#dialog")
        left = budget_left(traffic.budget) if traffic and traffic.budget else ""
        dialog.border_title = Content("Requests")
        dialog.border_subtitle = Content(left)
        self.show(self._record(key, call) for key, call in self._calls.items())

    def _record(self, key: str, call: ApiCall) -> Record:
        entity = self._title_of(call.acting_id) if call.acting_id else ""
        cells = (
            Cell(f"{call.at.astimezone():%H:%M:%S}", "mute"),
            Cell(f"{call.method} {call.path}"),
            Cell(entity),
            _answer(call),
            Cell(f"{call.seconds * 1000:6.0f}", "mute"),
        )
        took = f"{call.seconds * 1000:,.0f} ms"
        what = f"{call.method} {call.path} · {_answer(call).text} · {took}"
        return Record(Item(key, cells), what, tuple(_facts(call, entity)))

    @on(Grid.CursorMoved)
    def _move_on(self) -> None:
        self.say("")

    def action_copy_command(self) -> None:
        """Copy the call as the command that makes it again."""
        if self.record is not None:
            self._copy_command(self._calls[self.record.item.key])

    @work(group="copy")
    async def _copy_command(self, call: ApiCall) -> None:
        try:
            entries = await asyncio.to_thread(self._journal.entries) if call.key else []
        except JournalError as error:
            self.say(str(error))
            return
        command = one_shot.of_call(call, self._options, entries)
        if command is None:
            self.say("There is no command for this call.")
        else:
            self._copy(command)

    def action_copy_id(self) -> None:
        """Copy what Zuora Support asks for."""
        if self.record is not None:
            id_ = self._calls[self.record.item.key].request_id
            if id_:
                self._copy(id_)
            else:
                self.say("Zuora gave this call no request id.")

    def _copy(self, text: str) -> None:
        self.app.copy_to_clipboard(text)
        self.say(f"Sent to the terminal's clipboard: {text}")


def budget_left(budget: RateLimit) -> str:
    """Say what is left of the budget."""
    left = f"{budget.remaining:,} of {budget.limit:,} calls left"
    if budget.reset is None:
        return left
    return f"{left} until {budget.at.astimezone() + timedelta(seconds=budget.reset):%H:%M}"


def _answer(call: ApiCall) -> Cell:
    word = call.trouble or ("" if call.status else "No answer")
    text = " ".join(part for part in (str(call.status or ""), word) if part)
    return Cell(text, "warn" if call.trouble else "good" if call.status else "end")


def _facts(call: ApiCall, entity: str) -> Iterator[str]:
    if call.attempt > 1:
        yield f"try {call.attempt}"
    if call.codes:
        yield f"code {call.codes}"
    if call.acting_id:
        yield f"in {entity}"
        yield call.acting_id
    for name, id_ in (
        ("request id", call.request_id),
        ("track id", call.track_id),
        ("idempotency key", call.key),
    ):
        if id_:
            yield f"{name} {id_}"
