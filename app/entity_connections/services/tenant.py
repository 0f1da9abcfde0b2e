"""The tenant as one user sees it: what was read, when, and what may be done next."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from datetime import datetime

from entity_connections.domain.clock import monotonic, now
from entity_connections.domain.connections import PENDING, Connection, Direction
from entity_connections.domain.entities import Entity, Hierarchy
from entity_connections.domain.ids import parse_id
from entity_connections.domain.zuora_api import ZuoraApi
from entity_connections.services.entity_lookup import EntityLookupError, find_entity
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.storage.list_cache import CachedLists, ListCache


class Tenant:
    """Reads one tenant through one user's access and remembers what was read.

    Args:
        zuora: the way in.
        clock: tells the present moment.
        cache: keeps the lists for the next start, or None.

    Attributes:
        steady: a clock in seconds that nobody can set, greater than 0.
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
        self.accessible_ids: AbstractSet[str] | None = None
        self._warnings: tuple[str, ...] = ()
        self._snapshots: dict[str, Snapshot] = {}

    async def open(self, start: str | None = None) -> str:
        """Read the entities and return the id of the one to act in first.

        That is the one called `start` (id, name or display name) if it can be acted
        in. Else it is the global entity, or the first that can be; and if another
        one was wanted, a remark says why.

        Raises:
            ZuoraError: Zuora could not be asked, or refused.
        """
        id_ = None if start is None else parse_id(start)
        await self.read_entities(id_)
        usable = [one for one in self.hierarchy if self.can_act_in(one.id)]
        first = next(iter(usable or self.hierarchy), None)
        if first is None:
            return id_ or ""
        if start is None:
            return first.id
        try:
            wanted = find_entity(start, self.hierarchy)
            why = self.no_access_reason(wanted)
        except EntityLookupError as error:
            why = str(error)
        else:
            if not why:
                return wanted.id
        self._warnings += (f"{why} This is {first.title} instead.",)
        return first.id

    def find_id(self, start: str) -> str | None:
        """Return the id of the one entity that is called so, as far as is known."""
        try:
            return find_entity(start, self.hierarchy).id
        except EntityLookupError:
            return None

    def no_access_reason(self, entity: Entity) -> str:
        """Return why an entity cannot be acted in, or ""."""
        if entity.listed and not entity.provisioned:
            return f"{entity.title} is not provisioned yet."
        if self.accessible_ids is not None and entity.id not in self.accessible_ids:
            return (
                f"You may not enter {entity.title}: its administrators grant access"
                " in Manage Users."
            )
        return ""

    async def read_entities(self, acting_id: str | None = None) -> None:
        """Read the hierarchy and the entities the user may enter.

        Raises:
            ZuoraError: Zuora could not be asked, or refused.
        """
        accessible_ids = await self.zuora.list_accessible_ids()
        may_act = acting_id if accessible_ids is None or acting_id in accessible_ids else None
        entities = await self.zuora.list_entities(may_act)
        self.hierarchy, self._warnings = Hierarchy(entities.items), entities.warnings
        self.accessible_ids = accessible_ids

    async def read(self, acting_id: str) -> Snapshot:
        """Read an entity's connections and return what is known of it now.

        Raises:
            ZuoraError: Zuora could not be asked, or refused.
        """
        read_at, asked = self.clock(), self.steady()
        listed = await self.zuora.list_connections(acting_id)
        warnings = self._warnings + listed.warnings
        view = Snapshot(
            acting_id,
            self.hierarchy,
            listed.items,
            self.accessible_ids,
            read_at,
            warnings,
            complete=not listed.skipped,
            asked=asked,
        )
        seen = self._snapshots.get(acting_id)
        if seen is None or seen.asked <= asked:
            self._snapshots[acting_id] = view
        return view

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is missing or strange in the list of entities, a sentence each."""
        return self._warnings

    def cached(self, acting_id: str) -> Snapshot | None:
        """Return what was last read of an entity, if anything."""
        return self._snapshots.get(acting_id)

    def snapshots(self) -> list[Snapshot]:
        """Return what was last read of every entity, the newest first."""
        views = tuple(self._snapshots.values())  # at once: a thread may be saving them
        return sorted(views, key=lambda view: (view.asked, view.read_at), reverse=True)

    def restore_cache(self) -> CachedLists | None:
        """Apply the lists that an earlier program has read, and return them, if there are any.

        Lists that this program has read are kept. Blocks for the disk and never raises.
        """
        lists = self.cache.load() if self.cache else None
        if lists is None:
            return None
        if not len(self.hierarchy):
            self.hierarchy = Hierarchy(lists.entities)
            self.accessible_ids = lists.accessible_ids
        now = self.clock()  # the clock may have been ahead when the lists were read
        for snapshot in lists.snapshots:
            snapshot = snapshot._replace(read_at=min(snapshot.read_at, now))
            self._snapshots.setdefault(snapshot.acting_id, snapshot)
        return lists

    def save_cache(self, acting_id: str, direction: Direction = Direction.OUTBOUND) -> None:
        """Keep the lists for the next start. Blocks for the disk and never raises."""
        if self.cache and len(self.hierarchy):
            self.cache.save(
                CachedLists(
                    entities=tuple(self.hierarchy),
                    accessible_ids=self.accessible_ids,
                    snapshots=tuple(self.snapshots()),
                    acting_id=acting_id,
                    direction=direction,
                )
            )

    def can_act_in(self, entity_id: str) -> bool:
        """Whether the user may work in an entity, as far as is known."""
        entity = self.hierarchy.get(entity_id)
        return entity.listed and not self.no_access_reason(entity)

    def count_waiting(self) -> dict[str, int]:
        """Return how many requests wait for each entity, by the newest lists read.

        Only what the lists of the entities visited so far have shown: nothing
        is asked for it.
        """
        newest: dict[str, Connection] = {}
        for view in reversed(self.snapshots()):
            known = {one.id for one in view.connections}
            gone = [
                id_
                for id_, one in newest.items()
                if view.acting_id in (one.source_id, one.target_id) and id_ not in known
            ]
            for id_ in gone:
                del newest[id_]
            newest.update((one.id, one) for one in view.connections)
        counts: dict[str, int] = {}
        for one in newest.values():
            if one.status == PENDING:
                counts[one.target_id] = counts.get(one.target_id, 0) + 1
        return counts
