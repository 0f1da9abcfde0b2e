"""Runs as the screen shows them: how far each is, and what became of each pair."""

from collections import Counter
from collections.abc import Iterable
from enum import Enum

from entity_connections.domain.connections import Ends
from entity_connections.domain.rows import Row
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.plan import Cause, Plan
from entity_connections.services.operations.unresolved import UnresolvedOperations

DONE, ALREADY_SO = "done", Cause.ALREADY_SO.value
"""What an operation is that a list has proven; until the run has ended, its row says so."""
_NOT_ACCEPTED = (
    State.PLANNED, State.REFUSED, State.NOT_SENT, State.STALE, State.IN_PROGRESS, State.NOT_APPLIED,
)  # fmt: skip


class Progress(Enum):
    """The state of the last operation on a row, where it is not finished."""

    PLANNED = "planned"
    """It follows later in a run of several."""
    SENDING = "sending"
    UNKNOWN = "outcome unknown"


class Run:
    """Follows what an executor reports of the operations of a plan.

    Attributes:
        newest: of each pair, the operation that was reported last; at first the one that comes
            first.
        stopping: whether the user lets nothing more be sent.
        ended: whether every operation has its outcome.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.newest = {operation.ends: operation for operation in reversed(plan.operations)}
        self.stopping = self.ended = False
        self._unsent = Counter(operation.ends for operation in plan.operations)

    @property
    def total(self) -> int:
        """How many operations were planned."""
        return len(self.plan.operations)

    @property
    def sent(self) -> int:
        """How many operations were sent, or were not sent for a reason that was found."""
        return self.total - self._unsent.total()

    @property
    def requested_pairs(self) -> int:
        """On how many pairs the request is done, and the accept is to be sent."""
        return sum(map(self.awaits_accept, self.newest))

    def awaits_accept(self, ends: Ends) -> bool:
        """Whether the request on a pair is done, and the accept is to be sent."""
        return self.newest[ends].state is State.CONFIRMED and self._unsent[ends] > 0

    def report(self, operation: Operation) -> None:
        """Note that an operation is about to be sent, or has an outcome."""
        before = self.newest[operation.ends]
        is_outcome = before.action is operation.action and before.state is State.SENT
        self._unsent[operation.ends] -= not is_outcome
        self.newest[operation.ends] = operation

    def end(self, operations: Iterable[Operation]) -> None:
        """Note the outcome of every operation, in the order of the plan.

        Of two operations on a pair the first one counts that was not applied.
        """
        outcomes: dict[Ends, Operation] = {}
        for operation in operations:
            before = outcomes.get(operation.ends)
            if before is None or before.state is State.CONFIRMED:
                outcomes[operation.ends] = operation
        self.newest, self.ended = outcomes, True
        self._unsent.clear()


def name_outcome(operation: Operation) -> str:
    """Return what became of an operation of a run, in a word or two."""
    state, error = operation.state, operation.error
    if operation.is_already_so:
        return ALREADY_SO
    if state is State.CONFIRMED:
        return DONE
    if state is State.REFUSED and operation.is_unsent:
        return "given up" if error is not None and error.gave_up else "refused for now"
    return State.NOT_SENT.value if state is State.PLANNED else state.value


def is_half_done(operation: Operation) -> bool:
    """Return whether the first outcome of a pair that is not done is that of its accept."""
    return bool(operation.follows) and operation.state in _NOT_ACCEPTED


class Runs:
    """What is under way in a session: what is being sent, and what has no known outcome.

    Attributes:
        last: the last run of several operations, under way or ended; None once its results are
            not shown any more.
        unresolved: the operations whose outcome is unknown; what lists have proven of them is to be
            shown and recorded (`record_outcomes`).
        revision: increases with every change.
    """

    def __init__(self) -> None:
        self.last: Run | None = None
        self.unresolved = UnresolvedOperations()
        self.revision = 0
        self._under_way: list[Run] = []

    @property
    def sending(self) -> bool:
        """Whether operations are being sent, or their outcomes looked up."""
        return bool(self._under_way)

    @property
    def is_running(self) -> bool:
        """Whether a run of several operations is under way."""
        return self.last is not None and not self.last.ended

    def list_ends(self) -> set[Ends]:
        """Return the pairs that runs concern, and those with an unknown outcome."""
        runs = self._under_way if self.last is None else [*self._under_way, self.last]
        return {*self.unresolved.list_ends(), *(ends for run in runs for ends in run.newest)}

    def progress(self, row: Row) -> Progress | None:
        """Return what is under way on a row, sent from whichever of its two entities."""
        for run in self._under_way:
            operation = run.newest.get(row.ends)
            if operation is not None and operation.state is State.SENT:
                return Progress.SENDING
            if operation is not None and operation.state is State.PLANNED:
                return Progress.PLANNED if run.total > 1 else Progress.SENDING
            if operation is not None and run.awaits_accept(row.ends):
                return Progress.PLANNED
        return Progress.UNKNOWN if row in self.unresolved else None

    def find_result(self, row: Row) -> Operation | None:
        """Return what the last run of several has done on a row; None while that is under way.

        What was not done is a result only until the row changes, and an unknown outcome until it
        is known.
        """
        operation = self.last.newest.get(row.ends) if self.last else None
        if operation is None or self.progress(row) is not None:
            return None
        if operation.state is State.CONFIRMED:
            return operation
        before = operation.snapshot.find_row(operation.row) if operation.snapshot else operation.row
        is_same = (row.status, row.connection_id) == (before.status, before.connection_id)
        return operation if is_same and operation.state is not State.UNKNOWN else None

    def find_result_word(self, row: Row) -> str:
        """Return what the last run of several has done on a row, in a word or two; "" if nothing.

        What was done shows in the status when the run has ended.
        """
        operation = self.find_result(row)
        if operation is None:
            return ""
        if operation.state is State.CONFIRMED and not self.is_running:
            return ""
        return name_outcome(operation)

    def find_word(self, row: Row) -> str:
        """Return what is under way on a row, or what the last run has done, in a word or two."""
        progress = self.progress(row)
        return progress.value if progress else self.find_result_word(row)

    def start(self, run: Run) -> None:
        """Note that a run is under way."""
        self._under_way.append(run)
        self.last = run if run.total > 1 else None
        self.revision += 1

    def report(self, run: Run, operation: Operation) -> None:
        """Note how far an operation of a run is."""
        run.report(operation)
        self.revision += 1

    def end(self, run: Run, operations: Iterable[Operation]) -> None:
        """Note the outcomes of a run."""
        run.end(operations)
        self._under_way.remove(run)
        self.revision += 1

    def hide_results(self) -> None:
        """Show the results of the last run no longer."""
        if not self.is_running:
            self.last = None
        self.revision += 1
