"""A tenant as one user sees it."""

from collections import Counter
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from datetime import datetime

from entity_connections.domain.clock import monotonic, now
from entity_connections.domain.connections import CONNECTED, PENDING, Connection, Direction, Ends
from entity_connections.domain.entities import Hierarchy
from entity_connections.domain.errors import InvalidResponse
from entity_connections.domain.ids import parse_id
from entity_connections.domain.zuora_api import ZuoraApi
from entity_connections.services.doubtful_lists import DoubtfulLists
from entity_connections.services.entity_lookup import EntityLookupError, find_entity
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.storage.list_cache import CachedLists, ListCache


class Tenant:
    """Reads a tenant as one user, and keeps the lists that were read.

    Args:
        zuora: the API.
        clock: tells the present moment.
        cache: keeps the lists for the next start, or None.

    Attributes:
        steady: a monotonic clock in seconds, greater than 0.
        hierarchy: the entities, as they were read last, and whether the list was whole.
        warnings: a sentence for each thing that is missing or strange in the entities.
        start_problem: why the entity to start in is not used, and which one is; "" if it is used.
        lists_read: how many lists of connections were read or restored so far.
        has_unsaved_lists: whether a list was read since the lists were kept last.
        reads_doubtful_again: whether a list that has suddenly lost its records is read a second
            time at once: for a program that ends before it would read the list again.
    """

    def __init__(
        self,
        zuora: ZuoraApi,
        clock: Callable[[], datetime] = now,
        cache: ListCache | None = None,
    ) -> None:
        self.zuora = zuora
        self.clock = clock
        self.steady: Callable[[], float] = monotonic
        self.cache = cache
        self.hierarchy = Hierarchy()
        self.warnings: tuple[str, ...] = ()
        self.start_problem = ""
        self.lists_read = 0
        self.has_unsaved_lists = False
        self.reads_doubtful_again = False
        self._snapshots: dict[str, Snapshot] = {}
        self._earlier_ends: dict[str, Ends] = {}  # of lists before the newest ones
        self._doubtful_lists = DoubtfulLists()
        self._newest: tuple[int, list[Connection]] = (0, [])  # as of so many `lists_read`

    async def open(self, start: str | None = None) -> str:
        """Read the entities and return the id of the first acting entity.

        That is `start` (id, name or display name) if the user can act in it, else the first
        entity in which the user can act; `start_problem` says why `start` is not used.

        Raises:
            ZuoraError: Zuora could not be reached, or refused.
        """
        start_id, self.start_problem = None if start is None else parse_id(start), ""
        await self.read_entities(start_id)
        usable = [entity for entity in self.hierarchy if self.can_act_in(entity.id)]
        first = next(iter(usable or self.hierarchy))
        if start is None:
            return first.id
        try:
            wanted = find_entity(start, self.hierarchy)
            reason = wanted.no_access_reason
        except EntityLookupError as error:
            reason = str(error)
        else:
            if not reason:
                return wanted.id
        self.start_problem = f"{reason} You act in {first.title} instead."
        return first.id

    def find_id(self, name: str) -> str | None:
        """Return the id of the entity that a text names, None if it is unknown or ambiguous."""
        try:
            return find_entity(name, self.hierarchy).id
        except EntityLookupError:
            return None

    def can_act_in(self, entity_id: str) -> bool:
        """Return whether the user can act in an entity, as far as is known."""
        entity = self.hierarchy.get(entity_id)
        return entity.listed and not entity.no_access_reason

    async def read_entities(self, acting_id: str | None = None) -> None:
        """Read the hierarchy, and which entities the user may enter.

        Raises:
            ZuoraError: Zuora could not be reached, or refused.
        """
        accessible_ids = await self.zuora.list_accessible_ids()
        can_act = accessible_ids is None or acting_id in accessible_ids
        entities = await self.zuora.list_entities(acting_id if can_act else None)
        if not entities.items:
            raise InvalidResponse("Zuora's list of entities is empty.")
        self.hierarchy = Hierarchy(entities.items, entities.missing, accessible_ids)
        self.warnings = entities.warnings

    async def read(
        self,
        acting_id: str,
        *,
        removed: AbstractSet[str] = frozenset(),
        in_doubt: AbstractSet[str] = frozenset(),
    ) -> Snapshot:
        """Read the connections of an entity.

        A list that has lost most of what the list before it held is not taken for whole
        until a second list agrees.

        Args:
            acting_id: the entity.
            removed: ids of the records in it that a write may have removed, as Zuora answered.
            in_doubt: ids of the records in it that a write without a valid answer may have removed.

        Raises:
            ZuoraError: Zuora could not be reached, or refused.
        """
        snapshot = await self._read_once(acting_id, removed, in_doubt)
        again = self.reads_doubtful_again and not (removed or in_doubt)  # they need time between
        if again and self._doubtful_lists.awaits_second(acting_id):
            snapshot = await self._read_once(acting_id, removed, in_doubt)
        return snapshot

    async def _read_once(
        self, acting_id: str, removed: AbstractSet[str], in_doubt: AbstractSet[str]
    ) -> Snapshot:
        read_at, asked = self.clock(), self.steady()
        listed = await self.zuora.list_connections(acting_id)
        loss = ""
        if not listed.missing:
            ids = frozenset(record.id for record in listed.items)
            loss = self._doubtful_lists.check(
                acting_id, ids, removed, in_doubt, asked, self.steady(), paged=listed.pages > 1
            )
        snapshot = Snapshot(
            acting_id,
            self.hierarchy,
            listed.items,
            read_at,
            (*([loss] if loss else []), *listed.warnings, *self.warnings),
            missing=listed.missing or loss,
            asked=asked,
            server_time=listed.server_time,
        )
        cached = self.cached(acting_id)
        if cached is None or cached.asked <= asked:
            if cached and not snapshot.complete:  # what it does not show may still be there
                ends = {record.id: record.ends for record in cached.connections}
                self._earlier_ends = self._earlier_ends | ends  # a thread may read the old one
            self._snapshots[acting_id] = snapshot
            self.lists_read += 1
            self.has_unsaved_lists = True
        return snapshot

    def cached(self, acting_id: str) -> Snapshot | None:
        """Return the newest list of an entity, None before the first."""
        return self._snapshots.get(acting_id)

    def snapshots(self) -> list[Snapshot]:
        """Return the newest list of each entity, the newest list first."""
        snapshots = tuple(self._snapshots.values())  # a thread may add one meanwhile
        return sorted(snapshots, key=lambda shot: (shot.asked, shot.read_at), reverse=True)

    def load_cache(self) -> CachedLists | None:
        """Return the lists that an earlier program has read, if any; compare the next with them.

        Blocks for the disk and never raises.
        """
        lists = self.cache.load() if self.cache else None
        if lists is None:
            return None
        ids = {
            snapshot.acting_id: {record.id for record in snapshot.connections}
            for snapshot in lists.snapshots
            if snapshot.complete
        }
        others: dict[str, set[str]] = {}  # entities without a whole list in the cache
        for id_, pair in lists.ends.items():
            for end in pair:
                if end not in ids:
                    others.setdefault(end, set()).add(id_)
        for acting_id, believed in (ids | others).items():
            self._doubtful_lists.start(acting_id, believed)
        return lists

    def restore_cache(self) -> CachedLists | None:
        """Apply the lists that an earlier program has read, and return them, if there are any.

        Lists that this program has read are kept. Blocks for the disk and never raises.
        """
        lists = self.load_cache()
        if lists is None:
            return None
        if not len(self.hierarchy):
            self.hierarchy = lists.hierarchy
        self._earlier_ends = {**lists.ends, **self._earlier_ends}
        now = self.clock()  # the clock may have been ahead when the lists were read
        for snapshot in lists.snapshots:
            snapshot = snapshot._replace(read_at=min(snapshot.read_at, now))
            self._snapshots.setdefault(snapshot.acting_id, snapshot)
            self.lists_read += 1
        return lists

    def save_cache(self, acting_id: str, direction: Direction = Direction.OUTBOUND) -> None:
        """Keep the lists for the next start. Blocks for the disk and never raises."""
        self.has_unsaved_lists = False  # first: another thread may read one meanwhile
        if self.cache and len(self.hierarchy):
            snapshots = tuple(self.snapshots())
            self.cache.save(
                CachedLists(
                    hierarchy=self.hierarchy,
                    snapshots=snapshots,
                    acting_id=acting_id,
                    direction=direction,
                    ends=self._merge_ends(snapshots),
                )
            )

    def _merge_ends(self, snapshots: tuple[Snapshot, ...]) -> dict[str, Ends]:
        """Return the ends of all connections in lists, and of earlier ones that may be there."""
        proven = {snapshot.acting_id for snapshot in snapshots if snapshot.complete}
        earlier = self._earlier_ends.items()
        ends = {id_: pair for id_, pair in earlier if proven.isdisjoint(pair)}
        for snapshot in snapshots:
            ends.update((record.id, record.ends) for record in snapshot.connections)
        return ends

    def count_waiting(self) -> dict[str, int]:
        """Return how many requests wait for each entity, by its id, in the lists read so far."""
        return Counter(
            record.target_id for record in self.newest_connections() if record.status == PENDING
        )

    def count_connected(self) -> dict[str, int]:
        """Return how many connections each entity has, by its id, in the lists read so far."""
        counts: Counter[str] = Counter()
        for record in self.newest_connections():
            if record.status == CONNECTED:
                counts.update({*record.ends})
        return counts

    def newest_connections(self) -> list[Connection]:
        """Return every connection of the lists read so far.

        Each is as the newest list of either of its ends shows it; where that list is whole and
        does not hold it, it is gone. Computed once for each list that is read.
        """
        if self._newest[0] == self.lists_read:
            return self._newest[1]
        newest: dict[str, Connection] = {}
        proven: set[str] = set()  # ids of the entities with a whole list among the newer ones
        for snapshot in self.snapshots():
            for record in snapshot.connections:
                if record.id not in newest and proven.isdisjoint(record.ends):
                    newest[record.id] = record
            if snapshot.complete:
                proven.add(snapshot.acting_id)
        self._newest = self.lists_read, list(newest.values())
        return self._newest[1]
