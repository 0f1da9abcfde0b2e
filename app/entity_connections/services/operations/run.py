"""A run as the screen shows it: how far it is, and what became of each pair."""

from collections import Counter
from collections.abc import Iterable

from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.plan import Ends, Plan

_NOT_ACCEPTED = (State.PLANNED, State.REFUSED, State.NOT_SENT, State.STALE, State.NOT_APPLIED)


class Run:
    """Follows what an executor reports of the operations of a plan.

    Args:
        plan: what is carried out.
        resumes: id of the interrupted run whose place this one takes; "" for none.

    Attributes:
        sent: how many operations were sent, or were not sent for a reason that was found.
        stopping: whether the user lets nothing more be sent.
        ended: whether every operation has its outcome.
    """

    def __init__(self, plan: Plan, resumes: str = "") -> None:
        self.plan = plan
        self.resumes = resumes
        self.sent = 0
        self._unsent = Counter(operation.ends for operation in plan.operations)
        self.stopping = False
        self.ended = False
        # The first operation of a pair is the one that is reported first.
        self._newest = {operation.ends: operation for operation in reversed(plan.operations)}

    @property
    def total(self) -> int:
        """How many operations were planned."""
        return len(self.plan.operations)

    @property
    def pairs(self) -> int:
        """How many pairs they concern."""
        return len(self._newest)

    @property
    def sent_pairs(self) -> int:
        """On how many pairs nothing more is to be sent."""
        return sum(not self._unsent[ends] for ends in self._newest)

    @property
    def requested_pairs(self) -> int:
        """On how many pairs the request is done, and the accept is to be sent."""
        return sum(
            operation.state is State.CONFIRMED and self._unsent[ends] > 0
            for ends, operation in self._newest.items()
        )

    @property
    def in_flight(self) -> int:
        """How many pairs wait for an outcome of what was sent."""
        return self.count_states()[State.SENT]

    def report(self, operation: Operation) -> None:
        """Note that an operation is about to be sent, or has an outcome."""
        before = self._newest[operation.ends]
        is_outcome = before.action is operation.action and before.state is State.SENT
        self.sent += not is_outcome
        self._unsent[operation.ends] -= not is_outcome
        self._newest[operation.ends] = operation

    def end(self, operations: Iterable[Operation]) -> None:
        """Note the outcome of every operation, in the order of the plan.

        Of two operations on a pair the first one counts that was not applied.
        """
        outcomes: dict[Ends, Operation] = {}
        for operation in operations:
            before = outcomes.get(operation.ends)
            if before is None or before.state is State.CONFIRMED:
                outcomes[operation.ends] = operation
        self._newest, self.ended = outcomes, True
        self._unsent.clear()

    def find(self, ends: Ends) -> Operation | None:
        """Return the newest state of an operation on a pair, if the run concerns it."""
        return self._newest.get(ends)

    def list_ends(self) -> list[Ends]:
        """Return the ids of source and target of each pair."""
        return list(self._newest)

    def list_outcomes(self) -> list[Operation]:
        """Return the newest state of each pair."""
        return list(self._newest.values())

    def count_half_done(self) -> int:
        """Return how many pairs are requested, but not accepted, after a Connect."""
        return sum(map(is_half_done, self._newest.values()))

    def count_states(self) -> Counter[State]:
        """Return how many pairs are in each state."""
        return Counter(operation.state for operation in self._newest.values())


def is_half_done(operation: Operation) -> bool:
    """Return whether the first outcome of a pair that is not done is that of its accept."""
    return bool(operation.follows) and operation.state in _NOT_ACCEPTED
