"""Finds the entity that a user typed: by id, name, title or display name."""

from collections.abc import Callable, Iterable

from entity_connections.domain.entities import Entity, fold_title
from entity_connections.domain.ids import normalize_id
from entity_connections.domain.text import clean
from entity_connections.domain.words import find_similar, join_or

MAX_SUGGESTIONS = 8
"""Most candidates or suggestions in a message."""


class EntityLookupError(LookupError):
    """No entity, or more than one, matches. The message is a sentence for people.

    Attributes:
        candidates: the entities that match equally well; empty when none matches.
    """

    def __init__(self, sentence: str, candidates: tuple[Entity, ...] = ()) -> None:
        super().__init__(sentence)
        self.candidates = candidates


def find_entity(typed: str, entities: Iterable[Entity]) -> Entity:
    """Return the entity that a text names.

    An id (in either spelling) counts before a name, a name before a title, a title before a
    display name, and an exact name before one that differs in case. Names and titles are
    unique in a hierarchy, display names are not (contract C2).

    Raises:
        EntityLookupError: no entity matches, and which names are similar; or several match,
            and which.
    """
    known, wanted = list(entities), typed.strip()
    folded, id_ = fold_title(wanted), normalize_id(wanted)
    matchers: tuple[Callable[[Entity], bool], ...] = (
        lambda entity: entity.id == id_,
        lambda entity: entity.name == wanted,
        lambda entity: entity.name.casefold() == wanted.casefold(),
        lambda entity: fold_title(entity.title) == folded,
        lambda entity: fold_title(entity.display_name) == folded,
    )
    for matches in matchers if wanted else ():
        found = [entity for entity in known if matches(entity)]
        if len(found) == 1:
            return found[0]
        if found:
            raise EntityLookupError(_describe_candidates(wanted, found), tuple(found))
    raise EntityLookupError(_describe_unknown(wanted, known))


def _describe_candidates(wanted: str, found: list[Entity]) -> str:
    candidates = "; ".join(f"{entity.title} {entity.id}" for entity in found[:MAX_SUGGESTIONS])
    more = f"; and {len(found) - MAX_SUGGESTIONS} more" if len(found) > MAX_SUGGESTIONS else ""
    return f"{len(found)} entities are called {_quote(wanted)}: give the id: {candidates}{more}."


def _describe_unknown(wanted: str, known: list[Entity]) -> str:
    titles: dict[str, str] = {}
    for entity in known:
        for text in (entity.title, entity.display_name.strip(), entity.name):
            if text:
                titles.setdefault(text.casefold(), entity.title)
    folded = wanted.casefold()
    near = find_similar(folded, titles, limit=3)
    near += [text for text in titles if folded and folded in text and text not in near]
    suggestions = list(dict.fromkeys(titles[text] for text in near))[:MAX_SUGGESTIONS]
    hint = f" Did you mean {join_or(suggestions)}?" if suggestions else ""
    return f"No entity is called {_quote(wanted)}.{hint}"


def _quote(wanted: str) -> str:
    return f'"{clean(wanted)}"'
