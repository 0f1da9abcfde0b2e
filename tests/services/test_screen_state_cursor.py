"""Whatever arrives and whatever a person does: no key acts on a row they did not choose."""

from collections.abc import Coroutine
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from entity_connections.domain.actions import WRITES, Write
from entity_connections.domain.actions.default_action import default_row
from entity_connections.domain.connections import (
    CONNECTED,
    DISCONNECTED,
    PENDING,
    Connection,
    Direction,
)
from entity_connections.domain.entities import Entity, Hierarchy
from entity_connections.domain.row_filter import filter_rows, make_searchable
from entity_connections.domain.row_sort import SortColumn
from entity_connections.domain.rows import Row
from entity_connections.domain.zuora_api import ListResult
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.plan import Plan
from entity_connections.services.request_log import RequestLog
from entity_connections.services.screen_state import ScreenState
from entity_connections.services.tenant import Tenant
from entity_connections.services.workspace import UserSession
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.domain.small_tenant import GLOBAL, HIERARCHY, NORTH, PLANNED, SOUTH, VILLAGE

if TYPE_CHECKING:
    from entity_connections.services.operations.runs import Run

PLACES = (GLOBAL, NORTH, SOUTH, VILLAGE)
IDS = tuple(entity.id for entity in PLACES)
STATUSES = (PENDING, CONNECTED, DISCONNECTED, "Suspended")
CHANGES = st.dictionaries(
    st.tuples(st.sampled_from(IDS), st.sampled_from(IDS)),
    st.none() | st.sampled_from(STATUSES),
    max_size=8,
)
Answer = TypeVar("Answer")


