"""The state behind the screen: the acting entity, two tabs, and the cursor row of each.

It knows no widgets. The cursor of a tab is the key of a row, and stays on that row when
the list is refreshed, sorted or filtered. When the row is gone, a neighbour has the cursor;
actions are disabled on it until the user has moved the cursor.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from entity_connections.domain.actions.default_action import default_row
from entity_connections.domain.connections import KNOWN_STATUSES, Direction
from entity_connections.domain.errors import ZuoraError
from entity_connections.domain.row_filter import (
    SearchableRow,
    filter_rows,
    find_hidden_match,
    make_searchable,
)
from entity_connections.domain.row_sort import SortColumn, sort_rows
from entity_connections.domain.rows import STATUS_GROUPS, Row, make_row
from entity_connections.services.operations.operation import Operation
from entity_connections.services.operations.unresolved import UnresolvedOperations
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.tab_state import CursorPlace, TabState
from entity_connections.services.waiting import Waiting, find_waiting
from entity_connections.services.workspace import UserSession


class Progress(Enum):
    """The state of the last operation on a row, where it is not finished."""

    SENDING = "sending"
    UNKNOWN = "outcome unknown"


class Origin(NamedTuple):
    """What the screen showed before the user went to the other side of a row.

    Attributes:
        acting_id: the acting entity.
        direction: the tab in front.
        tabs: the state of both tabs.
        previous: the origin of that entity, if the user had come from another.
    """

    acting_id: str
    direction: Direction
    tabs: dict[Direction, TabState]
    previous: "Origin | None"


@dataclass
class ScreenState:
    """The state behind the screen, for one user.

    Attributes:
        session: the tenant, as the user sees it.
        acting_id: the acting entity.
        snapshot: the newest list of the acting entity, None before the first.
        failure: why the newest read failed, None if it succeeded.
        direction: the tab in front.
        recent: earlier acting entities, newest first.
        revision: increases when the progress of an operation changes.
        tabs: the state of each tab.
        on_change: called after every change; replace it to listen.
        unresolved: the operations whose outcome is unknown; what lists have proven of them is to be
            shown and recorded (`recovery.record_resolved`).
        lists_left: how many lists of all entities are still to be read; None before the first
            time that all are read.
        list_errors: why lists of all entities could not be read, by the id of the entity.
    """

    session: UserSession
    acting_id: str
    snapshot: Snapshot | None = None
    failure: ZuoraError | None = None
    direction: Direction = Direction.OUTBOUND
    recent: list[str] = field(default_factory=list)
    revision: int = 0
    on_change: Callable[[], None] = lambda: None
    tabs: dict[Direction, TabState] = field(
        default_factory=lambda: {direction: TabState() for direction in Direction}
    )
    unresolved: UnresolvedOperations = field(default_factory=UnresolvedOperations)
    lists_left: int | None = None
    list_errors: dict[str, ZuoraError] = field(default_factory=dict)
    _waiting: tuple[tuple[object, ...], Waiting] = ((), Waiting())
    _rows: dict[Direction, dict[str, SearchableRow]] = field(default_factory=dict)
    _visible: dict[str, Row] = field(default_factory=dict)
    _visible_key: tuple[object, ...] = ()
    _cached_asked: float = 0.0  # `Snapshot.asked` of the cached list that was shown first
    _origin: Origin | None = None
    _sending: set[tuple[str, str]] = field(default_factory=set)

    @property
    def tab(self) -> TabState:
        """The tab in front."""
        return self.tabs[self.direction]

    def apply(self, snapshot: Snapshot) -> None:
        """Show a list of the acting entity, if it is the newest.

        Every list, an older one or one of another entity too, may resolve operations
        whose outcome is unknown.
        """
        self._apply(snapshot)
        self.on_change()

    def _apply(self, snapshot: Snapshot) -> None:
        self.revision += self.unresolved.resolve_with(snapshot)
        if snapshot.acting_id != self.acting_id:
            return
        if self.snapshot is not None and snapshot.asked < self.snapshot.asked:
            return
        place = self.tab.place
        if place and place.pinned and place.order is None and self.snapshot is not None:
            self.tab.place = place._replace(order=self._visible_keys())
        self.snapshot, self.failure = snapshot, None
        for direction in Direction:
            rows = make_searchable(snapshot.rows(direction), snapshot.accessible_ids)
            self._rows[direction] = {searchable.row.key: searchable for searchable in rows}
        self._open_tab()

    def start_reading_lists(self, number: int) -> None:
        """Note that so many lists are about to be read."""
        self.lists_left = number
        self.on_change()

    def apply_lists(self, lists: Mapping[str, Snapshot | ZuoraError], left: int) -> None:
        """Note what has become of lists of many entities, and how many are left to be read."""
        for id_, found in lists.items():
            if isinstance(found, ZuoraError):
                self.list_errors[id_] = found
            else:
                self.list_errors.pop(id_, None)
                self._apply(found)
        self.lists_left = left
        self.on_change()

    @property
    def waiting(self) -> Waiting:
        """The requests that wait in all entities, by the lists read so far."""
        tenant = self.session.tenant
        key = tenant.lists_read, tenant.hierarchy, tenant.accessible_ids
        if key != self._waiting[0]:
            self._waiting = key, find_waiting(self.session)
        return self._waiting[1]

    def show_row(self, row: Row) -> None:
        """Act in the entity of a row, on its tab and without a filter, with the cursor on it."""
        self._act_in(row.acting.id)
        self.direction = row.direction
        sort_column, reverse = self.tab.sort_column, self.tab.reverse
        place = CursorPlace(row.key, pinned=True)
        self.tabs[row.direction] = TabState(place, sort_column=sort_column, reverse=reverse)
        self.on_change()

    def fail(self, error: ZuoraError) -> None:
        """Note why the newest reading failed."""
        self.failure = error
        self.on_change()

    def act_in(self, entity_id: str) -> None:
        """Change the acting entity: same tab, no filter, its cached list if there is any."""
        self._act_in(entity_id)
        self.on_change()

    def _act_in(self, entity_id: str) -> None:
        if entity_id == self.acting_id:
            return
        others = [id_ for id_ in self.recent if id_ != self.acting_id]
        self.recent = [self.acting_id, *others]
        self.acting_id, self.snapshot, self.failure, self._rows = entity_id, None, None, {}
        self.tabs = {
            direction: TabState(sort_column=tab.sort_column, reverse=tab.reverse)
            for direction, tab in self.tabs.items()
        }
        self._cached_asked, self._origin = 0.0, None
        if cached := self.session.tenant.cached(entity_id):
            self._cached_asked = cached.asked
            self._apply(cached)

    def switch_tab(self, direction: Direction) -> None:
        """Bring a tab to the front; its filter, sort order and cursor are kept."""
        self.tab.unpin()
        self.direction = direction
        self._open_tab()
        self.on_change()

    def go_to_other_side(self, row: Row) -> None:
        """Act as the counterpart of a row, with the cursor on the same pair."""
        origin = Origin(self.acting_id, self.direction, self.tabs, self._origin)
        self.direction = row.direction.opposite
        self._act_in(row.counterpart.id)
        self.tab.place = CursorPlace(origin.acting_id, pinned=True)
        self._origin = origin
        self.on_change()

    @property
    def can_go_back(self) -> bool:
        """Whether the cursor is on the pair from whose other side the user came."""
        origin, place = self._origin, self.tab.place
        return (
            origin is not None
            and place is not None
            and place.key == origin.acting_id
            and self.direction is origin.direction.opposite
        )

    def go_back(self) -> None:
        """Return to the side that the user came from: entity, tab, filter, sort order, cursor."""
        if (origin := self._origin) is not None:
            self._act_in(origin.acting_id)
            self.tabs, self.direction = origin.tabs, origin.direction
            self._origin = origin.previous
            self.tab.pin()
            self.on_change()

    def _open_tab(self) -> None:
        """Put the cursor of a tab on its default row, the first time the tab is shown.

        Where the tab has no rows, this waits for a list newer than the cached one.
        """
        if self.tab.place is None and self.snapshot is not None:
            rows = self.visible_rows() or self.rows()
            if rows or self.snapshot.asked > self._cached_asked:
                row = default_row(rows, self.session.tenant.accessible_ids)
                self.tab.place = CursorPlace(row.key if row else None, [row.key for row in rows])

    def move_cursor(self, key: str) -> None:
        """Put the cursor on a visible row, because the user did."""
        place, pinned = self.tab.place, self.tab.pinned
        if place is None or place.key != key:
            self.tab.place = CursorPlace(key, self._visible_keys())
        if pinned != self.tab.pinned:  # the row that was pinned may disappear
            self.on_change()

    def set_filter(self, text: str) -> None:
        """Filter the rows of the tab in front by words."""
        self.tab.filter_text = text
        self.tab.unpin()
        self.on_change()

    def toggle_status(self, group: str) -> None:
        """Show the rows of a status of the tab in front besides those that are shown, or not."""
        self.tab.statuses ^= {group}
        self.tab.unpin()
        self.on_change()

    def show_next_status(self) -> None:
        """Show only the rows of the next status that there is; after the last, all rows."""
        groups = [group for group, count in self.status_counts().items() if count]
        shown = [index for index, group in enumerate(groups) if group in self.tab.statuses]
        following = shown[-1] + 1 if shown else 0
        self.tab.statuses = set(groups[following : following + 1])
        self.tab.unpin()
        self.on_change()

    def clear_filters(self) -> None:
        """Show all rows of the tab in front."""
        self.tab.statuses = set()
        self.set_filter("")

    def status_counts(self) -> dict[str, int]:
        """Return how many rows each status has among those that the words of the filter leave."""
        counts = dict.fromkeys(STATUS_GROUPS, 0)
        for row in self._filter_by_words():
            counts[row.status_group] += 1
        return counts

    def sort_next(self, columns: Sequence[SortColumn]) -> None:
        """Sort the tab in front by what follows in `columns`, and after the last by none."""
        self.tab.sort_next(columns)
        self._go_to_top()

    def sort_by(self, column: SortColumn) -> None:
        """Sort the tab in front by `column`; asked again, the other way round, then not at all."""
        self.tab.sort_by(column)
        self._go_to_top()

    def _go_to_top(self) -> None:
        """Put the cursor on the first row, for which the user has sorted."""
        self.tab.unpin()
        if keys := self._visible_keys():
            self.tab.place = CursorPlace(keys[0], keys)
        self.on_change()

    @property
    def cursor(self) -> str | None:
        """The key of the cursor row; None if and only if no row is visible.

        That is the row on which the user put the cursor, else its nearest visible neighbour.
        """
        place = self.tab.place or CursorPlace(None)
        return place.nearest(self._visible_rows())

    @property
    def moved_reason(self) -> str:
        """Why the cursor is on another row than the user put it on, or ""."""
        place, cursor = self.tab.place, self.cursor
        if cursor is None or (place is not None and place.key == cursor):
            return ""
        title = self.session.tenant.hierarchy.get
        if place is None or place.key is None:
            return f"{title(cursor).title} came under the cursor when it came into the list."
        left, now = title(place.key).title, title(cursor).title
        hidden = place.key in self._rows.get(self.direction, {})
        why = f"The filter hides {left}" if hidden else f"{left} left the list"
        return f"{why}; the cursor is on {now} now."

    def count(self, direction: Direction) -> int:
        """Return the number of rows of a tab, hidden ones too."""
        return len(self._rows.get(direction, ()))

    @property
    def waiting_count(self) -> int:
        """Number of requests that wait for the acting entity."""
        rows = self._rows.get(Direction.INBOUND, {}).values()
        return sum(searchable.row.waits_for_acting for searchable in rows)

    @property
    def undecided_count(self) -> int:
        """Number of inbound connections whose status is unknown: they may wait."""
        rows = self._rows.get(Direction.INBOUND, {}).values()
        statuses = [searchable.row.status for searchable in rows]
        return sum(status is not None and status not in KNOWN_STATUSES for status in statuses)

    def rows(self) -> list[Row]:
        """Return all rows of the tab in front, unfiltered and unsorted."""
        return [searchable.row for searchable in self._rows.get(self.direction, {}).values()]

    def visible_rows(self) -> list[Row]:
        """Return the rows of the tab in front, filtered and sorted, and the pinned row."""
        return list(self._visible_rows().values())

    def _visible_keys(self) -> list[str]:
        return list(self._visible_rows())

    def _visible_rows(self) -> dict[str, Row]:
        """Return the visible rows by key, computed once for each state of list and tab."""
        tab = self.tab
        pinned = self.find(tab.pinned)
        place = tab.place if tab.pinned else None
        order = tab.sort_column, tab.reverse
        filters = tab.filter_text, frozenset(tab.statuses)
        key = (self.snapshot, self.direction, self.revision, *filters, *order, pinned, place)
        if key != self._visible_key:
            self._visible_key = key
            self._visible = {row.key: row for row in self._make_visible_rows(pinned)}
        return self._visible

    def _filter_by_words(self) -> list[Row]:
        """Return the rows that hold the words; what is under way on a row counts as its words."""
        tab, rows = self.tab, self._rows.get(self.direction, {})
        unfinished = dict.fromkeys(self.unresolved.list_ends(), Progress.UNKNOWN)
        unfinished |= dict.fromkeys(self._sending, Progress.SENDING)
        if tab.filter_text and unfinished:
            rows = dict(rows)
            for (source_id, target_id), progress in unfinished.items():
                key = target_id if self.direction is Direction.OUTBOUND else source_id
                if (row := rows.get(key)) and self.progress(row.row):
                    rows[key] = row._replace(phrases=(*row.phrases, progress.value))
        return filter_rows(tab.filter_text, rows.values(), keep=tab.pinned)

    def find_hidden_match(self, key: str) -> str:
        """Return what the filter found of a row that the row may not show; "" if nothing."""
        row = self._rows.get(self.direction, {}).get(key)
        return find_hidden_match(self.tab.filter_text, row) if row else ""

    def _make_visible_rows(self, pinned: Row | None) -> Sequence[Row]:
        tab, place = self.tab, self.tab.place
        listed = self._rows.get(self.direction, {})
        rows = [
            row
            for row in self._filter_by_words()
            if not tab.statuses or row.status_group in tab.statuses or row.key == tab.pinned
        ]
        if pinned is not None and pinned.key not in listed:
            rows.insert(0, pinned)
        ordered = sort_rows(rows, tab.sort_column, reverse=tab.reverse)
        return place.hold(pinned, ordered) if pinned is not None and place else ordered

    @property
    def visible_count(self) -> int:
        """Number of visible rows that are in the list; a pinned row may not be."""
        return len(self._visible_rows().keys() & self._rows.get(self.direction, {}).keys())

    def find(self, key: str | None) -> Row | None:
        """Return a row of the tab in front by its key, also if the filter hides it.

        A pinned row that the list does not hold is made from the newest list of either end.
        """
        if listed := self._rows.get(self.direction, {}).get(key or ""):
            return listed.row
        return self._unlisted(key) if key is not None and key == self.tab.pinned else None

    def _unlisted(self, key: str) -> Row | None:
        """Return the row of a pair that is not listed, by the newest list of either end."""
        if self.snapshot is None:
            return None
        cached = self.session.tenant.cached(key) or self.snapshot
        newest = max(self.snapshot, cached, key=lambda snapshot: (snapshot.asked, snapshot.read_at))
        hierarchy = self.snapshot.hierarchy
        return make_row(
            self.direction, self.acting_id, hierarchy, newest.connections, key, newest.missing
        )

    @property
    def sending(self) -> bool:
        """Whether an operation is being sent, or its outcome looked up."""
        return bool(self._sending)

    def progress(self, row: Row) -> Progress | None:
        """Return what is under way on a row, sent from whichever of its two entities."""
        if (row.source.id, row.target.id) in self._sending:
            return Progress.SENDING
        return Progress.UNKNOWN if row in self.unresolved else None

    def start_operation(self, operation: Operation) -> None:
        """Note that an operation on a row is under way; the row stays where it is."""
        self._sending.add(operation.ends)
        self.revision += 1
        row, place = operation.row, self.tab.place
        at = row.acting.id, row.direction, row.key
        if place is not None and at == (self.acting_id, self.direction, place.key):
            self.tab.place = CursorPlace(row.key, self._visible_keys(), pinned=True)
        self.on_change()

    def finish_operation(self, operation: Operation) -> None:
        """Note the outcome of an operation, and apply the list that was read after it."""
        self._sending.discard(operation.ends)
        self.revision += 1
        if operation.snapshot is not None:
            self._apply(operation.snapshot)
        self.update_unresolved([operation])

    def update_unresolved(self, operations: Iterable[Operation]) -> None:
        """Show operations as unknown until a list proves their outcome; drop those known now."""
        self.revision += self.unresolved.update(operations)
        self.on_change()
