"""The state behind the screen: the acting entity, its two tabs, and what is known of all lists.

It knows no widgets.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from entity_connections.domain.connections import KNOWN_STATUSES, Direction
from entity_connections.domain.errors import ZuoraError
from entity_connections.domain.rows import Row
from entity_connections.services.cursor_place import CursorPlace
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.plan import Cause, Plan, find_cause
from entity_connections.services.operations.runs import Run, Runs
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.tab_state import TabState
from entity_connections.services.waiting import Waiting, find_waiting
from entity_connections.services.workspace import ADMINISTRATORS_ONLY, STANDARD_USER, UserSession
from entity_connections.services.write_lock import WriteLock


class Origin(NamedTuple):
    """What the screen showed before the user went to the other side of a row.

    `previous` is the origin of that entity, if the user had come from another.
    """

    acting_id: str
    direction: Direction
    tabs: dict[Direction, TabState]
    previous: "Origin | None"


@dataclass
class ScreenState:
    """The state behind the screen, for one user.

    Attributes:
        snapshot: the newest list of the acting entity, with what newer lists of other entities
            show of its connections; None before the first.
        failure: why the newest read failed, None if it succeeded.
        direction: the tab in front.
        recent: earlier acting entities, newest first.
        on_change: called after every change but those of filters and marks; replace it to listen.
        on_filter: called after every change of a filter and nothing else.
        on_mark: called after every change of marks and nothing else.
        lists_left: how many lists of all entities are still to be read; None before the first
            time that all are read.
        lists_asked: how many of them were to be read.
        list_errors: why the newest lists of entities could not be read, by the id of the entity.
        lock: the write lock.
    """

    session: UserSession
    acting_id: str
    snapshot: Snapshot | None = None
    failure: ZuoraError | None = None
    direction: Direction = Direction.OUTBOUND
    recent: list[str] = field(default_factory=list)
    on_change: Callable[[], None] = lambda: None
    on_filter: Callable[[], None] = lambda: None
    on_mark: Callable[[], None] = lambda: None
    runs: Runs = field(default_factory=Runs)
    tabs: dict[Direction, TabState] = field(init=False)
    lists_left: int | None = None
    lists_asked: int = 0
    list_errors: dict[str, ZuoraError] = field(default_factory=dict)
    lock: WriteLock = field(default_factory=WriteLock)
    _waiting: tuple[tuple[object, ...], Waiting] = ((), Waiting())
    _lists_applied: int = 0  # `Tenant.lists_read` when a run reported last
    _cached_asked: float = 0.0  # `Snapshot.asked` of the cached list that was shown first
    _origin: Origin | None = None

    def __post_init__(self) -> None:
        self.tabs = {direction: self._make_tab(direction) for direction in Direction}

    def _make_tab(self, direction: Direction, before: TabState | None = None) -> TabState:
        """Return the state of a tab without filter and marks, in the sort order of another."""
        return TabState(
            partial(self._make_row, direction),
            self.runs,
            lambda: self.on_change(),
            lambda: self.on_filter(),
            lambda: self.on_mark(),
            before.sort_column if before else None,
            reverse=before.reverse if before else False,
        )

    def _make_row(self, direction: Direction, key: str) -> Row | None:
        return self.snapshot.make_row(direction, key) if self.snapshot else None

    @property
    def tab(self) -> TabState:
        """The tab in front."""
        return self.tabs[self.direction]

    def apply(self, snapshot: Snapshot) -> None:
        """Show what a list that was read tells of the acting entity, if nothing newer tells it.

        Every list, an older one too, may resolve operations whose outcome is unknown.
        """
        self._apply(snapshot)
        self.on_change()

    def _apply(self, *snapshots: Snapshot) -> None:
        tenant, newest, others = self.session.tenant, self.snapshot, list(snapshots)
        for snapshot in snapshots:
            self.runs.revision += self.runs.unresolved.resolve_with(snapshot)
            if snapshot.acting_id == self.acting_id and (
                newest is None or snapshot.asked >= newest.asked
            ):
                newest, others, self.failure = snapshot, tenant.snapshots(), None
                self.list_errors.pop(self.acting_id, None)
        if newest is None:
            return
        for other in others:
            if other.acting_id != self.acting_id:
                newest = newest.merge(tenant.cached(other.acting_id) or other)
        if newest is not self.snapshot:
            self._show(newest)

    def _show(self, snapshot: Snapshot) -> None:
        """Make the rows of both tabs from a list of the acting entity."""
        place = self.tab.place
        if place and place.pinned and place.order is None and self.snapshot is not None:
            self.tab.hold()
        self.snapshot = snapshot
        is_standard = self.session.role(self.acting_id) == STANDARD_USER
        refusal = self.lock.refusal
        if is_standard and not self.lock.permanent:
            refusal = ADMINISTRATORS_ONLY
        for direction in Direction:
            self.tabs[direction].set_rows(snapshot.rows(direction), refusal)
        self._open_tab()

    def apply_lock(self) -> None:
        """Make the rows anew after a change of the write lock: they say whether it refuses."""
        if self.snapshot is not None:
            self._show(self.snapshot)
        self.on_change()

    def start_reading_lists(self, number: int) -> None:
        """Note that so many lists are about to be read."""
        self.lists_left = self.lists_asked = number
        self.on_change()

    def apply_lists(self, lists: Mapping[str, Snapshot | ZuoraError], left: int) -> None:
        """Note what has become of lists of many entities, and how many are left to be read."""
        for id_, result in lists.items():
            if isinstance(result, ZuoraError):
                self.list_errors[id_] = result
            else:
                self.list_errors.pop(id_, None)
        self._apply(*(result for result in lists.values() if isinstance(result, Snapshot)))
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
        self.tab.show_all(CursorPlace(row.key, pinned=True))
        self.on_change()

    def fail(self, error: ZuoraError) -> None:
        """Note why the newest reading failed."""
        self.failure = self.list_errors[self.acting_id] = error
        self.on_change()

    def act_in(self, entity_id: str) -> None:
        """Change the acting entity: same tab, no filter or marks, its cached list if any."""
        self._act_in(entity_id)
        self.on_change()

    def _act_in(self, entity_id: str, tabs: dict[Direction, TabState] | None = None) -> None:
        if entity_id == self.acting_id:
            return
        others = [id_ for id_ in self.recent if id_ != self.acting_id]
        self.recent = [self.acting_id, *others]
        self.acting_id, self.snapshot, self.failure = entity_id, None, None
        for tab in self.tabs.values():
            tab.set_rows(())  # they are read anew when the user comes back
        self.tabs = tabs or {
            direction: self._make_tab(direction, tab) for direction, tab in self.tabs.items()
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
            self.direction = origin.direction
            self._act_in(origin.acting_id, origin.tabs)
            self._origin = origin.previous
            self.tab.pin()
            self.on_change()

    def _open_tab(self) -> None:
        if self.snapshot is not None:
            is_new = self.snapshot.asked > self._cached_asked
            self.tab.put_cursor(may_be_empty=is_new)

    @property
    def waiting_count(self) -> int:
        """Number of requests that wait for the acting entity."""
        return sum(row.waits_for_acting for row in self.tabs[Direction.INBOUND].rows())

    @property
    def undecided_count(self) -> int:
        """Number of inbound connections whose status is unknown: they may wait."""
        statuses = (row.status for row in self.tabs[Direction.INBOUND].rows())
        return sum(status not in (None, *KNOWN_STATUSES) for status in statuses)

    def count_marks(self) -> int:
        """Return how many rows of both tabs are marked, hidden ones too."""
        return sum(len(tab.marks) for tab in self.tabs.values())

    def start_run(self, plan: Plan) -> Run:
        """Note that a run is under way; the row under the cursor stays where it is."""
        run = Run(plan)
        self.runs.start(run)
        place = self.tab.place
        rows = (operation.row for operation in plan.operations)
        places = {(row.acting.id, row.direction, row.key) for row in rows}
        if place is not None and (self.acting_id, self.direction, place.key) in places:
            self.tab.hold()
        self.on_change()
        return run

    def report(self, run: Run, operation: Operation) -> None:
        """Note how far an operation of a run is; apply the lists that were read in between.

        Nobody is told: a run may report hundreds of operations at once.
        """
        self.runs.report(run, operation)
        tenant = self.session.tenant
        newest = tenant.cached(self.acting_id)
        if newest is not None and tenant.lists_read != self._lists_applied:
            self._lists_applied = tenant.lists_read
            self._apply(newest)

    def end_run(self, run: Run, operations: Sequence[Operation]) -> None:
        """Note the outcomes of a run, and apply the lists that were read after it.

        What was not done stays marked, as if it were marked now, and what had changed before.
        """
        self.runs.end(run, operations)
        snapshots = dict.fromkeys(operation.snapshot for operation in operations)
        self._apply(*(snapshot for snapshot in snapshots if snapshot is not None))
        for tab in self.tabs.values():
            _renew_marks(tab, run)
        self.update_unresolved(operation for operation in operations if operation.entry)

    def update_unresolved(self, operations: Iterable[Operation]) -> None:
        """Show operations as unknown until a list proves their outcome; drop those known now."""
        self.runs.revision += self.runs.unresolved.update(operations)
        self.on_change()


def _renew_marks(tab: TabState, run: Run) -> None:
    """Keep the marks of what a run has not done, unless it is so by now."""
    left_out = {row.ends: cause for row, _, cause, _ in run.plan.left_out}
    for row in tab.rows():
        operation, cause = run.newest.get(row.ends), left_out.get(row.ends)
        if row.key not in tab.marks or (operation is None and cause is None):
            continue
        is_so = find_cause(run.plan.action, row) is Cause.ALREADY_SO
        is_done = operation is not None and operation.state is State.CONFIRMED
        if is_so or is_done or cause not in (None, Cause.CHANGED):
            del tab.marks[row.key]
        elif operation is not None:
            tab.marks[row.key] = row.state
