"""The desk as widgets: where one is, the two tabs, the rows, what is known of one, the keys."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.css.query import NoMatches
from textual.getters import query_one
from textual.signal import Signal

from entity_connections.domain.clock import now
from entity_connections.domain.connections import Direction
from entity_connections.domain.errors import ZuoraError
from entity_connections.domain.risk import Risk
from entity_connections.domain.rows import Row
from entity_connections.services.request_log import RequestLog
from entity_connections.services.screen_state import Progress, ScreenState
from entity_connections.services.workspace import Workspace
from entity_connections.tui.commands import CommandContext
from entity_connections.tui.rendering import header as heading
from entity_connections.tui.rendering import presenting
from entity_connections.tui.rendering.empty_states import READING, empty_face, failed_face
from entity_connections.tui.widgets.banner import SLOW, Banner
from entity_connections.tui.widgets.filter_input import Needle
from entity_connections.tui.widgets.grid.grid import Grid, Item
from entity_connections.tui.widgets.text_lines import Lines

REST = 0.03
"""Seconds the cursor rests on a row before its details follow: a held key is not slowed by them."""


class DeskView(Vertical):
    """Draws a desk, and knows nothing of where it comes from.

    Args:
        target: the tenant, named in the top line.

    Attributes:
        entered: whether the tenant was entered, and not only remembered.
        traffic: what goes over the wire, once there is a way into the tenant.
        traffic_changed: published after every change of it.
    """

    top = query_one("#top", Lines)
    banner = query_one("#banner", Banner)
    tabs = query_one("#tabs", Lines)
    rows = query_one("#rows", Grid)
    needle = query_one("#needle", Needle)
    detail = query_one("#detail", Lines)
    notice = query_one("#notice", Lines)
    keys = query_one("#keys", Lines)

    def __init__(self, target: Workspace) -> None:
        super().__init__()
        self.target = target
        self.user = target.user
        self.desk: ScreenState | None = None
        self._reading = True
        self.entered = False
        self.traffic: RequestLog | None = None
        self.traffic_changed = Signal[None](self, "traffic")
        self._passing = True
        self._until_change = False
        self._told_failure = False
        self._began = now()
        self._rest: asyncio.TimerHandle | None = None
        self._made_of: tuple[object, ...] = ()
        self._items: dict[str, Item] = {}

    @property
    def reading(self) -> bool:
        """Whether something is being read because a person asked for it."""
        return self._reading

    @reading.setter
    def reading(self, reading: bool) -> None:
        self._reading = reading
        self.banner.asked_at = asyncio.get_running_loop().time() if reading else None
        if reading:
            self.set_timer(SLOW, self.banner.draw)

    def compose(self) -> ComposeResult:
        """Lay out the lines above the rows, the rows, and the lines below them."""
        yield Lines(id="top")
        yield Banner(id="banner")
        yield Lines(id="tabs")
        yield _filter()
        yield Grid(presenting.columns(Direction.OUTBOUND), id="rows")
        yield Lines(id="detail")
        yield Lines(id="notice")
        yield Lines(id="keys")

    def on_mount(self) -> None:
        """Draw the empty desk: the first frame waits for nothing."""
        if not self.children:
            return  # the program was left before it was there
        self._listen_to_filter()
        self.rows.on_place = self._place_cursor
        self.rows.placeholder = READING
        self.reading = True
        self.rows.focus()

    def on_resize(self) -> None:
        """Fit what depends on the width."""
        self.draw_lines()
        self.draw_cursor()

    def situation(self) -> CommandContext:
        """Return what the gates of commands depend on now."""
        desk, target = self.desk, self.target
        here = CommandContext(
            lab=target.fault_switches is not None,
            demo=bool(target.users),
            production=target.risk is Risk.PRODUCTION,
            locked=target.lock.locked,
            read_only=target.lock.permanent,
        )
        if desk is None:
            return here
        row = desk.find(desk.cursor)
        progress = desk.progress(row) if row is not None else None
        return here._replace(
            row=row,
            moved_reason=desk.moved_reason,
            accessible_ids=desk.session.tenant.accessible_ids,
            role=desk.session.role(desk.acting_id),
            can_go_back=desk.can_go_back,
            entered=True,
            loaded=desk.snapshot is not None,
            sending=progress is Progress.SENDING,
            unknown=progress is Progress.UNKNOWN,
        )

    def draw(self) -> None:
        """Show the desk as it is now; the cursor stays on its record."""
        self.draw_lines()
        if self.desk is not None:
            self._draw_rows(self.desk)

    def _draw_rows(self, desk: ScreenState) -> None:
        shown, cursor, grid = desk.visible_rows(), desk.cursor, self.rows
        grid.placeholder = empty_face(desk)
        grid.stale = desk.failure is not None or self._remembered(desk)
        with self.prevent(Grid.CursorMoved):
            grid.show(
                self._make_items(desk, shown),
                cursor=cursor if cursor != grid.cursor_key else None,
            )
        self._draw_tabs()
        self._follow_cursor()

    def _remembered(self, desk: ScreenState) -> bool:
        """Whether the rows are from before the program was started."""
        return desk.snapshot is not None and desk.snapshot.read_at < self._began

    def _make_items(self, desk: ScreenState, rows: Sequence[Row]) -> list[Item]:
        """Make the line of each row once: each letter in the filter shows hundreds of them."""
        situation = self.situation()._replace(row=None, moved_reason="", can_go_back=False)
        made_of = (desk.snapshot, desk.direction, desk.revision, situation.locked, situation.role)
        if made_of != self._made_of:
            self._made_of, self._items = made_of, {}
        self._items.pop(desk.tab.pinned or "", None)  # it need not be as the list has it
        with suppress(KeyError):
            return [self._items[row.key] for row in rows]
        for row in rows:
            if row.key not in self._items:
                self._items[row.key] = presenting.item(row, situation, desk.progress(row))
        return [self._items[row.key] for row in rows]

    def draw_tab(self) -> None:
        """Show the tab in front, which may have changed."""
        if self.desk is not None:
            tab = self.desk.tab
            self.rows.set_columns(presenting.columns(self.desk.direction))
            self.rows.sorting = (tab.sort_column.value, tab.reverse) if tab.sort_column else None
            self.draw()

    def draw_lines(self) -> None:
        """Show where one is, how old the list is, and the titles of the tabs."""
        desk, width = self.desk, self.size.width - 2
        switches = self.target.fault_switches
        self.app.set_class(switches is not None and bool(switches.summarize()), "-faults")
        old = desk is not None and self._remembered(desk)
        age = heading.age_of(desk, now(), reading=self.reading, restored=old)
        self.top.show(heading.top_lines(self.target, self.user, desk, age, width))
        self.banner.desk = desk
        self.banner.draw()
        self._draw_tabs()

    def _draw_tabs(self) -> None:
        desk = self.desk
        front = desk.direction if desk else Direction.OUTBOUND
        listed = len(self.rows.items) - (desk is not None and desk.shows_pinned_row)
        self.tabs.show(heading.tab_line(desk, front, listed))

    def draw_cursor(self) -> None:
        """Show what is known of the row under the cursor, and what can be done."""
        situation = self.situation()
        self.detail.show(presenting.detail(situation))
        self.keys.show(presenting.key_bar(situation, self.size.width - 2))

    def _place_cursor(self, key: str) -> None:
        if self._passing:
            self.hush()
        if (desk := self.desk) is not None:
            pinned = desk.tab.pinned
            desk.move_cursor(key)
            if desk.tab.pinned != pinned:
                self._draw_rows(desk)  # without the row that was left
        self._follow_cursor()

    def _follow_cursor(self) -> None:
        if self._rest is not None:
            self._rest.cancel()
        self._rest = asyncio.get_running_loop().call_later(REST, self._rested)

    def _rested(self) -> None:
        if self.is_running:
            with suppress(NoMatches):  # the screen may be coming down
                self.draw_cursor()

    def follow(self, traffic: RequestLog) -> None:
        """Watch what goes over the wire from now on."""
        self.traffic = self.banner.traffic = traffic
        traffic.changed = self._traffic_changed

    def _traffic_changed(self) -> None:
        if self.is_running:
            self.banner.draw()
            self.traffic_changed.publish(None)

    def give_up_waiting(self) -> bool:
        """End the pauses before calls are tried again; return whether there was one."""
        if self.traffic is None or not self.traffic.waits:
            return False
        self.traffic.cancel_delays()
        return True

    def fail(self, error: ZuoraError) -> None:
        """Show that there is no way into the tenant."""
        self.banner.failure = error
        self.rows.placeholder = failed_face(error)
        self.draw_lines()

    def say_failure(self, error: ZuoraError) -> None:
        """Say why nothing could be read, until it can be."""
        rows = " The rows are what was read before." if self.desk and self.desk.snapshot else ""
        self.say("bad", f"{error.title}: {error.sentence}{rows}", *presenting.error_lines(error))
        self._told_failure = True

    def recover(self) -> None:
        """Take back what was said about a failure that is over."""
        self.banner.failure = self.banner.resumes = None
        if self._told_failure:
            self.hush()

    def say(self, kind: str, sentence: str, *more: str, until_change: bool = False) -> None:
        """Show a message above the keys, until the next one or escape.

        Args:
            kind: "good" or "why", which a move of the cursor clears; "bad" or "unknown".
            sentence: what happened.
            more: what to do about it, a line each.
            until_change: whether a list that is not as before clears it, too: it may contradict.
        """
        self._passing = kind in ("good", "why")
        self._until_change = until_change and self._passing
        self._told_failure = False
        self.notice.set_classes(f"-{kind}")
        self.notice.show(presenting.notice(kind, sentence, *more))
        self.notice.display = True

    def open_filter(self) -> None:
        """Show the field of the filter."""
        if self.desk is not None:
            self.needle.value = self.desk.tab.filter_text
            self.needle.display = True
            self.screen.set_focus(self.needle)  # at once: what is typed ahead belongs to it

    async def replace_filter(self) -> None:
        """Put a new field in the place of one that handles no more messages."""
        await self.needle.remove()
        await self.mount(_filter(), before=self.rows)
        self._listen_to_filter()
        self.close_filter()

    def _listen_to_filter(self) -> None:
        self.needle.typed, self.needle.left = self._narrow, self._leave_filter

    def _narrow(self, needle: str) -> None:
        if self.desk is not None and needle != self.desk.tab.filter_text:
            self.desk.set_filter(needle)
            if self._passing:
                self.hush()
            self._draw_rows(self.desk)

    def _leave_filter(self, kept: bool) -> None:
        if kept and self.needle.value:
            if (cursor := self.rows.cursor_key) is not None:
                self._place_cursor(cursor)
            self.screen.set_focus(self.rows)
        elif kept or not self.give_up_waiting():
            self.close_filter()

    def draw_arrival(self, desk: ScreenState) -> None:
        """Show a tab or an entity that was come to, with the filter that it has."""
        self.hush()
        self.needle.value = desk.tab.filter_text
        self.needle.display = bool(desk.tab.filter_text)
        self.screen.set_focus(self.rows)
        self.draw_tab()

    def close_filter(self) -> None:
        """Put the field of the filter away, and what was typed into it."""
        self.needle.value = ""
        self.needle.display = False
        self.screen.set_focus(self.rows)

    def outdate(self) -> None:
        """Clear a message that a list, being another than before, may contradict."""
        if self._until_change:
            self.hush()

    def hush(self) -> bool:
        """Clear the message; return whether there was one."""
        shown = bool(self.notice.display)
        if shown:
            self.notice.display = False
        return shown


def _filter() -> Needle:
    return Needle(id="needle", placeholder="Filter rows", compact=True)
