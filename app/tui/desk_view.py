"""The desk as widgets: where one is, the two tabs, the rows, what is known of one, the keys."""

import asyncio
from collections.abc import Callable

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Size
from textual.getters import query_one
from textual.reactive import Reactive
from textual.widgets import Input

from app.commands import Situation
from app.domain.connections import Direction
from app.domain.errors import ZuoraError
from app.services.desk import Desk, Progress
from app.services.target import Target
from app.services.tenant import now
from app.tui import presenting
from app.tui.grid import Grid, Item
from app.tui.lines import Lines

REST = 0.03
"""Seconds the cursor rests on a row before its details follow: a held key is not slowed by them."""
READING = Content("Reading from Zuora…")


class Needle(Input):
    """The field of the filter; the arrows move the cursor of the rows under it.

    Its owner is told at once, not by a message, so that a letter and the rows
    that it leaves are painted in one frame.
    """

    BINDINGS = [
        Binding("up", "screen.step(-1)", "Up", id="filter.up", tooltip="The row above"),
        Binding("down", "screen.step(1)", "Down", id="filter.down", tooltip="The row below"),
    ]

    # The field keeps its size whatever is typed, so no letter asks for a new layout.
    virtual_size = Reactive(Size(0, 0), layout=False)
    typed: Callable[[str], None] | None = None
    left: Callable[[bool], None] | None = None
    """Called when the field is left: whether what was typed is kept."""

    def on_key(self, event: events.Key) -> None:
        """Leave on enter and escape; what was typed behind them is for the rows again.

        Keys that were typed ahead wait here in their order, so here it must be
        told which of them are still meant for the field.
        """
        if self.screen.focused is not self:
            self.app.simulate_key(event.key)
        elif event.key in ("enter", "escape") and self.left is not None:
            self.left(event.key == "enter")
        else:
            return
        event.stop()
        event.prevent_default()

    def watch_value(self, value: str) -> None:
        """Tell what has been typed."""
        if self.typed is not None:
            self.typed(value)


