"""Finding the entity that somebody typed: by id, by name, or by display name."""

from collections.abc import Callable, Iterable

from entity_connections.domain.entities import Entity
from entity_connections.domain.ids import normalize_id
from entity_connections.domain.text import clean

MAX_SUGGESTIONS = 8
"""Most candidates or suggestions told."""


class EntityLookupError(LookupError):
    """No entity, or more than one, is called so; the message is for people.

    Attributes:
        candidates: the entities that are meant equally well; empty when none is.
    """

    def __init__(self, sentence: str, candidates: tuple[Entity, ...] = ()) -> None:
        super().__init__(sentence)
        self.candidates = candidates


def find_entity(typed: str, entities: Iterable[Entity]) -> Entity:
    """Return the one entity that `typed` means.

    An id (in either spelling) goes before a name, a name before a display name,
    and what is written exactly so before what differs in capitals only. Names
    are unique in a hierarchy, display names are not (contract C2).

    Raises:
        NotOneEntity: there is none, and which are spelled nearly so; or there are
            several, and which.
    """
    known, wanted = list(entities), typed.strip()
    folded, id_ = wanted.casefold(), normalize_id(wanted)
    meanings: tuple[Callable[[Entity], bool], ...] = (
        lambda one: one.id == id_,
        lambda one: one.name == wanted,
        lambda one: one.display_name.strip() == wanted,
        lambda one: one.name.casefold() == folded,
        lambda one: one.display_name.strip().casefold() == folded,
    )
    for meant in meanings if wanted else ():
        found = [one for one in known if meant(one)]
        if len(found) == 1:
            return found[0]
        if found:
            raise EntityLookupError(_ambiguous(wanted, found), tuple(found))
    raise EntityLookupError(_unknown(wanted, known))


def _ambiguous(wanted: str, found: list[Entity]) -> str:
    told = "; ".join(
        f"{one.title} ({one.name or 'no name'}) {one.id}" for one in found[:MAX_SUGGESTIONS]
    )
    more = f"; and {len(found) - MAX_SUGGESTIONS} more" if len(found) > MAX_SUGGESTIONS else ""
    return f"{len(found)} entities are called {_quoted(wanted)}: give the id: {told}{more}."


def _unknown(wanted: str, known: list[Entity]) -> str:
    from difflib import get_close_matches  # only who mistypes pays for it

    titles: dict[str, str] = {}
    for one in known:
        for text in (one.display_name.strip(), one.name):
            if text:
                titles.setdefault(text.casefold(), one.title)
    folded = wanted.casefold()
    near = get_close_matches(folded, titles, n=3, cutoff=0.6)
    near += [text for text in titles if folded and folded in text and text not in near]
    meant = list(dict.fromkeys(titles[text] for text in near))[:MAX_SUGGESTIONS]
    hint = f" Did you mean {_either(meant)}?" if meant else ""
    return f"No entity is called {_quoted(wanted)}.{hint}"


def _quoted(wanted: str) -> str:
    return f'"{clean(wanted)}"'


def _either(names: list[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last
