"""Entities and the hierarchy they form (contract C2, C4)."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from functools import lru_cache
from itertools import pairwise
from os.path import commonprefix
from typing import NamedTuple

from entity_connections.domain.text import clean

PROVISIONED = "Provisioned"
UNPROVISIONED = "Unprovisioned"
MAX_PART_LENGTH = 100
"""Most characters of a name in a title of several parts; the journal keeps titles of 255."""
MIN_SHARED = 2
"""Characters that every column has room for at each end of a cut title."""
MIN_TITLE_WIDTH = 12
"""Cells in which a title can be told from all others (`Entity.cut_title`)."""
_DASHES = re.compile("[\u2010-\u2015\u2212]")


class Entity(NamedTuple):
    """A business unit of the tenant.

    Attributes:
        id: 32 hexadecimal digits.
        name: the identifier, unique in the hierarchy; may be empty.
        display_name: what people read; neither unique nor restricted.
        parent_id: the entity above, or None for the global entity.
        status: `Provisioned`, `Unprovisioned`, or a word of Zuora's we do not know.
        listed: False for a placeholder: a connection names an entity that the list of
            entities does not hold.
        accessible: whether the user may enter it, as far as is known.
        distinct_title: the title, where the hierarchy has to tell it from that of another
            entity; else "".
        shared: how many of its first and, as many, last characters another title of the
            hierarchy may have, too, in any case; up to a fifth more than it has, and 0 for few.
            The length of the title where entities are missing from the hierarchy.
        shared_start: how many of its first characters the title of another entity with the same
            parent has, too, in any case. The length of the title as for `shared`.
    """

    id: str
    name: str
    display_name: str
    parent_id: str | None
    status: str = PROVISIONED
    listed: bool = True
    accessible: bool = True
    distinct_title: str = ""
    shared: int = 0
    shared_start: int = 0

    @property
    def title(self) -> str:
        """The text that names it everywhere; no other entity of its hierarchy has it."""
        return self.distinct_title or self.plain_title

    @property
    def plain_title(self) -> str:
        """The display name, else the name, else the end of the id; maybe not distinct."""
        return self.display_name.strip() or self.name.strip() or f"Entity {self.short_id}"

    @property
    def short_id(self) -> str:
        """The end of the id: the ids of a tenant begin alike."""
        return self.id[-8:]

    def cut_title(
        self, width: int, cut: Callable[[str, int], str], *, in_tree: bool = False
    ) -> str:
        """Return the title in `width` cells, so that it differs from any other title cut so.

        It is cut in the middle; the id is added only where another title may be cut to the same.

        Args:
            width: in terminal cells, at least `MIN_TITLE_WIDTH`.
            cut: returns a text in a number of cells; a longer text ends with an ellipsis.
            in_tree: whether it stands below its parent: then it is cut at the end if that
                tells it from the entities with the same parent.
        """
        if in_tree and len(cut(self.title, width)[:-1].rstrip()) > self.shared_start:
            return cut(self.title, width)
        shortened, kept = _cut_middle(self.title, width, cut)
        if kept > self.shared:
            return shortened
        return f"{cut(self.title, max(1, width - 9))} {self.short_id}"

    @property
    def provisioned(self) -> bool:
        """Whether it can be acted in and connected to."""
        return self.status == PROVISIONED

    @property
    def no_access_reason(self) -> str:
        """Why the user cannot act in it, in a sentence, or ""."""
        if self.listed and self.status == UNPROVISIONED:
            return f"{self.title} is not provisioned yet."
        if self.accessible:
            return ""
        return (
            f"You have no access to {self.title}: its administrators grant access in Manage Users."
        )


def _cut_middle(title: str, width: int, cut: Callable[[str, int], str]) -> tuple[str, int]:
    """Return start and end of a title, and how many characters of each are kept at least."""
    if cut(title, width) == title:
        return title, len(title) + 1
    room = width // 2
    end = cut(title[::-1], room)[-2::-1]
    start = cut(title, width - room + 1)[:-1]
    return f"{start}…{end}", min(len(start.rstrip()), len(end.lstrip()))


@lru_cache(maxsize=4_096)
def fold_title(text: str) -> str:
    """Return a text without what people overlook: blanks, case, and which dash or width it is."""
    if not text.isascii():
        text = _DASHES.sub("-", unicodedata.normalize("NFKC", text))
    return "".join(text.split()).casefold()


class Hierarchy:
    """All entities of a tenant as a tree; iteration yields parents before children.

    Any list makes a tree: an entity whose parent is missing or is its own descendant
    becomes a root, and of two entities with the same id the first counts.

    Whatever the entities are called, the titles of those it returns are distinct, also
    without blanks and case: an entity whose display name is not unique, or is the name or
    the id of another entity, has its name, its parent or its id in its title. Where the list
    of entities is not whole, every title holds the name or the id: an entity that is missing
    may have the same display name.

    Args:
        entities: the entities, in any order.
        missing: what keeps the list of them from being whole, in a sentence; "" for a whole list.
        accessible_ids: ids of the entities the user may enter; None if unknown.
    """

    def __init__(
        self,
        entities: Iterable[Entity] = (),
        missing: str = "",
        accessible_ids: AbstractSet[str] | None = None,
    ) -> None:
        self.missing, self.accessible_ids = missing, accessible_ids
        self._by_id: dict[str, Entity] = {}
        for entity in entities:
            self._by_id.setdefault(entity.id, entity)
        self._owners: dict[str, str] = {}  # folded title, name or id -> id of an entity
        self._set_titles()
        self._children: dict[str | None, list[Entity]] = {}
        for entity in self._by_id.values():
            self._children.setdefault(self._find_parent_id(entity), []).append(entity)
        self._depth: dict[str, int] = {}
        for root in self._children.get(None, ()):
            self._add_tree(root)
        for entity in self._by_id.values():  # the rest has a cycle of parents
            if entity.id not in self._depth:
                self._add_tree(entity)
        self._order = {id_: index for index, id_ in enumerate(self._depth)}

    def _set_titles(self) -> None:
        titles = self._choose_titles()
        siblings: dict[str | None, dict[str, str]] = {}
        for id_, entity in self._by_id.items():
            siblings.setdefault(self._find_parent_id(entity), {})[id_] = titles[id_]
        shared = _count_shared(titles)
        starts = {id_: n for group in siblings.values() for id_, n in _count_starts(group).items()}
        for id_, entity in self._by_id.items():
            title = titles[id_]
            self._by_id[id_] = entity._replace(
                accessible=self._is_accessible(id_),
                distinct_title="" if title == entity.plain_title else title,
                shared=len(title) if self.missing else shared.get(id_, 0),
                shared_start=len(title) if self.missing else starts[id_],
            )

    def _find_parent_id(self, entity: Entity) -> str | None:
        return entity.parent_id if entity.parent_id in self._by_id else None

    def _is_accessible(self, id_: str) -> bool:
        return self.accessible_ids is None or id_ in self.accessible_ids

    def _choose_titles(self) -> dict[str, str]:
        """Return a distinct title for each id: the first that no other entity has."""
        candidates = {id_: self._list_titles(entity) for id_, entity in self._by_id.items()}
        titles = {id_: next(candidates[id_]) for id_ in candidates}
        while True:
            self._owners, ambiguous = {}, set()
            for id_, entity in self._by_id.items():
                for key in (fold_title(titles[id_]), fold_title(entity.name), id_):
                    if key and self._owners.setdefault(key, id_) != id_:
                        ambiguous.add(key)
            again = False
            for id_, title in titles.items() if ambiguous else ():
                if fold_title(title) in ambiguous:
                    titles[id_] = next(candidates[id_], title)
                    again = again or titles[id_] != title
            if not again:
                return titles

    def _list_titles(self, entity: Entity) -> Iterator[str]:
        """Yield the titles that an entity may get, the shortest first."""
        if not self.missing or entity.display_name.strip() in ("", entity.name.strip()):
            yield entity.plain_title
        title, name = clean(entity.plain_title, MAX_PART_LENGTH), entity.name.strip()
        details = [name] if fold_title(name) != fold_title(entity.plain_title) else []
        if not self.missing and (parent := self.parent(entity)):
            details.append(f"in {parent.plain_title}")
        details = [clean(detail, MAX_PART_LENGTH) for detail in details if detail]
        for detail in (*details, entity.short_id, entity.id):
            yield f"{title} ({detail})"

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
        return self._by_id.get(id_) or self._make_placeholder(id_)

    def _make_placeholder(self, id_: str) -> Entity:
        status, accessible = "not in the list", self._is_accessible(id_)
        entity = Entity(id_, "", "", None, status, listed=False, accessible=accessible)
        for title in ("", f"Entity {id_}", f"Entity {id_} (not in the list)"):
            entity = entity._replace(
                distinct_title=title, shared=len(title), shared_start=len(title)
            )
            if self._owners.setdefault(fold_title(entity.title), id_) == id_:
                break
        return entity

    def depth(self, id_: str) -> int:
        """Return the number of ancestors of an entity; 0 for an unknown entity."""
        return self._depth.get(id_, 0)

    def sort_index(self, id_: str) -> int:
        """Return the position of an entity in the order of the tree; unknown entities come last."""
        return self._order.get(id_, len(self._order))

    def is_below(self, id_: str, ancestor_id: str) -> bool:
        """Return whether an entity is somewhere under another one."""
        seen: set[str] = set()
        parent = self.parent(self.get(id_))
        while parent is not None and parent.id not in seen:  # parents may form a cycle
            if parent.id == ancestor_id:
                return True
            seen.add(parent.id)
            parent = self.parent(parent)
        return False

    def parent(self, entity: Entity) -> Entity | None:
        """Return the entity above, or None at the root."""
        return self._by_id.get(entity.parent_id) if entity.parent_id else None


def _count_starts(titles: dict[str, str]) -> dict[str, int]:
    """Return `Entity.shared_start` for entities with the same parent, by id."""
    ordered = sorted(titles, key=lambda id_: titles[id_].lower())
    starts = dict.fromkeys(ordered, 0)
    for first, second in pairwise(ordered):
        pair = titles[first].lower(), titles[second].lower()
        length = len(commonprefix(pair))  # noqa: RUF071 - of texts, not of paths
        starts[first], starts[second] = max(starts[first], length), length
    return starts


def _count_shared(titles: dict[str, str]) -> dict[str, int]:
    """Return `Entity.shared` by id, without those for which it is 0."""
    shared: dict[str, int] = {}
    alike = {
        id_: title.lower()
        for id_, title in titles.items()
        if len(title) > MIN_TITLE_WIDTH or not title.isascii()
    }
    length = MIN_SHARED
    while alike:
        ends = {id_: (title[:length], title[-length:]) for id_, title in alike.items()}
        counts = Counter(ends.values())
        alike = {id_: title for id_, title in alike.items() if counts[ends[id_]] > 1}
        length += 1 + length // 5
        shared |= {id_: min(length - 1, len(title)) for id_, title in alike.items()}
        alike = {id_: title for id_, title in alike.items() if len(title) >= length}
    return shared
