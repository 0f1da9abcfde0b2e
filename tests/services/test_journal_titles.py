"""Titles of the entities in the journal, recorded one after the other."""

from entity_connections.domain.actions import REQUEST
from entity_connections.domain.connections import Direction
from entity_connections.domain.entities import Entity
from entity_connections.services.journal_titles import make_journal_titles
from entity_connections.services.operations.operation import Operation
from entity_connections.services.storage.journal import Journal
from entity_connections.services.storage.journal_entry import Entry

from tests.domain.small_tenant import SOUTH, row
from tests.services.factories import intend


def request(target: Entity, tenant: str = "acme") -> Entry:
    operation = Operation.plan(REQUEST, row(Direction.OUTBOUND, SOUTH)._replace(counterpart=target))
    return intend(Journal(None, "acme", tenant), operation)


def list_targets(*entries: Entry) -> list[str]:
    titles = make_journal_titles(entries)
    return [titles[entry.tenant, entry.target].title for entry in entries]


NEW_SOUTH = SOUTH._replace(id="e" * 32)


def test_two_that_had_the_same_name_one_after_the_other_are_told_apart() -> None:
    assert list_targets(request(SOUTH), request(NEW_SOUTH), request(SOUTH)) == [
        "Acme South (bbbbbbbb)",
        "Acme South (eeeeeeee)",
        "Acme South (bbbbbbbb)",
    ]


def test_another_tenant_may_have_the_same_names() -> None:
    assert list_targets(request(SOUTH), request(NEW_SOUTH, "other")) == ["Acme South"] * 2


def test_one_that_was_renamed_is_called_as_it_was_then() -> None:
    renamed = SOUTH._replace(display_name="Acme Sud")
    assert list_targets(request(SOUTH), request(renamed)) == ["Acme South", "Acme Sud"]
