"""Whatever happens between a mark and a yes: nothing is written that the question did not show."""

import asyncio
from typing import NamedTuple

from entity_connections.domain.actions import ACTIONS, Action
from entity_connections.domain.connections import CONNECTED, DISCONNECTED, PENDING, Direction
from entity_connections.domain.zuora_api import Receipt
from entity_connections.services.operations.executor import Executor
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.plan import Plan, plan_operations
from entity_connections.services.request_log import RequestLog
from entity_connections.services.storage.journal import Journal
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from tests.services.test_screen_state_cursor import CursorMachine, Server

Ends = tuple[str, str]


class Write(NamedTuple):
    """A write that the server carried out, and the status of the pair before it."""

    action: str
    acting_id: str
    ends: Ends
    before: str | None


class WritingServer(Server):
    """A server that carries out writes, as far as Zuora would, and notes them."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[Write] = []

    def _write(self, action: str, acting_id: str, ends: Ends, status: str) -> Receipt:
        self.writes.append(Write(action, acting_id, ends, self.statuses.get(ends)))
        self.change({ends: status})
        return Receipt("", self._id(ends))

    def _id(self, ends: Ends) -> str:
        return f"{ends[0][0]}-{ends[1][0]}"

    def _find(self, connection_id: str) -> Ends:
        return next(ends for ends in self.statuses if self._id(ends) == connection_id)

    async def request_connection(
        self, acting_id: str, target_id: str, _key: str, _track_id: str
    ) -> Receipt:
        return self._write("request", acting_id, (acting_id, target_id), PENDING)

    async def accept(self, acting_id: str, connection_id: str, *_: object) -> Receipt:
        return self._write("accept", acting_id, self._find(connection_id), CONNECTED)

    async def deny(self, acting_id: str, connection_id: str, *_: object) -> Receipt:
        return self._write("deny", acting_id, self._find(connection_id), DISCONNECTED)

    async def disconnect(self, acting_id: str, connection_id: str, *_: object) -> Receipt:
        return self._write("disconnect", acting_id, self._find(connection_id), DISCONNECTED)


class MarksMachine(CursorMachine):
    """A person who marks rows, and is asked about them; `marks` holds the marked keys by tab.

    `chosen` is another object in each entity, and the same one after the way back.
    """

    def __init__(self) -> None:
        super().__init__()
        self.server: WritingServer = WritingServer()
        self.tenant.zuora = self.server  # type: ignore[assignment]
        self.journal = Journal(None, "small")
        self.marks: list[tuple[dict[Direction, str | None], dict[Direction, set[str]]]] = []
        self.question: Plan | None = None

    def marked(self) -> set[str]:
        """The marks of the tab in front; another entity has none, the way back leads to them."""
        known = (marks for chosen, marks in self.marks if chosen is self.chosen)
        if (marks := next(known, None)) is None:
            marks = {direction: set() for direction in Direction}
            self.marks.append((self.chosen, marks))
        return marks[self.state.direction]

    def set_marked(self, marks: set[str]) -> None:
        """Note all marks of the tab in front."""
        marked = self.marked()
        marked.clear()
        marked |= marks

    @precondition(lambda self: self.row is not None)
    @rule()
    def they_mark(self) -> None:
        keys, cursor = self.keys, self.state.tab.cursor
        assert cursor is not None
        self.marked().symmetric_difference_update({cursor})
        self.state.tab.mark_and_move(cursor)
        self.choose(keys[min(keys.index(cursor) + 1, len(keys) - 1)])

    @precondition(lambda self: self.row is not None)
    @rule(step=st.sampled_from([1, -1]))
    def they_mark_a_range(self, step: int) -> None:
        before, keys, cursor = {*self.marked()}, self.keys, self.state.tab.cursor
        assert cursor is not None
        self.state.tab.mark_range(step)
        assert self.state.tab.cursor is not None
        self.choose(self.state.tab.cursor)
        marks = self.state.tab.marks.keys()
        assert {cursor, self.state.tab.cursor} & marks
        assert marks ^ before <= {*keys}
        self.set_marked({*marks})

    @rule()
    def they_mark_all(self) -> None:
        before, keys = {*self.marked()}, {*self.keys}
        self.state.tab.mark_all()
        marks = {*self.state.tab.marks}
        assert marks ^ before <= keys
        assert before <= marks or not marks & keys, "all, or none"
        self.set_marked(marks)

    @rule()
    def they_clear_the_marks(self) -> None:
        self.state.tab.clear_marks()
        self.marked().clear()

    @precondition(lambda self: self.state.tab.marked_rows() and not self.sent)
    @rule(action=st.sampled_from(ACTIONS))
    def they_are_asked(self, action: Action) -> None:
        rows = [row for row in self.state.tab.marked_rows() if not self.state.tab.find_change(row)]
        self.question = asyncio.run(plan_operations(action, rows, self.tenant, self.journal))

    def _sees(self, operation: Operation) -> bool:
        row = operation.row
        return (row.acting.id, row.direction) == (self.state.acting_id, self.state.direction)

    @precondition(lambda self: self.question is not None and not self.sent)
    @rule()
    def they_say_yes(self) -> None:
        plan, self.question = self.question, None
        assert plan is not None
        shown = {
            (operation.action.id, operation.acting_id, operation.ends): operation
            for operation in plan.operations
        }
        place, keys = self.state.tab.place, self.keys
        if place is not None and place.key in {o.row.key for o in plan.operations if self._sees(o)}:
            above = (
                keys[: keys.index(place.key)] if place.key in keys else keys
            )  # the filter hid it
            self.stays, self.above = place.key, above
        run = self.state.start_run(plan)
        executor = Executor(self.tenant, self.journal, "me", RequestLog(), lag_delays=())
        self.server.writes.clear()
        operations = asyncio.run(executor.run(plan))
        for write in self.server.writes:
            operation = shown.pop(write[:3])
            follows = PENDING if operation.follows else operation.row.status
            assert write.before == follows, "as the question showed it"
        self.state.end_run(run, operations)
        if self.state.acting_id in {o.snapshot.acting_id for o in operations if o.snapshot}:
            self.fresh = True
            self.look()
        done = {o.ends for o in operations if o.state is State.CONFIRMED}
        not_done = {o.ends for o in operations if o.state is not State.CONFIRMED}
        for row in self.state.tab.rows():
            if row.ends in done - not_done:
                assert row.key not in self.state.tab.marks

    @invariant()
    def only_what_they_have_marked_and_see_is_acted_on(self) -> None:
        """What was done loses its mark."""
        marks = {*self.state.tab.marks}
        assert marks <= self.marked()
        self.set_marked(marks)
        assert {row.key for row in self.state.tab.marked_rows()} == {*self.keys} & marks


MarksMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
TestMarks = MarksMachine.TestCase
