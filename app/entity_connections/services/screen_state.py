"""The state behind the screen: the acting entity, two tabs, and the cursor row of each.

It knows no widgets. The cursor of a tab is the key of a row, and stays on that row when
the list is refreshed, sorted or filtered. When the row is gone, a neighbour has the cursor;
actions are disabled on it until the user has moved the cursor.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from entity_connections.domain.actions import ACTIONS
from entity_connections.domain.actions.default_action import default_row, filter_enabled
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
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.plan import Cause, Plan, find_cause
from entity_connections.services.operations.run import Run
from entity_connections.services.operations.unresolved import UnresolvedOperations
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.tab_state import CursorPlace, TabState
from entity_connections.services.waiting import Waiting, find_waiting
from entity_connections.services.workspace import (
    ADMINISTRATORS_ONLY,
    STANDARD_USER,
    UserSession,
)

DONE = "done"
"""What an operation of a run is, from when a list has proven it until the run has ended."""


class Progress(Enum):
    """The state of the last operation on a row, where it is not finished."""

    PLANNED = "planned"
    """It follows later in a run of several."""
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
        on_change: called after every change but that of marks; replace it to listen.
        on_mark: called after every change of marks and nothing else.
        unresolved: the operations whose outcome is unknown; what lists have proven of them is to be
            shown and recorded (`recovery.record_resolved`).
        lists_left: how many lists of all entities are still to be read; None before the first
            time that all are read.
        lists_asked: how many of them were to be read.
        list_errors: why lists of all entities could not be read, by the id of the entity.
        run: the last run of several operations, under way or ended; None once its results are
            not shown any more.
    """

    session: UserSession
    acting_id: str
    snapshot: Snapshot | None = None
    failure: ZuoraError | None = None
    direction: Direction = Direction.OUTBOUND
    recent: list[str] = field(default_factory=list)
    revision: int = 0
    on_change: Callable[[], None] = lambda: None
    on_mark: Callable[[], None] = lambda: None
    tabs: dict[Direction, TabState] = field(
        default_factory=lambda: {direction: TabState() for direction in Direction}
    )
    unresolved: UnresolvedOperations = field(default_factory=UnresolvedOperations)
    lists_left: int | None = None
    lists_asked: int = 0
    list_errors: dict[str, ZuoraError] = field(default_factory=dict)
    _waiting: tuple[tuple[object, ...], Waiting] = ((), Waiting())
    run: Run | None = None
    _rows: dict[Direction, dict[str, SearchableRow]] = field(default_factory=dict)
    _visible: dict[str, Row] = field(default_factory=dict)
    _visible_key: tuple[object, ...] = ()
    _counts: dict[str, int] = field(default_factory=dict)
    _cached_asked: float = 0.0  # `Snapshot.asked` of the cached list that was shown first
    _origin: Origin | None = None
    _runs: list[Run] = field(default_factory=list)  # those under way

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
        is_standard = self.session.role(self.acting_id) == STANDARD_USER
        refusal = ADMINISTRATORS_ONLY if is_standard else ""
        for direction in Direction:
            rows = make_searchable(snapshot.rows(direction), refusal)
            self._rows[direction] = {searchable.row.key: searchable for searchable in rows}
        self._open_tab()

    def start_reading_lists(self, number: int) -> None:
        """Note that so many lists are about to be read."""
        self.lists_left = self.lists_asked = number
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
        key = tenant.lists_read, tenant.hierarchy
        if key != self._waiting[0]:
            self._waiting = key, find_waiting(self.session)
        return self._waiting[1]

    def show_row(self, row: Row) -> None:
        """Act in the entity of a row, on its tab without filter and marks, the cursor on it."""
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
        """Change the acting entity: same tab, no filter or marks, its cached list if any."""
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
                row = default_row(rows)
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
        self._visible_rows()
        return self._counts

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
            found = self._filter_by_words()
            self._counts = dict.fromkeys(STATUS_GROUPS, 0)
            for row in found:
                self._counts[row.status_group] += 1
            self._visible = {row.key: row for row in self._make_visible_rows(found, pinned)}
        return self._visible

    def _filter_by_words(self) -> list[Row]:
        """Return the rows that hold the words; what is under way on a row counts as its words."""
        tab, rows = self.tab, self._rows.get(self.direction, {})
        if tab.filter_text:
            rows = dict(rows)
            for source_id, target_id in self._list_touched_ends():
                key = target_id if self.direction is Direction.OUTBOUND else source_id
                if (row := rows.get(key)) and (word := self._find_run_word(row.row)):
                    rows[key] = row._replace(phrases=(*row.phrases, word))
        return filter_rows(tab.filter_text, rows.values(), keep=tab.pinned)

    def _list_touched_ends(self) -> set[tuple[str, str]]:
        """Return the ends of the pairs that runs concern, and those with an unknown outcome."""
        runs = self._runs if self.run is None else [*self._runs, self.run]
        touched = {ends for run in runs for ends in run.list_ends()}
        return touched | set(self.unresolved.list_ends())

    def _find_run_word(self, row: Row) -> str:
        progress = self.progress(row)
        return progress.value if progress else self.find_result_word(row)

    def find_hidden_match(self, key: str) -> str:
        """Return what the filter found of a row that the row may not show; "" if nothing."""
        row = self._rows.get(self.direction, {}).get(key)
        return find_hidden_match(self.tab.filter_text, row) if row else ""

    def _make_visible_rows(self, found: Iterable[Row], pinned: Row | None) -> Sequence[Row]:
        tab, place = self.tab, self.tab.place
        listed = self._rows.get(self.direction, {})
        rows = [
            row
            for row in found
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

    # Marks

    def toggle_mark(self, key: str) -> None:
        """Mark a visible row, or no longer."""
        marks = self.tab.marks
        if key in marks:
            del marks[key]
        else:
            marks[key] = self._visible_rows()[key].state
        self.on_mark()

    def mark_and_move(self, key: str) -> None:
        """Mark a visible row, or no longer, and put the cursor on the row below it."""
        keys = self._visible_keys()
        self.toggle_mark(key)
        self.move_cursor(keys[min(keys.index(key) + 1, len(keys) - 1)])

    def mark_range(self, step: int) -> None:
        """Move the cursor by `step` rows, and mark the rows on the way, both ends too."""
        rows = self._visible_rows()
        keys = list(rows)
        if (cursor := self.cursor) is not None:
            end = keys[max(0, min(keys.index(cursor) + step, len(keys) - 1))]
            self.tab.mark_range(end, cursor, rows)
            self.on_mark()
            self.move_cursor(end)

    def mark_all(self) -> None:
        """Mark every visible row that allows an action; if all of them are marked, none."""
        rows = self._visible_rows()
        enabled = filter_enabled(ACTIONS, rows.values())
        possible = {row.key: row.state for row in enabled}
        marks = self.tab.marks
        if possible.keys() <= marks.keys():
            self.tab.marks = {key: state for key, state in marks.items() if key not in rows}
        else:
            self.tab.marks = possible | marks
        self.on_mark()

    def clear_marks(self) -> None:
        """Mark no row of the tab in front, and show the results of the last run no longer."""
        self.tab.marks.clear()
        if self.run is not None and self.run.ended:
            self.run = None
        self.revision += 1
        self.on_change()

    def count_marks(self) -> int:
        """Return how many rows of both tabs are marked, hidden ones too."""
        return sum(len(tab.marks) for tab in self.tabs.values())

    def marked_rows(self) -> list[Row]:
        """Return the marked rows that are visible: only they are acted on."""
        marks = self.tab.marks
        return [row for key, row in self._visible_rows().items() if key in marks] if marks else []

    def find_change(self, row: Row) -> str:
        """Return what has changed since a row was marked, in a sentence, or ""."""
        before = self.tab.marks.get(row.key, row.state)
        if before == row.state:
            return ""
        return f"{row.pair} is {row.state} now; it was {before} when you marked it."

    # Operations

    @property
    def sending(self) -> bool:
        """Whether operations are being sent, or their outcomes looked up."""
        return bool(self._runs)

    @property
    def is_running(self) -> bool:
        """Whether a run of several operations is under way."""
        return self.run is not None and not self.run.ended

    def progress(self, row: Row) -> Progress | None:
        """Return what is under way on a row, sent from whichever of its two entities."""
        for run in self._runs:
            operation = run.find((row.source.id, row.target.id))
            if operation is not None and operation.state is State.SENT:
                return Progress.SENDING
            if operation is not None and operation.state is State.PLANNED:
                return Progress.PLANNED if run.total > 1 else Progress.SENDING
        return Progress.UNKNOWN if row in self.unresolved else None

    def find_result(self, row: Row) -> Operation | None:
        """Return what the last run of several has done on a row; None while that is under way."""
        operation = self.run.find((row.source.id, row.target.id)) if self.run else None
        if operation is None or self.progress(row) is not None:
            return None
        return operation

    def find_result_word(self, row: Row) -> str:
        """Return what the last run of several has done on a row, in a word or two; "" if nothing.

        What was done shows in the status when the run has ended.
        """
        operation = self.find_result(row)
        if operation is None or self.run is None:
            return ""
        if operation.state is State.CONFIRMED:
            return "" if self.run.ended else DONE
        return "not sent" if operation.state is State.PLANNED else operation.state.value

    def start_run(self, plan: Plan, resumes: str = "") -> Run:
        """Note that operations are under way; the row under the cursor stays where it is.

        Args:
            plan: what is carried out.
            resumes: id of the interrupted run whose place this one takes; "" for none.
        """
        run = Run(plan, resumes)
        self._runs.append(run)
        self.run = run if run.total > 1 else None
        self.revision += 1
        place = self.tab.place
        rows = (operation.row for operation in plan.operations)
        places = {(row.acting.id, row.direction, row.key) for row in rows}
        if place is not None and (self.acting_id, self.direction, place.key) in places:
            self.tab.place = CursorPlace(place.key, self._visible_keys(), pinned=True)
        self.on_change()
        return run

    def report(self, run: Run, operation: Operation) -> None:
        """Note how far an operation of a run is; `on_change` is not called, as for many at once."""
        run.report(operation)
        self.revision += 1

    def end_run(self, run: Run, operations: Sequence[Operation]) -> None:
        """Note the outcomes of a run, and apply the lists that were read after it.

        What was not done stays marked, as if it were marked now, and what had changed before.
        """
        run.end(operations)
        self._runs.remove(run)
        self.revision += 1
        for snapshot in dict.fromkeys(operation.snapshot for operation in operations):
            if snapshot is not None:
                self._apply(snapshot)
        self._renew_marks(run)
        self.update_unresolved(operation for operation in operations if operation.entry)

    def _renew_marks(self, run: Run) -> None:
        """Keep the marks of what was not done, unless it is so by now."""
        left_out = {(row.source.id, row.target.id): cause for row, _, cause, _ in run.plan.left_out}
        for direction, tab in self.tabs.items():
            for key in [*tab.marks]:
                if (searchable := self._rows.get(direction, {}).get(key)) is None:
                    continue
                row = searchable.row
                ends = row.source.id, row.target.id
                operation, cause = run.find(ends), left_out.get(ends)
                if operation is None and cause is None:
                    continue
                is_so = find_cause(run.plan.action, row) is Cause.ALREADY_SO
                is_done = operation is not None and operation.state is State.CONFIRMED
                if is_so or is_done or cause not in (None, Cause.CHANGED):
                    del tab.marks[key]
                elif operation is not None:
                    tab.marks[key] = row.state

    def update_unresolved(self, operations: Iterable[Operation]) -> None:
        """Show operations as unknown until a list proves their outcome; drop those known now."""
        self.revision += self.unresolved.update(operations)
        self.on_change()
