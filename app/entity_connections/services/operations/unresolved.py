"""The operations of a session whose outcome is unknown."""

from collections.abc import Iterable
from dataclasses import replace

from entity_connections.domain.connections import Ends
from entity_connections.domain.rows import Row
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.outcome import find_outcome
from entity_connections.services.snapshot import Snapshot


class UnresolvedOperations:
    """Keeps operations with an unknown outcome until a list proves one."""

    def __init__(self) -> None:
        self._open: list[Operation] = []
        self._resolved: list[Operation] = []
        self._known_ids: set[str] = set()

    def __contains__(self, row: Row) -> bool:
        return row.ends in self.list_ends()

    def list_ends(self) -> list[Ends]:
        """Return the pair of each operation."""
        return [operation.ends for operation in self._open]

    def update(self, operations: Iterable[Operation]) -> bool:
        """Take over operations whose outcome is unknown, each journal entry once.

        An operation whose outcome is known is dropped: somebody else has recorded it.
        Return whether anything has changed.
        """
        before = list(self._open)
        for operation in operations:
            if operation.state is not State.UNKNOWN:
                self._open = [other for other in self._open if not _same(other, operation)]
                self._resolved = [other for other in self._resolved if not _same(other, operation)]
                self._known_ids.add(operation.id)
            elif not operation.id or operation.id not in self._known_ids:
                self._open.append(operation)
                self._known_ids.add(operation.id)
        return before != self._open

    def acting_ids(self, excluding: str) -> list[str]:
        """Return the entities whose lists can tell, where the list of `excluding` cannot."""
        open_ = [operation for operation in self._open if excluding not in operation.ends]
        return list(dict.fromkeys(operation.acting_id for operation in open_))

    def entry_ids(self) -> set[str]:
        """Return the journal ids of the operations."""
        return {operation.id for operation in self._open if operation.id}

    def resolve_with(self, snapshot: Snapshot) -> bool:
        """Resolve what a list proves; return whether an operation has a known outcome now.

        A list that was asked for before the answer came proves nothing.
        """
        looked_up = [_resolve(operation, snapshot) for operation in self._open]
        self._open = [operation for operation in looked_up if operation.state is State.UNKNOWN]
        resolved = [operation for operation in looked_up if operation.state is not State.UNKNOWN]
        self._resolved += resolved
        return bool(resolved)

    def take_resolved(self) -> list[Operation]:
        """Return the operations that were resolved since the last call, each once."""
        resolved, self._resolved = self._resolved, []
        return resolved


def _same(operation: Operation, other: Operation) -> bool:
    return bool(operation.id) and operation.id == other.id


def _resolve(operation: Operation, snapshot: Snapshot) -> Operation:
    if snapshot.acting_id not in operation.ends or snapshot.asked <= (operation.answered_at or 0.0):
        return operation
    resolved = find_outcome(operation, snapshot)
    return operation if resolved.state is State.UNKNOWN else replace(resolved, error=None)
