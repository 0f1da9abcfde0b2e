"""The widgets of the main screen, drawn from reactive state."""

import asyncio
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.content import Content
from textual.css.query import NoMatches
from textual.getters import query_one
from textual.reactive import var
from textual.widgets import Input

from entity_connections.domain.clock import now
from entity_connections.domain.connections import Direction
from entity_connections.domain.entities import Hierarchy
from entity_connections.domain.errors import ZuoraError
from entity_connections.domain.text import format_count
from entity_connections.services.refresh_interval import rate_limit_sentence
from entity_connections.services.request_log import RequestLog
from entity_connections.services.screen_state import ScreenState
from entity_connections.services.storage.journal_entry import Entry
from entity_connections.services.workspace import Workspace
from entity_connections.tui.commands.command import CommandContext
from entity_connections.tui.rendering.banner import BannerState, render_banner
from entity_connections.tui.rendering.detail import render_detail, render_short_detail
from entity_connections.tui.rendering.empty_states import (
    READING,
    render_empty_state,
    render_error_state,
)
from entity_connections.tui.rendering.frame import ACTIVE, divide_width, draw_line
from entity_connections.tui.rendering.header import (
    format_age,
    format_list_age,
    render_header,
    render_tabs,
)
from entity_connections.tui.rendering.key_bar import render_filter_keys, render_key_bar
from entity_connections.tui.rendering.notices import PASSING, Kind, Lifetime, list_error_hints
from entity_connections.tui.rendering.rows import ItemCache, make_columns, mark_items
from entity_connections.tui.rendering.run_progress import render_progress
from entity_connections.tui.rendering.status_counts import render_status_counts
from entity_connections.tui.rendering.text import MUTED
from entity_connections.tui.rendering.tree_guides import measure_names
from entity_connections.tui.timing import Timing
from entity_connections.tui.widgets.filter_input import FilterInput
from entity_connections.tui.widgets.grid.grid import Grid
from entity_connections.tui.widgets.notice_bar import NoticeBar
from entity_connections.tui.widgets.pane import Pane
from entity_connections.tui.widgets.text_lines import TextLines

if TYPE_CHECKING:
    from entity_connections.tui.widgets.entity_tree import EntityTree

FILTER_WIDTH, OPEN_FILTER_WIDTH, MIN_FILTER_WIDTH = 14, 28, 10
"""Cells of the filter while it is empty, while it is used, and beside many counts."""
LINES_BELOW_ROWS = 3
"""Lines of the detail under the rows, and the line above it, where there are no three panes."""
REPORT_INTERVAL = 0.1
"""Seconds between two drawings of what a run of many writes reports."""
AGE_INTERVAL = 60.0
"""Seconds between two updates of the list's age, which is shown in minutes."""


