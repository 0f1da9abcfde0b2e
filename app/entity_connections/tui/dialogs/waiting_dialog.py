"""What waits for an answer in all entities, in two lists: for the user, and for others."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Input

from entity_connections.domain.actions import ACCEPT, ACTIONS_BY_ID, DENY, DisabledReason
from entity_connections.domain.clock import now
from entity_connections.domain.rows import Row
from entity_connections.domain.text_search import contains_words, split_words
from entity_connections.services.all_lists import list_readable_ids
from entity_connections.services.operations.runs import Progress
from entity_connections.services.storage.journal_entry import Entry
from entity_connections.services.waiting import find_answer_obstacle
from entity_connections.services.workspace import STANDARD_USER
from entity_connections.tui.commands.command import MARKS_HIDDEN
from entity_connections.tui.commands.row_actions import get_write_reason
from entity_connections.tui.dialogs.list_dialog import ListDialog
from entity_connections.tui.rendering.detail import find_since
from entity_connections.tui.rendering.header import format_age
from entity_connections.tui.rendering.rows import MARK
from entity_connections.tui.rendering.run_progress import render_progress
from entity_connections.tui.rendering.text import MUTED, fit_sentence
from entity_connections.tui.rendering.waiting import (
    KeyHint,
    describe_lists,
    render_key_hints,
    render_list_titles,
)
from entity_connections.tui.widgets.grid.grid import Grid
from entity_connections.tui.widgets.grid.layout import MIN_PAIR_WIDTH, Cell, Column, Item, cut_pair
from entity_connections.tui.widgets.text_lines import TextLines
from entity_connections.tui.widgets.too_small import is_too_small

if TYPE_CHECKING:
    from entity_connections.services.screen_state import ScreenState
    from entity_connections.tui.screens.connections import ConnectionsScreen

_PAIR = Column("pair", "Source → target", MIN_PAIR_WIDTH, weight=1)
_SINCE = Column("since", "Requested", 12, hide_below=72)
_COLUMNS = {
    False: (Column("accept", "", 9), Column("deny", "", 5)),
    True: (Column("why", "Why not you", 13, weight=1),),
}
"""The last columns of the list for the user, and of the list for others."""
_PROGRESS = {
    Progress.PLANNED: Cell("planned", "mute"),
    Progress.SENDING: Cell("… sending", "wait"),
    Progress.UNKNOWN: Cell("◇ unknown", "warn"),
}
_EXPENDABLE = ("ctrl+r", "/", "*", "tab", "enter", "escape")
"""Keys that are not named where there is no room, the first one first."""
SENTENCE_LINES, MESSAGE_LINES = 2, 3
"""Lines of the sentence about the row under the cursor, and of the message below it."""
LINES_BESIDE = 13
"""Lines of the dialog besides its rows."""
MIN_ROWS = 8
"""Rows that there is room for at least, so that the dialog seldom grows while lists arrive."""


class WaitingDialog(ListDialog[Row | None]):
    """Shows the requests that wait, as lists arrive; returns the row to go to, or None.

    A row is known by the id of its request, so that a mark never passes to a newer one. The main
    screen reads lists and sends what is answered here.

    Attributes:
        marks: the ids of the marked requests, hidden ones too.
    """

    BINDINGS = [
        Binding(keys, action, label, id=f"waiting.{label.lower()}", tooltip=tooltip)
        for keys, action, label, tooltip in (
            ("escape", "back", "Back", "Clear the filter, then the marks, then close"),
            ("q,w", "dismiss", "Close", "Close the lists"),
            ("space", "mark", "Mark", "Mark this request, and go on"),
            ("shift+down", "mark_next(1)", "Down", "Mark this request and the one below"),
            ("shift+up", "mark_next(-1)", "Up", "Mark this request and the one above"),
            ("asterisk", "mark_all", "All", "Mark all that are shown, or none"),
            ("a", "answer('accept')", "Accept", "Accept the marked requests, or this one"),
            ("d", "answer('deny')", "Deny", "Deny the marked requests, or this one"),
            ("tab", "show_list", "Other", "The other list"),
            ("1", "show_list(False)", "You", "What waits for you"),
            ("2", "show_list(True)", "Others", "What waits for others"),
            ("ctrl+r,f5", "read", "Read", "Read all lists again"),
        )
    ]
    titles = query_one("#titles", TextLines)
    message = query_one("#message", TextLines)
    keys = query_one("#keys", TextLines)

    def __init__(self, main_screen: "ConnectionsScreen", state: "ScreenState") -> None:
        super().__init__()
        self._main_screen, self._state = main_screen, state
        self._for_others = False
        self._list_chosen = False  # by the user, or because all lists were known
        self._rows: dict[str, Row] = {}
        self.marks: set[str] = set()
        self._chosen: str | None = None
        self._refusal = ""

    def compose_dialog(self) -> ComposeResult:
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "Waiting for an answer"
            yield TextLines(id="titles")
            yield from self.compose_list([_PAIR])
            yield TextLines(id="message")
            yield TextLines(id="keys")

    def on_mount(self) -> None:
        self.grid.on_cursor_set = self._choose_row
        view = self._main_screen.view
        self.watch(view, "state", self.show_matching)
        self.watch(view, "history", self.show_matching)
        self.watch(view, "request_log", self._show_message)
        self.watch(view.notice_bar, "notice", self._show_message)

    @on(Input.Changed)
    def _choose_found(self) -> None:
        self._chosen, self._refusal = None, ""  # the row will be chosen that the filter leaves

    def _choose_row(self, key: str | None) -> None:
        self._chosen, self._refusal = key, ""
        self.show_details()

    def show_matching(self) -> None:
        state = self._state
        if self._main_screen.state is not state:
            self.dismiss()  # another user, or another tenant
            return
        waiting, words = state.waiting, split_words(self.filter_input.value)
        if not (self._list_chosen or waiting.unread_ids):
            self._list_chosen = True
            self._for_others = bool(waiting.for_others) and not waiting.for_me
        rows = waiting.for_others if self._for_others else waiting.for_me
        self.marks &= {row.connection_id for row in waiting.for_me}
        reason = self._get_write_reason(rows[0]) if rows else None
        made = [(row, self._make_item(row, reason)) for row in rows]
        found = [pair for pair in made if contains_words(_make_search_text(*pair), words)]
        self._rows = {row.connection_id: row for row, _ in found}
        longest = max(MIN_ROWS, len(waiting.for_me), len(waiting.for_others))
        self.query_one("#dialog").styles.max_height = longest + LINES_BESIDE
        self.titles.update(render_list_titles(state, for_others=self._for_others))
        since = [_SINCE] if any(map(self._find_request, self._rows.values())) else []
        longest_pair = max((cell_len(row.pair) for row in rows), default=MIN_PAIR_WIDTH)
        pair = _PAIR._replace(max_width=longest_pair + 1)  # what follows stands near it
        self.grid.columns = [pair, *since, *_COLUMNS[self._for_others]]
        known_so_far = " among what is known so far" if describe_lists(state) else ""
        who = "anybody else" if self._for_others else "you"
        empty = f"Nothing waits for {who}{known_so_far}."
        if rows:
            empty = f"Nothing matches “{self.filter_input.value}”."
        self.grid.placeholder = Content(empty)
        self.grid.set_items(item for _, item in found)
        self._chosen = self._chosen or self.grid.cursor_key
        self.show_details()

    def _make_item(self, row: Row, reason: DisabledReason | None) -> Item:
        """Return a row of the list; `reason`: why nothing can be written, if so."""
        request = self._find_request(row)
        cells = {
            "pair": Cell(row.pair, "", (row.source, row.target)),
            "since": Cell(format_age(request.at, now()) if request else "", "mute"),
        }
        if self._for_others:
            no_access = row.acting is not row.target
            cells["why"] = Cell("no access" if no_access else STANDARD_USER, "mute")
        elif progress := self._state.runs.progress(row):
            cells |= {"accept": _PROGRESS[progress], "deny": Cell("")}
        elif reason is not None:
            cells |= {"accept": Cell(reason.brief, "mute"), "deny": Cell("")}
        else:
            cells |= {"accept": Cell(ACCEPT.word, "link"), "deny": Cell(DENY.word, "harm")}
        sign = MARK if row.connection_id in self.marks else ""
        return Item(row.connection_id, cells, sign=sign)

    def _find_request(self, row: Row) -> Entry | None:
        """Return when and by whom a request was made, if the journal knows."""
        history = self._main_screen.view.history.get((row.source.id, row.target.id), ())
        return find_since(row, history)

    @property
    def _row(self) -> Row | None:
        return self._rows.get(self.grid.cursor_key or "")

    def show_details(self) -> None:
        row, pair, text = self._row, "", ""
        if row is not None:
            text = find_answer_obstacle(row, self._state.session)
            text = text or ACCEPT.consequence(row, row.source.title, row.target.title)
            if request := self._find_request(row):
                text = f"Requested {format_age(request.at, now())} by {request.user}. {text}"
            width = self.details.size.width
            text = fit_sentence(text, (row.source, row.target), width, SENTENCE_LINES)
            pair = cut_pair(row.source, row.target, max(MIN_PAIR_WIDTH, width))
        self.details.update(Content.assemble((pair, "bold"), "\n", (text, MUTED)))
        self._show_message()

    def _show_message(self) -> None:
        """Show why something was refused, how a run or the reading goes, or how the run ended."""
        state, notice = self._state, self._main_screen.view.notice_bar.notice
        progress = render_progress(state.runs.last, self.message.size.width)
        shown = [progress] if progress else []
        if self._refusal:
            shown.append(self._fit_message(self._refusal, "$text-warning", len(shown)))
        elif not progress and notice is not None:
            shown.append(self._fit_message(" ".join(notice.lines)))
        elif not progress:
            shown.append(self._fit_message(describe_lists(state), "$text-warning"))
        self.message.update(Content("\n").join(shown))
        self.keys.update(self._render_keys())

    def _fit_message(self, text: str, style: str = "", lines_above: int = 0) -> Content:
        """Return a message in which names are cut rather than its end, which says what to do."""
        hierarchy = self._state.session.tenant.hierarchy
        named = [entity for entity in hierarchy if entity.title in text]
        fitted = fit_sentence(text, named, self.message.size.width, MESSAGE_LINES - lines_above)
        return Content.styled(fitted, style)

    def _render_keys(self) -> Content:
        row, marks = self._row, len(self.marks)
        hints = [
            KeyHint("enter", "go there", "choose", row is not None),
            KeyHint("/", "filter", "filter"),
        ]
        other_list = "for others"
        if self._for_others:
            other_list = f"for you ({marks} marked)" if marks else "for you"
        else:
            visible = len(self.marks & self._rows.keys())
            count = f" {visible}" if marks else ""
            count += f" ({marks - visible} hidden)" if marks > visible else ""
            can_write = row is not None and self._get_write_reason(row) is None
            hints = [
                KeyHint("a", f"accept{count}", "answer('accept')", can_write),
                KeyHint("d", f"deny{count}", "answer('deny')", can_write),
                KeyHint("space", "mark", "mark", row is not None),
                KeyHint("*", "all", "mark_all", row is not None),
                *hints,
            ]
        hints += [
            KeyHint("tab", other_list, "show_list"),
            KeyHint("ctrl+r", "read again", "read"),
        ]
        if not self._state.runs.is_running:  # the progress says it then
            hints.append(KeyHint("escape", self._describe_escape(), "back"))
        return render_key_hints(hints, _EXPENDABLE, self.keys.size.width)

    def _describe_escape(self) -> str:
        if self.filter_input.display:
            return "clear filter"
        return "clear marks" if self.marks and not self._for_others else "close"

    def _refuse(self, reason: str) -> None:
        self._refusal = reason
        self._show_message()

    # Actions

    def action_answer(self, action_id: str) -> None:
        """Ask whether the marked requests, or the one under the cursor, are to be answered."""
        if self.marks and not self._for_others:
            rows = [row for key, row in self._rows.items() if key in self.marks]
            self._answer(action_id, rows, MARKS_HIDDEN.reason)
        elif self._row is None:
            self._refuse("There is no row here.")
        elif self._row.connection_id != self._chosen:
            self._refuse("The row that was here is gone: put the cursor on the one you mean.")
        else:
            self._answer(action_id, [self._row])

    @on(Grid.CellSelected)
    def _answer_row(self, event: Grid.CellSelected) -> None:
        if event.column in ACTIONS_BY_ID and self._row is not None:
            self._answer(event.column, [self._row])

    def _answer(self, action_id: str, rows: Sequence[Row], otherwise: str = "") -> None:
        """Ask whether requests are to be answered; `otherwise` is shown if there are none."""
        state = self._state
        if is_too_small(self):
            return
        if not rows:
            self._refuse(otherwise)
        elif self._for_others:
            self._refuse(f"You cannot {ACTIONS_BY_ID[action_id].word.lower()} it.")  # it says why
        elif reason := self._get_write_reason(rows[0]):
            self._refuse(f"{reason.reason} {reason.remedy}")
        elif state.runs.is_running:
            self._refuse("Writes are being sent: escape stops them.")
        else:
            self._main_screen.writer.plan(state, ACTIONS_BY_ID[action_id], rows)

    def _get_write_reason(self, row: Row) -> DisabledReason | None:
        """Return why nothing can be written to the tenant, or None."""
        # The role of the context is that in the acting entity, not in the target.
        return get_write_reason(row, self._main_screen.view.context._replace(role=None))

    def action_mark(self) -> None:
        if (key := self.grid.cursor_key) is not None and not self._for_others:
            self.marks ^= {key}
            self.grid.action_move(1)
            self.show_matching()

    def action_mark_next(self, step: int) -> None:
        if (key := self.grid.cursor_key) is not None and not self._for_others:
            self.grid.action_move(step)
            self.marks |= {key, self.grid.cursor_key or key}
            self.show_matching()

    def action_mark_all(self) -> None:
        if not self._for_others:
            shown = self._rows.keys()
            self.marks = set() if shown <= self.marks else self.marks | shown
            self.show_matching()

    def action_show_list(self, for_others: bool | None = None) -> None:
        """Show a list; None: the other one."""
        self._for_others = not self._for_others if for_others is None else for_others
        self._list_chosen = True
        self._chosen, self._refusal = None, ""
        self.show_matching()

    def action_read(self) -> None:
        ids = list_readable_ids(self._state.session.tenant)
        self._main_screen.view.notice_bar.clear_notice()
        self._main_screen.reader.read_lists(self._state, ids)

    @on(Grid.RowSelected)
    def action_choose(self) -> None:
        if self._row is not None and not is_too_small(self):
            self.dismiss(self._row)

    def action_back(self) -> None:
        """End a run or the wait for its answers, clear the filter, then the marks, or close."""
        if self._state.runs.is_running and self._main_screen.stop_work():
            self._show_message()
            return
        if self.clear_filter():
            return
        if self.marks and not self._for_others:
            count = len(self.marks)
            self.marks.clear()
            self.show_matching()
            self._main_screen.view.show_cleared_marks(count)
        else:
            self.dismiss()


def _make_search_text(row: Row, item: Item) -> str:
    """Return what is on a row, and the names and ids behind it."""
    cells = (cell.text for cell in item.cells.values())
    ends = (text for end in (row.source, row.target) for text in (end.name, end.id))
    return "\n".join([*cells, *ends, row.connection_id])
