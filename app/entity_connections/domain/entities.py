"""Entities and the hierarchy they form (contract C2, C4)."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

PROVISIONED = "Provisioned"


class Entity(NamedTuple):
    """A business unit of the tenant.

    Attributes:
        id: 32 hexadecimal digits, as `ids.bare` returns them.
        name: the identifier, unique in the hierarchy; may be empty.
        display_name: what people read; neither unique nor restricted.
        parent_id: the entity above, or None for the global entity.
        status: `Provisioned`, `Unprovisioned`, or a word of Zuora's we do not know.
        listed: False for a placeholder: a connection names an entity that the list of
            entities does not hold.
    """

    id: str
    name: str
    display_name: str
    parent_id: str | None
    status: str = PROVISIONED
    listed: bool = True

    @property
    def title(self) -> str:
        """The text that names it on the screen: display name, else name, else id."""
        return self.display_name.strip() or self.name.strip() or self.id

    @property
    def provisioned(self) -> bool:
        """Whether it can be acted in and connected to."""
        return self.status == PROVISIONED


def placeholder_entity(id_: str) -> Entity:
    """Return an entity for an id that the list of entities does not hold."""
    return Entity(id_, "", f"Entity {id_[-8:]}", None, status="not in the list", listed=False)


class Hierarchy:
    """All entities of a tenant as a tree; iteration yields parents before children.

    Any list makes a tree: an entity whose parent is missing or is its own descendant
    becomes a root, and of two entities with the same id the first counts.
    """

    def __init__(self, entities: Iterable[Entity] = ()) -> None:
        self._by_id: dict[str, Entity] = {}
        for entity in entities:
            self._by_id.setdefault(entity.id, entity)
        self._children: dict[str | None, list[Entity]] = {}
        for entity in self._by_id.values():
            parent = entity.parent_id if entity.parent_id in self._by_id else None
            self._children.setdefault(parent, []).append(entity)
        self._depth: dict[str, int] = {}
        for root in self._children.get(None, ()):
            self._add_tree(root)
        for entity in self._by_id.values():  # the rest has a cycle of parents
            if entity.id not in self._depth:
                self._add_tree(entity)
        self._order = {id_: index for index, id_ in enumerate(self._depth)}

    def _add_tree(self, root: Entity) -> None:
        waiting = [(root, 0)]
        while waiting:
            entity, depth = waiting.pop()
            if entity.id in self._depth:
                continue
            self._depth[entity.id] = depth
            children = self._children.get(entity.id, ())
            waiting.extend((child, depth + 1) for child in reversed(children))

    def __iter__(self) -> Iterator[Entity]:
        """Every entity, each followed by its descendants."""
        return (self._by_id[id_] for id_ in self._depth)

    def __len__(self) -> int:
        return len(self._by_id)

    def __contains__(self, id_: str) -> bool:
        return id_ in self._by_id

    def get(self, id_: str) -> Entity:
        """Return the entity with this id, or a placeholder for it."""
        return self._by_id.get(id_) or placeholder_entity(id_)

    def depth(self, id_: str) -> int:
        """Return the number of ancestors of an entity; 0 for an unknown entity."""
        return self._depth.get(id_, 0)

    def sort_index(self, id_: str) -> int:
        """Return the position of an entity in the order of the tree; unknown entities come last."""
        return self._order.get(id_, len(self._order))

    def parent(self, entity: Entity) -> Entity | None:
        """Return the entity above, or None at the root."""
        return self._by_id.get(entity.parent_id) if entity.parent_id else None