class DeskView(Vertical):
    """Draws a desk, and knows nothing of where it comes from.

    Args:
        target: the tenant, named in the top line.
    """

    top = query_one("#top", Lines)
    tabs = query_one("#tabs", Lines)
    rows = query_one("#rows", Grid)
    needle = query_one("#needle", Needle)
    detail = query_one("#detail", Lines)
    notice = query_one("#notice", Lines)
    keys = query_one("#keys", Lines)

    def __init__(self, target: Target) -> None:
        super().__init__()
        self.target = target
        self.user = target.user
        self.desk: Desk | None = None
        self.reading = True
        self._passing = True
        self._rest: asyncio.TimerHandle | None = None
        self._drawn: tuple[object, ...] = ()
        self._made_of: tuple[object, ...] = ()
        self._items: dict[str, Item] = {}

    def compose(self) -> ComposeResult:
        """Lay out the lines above the rows, the rows, and the lines below them."""
        yield Lines(id="top")
        yield Lines(id="tabs")
        yield Needle(id="needle", placeholder="Filter rows", compact=True)
        yield Grid(presenting.columns(Direction.OUTBOUND), id="rows")
        yield Lines(id="detail")
        yield Lines(id="notice")
        yield Lines(id="keys")

    def on_mount(self) -> None:
        """Draw the empty desk: the first frame waits for nothing."""
        self.needle.typed, self.needle.left = self._narrow, self._leave_filter
        self.rows.placeholder = READING
        self.rows.focus()

    def on_resize(self) -> None:
        """Fit what depends on the width."""
        self.draw_lines()
        self.draw_cursor()

    def situation(self) -> Situation:
        """Return what the gates of commands depend on now."""
        desk, demo = self.desk, bool(self.target.users)
        if desk is None:
            return Situation(demo=demo)
        row = desk.find(self.rows.cursor_key)
        return Situation(
            row=row,
            enterable=desk.access.tenant.enterable,
            entered=True,
            loaded=desk.view is not None,
            sending=row is not None and desk.progress(row) is Progress.SENDING,
            demo=demo,
        )

    def draw(self) -> None:
        """Show the desk as it is now; the cursor stays on its record."""
        self.draw_lines()
        if self.desk is not None:
            self._draw_rows(self.desk)

    def _draw_rows(self, desk: Desk) -> None:
        tab, shown, grid = desk.tab, desk.shown(), self.rows
        self._make_items(desk)
        grid.placeholder = _empty_face(desk)
        grid.stale = desk.failure is not None
        if self._drawn == (desk.acting_id, desk.direction, "") and grid.cursor_key is not None:
            tab.cursor = grid.cursor_key  # its message may still be on the way
        self._drawn = (desk.acting_id, desk.direction, tab.needle)
        if tab.cursor is None and shown:
            tab.cursor = shown[0].key
        with self.prevent(Grid.CursorMoved):
            grid.show(
                [self._items[row.key] for row in shown],
                cursor=tab.cursor if tab.cursor != grid.cursor_key else None,
            )
        if shown and not tab.needle:  # what a filter hides is gone back to
            tab.cursor = grid.cursor_key
        self._draw_tabs()
        self._follow_cursor()

    def _make_items(self, desk: Desk) -> None:
        """Make the lines of all rows once: each letter in the filter shows hundreds of them."""
        made_of = (desk.view, desk.direction, desk.changes)
        if made_of != self._made_of:
            self._made_of = made_of
            enterable = desk.access.tenant.enterable
            self._items = {
                row.key: presenting.item(row, enterable, desk.progress(row)) for row in desk.rows()
            }

    def draw_tab(self) -> None:
        """Show the tab in front, which may have changed."""
        if self.desk is not None:
            tab = self.desk.tab
            self.rows.set_columns(presenting.columns(self.desk.direction))
            self.rows.sorting = (tab.order.value, tab.reverse) if tab.order else None
            self.draw()

    def draw_lines(self) -> None:
        """Show where one is, how old the list is, and the titles of the tabs."""
        desk, width = self.desk, self.size.width - 2
        age = presenting.age_of(desk, now(), reading=self.reading)
        self.top.show(presenting.top_lines(self.target, self.user, desk, age, width))
        self._draw_tabs()

    def _draw_tabs(self) -> None:
        desk = self.desk
        front = desk.direction if desk else Direction.OUTBOUND
        self.tabs.show(presenting.tab_line(desk, front, len(self.rows.items)))

    def draw_cursor(self) -> None:
        """Show what is known of the row under the cursor, and what can be done."""
        situation = self.situation()
        self.detail.show(presenting.detail(situation.row, situation.enterable))
        self.keys.show(presenting.key_bar(situation, self.size.width - 2))

    @on(Grid.CursorMoved)
    def _follow(self, event: Grid.CursorMoved) -> None:
        event.stop()
        if self.desk is not None and event.key is not None:
            self.desk.tab.cursor = event.key
        if self._passing:
            self.hush()
        self._follow_cursor()

    def _follow_cursor(self) -> None:
        if self._rest is not None:
            self._rest.cancel()
        self._rest = asyncio.get_running_loop().call_later(REST, self.draw_cursor)

    def fail(self, error: ZuoraError) -> None:
        """Say why the tenant could not be entered."""
        self.rows.placeholder = _failed_face(error)
        if self.desk is not None:
            self.say("bad", f"{error.title}: {error.sentence}", *presenting.error_lines(error))
        self.draw_lines()

    def say(self, kind: str, sentence: str, *more: str) -> None:
        """Show a message above the keys, until the next one or escape.

        Args:
            kind: "good" or "why", which a move of the cursor clears; "bad" or "unknown".
            sentence: what happened.
            more: what to do about it, a line each.
        """
        self._passing = kind in ("good", "why")
        self.notice.set_classes(f"-{kind}")
        self.notice.show(presenting.notice(kind, sentence, *more))
        self.notice.display = True

    def open_filter(self) -> None:
        """Show the field of the filter."""
        if self.desk is not None:
            self.needle.value = self.desk.tab.needle
            self.needle.display = True
            self.screen.set_focus(self.needle)  # at once: what is typed ahead belongs to it

    def _narrow(self, needle: str) -> None:
        if self.desk is not None and needle != self.desk.tab.needle:
            self.desk.tab.needle = needle
            self._draw_rows(self.desk)

    def _leave_filter(self, kept: bool) -> None:
        if kept and self.needle.value:
            self.screen.set_focus(self.rows)
        else:
            self.close_filter()

    def close_filter(self) -> None:
        """Put the field of the filter away, and what was typed into it."""
        self.needle.value = ""
        self.needle.display = False
        self.screen.set_focus(self.rows)

    def hush(self) -> bool:
        """Clear the message; return whether there was one."""
        shown = bool(self.notice.display)
        if shown:
            self.notice.display = False
        return shown


def _empty_face(desk: Desk) -> Content:
    """Say why there are no rows: nothing there, filtered to nothing, or failed."""
    if desk.view is None:
        return _failed_face(desk.failure) if desk.failure else READING
    if desk.tab.needle and desk.count(desk.direction):
        hidden = desk.count(desk.direction)
        return Content.assemble(
            (f"Nothing matches “{desk.tab.needle}”.", "bold"),
            f"\n\nThe filter hides {hidden} rows; escape clears it.",
        )
    if desk.direction is Direction.INBOUND:
        return Content.assemble(
            ("No entity shares to this one, or asks to.", "bold"),
            "\n\nA request appears here once it is made in another entity,",
            "\nunder Share To (Outbound). e switches the entity.",
        )
    return Content.assemble(
        ("There is no other entity to share to.", "bold"),
        "\n\nA global administrator adds entities in Manage Entity Hierarchy.",
    )


def _failed_face(error: ZuoraError) -> Content:
    more = "".join(f"\n{line}" for line in presenting.error_lines(error) if line)
    return Content.assemble(
        (f"✕ {error.title}", "bold $text-error"), f"\n\n{error.sentence}\n{more}"
    )
