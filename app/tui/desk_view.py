"""The desk as widgets: where one is, the two tabs, the rows, what is known of one, the keys."""

import asyncio
from collections.abc import Callable
from collections.abc import Set as AbstractSet

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Input

from app.commands import Situation
from app.domain.connections import Direction, Row
from app.domain.errors import ZuoraError
from app.services.desk import Desk, Progress
from app.services.target import Target
from app.services.tenant import View, now
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
        ("up", "screen.step(-1)", "Up"),
        ("down", "screen.step(1)", "Down"),
    ]

    typed: Callable[[str], None] | None = None

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
        self._failure: ZuoraError | None = None
        self._passing = True
        self._rest: asyncio.TimerHandle | None = None
        self._drawn: View | None = None
        self._items: dict[tuple[int, Progress | None], tuple[Row, Item]] = {}

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
        self.needle.typed = self._narrow
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
        desk = self.desk
        if desk is None:
            self.draw_lines()
            return
        tab, shown, grid = desk.tab, desk.shown(), self.rows
        enterable = desk.access.tenant.enterable
        if self._drawn is not desk.view:
            self._drawn = desk.view
            self._items.clear()
        grid.placeholder = _empty_face(desk)
        grid.stale = desk.failure is not None
        if tab.cursor is None and shown:
            tab.cursor = shown[0].key
        with self.prevent(Grid.CursorMoved):
            grid.show(
                [self._item(row, enterable, desk.progress(row)) for row in shown],
                cursor=tab.cursor if tab.cursor != grid.cursor_key else None,
            )
        if shown and not tab.needle:  # what a filter hides is gone back to
            tab.cursor = grid.cursor_key
        self.draw_lines()
        self.draw_cursor()

    def _item(
        self, row: Row, enterable: AbstractSet[str] | None, progress: Progress | None
    ) -> Item:
        """Return the line of a row, made once: a letter in the filter shows hundreds."""
        key = (id(row), progress)
        if key not in self._items:
            self._items[key] = (row, presenting.item(row, enterable, progress))
        return self._items[key][1]

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
        if self._rest is not None:
            self._rest.cancel()
        self._rest = asyncio.get_running_loop().call_later(REST, self.draw_cursor)

    def fail(self, error: ZuoraError) -> None:
        """Show why there is nothing to show."""
        self.rows.placeholder = _failed_face(error)
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
            self.needle.focus()

    def _narrow(self, needle: str) -> None:
        if self.desk is not None and needle != self.desk.tab.needle:
            self.desk.tab.needle = needle
            self.draw()

    def close_filter(self) -> None:
        """Put the field of the filter away, and what was typed into it."""
        self.needle.value = ""
        self.needle.display = False
        self.rows.focus()

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
    if desk.tab.needle:
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
