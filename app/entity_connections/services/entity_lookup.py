"""Finds the entity that a user typed: by id, name, title or display name."""

from entity_connections.domain.entities import Entity, Hierarchy, fold_title
from entity_connections.domain.ids import normalize_id
from entity_connections.domain.text import clean
from entity_connections.domain.text_search import fold
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


def find_entity(typed: str, hierarchy: Hierarchy) -> Entity:
    """Return the entity that a text names.

    An id (in either spelling) counts first. Then come the entities whose name, title or display
    name is the text; only where there is none, those for which it differs in case or blanks.
    Display names are not unique (contract C2), and one may be the name of another entity.

    Raises:
        EntityLookupError: no entity matches, and which names are similar; or several match,
            and which.
    """
    known, wanted = list(hierarchy), typed.strip()
    folded, id_ = fold_title(wanted), normalize_id(wanted)
    if wanted:
        matches = (
            [entity for entity in known if entity.id == id_]
            or [entity for entity in known if wanted in _list_names(entity)]
            or [entity for entity in known if folded in map(fold_title, _list_names(entity))]
        )
        if len(matches) == 1:
            return matches[0]
        if matches:
            raise EntityLookupError(_describe_candidates(wanted, matches), tuple(matches))
    raise EntityLookupError(_describe_unknown(wanted, hierarchy))


def find_unique_entity(typed: str, hierarchy: Hierarchy) -> Entity:
    """Return the entity that a text names, and that no missing entity can be meant with.

    Where entities are missing from the hierarchy, the text must be an id or a name: a display
    name may also be that of a missing entity.

    Raises:
        EntityLookupError: as `find_entity`; or a missing entity may be called so, too.
    """
    entity = find_entity(typed, hierarchy)
    exact = typed.strip() == entity.name.strip() or normalize_id(typed.strip()) == entity.id
    if hierarchy.missing and not exact:
        name = f"its technical name, {entity.name.strip()}, or " if entity.name.strip() else ""
        raise EntityLookupError(
            f"{hierarchy.missing} Another entity may be called {_quote(typed.strip())}, too: to"
            f" mean {entity.title}, give {name}its id, {entity.id}.",
            (entity,),
        )
    return entity


def _list_names(entity: Entity) -> tuple[str, str, str]:
    return entity.name.strip(), entity.title, entity.display_name.strip()


def _describe_candidates(wanted: str, matches: list[Entity]) -> str:
    candidates = "; ".join(f"{entity.title} {entity.id}" for entity in matches[:MAX_SUGGESTIONS])
    more = f"; and {len(matches) - MAX_SUGGESTIONS} more" if len(matches) > MAX_SUGGESTIONS else ""
    return f"{len(matches)} entities are called {_quote(wanted)}: give the id: {candidates}{more}."


def _describe_unknown(wanted: str, hierarchy: Hierarchy) -> str:
    titles: dict[str, str] = {}
    for entity in hierarchy:
        for text in (entity.title, entity.display_name.strip(), entity.name):
            if text:
                titles.setdefault(fold(text), entity.title)
    folded = fold(wanted)
    near = find_similar(folded, titles, limit=3)
    near += [text for text in titles if folded and folded in text and text not in near]
    suggestions = list(dict.fromkeys(titles[text] for text in near))[:MAX_SUGGESTIONS]
    hint = f" Did you mean {join_or(suggestions)}?" if suggestions else ""
    nobody = f"{hierarchy.missing} No other entity" if hierarchy.missing else "No entity"
    return f"{nobody} is called {_quote(wanted)}.{hint}"


def _quote(wanted: str) -> str:
    return f'"{clean(wanted)}"'
