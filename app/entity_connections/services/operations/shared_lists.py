"""The lists that show the operations of a run; many operations share one."""

import asyncio
from collections.abc import Iterable, Sequence

from entity_connections.domain.errors import ZuoraError
from entity_connections.services.operations.operation import Operation
from entity_connections.services.operations.plan import choose_lists
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.tenant import Tenant


class SharedLists:
    """Reads the lists that show operations, each once, and keeps the newest ones.

    `known` are lists that were read just now.
    """

    def __init__(
        self, tenant: Tenant, operations: Iterable[Operation], known: Iterable[Snapshot] = ()
    ) -> None:
        self._tenant = tenant
        self._ids = choose_lists(operations, tenant.can_act_in)
        self._lists = {snapshot.acting_id: snapshot for snapshot in known}

    def get(self, operation: Operation) -> Snapshot | None:
        """Return the list that shows an operation, None if there is none."""
        return self._lists.get(self._ids[operation.ends])

    async def read(self, operation: Operation) -> Snapshot:
        """Read the list that shows an operation; ZuoraError if it cannot be read."""
        return await self._tenant.read(self._ids[operation.ends])

    def forget(self) -> None:
        """Forget what was read."""
        self._lists.clear()

    async def read_missing(self, operations: Sequence[Operation]) -> list[ZuoraError | None]:
        """Read the lists of operations that are not there; return why each could not be read."""
        errors: dict[str, ZuoraError] = {}

        async def read(id_: str) -> None:
            try:
                self._lists[id_] = await self._tenant.read(id_)
            except ZuoraError as error:
                errors[id_] = error

        ids = [self._ids[operation.ends] for operation in operations]
        await asyncio.gather(*(read(id_) for id_ in dict.fromkeys(ids) if id_ not in self._lists))
        return [errors.get(id_) for id_ in ids]

    async def read_again(self, operations: Iterable[Operation], sent: Iterable[Operation]) -> None:
        """Read the lists of operations again; forget one that cannot be read.

        The records of all operations that were `sent` since the last time may be gone.
        """
        records: dict[tuple[str, bool], set[str]] = {}
        for operation in sent:
            answered = self._ids[operation.ends], operation.error is None
            records.setdefault(answered, set()).update({operation.row.connection_id} - {""})

        async def read(id_: str) -> None:
            removed, in_doubt = (records.get((id_, answered), set()) for answered in (True, False))
            try:
                self._lists[id_] = await self._tenant.read(id_, removed=removed, in_doubt=in_doubt)
            except ZuoraError:  # the outcome says so, and the next refresh shows the error
                self._lists.pop(id_, None)

        ids = dict.fromkeys(self._ids[operation.ends] for operation in operations)
        await asyncio.gather(*map(read, ids))
