"""The calls to Zuora, newest first; no secret is in them."""

import asyncio

from textual import on, work
from textual.binding import Binding
from textual.content import Content

from entity_connections.domain.clock import is_today
from entity_connections.domain.entities import Entity
from entity_connections.services.refresh_interval import describe_rate_limit
from entity_connections.services.request_log import ApiCall
from entity_connections.services.storage.journal import JournalError
from entity_connections.services.workspace import Workspace
from entity_connections.tui.dialogs.log_dialog import LogDialog, Record
from entity_connections.tui.rendering.shell_command import format_call
from entity_connections.tui.screens.connections_view import ConnectionsView
from entity_connections.tui.terminal.clipboard import get_copy_hint
from entity_connections.tui.widgets.grid.grid import Grid
from entity_connections.tui.widgets.grid.layout import Cell, Column, Item

_COLUMNS = [
    Column("at", "Time", 8),
    Column("call", "Call", 20, weight=3),
    Column("entity", "Entity", 16, weight=1, hide_below=100),
    Column("answer", "Answer", 17, weight=1),
    Column("duration", "    ms", 7),  # with a blank before the frame or the scrollbar
]


class CallsDialog(LogDialog):
    """Shows the calls, and new ones while it is open."""

    BINDINGS = [
        Binding("c", "copy_command", "Copy", id="calls.copy", tooltip="Copy as a command"),
        Binding("y", "copy_id", "Copy id", id="calls.id", tooltip="Copy the request id"),
    ]

    def __init__(self, view: ConnectionsView, workspace: Workspace) -> None:
        keys = "c copy command · y copy id · / filter · escape close"
        super().__init__("Calls", _COLUMNS, "No call has been made yet.", keys)
        self._view, self._journal = view, workspace.journal
        self._options = [
            view.user if option == workspace.user else option for option in workspace.options
        ]
        self._calls: dict[str, ApiCall] = {}

    def on_mount(self) -> None:
        self.watch(self._view, "request_log", self._show_calls)

    def _show_calls(self) -> None:
        log = self._view.request_log
        calls = list(log.calls) if log else []
        self._calls = {str(id(call)): call for call in reversed(calls)}
        limit = describe_rate_limit(log.rate_limit) if log and log.rate_limit else ""
        self.query_one("#dialog").border_subtitle = Content(limit)
        self.show_records(self._make_record(key, call) for key, call in self._calls.items())

    def _make_record(self, key: str, call: ApiCall) -> Record:
        entity, answer = self._find_entity(call.acting_id), _make_answer_cell(call)
        title = entity.title if entity else ""
        milliseconds = call.seconds * 1000
        at = call.at.astimezone()
        cells = {
            "at": Cell(f"{at:%H:%M:%S}" if is_today(at) else f"{at:%m-%d}", "mute"),
            "call": Cell(f"{call.method} {call.path}"),
            "entity": Cell(title, "", (entity,) if entity else ()),
            "answer": answer,
            "duration": Cell(f"{milliseconds:6.0f}", "mute"),
        }
        summary = f"{call.method} {call.path} · {answer.text} · {milliseconds:,.0f} ms"
        return Record(Item(key, cells), summary, _list_details(call, title))

    def _find_entity(self, entity_id: str) -> Entity | None:
        state = self._view.state
        if not entity_id or state is None:
            return None
        return state.session.tenant.hierarchy.get(entity_id)

    @on(Grid.RowHighlighted)
    def _clear_message(self) -> None:
        self.show_message("")

    def action_copy_command(self) -> None:
        if self.record is not None:
            self._copy_command(self._calls[self.record.item.key])

    @work(group="copy")
    async def _copy_command(self, call: ApiCall) -> None:
        try:
            # The body of a request is not kept, but its source and target are in the journal.
            entries = await asyncio.to_thread(self._journal.read_entries) if call.key else []
        except JournalError as error:
            self.show_message(str(error))
            return
        command = format_call(call, self._options, entries)
        self._copy(command, otherwise="There is no command for this call.")

    def action_copy_id(self) -> None:
        """Copy the request id, which Zuora Support asks for."""
        if self.record is not None:
            request_id = self._calls[self.record.item.key].request_id
            self._copy(request_id, otherwise="Zuora gave this call no request id.")

    def _copy(self, text: str | None, *, otherwise: str) -> None:
        if text:
            self.app.copy_to_clipboard(text)
            message = f"Sent to the terminal's clipboard: {text}. {get_copy_hint()}"
            self.show_message(message.removesuffix(". "))
        else:
            self.show_message(otherwise)


def _make_answer_cell(call: ApiCall) -> Cell:
    word = call.trouble or ("" if call.status else "No answer")
    text = " ".join(part for part in (str(call.status or ""), word) if part)
    return Cell(text, "warn" if call.trouble else "good" if call.status else "end")


def _list_details(call: ApiCall, entity: str) -> list[str]:
    known = {
        "at": "" if is_today(call.at) else f"{call.at.astimezone():%Y-%m-%d %H:%M:%S}",
        "try": call.attempt if call.attempt > 1 else None,
        "code": call.codes,
        "in": f"{entity} · {call.acting_id}" if call.acting_id else "",
        "request id": call.request_id,
        "track id": call.track_id,
        "idempotency key": call.key,
    }
    return [f"{name} {value}" for name, value in known.items() if value]
