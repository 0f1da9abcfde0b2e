"""Titles for the entities of journal entries."""

from collections.abc import Iterable

from entity_connections.domain.entities import Entity, Hierarchy
from entity_connections.services.storage.journal_entry import Entry, Party

JournalTitles = dict[tuple[str, Party], Entity]
"""The entity of each party, by tenant and party."""


def make_journal_titles(entries: Iterable[Entry]) -> JournalTitles:
    """Return entities whose titles tell the parties of a tenant apart.

    They are called as they were when the entry was recorded: two entities may have had the
    same name one after the other, and one entity several.
    """
    parties: dict[str, dict[Party, Entity]] = {}
    for entry in entries:
        for party in (entry.source, entry.target):
            # One id for each of the names; it ends with the id of the entity.
            entity = Entity(f"{party.title} {party.id}", "", party.title, None)
            parties.setdefault(entry.tenant, {})[party] = entity
    titles: JournalTitles = {}
    for tenant, entities in parties.items():
        hierarchy = Hierarchy(entities.values())
        for party, entity in entities.items():
            titles[tenant, party] = hierarchy.get(entity.id)
    return titles