class ConnectionsView(Pane):
    """Shows the top line, a frame with the tree, the rows and the detail, a notice and the keys.

    Where there is no room for three panes, the detail stands under the rows, without the tree.

    Attributes:
        state: what the user has in front of them, or None before the tenant is open.
        user: the user who works, or is to work, in the tenant.
        entered: whether the tenant is open; rows of an earlier run may be shown before.
        reading: whether something is being read because the user asked for it.
        failure: why the tenant could not be opened, or None.
        retry_at: when reading is tried again, if Zuora named a time.
        request_log: the calls to Zuora, once the tenant is being opened.
        three_panes: whether three panes were chosen; None leaves it to the width.
        history: what the journal holds, newest first, by the ids of source and target.
    """

    header = query_one("#header", TextLines)
    tabs = query_one("#tabs", TextLines)
    panes = query_one("#panes", Pane)
    counts = query_one("#counts", TextLines)
    rows = query_one("#rows", Grid)
    filter_input = query_one("#filter", FilterInput)
    rule = query_one("#rule", TextLines)
    side = query_one("#side", Pane)
    detail = query_one("#detail", TextLines)
    banner = query_one("#banner", TextLines)
    progress = query_one("#progress", TextLines)
    notice_bar = query_one("#notice", NoticeBar)
    key_bar = query_one("#keys", TextLines)

    state: var[ScreenState | None] = var(None, init=False)
    reading: var[bool] = var(False, init=False, always_update=True)
    failure: var[ZuoraError | None] = var(None, init=False)
    request_log: var[RequestLog | None] = var(None, init=False)
    history: var[Mapping[tuple[str, str], Sequence[Entry]]] = var({}, init=False)
    three_panes: var[bool | None] = var(None, init=False)
    retry_at: datetime | None = None

    def __init__(self, workspace: Workspace, timing: Timing, three_panes: bool | None) -> None:
        super().__init__()
        self.set_reactive(ConnectionsView.three_panes, three_panes)
        self.workspace = workspace
        self.timing = timing
        self.user = workspace.user
        self.entered = False
        self.widths = divide_width(0)
        self._hierarchy = Hierarchy()  # that of the rows and the tree
        self._name_width = 0  # of the longest name in it: it decides how wide they are
        self._tree: EntityTree | None = None
        self._tree_focused = False
        self._started_at = now()
        self._reading_since = 0.0
        self._detail_timer: asyncio.TimerHandle | None = None
        self._redraw_timer: asyncio.TimerHandle | None = None
        self._header_due = False
        self._item_cache = ItemCache()
        self._drawn_place: tuple[str, Direction] | None = None  # entity and tab of the rows

    def compose(self) -> ComposeResult:
        yield TextLines(id="header")
        yield TextLines(id="tabs")
        with Pane(id="panes"):
            with Pane(id="main"):
                with Pane(id="filters"):
                    yield TextLines(id="counts")
                    yield FilterInput("#rows", "/ to filter", id="filter")
                yield Grid(make_columns(Direction.OUTBOUND), id="rows")
            yield TextLines(id="rule")
            with Pane(id="side"):
                yield TextLines(id="detail")
        yield TextLines(id="banner")
        yield TextLines(id="progress")
        yield TextLines(id="keys")
        yield NoticeBar(id="notice")

    def on_mount(self) -> None:
        """Show the first frame, which needs nothing from Zuora."""
        self._countdown = self.set_interval(1, self._draw_banner, pause=True)
        with suppress(NoMatches):  # the program may be ending already
            # Called at once, so that a letter and the rows it leaves appear in one frame.
            self.watch(self.filter_input, "value", self._filter_rows, init=False)
            self.watch(self.filter_input, "has_focus", self._draw_counts, init=False)
            self.watch(self.notice_bar, "notice", self._lay_out_notice, init=False)
            self.rows.on_cursor_set = self._move_cursor
            self.rows.placeholder = READING
            self.reading = True
            self.rows.focus()
            self.set_interval(AGE_INTERVAL, self._draw_header)

    def on_resize(self) -> None:
        self._divide()
        self._lay_out_notice()
        self._draw_header()
        self._draw_detail()

    def watch_three_panes(self) -> None:
        self.on_resize()

    def _divide(self) -> None:
        """Give the panes their widths; mount the tree when there is room for it."""
        widths = divide_width(self.size.width, self.three_panes, self._name_width)
        self.widths = widths
        wide = widths.tree > 0
        self.set_class(wide, "-three-panes")
        if wide:
            self.side.styles.width = widths.detail + 2
        if wide and self._tree is None:
            from entity_connections.tui.widgets.entity_tree import EntityTree

            self._tree = EntityTree(id="tree")
            self.panes.mount(self._tree, before=0)
            self._draw_tree()
        if self._tree is not None:
            if self._tree.display and not wide and self._tree.has_focus_within:
                self.screen.set_focus(self.rows)
            self._tree.display = wide
            self._tree.styles.width = widths.tree + 1
        self.rule.update(draw_line("├─┤", widths, [], Content()))

    @property
    def entity_tree(self) -> "EntityTree | None":
        """The tree of entities, or None where there is no room for it."""
        return self._tree if self.widths.tree else None

    @property
    def _active_pane(self) -> int | None:
        """The number of the pane with the focus; None where there are not several."""
        return int(not self._tree_focused) if self.widths.tree else None

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Let the frame of the pane with the focus stand out, and show the keys that help there."""
        tree_focused = self._tree is not None and self._tree in event.widget.ancestors
        if tree_focused != self._tree_focused:
            self._tree_focused = tree_focused
            self.set_class(tree_focused, "-tree-focused")
            self._draw_header()
        self._draw_detail_soon()

    @property
    def context(self) -> CommandContext:
        """The state that decides which commands are possible."""
        state = self.state
        if state is None:
            return CommandContext(self.workspace)
        row, marked = state.tab.find(state.tab.cursor), state.tab.marked_rows()
        return CommandContext(
            self.workspace,
            row,
            cursor_moved_reason=state.tab.moved_reason,
            role=state.session.role(state.acting_id),
            can_go_back=state.can_go_back,
            entered=True,
            loaded=state.snapshot is not None,
            progress=state.runs.progress(row) if row is not None else None,
            result=state.runs.find_result(row) if row is not None else None,
            marked=marked,
            marks_hidden=not marked and any(map(state.tab.find, state.tab.marks)),
            running=state.runs.last.plan.pairs if state.runs.last and state.runs.is_running else 0,
        )

    @property
    def _can_draw(self) -> bool:
        """Whether the widgets are there: not before the first frame, nor after removal."""
        return self.is_mounted and self.is_running

    # Reactions to changes

    def watch_state(self, state: ScreenState | None) -> None:
        """Draw another state, or the same one after a change in it."""
        if state is not None and self._can_draw:
            state.on_change = partial(self.mutate_reactive, ConnectionsView.state)
            state.on_filter = self._draw_filtered
            state.on_mark = self._draw_marks
            self.redraw()

    def watch_reading(self, reading: bool) -> None:
        if reading:
            self._reading_since = asyncio.get_running_loop().time()
            self.set_timer(self.timing.slow_after, self._draw_banner)
        self._draw_header_soon()

    def watch_failure(self, failure: ZuoraError | None) -> None:
        if failure is not None and self.state is None:
            self.rows.placeholder = render_error_state(failure)
        self._draw_header_soon()

    def watch_request_log(self, log: RequestLog | None) -> None:
        """Follow the calls to Zuora, and show pauses and the rate limit."""
        if log is not None:
            log.changed = partial(self.mutate_reactive, ConnectionsView.request_log)
        self._draw_banner()

    def watch_history(self) -> None:
        self._draw_detail()

    def redraw(self) -> None:
        """Draw everything; to be called after a change of the write lock or of the faults."""
        if self.state is not None:
            if (hierarchy := self.state.session.tenant.hierarchy) is not self._hierarchy:
                self._hierarchy, self._name_width = hierarchy, measure_names(hierarchy)
                self._divide()
            self._draw_rows(self.state)
            self._draw_tree()
            self.progress.update(render_progress(self.state.runs.last, self.size.width - 2))
            self._lay_out_notice()
        self._draw_header()

    def redraw_soon(self) -> None:
        """Draw everything after a moment, once for all changes until then."""
        if self._redraw_timer is None:
            loop = asyncio.get_running_loop()
            self._redraw_timer = loop.call_later(REPORT_INTERVAL, self._redraw_state)

    def _redraw_state(self) -> None:
        self._redraw_timer = None
        if self._can_draw:
            self.mutate_reactive(ConnectionsView.state)

    # Drawing

    def _draw_header_soon(self) -> None:
        """Draw the header after the rows, once for all changes until then."""
        if not self._header_due:
            self._header_due = True
            self.call_after_refresh(self._draw_header)

    def _draw_header(self) -> None:
        self._header_due = False
        if not self._can_draw:
            return
        faults = self.workspace.fault_switches
        self.app.set_class(faults is not None and bool(faults.summarize()), "-faults")
        header = render_header(self.workspace, self.user, self.state, self.size.width - 2)
        self.header.update(header)
        self._draw_tabs()
        self._draw_banner()

    def _draw_tabs(self) -> None:
        """Draw the titles of the tabs, and how many rows they show."""
        tabs = render_tabs(self.state, self.widths.rows - 2)
        titles = [tabs]
        if self.widths.tree:
            entities = Content(" Entities ")
            if self._tree_focused:
                entities, tabs = entities.stylize("bold $foreground"), tabs.stylize("not bold")
            else:
                entities, tabs = entities.stylize(MUTED), tabs.stylize_before(ACTIVE)
            titles = [entities, tabs, Content.styled(" Connection ", MUTED)]
        self.tabs.update(draw_line("╭┬╮", self.widths, titles, Content(), self._active_pane))
        self._draw_counts()

    def _draw_counts(self) -> None:
        """Draw the counts of the statuses, in the room that the filter leaves."""
        used = self.filter_input.value or self.filter_input.has_focus
        width = OPEN_FILTER_WIDTH if used else FILTER_WIDTH
        room = self.widths.rows - 2
        counts = render_status_counts(self.state, room - width)
        width = min(width, max(MIN_FILTER_WIDTH, room - counts.cell_length))
        self.filter_input.styles.width = width
        self.counts.update(counts)

    def _draw_banner(self) -> None:
        """Draw the banner now, and each second while it counts seconds."""
        if not self._can_draw:
            return
        state, log = self.state, self.request_log
        snapshot = state.snapshot if state else None
        banner = BannerState(
            delays=tuple(log.delays) if log else (),
            loop_time=asyncio.get_running_loop().time(),
            slow_seconds=self.slow_seconds,
            waits_for="Zuora" if log else self.workspace.enter_waits_for,
            failure=self.failure or (state.failure if state else None),
            retry_at=self.retry_at,
            age=format_age(snapshot.read_at, now()) if snapshot else "",
            rate_limit=rate_limit_sentence(log.rate_limit) if log else "",
            warnings=snapshot.warnings if snapshot else (),
        )
        age = format_list_age(
            state, now(), reading=self.reading, cached=state is not None and self._is_cached(state)
        )
        text = render_banner(banner, self.size.width - 6)
        text = Content.assemble(" ", text, " ") if text.plain else text
        right = Content.styled(f" {age} ", MUTED)
        self.banner.update(draw_line("╰┴╯", self.widths, [text], right, self._active_pane))
        if banner.counts_seconds or (state is not None and state.runs.sending):
            self._countdown.resume()
        else:
            self._countdown.pause()

    @property
    def slow_seconds(self) -> float:
        """How long the user waits for an answer, if that is long; a pause between calls is none."""
        log, since = self.request_log, math.inf
        if log is not None and log.delays:
            return 0.0
        if self.reading:
            since = self._reading_since
        elif log is not None and self.state is not None and self.state.runs.sending:
            since = min(log.in_flight, default=math.inf)
        waited = asyncio.get_running_loop().time() - since
        return waited if waited >= self.timing.slow_after else 0.0

    def _draw_rows(self, state: ScreenState) -> None:
        grid, tab, cursor = self.rows, state.tab, state.tab.cursor
        grid.columns = make_columns(state.direction, self._name_width)
        grid.sorting = (tab.sort_column.value, tab.reverse) if tab.sort_column else None
        grid.placeholder = render_empty_state(state)
        grid.find_note = state.tab.find_hidden_match if tab.filter_text else None
        grid.stale = state.failure is not None or self._is_cached(state)
        items = self._item_cache.make_items(state, state.tab.visible_rows(), self.context)
        place = state.acting_id, state.direction
        goes_to_cursor = cursor != grid.cursor_key or place != self._drawn_place
        self._drawn_place = place
        grid.set_items(items, cursor=cursor if goes_to_cursor else None)
        self._draw_detail_soon()

    def _draw_filtered(self) -> None:
        """Draw the rows that a filter shows, and how many they are; nothing else depends on it."""
        if self.state is not None and self._can_draw:
            self._draw_rows(self.state)
            self._draw_tabs()

    def _draw_marks(self) -> None:
        """Draw the marks at once, and later their number and what the keys act on."""
        if self.state is not None and self._can_draw:
            self.rows.replace_items(mark_items(self.rows.items, self.state.tab.marks))
            self.call_after_refresh(self._draw_counts)
            self._draw_detail_soon()

    def _is_cached(self, state: ScreenState) -> bool:
        """Return whether the rows were read before the program was started."""
        return state.snapshot is not None and state.snapshot.read_at < self._started_at

    def _draw_detail_soon(self) -> None:
        """Draw the details of the row when the cursor has rested on it."""
        if self._detail_timer is not None:
            self._detail_timer.cancel()
        loop = asyncio.get_running_loop()
        self._detail_timer = loop.call_later(self.timing.cursor_delay, self._draw_detail)

    def _draw_detail(self) -> None:
        if not self._can_draw:
            return
        context, widths = self.context, self.widths
        row = context.row
        history = self.history.get(row.ends, ()) if row else ()
        with suppress(NoMatches):  # the screen may be closing
            if widths.detail:
                self.detail.update(render_detail(context, history, widths.detail - 2))
            else:
                self.detail.update(render_short_detail(context, history, widths.rows - 1))
            self.key_bar.update(self._render_keys(context))

    def _render_keys(self, context: CommandContext) -> Content:
        focused = self.screen.focused
        if not isinstance(focused, FilterInput):
            return render_key_bar(context, self.size.width - 2)
        return render_filter_keys("Keep" if focused is self.filter_input else "Act in this entity")

    def _draw_tree(self) -> None:
        if self.entity_tree is not None and self.state is not None:
            self.entity_tree.show_state(self.state)

    # Notices

    def _lay_out_notice(self) -> None:
        """Show the notice; it never covers a cursor."""
        covered = self.notice_bar.lay_out(line_is_free=not self.progress.content.plain)
        covered -= 0 if self.widths.tree else LINES_BELOW_ROWS
        for grid in self.panes.query(Grid):
            grid.keep_cursor_above(max(0, covered))

    def show_error(self, error: ZuoraError) -> None:
        """Show why nothing could be read, until it can be."""
        rows = " The rows are what was read before." if self.state and self.state.snapshot else ""
        sentence = f"{error.title}: {error.sentence}{rows}"
        hints = list_error_hints(error)
        self.notice_bar.show_notice(Kind.ERROR, sentence, *hints, lifetime=Lifetime.UNTIL_READ)

    # Cursor and filter

    def show_cursor(self) -> None:
        """Put the cursor of the grid where the state has it, because the user has moved it."""
        if self.state is not None and (cursor := self.state.tab.cursor) is not None:
            self.rows.cursor_key = cursor

    def _move_cursor(self, key: str) -> None:
        self.notice_bar.expire_notice(*PASSING)
        if self.state is not None:
            self.state.tab.move_cursor(key)
        self._draw_detail_soon()

    def show_new_rows(self) -> None:
        """Adapt filter and focus to another tab or another acting entity."""
        self.notice_bar.clear_notice()
        if self.state is not None:
            self.filter_input.value = self.state.tab.filter_text
        self.screen.set_focus(self.rows)

    def open_filter(self) -> None:
        if self.state is not None:
            self.screen.set_focus(self.filter_input)

    def clear_marks(self) -> None:
        """Clear the marks of the tab, saying how many, and the results of the last run."""
        if (state := self.state) is not None:
            marks = len(state.tab.marks)
            state.tab.clear_marks()
            self.show_cleared_marks(marks)

    def show_cleared_marks(self, count: int) -> None:
        if count:
            self.notice_bar.show_notice(Kind.INFO, f"{format_count(count, 'mark')} cleared.")

    @property
    def is_filtered(self) -> bool:
        """Whether words or statuses hide rows."""
        state = self.state
        return state is not None and bool(state.tab.filter_text or state.tab.statuses)

    def close_filter(self) -> None:
        self.filter_input.value = ""
        if self.state is not None and self.state.tab.statuses:
            self.state.tab.set_filter("", ())
        self.screen.set_focus(self.rows)

    def close_tree_filter(self) -> None:
        """Clear the filter of the tree, and go back to the rows."""
        if self._tree is not None:
            self._tree.close_filter()
        self.screen.set_focus(self.rows)

    def _filter_rows(self, text: str) -> None:
        if self.state is not None and text != self.state.tab.filter_text:
            self.notice_bar.expire_notice(*PASSING)
            self.state.tab.set_filter(text)

    @on(Input.Submitted, "#filter")
    def _keep_filter(self) -> None:
        if not self.filter_input.value:
            self.close_filter()
            return
        if (cursor := self.rows.cursor_key) is not None:
            self._move_cursor(cursor)
        self.screen.set_focus(self.rows)