def run(coroutine: Coroutine[Any, Any, Answer]) -> Answer:
    """Return what a coroutine returns that waits for nothing."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        answer: Answer = done.value
        return answer
    raise AssertionError("It waits.")


def statuses_after(action: Write) -> list[str | None]:
    """Return the statuses in a list that prove an action; None for a connection that is gone."""
    return [
        status
        for status in (PENDING, CONNECTED, DISCONNECTED, None)
        if action.is_applied(status, new_record=True, complete=True)
    ]


class Server:
    """Connections by source and target, as Zuora would list them."""

    def __init__(self) -> None:
        self.statuses: dict[tuple[str, str], str] = {}

    def change(self, statuses: dict[tuple[str, str], str | None]) -> None:
        for (source, target), status in statuses.items():
            self.statuses.pop((source, target), None)
            if status and source != target:
                self.statuses[source, target] = status

    async def list_connections(self, acting_id: str) -> ListResult[Connection]:
        found = [
            Connection(f"{source[0]}-{target[0]}", source, target, status)
            for (source, target), status in self.statuses.items()
            if acting_id in (source, target)
        ]
        return ListResult(tuple(found))


class Left(NamedTuple):
    """What g was pressed on, and is to come back to."""

    acting_id: str
    direction: Direction
    filter_text: str
    sort_column: SortColumn | None
    chosen: dict[Direction, str | None]


class CursorMachine(RuleBasedStateMachine):
    """A person at a state; `chosen` holds the row of each tab that they put the cursor on."""

    def __init__(self) -> None:
        super().__init__()
        self.server = Server()
        self.tenant = Tenant(self.server)  # type: ignore[arg-type]
        seconds = count(1)
        self.tenant.steady = lambda: float(next(seconds))
        self.tenant.clock = lambda: datetime(2026, 1, 1, tzinfo=UTC)
        self.tenant.hierarchy = HIERARCHY
        self.state = ScreenState(
            UserSession(self.tenant, "", None, lambda _: None, RequestLog()), GLOBAL.id
        )
        self.chosen: dict[Direction, str | None] = {}
        self.fresh = False
        self.stays: str | None = None
        self.above: list[str] | None = None
        self.left: list[Left] = []
        self.sent: list[tuple[Run, Operation]] = []

    @property
    def keys(self) -> list[str]:
        return [row.key for row in self.state.tab.visible_rows()]

    @property
    def row(self) -> Row | None:
        """The row that a key acts on now, if any."""
        return None if self.state.tab.moved_reason else self.state.tab.find(self.state.tab.cursor)

    def choose(self, key: str) -> None:
        self.state.tab.move_cursor(key)
        if key != self.stays:
            self.stays = self.above = None
        self.chosen[self.state.direction] = key

    def look(self) -> None:
        """See a tab, perhaps for the first time."""
        state = self.state
        if state.direction in self.chosen or state.snapshot is None:
            return
        rows = state.tab.visible_rows() or state.tab.rows()
        if rows or self.fresh:
            first = default_row(rows)
            self.chosen[state.direction] = first.key if first else None

    # What happens elsewhere

    @initialize(changes=CHANGES)
    def it_starts_with_a_list(self, changes: dict[tuple[str, str], str | None]) -> None:
        self.a_list_arrives(changes)

    @rule(without=st.sets(st.sampled_from([VILLAGE, PLANNED])))
    def the_hierarchy_changes(self, without: set[Entity]) -> None:
        self.tenant.hierarchy = Hierarchy(entity for entity in HIERARCHY if entity not in without)

    @rule(changes=CHANGES)
    def a_list_arrives(self, changes: dict[tuple[str, str], str | None]) -> None:
        self.server.change(changes)
        self.state.apply(run(self.tenant.read(self.state.acting_id)))
        self.fresh = True
        self.look()

    @rule(acting_id=st.sampled_from(IDS), changes=CHANGES)
    def the_list_of_another_entity_arrives(
        self, acting_id: str, changes: dict[tuple[str, str], str | None]
    ) -> None:
        self.server.change(changes)
        if acting_id != self.state.acting_id:
            self.state.apply(run(self.tenant.read(acting_id)))
            self.look()

    @precondition(lambda self: self.sent)
    @rule(listed=st.booleans(), data=st.data())
    def a_write_is_answered(self, listed: bool, data: st.DataObject) -> None:
        run_, operation = self.sent.pop(0)
        status = data.draw(st.sampled_from(statuses_after(operation.action)))
        self.server.change({operation.ends: status})
        snapshot = run(self.tenant.read(operation.row.acting.id)) if listed else None
        outcome = replace(operation, state=State.CONFIRMED, snapshot=snapshot)
        self.state.end_run(run_, [outcome])
        if snapshot is not None:
            self.fresh |= snapshot.acting_id == self.state.acting_id
            self.look()

    # What the person does

    @rule(at=st.integers(0, 9))
    def they_move(self, at: int) -> None:
        if keys := self.keys:
            self.choose(keys[at % len(keys)])

    @rule(text=st.sampled_from(["", "not connected", "pending", "north"]))
    def they_filter(self, text: str) -> None:
        self.state.tab.set_filter(text)
        self.stays = self.above = None

    @rule()
    def they_accept_what_the_filter_found(self) -> None:
        if (cursor := self.state.tab.cursor) is not None:
            self.choose(cursor)

    @rule(column=st.sampled_from(SortColumn))
    def they_sort(self, column: SortColumn) -> None:
        self.state.tab.sort_by(column)
        self.stays = self.above = None
        if keys := self.keys:
            self.chosen[self.state.direction] = keys[0]

    @rule()
    def they_turn_to_the_other_tab(self) -> None:
        self.state.switch_tab(self.state.direction.opposite)
        self.stays = self.above = None
        self.look()

    @rule(entity_id=st.sampled_from(IDS))
    def they_switch_the_entity(self, entity_id: str) -> None:
        if entity_id != self.state.acting_id:
            self.state.act_in(entity_id)
            self.chosen, self.fresh, self.stays, self.above = {}, False, None, None
            self.left = []
            self.look()

    @rule()
    def they_press_g(self) -> None:
        state, row = self.state, self.row
        back = self.left[-1] if self.left else None
        there = self.chosen.get(state.direction) if state.snapshot is None else row and row.key
        if (
            back is not None
            and there == back.acting_id
            and state.direction is back.direction.opposite
        ):
            assert state.can_go_back
            state.go_back()
            self.left.pop()
            self.chosen = back.chosen
            at = state.acting_id, state.direction, state.tab.filter_text, state.tab.sort_column
            assert at == back[:4]
        elif row is not None and row.counterpart.listed and row.counterpart.provisioned:
            assert not state.can_go_back
            at = state.acting_id, state.direction, state.tab.filter_text, state.tab.sort_column
            self.left.append(Left(*at, self.chosen))
            self.chosen = {row.direction.opposite: state.acting_id}
            state.go_to_other_side(row)
            assert (state.acting_id, state.direction) == (row.key, row.direction.opposite)
        else:
            return
        self.fresh, self.above = False, None
        self.stays = self.chosen[state.direction]

    @precondition(lambda self: self.row is not None)
    @rule(data=st.data())
    def they_act(self, data: st.DataObject) -> None:
        row, state = self.row, self.state
        assert row is not None
        assert row.key == self.chosen[state.direction]
        possible = [action for action in WRITES if not action.disabled_reason(row)]
        if possible:
            action, keys = data.draw(st.sampled_from(possible)), self.keys
            operation = Operation.plan(action, row)
            self.sent.append((state.start_run(Plan(action, (operation,))), operation))
            assert self.keys == keys
            self.stays, self.above = row.key, keys[: keys.index(row.key)]

    # What always holds

    @invariant()
    def a_row_that_is_shown_has_the_cursor(self) -> None:
        cursor, keys = self.state.tab.cursor, self.keys
        assert cursor in keys if keys else cursor is None
        assert len(set(keys)) == len(keys)

    @invariant()
    def rows_show_the_newest_list_of_either_end(self) -> None:
        newest = {record.ends: record.status for record in self.tenant.newest_connections()}
        for tab in self.state.tabs.values():
            for row in tab.rows():
                other = self.tenant.cached(row.key)
                doubtful = row.uncertain or (other is not None and not other.complete)
                assert doubtful or row.status == newest.get(row.ends)

    @invariant()
    def keys_act_on_what_was_chosen_and_nothing_else(self) -> None:
        cursor, chosen = self.state.tab.cursor, self.chosen.get(self.state.direction)
        if chosen in self.keys:
            assert cursor == chosen
        if cursor is not None:
            assert bool(self.state.tab.moved_reason) == (cursor != chosen)

    @invariant()
    def what_was_acted_on_stays_where_it_is(self) -> None:
        keys = self.keys
        if self.stays is None:  # and what was left is shown no longer
            assert set(keys) <= {row.key for row in self.state.tab.rows()}
            rows = make_searchable(self.state.tab.rows())
            assert len(keys) == len(filter_rows(self.state.tab.filter_text, rows))
        if self.stays is None or self.state.snapshot is None:
            return
        assert self.state.tab.cursor == self.stays
        if self.above is not None:
            at = next((keys.index(key) + 1 for key in reversed(self.above) if key in keys), 0)
            assert keys.index(self.stays) == at


CursorMachine.TestCase.settings = settings(max_examples=50, stateful_step_count=40, deadline=None)
TestCursor = CursorMachine.TestCase
