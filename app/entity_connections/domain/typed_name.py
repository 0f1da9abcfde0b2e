"""The name that must be typed before an irreversible action."""

from typing import NamedTuple

from entity_connections.domain.entities import Entity

MAX_TYPED_LENGTH = 40
"""Most characters that anybody has to type."""


class TypedName(NamedTuple):
    """A name that must be typed before yes is possible.

    Attributes:
        name: the name to type.
        kind: what it is, if it is not the title (", its name in Zuora,").
        also: other names that are accepted.
    """

    name: str
    kind: str = ""
    also: frozenset[str] = frozenset()

    def matches(self, text: str) -> bool:
        """Return whether `text` is the name, in any case and with any blanks."""
        typed = text.casefold().split()
        names = (self.name, *self.also)
        return bool(typed) and any(typed == name.casefold().split() for name in names)


def make_typed_name(entity: Entity) -> TypedName:
    """Return what must be typed to name an entity; a display name of several is not enough.

    A title that not every keyboard can type is replaced by the name in Zuora, where that tells
    the entity from others of the same display name, else by the end of the id.
    """
    also = frozenset({entity.title, entity.id})
    candidates = [(entity.title, "")]
    if not entity.distinct_title or entity.distinct_title.endswith(f"({entity.name})"):
        candidates.append((entity.name, ", its name in Zuora,"))
    for name, kind in candidates:
        plain = " ".join(name.split())
        if entity.listed and plain.isascii() and 0 < len(plain) <= MAX_TYPED_LENGTH:
            return TypedName(plain, kind, also)
    return TypedName(entity.short_id, ", the end of its id,", also)
