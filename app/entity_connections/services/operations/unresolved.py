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
        self._open: dict[str, Operation] = {}  # by the id of the journal entry
        self._resolved: list[Operation] = []
        self._known_ids: set[str] = set()

    def __contains__(self, row: Row) -> bool:
        return row.ends in self.list_ends()

    def list_ends(self) -> list[Ends]:
        """Return the pair of each operation."""
        return [operation.ends for operation in self._open.values()]

    def update(self, operations: Iterable[Operation]) -> bool:
        """Take over operations whose outcome is unknown, each journal entry once.

        An operation whose outcome is known is dropped: somebody else has recorded it.
        Return whether anything has changed.
        """
        before = set(self._open)
        for operation in operations:
            id_ = operation.id
            if operation.state is not State.UNKNOWN:
                self._open.pop(id_, None)
                self._resolved = [other for other in self._resolved if other.id != id_]
            elif id_ not in self._known_ids:
                self._open[id_] = operation
            self._known_ids.add(id_)
        return before != self._open.keys()

    def acting_ids(self, excluding: str) -> list[str]:
        """Return the entities whose lists can tell, where the list of `excluding` cannot."""
        open_ = [operation for operation in self._open.values() if excluding not in operation.ends]
        return list(dict.fromkeys(operation.acting_id for operation in open_))

    def entry_ids(self) -> set[str]:
        """Return the journal ids of the operations."""
        return set(self._open)

    def resolve_with(self, snapshot: Snapshot) -> bool:
        """Resolve what a list proves; return whether an operation has a known outcome now.

        A list that was asked for before the answer came proves nothing.
        """
        before = len(self._open)
        for id_, operation in list(self._open.items()):
            if snapshot.asked > (operation.answered_at or 0.0):
                resolved = find_outcome(operation, snapshot)
                if resolved.state is not State.UNKNOWN:
                    del self._open[id_]
                    self._resolved.append(replace(resolved, error=None))
        return len(self._open) < before

    def take_resolved(self) -> list[Operation]:
        """Return the operations that were resolved since the last call, each once."""
        resolved, self._resolved = self._resolved, []
        return resolved
