"""global-500: a company as large as Zuora allows: 512 entities in one hierarchy (contract C4).

Everything follows from the position of an entity in the list, so the tenant is
the same every time.
"""

import csv
from collections.abc import Iterator
from importlib.resources import files
from itertools import islice, product

from entity_connections.domain.connections import CONNECTED, DISCONNECTED, PENDING, Connection
from entity_connections.domain.entities import PROVISIONED, UNPROVISIONED
from entity_connections.fake.model import Entity, Scenario
from entity_connections.fake.policy import Policy
from entity_connections.fake.scenarios.builtin.users import create_roles, create_users

SIZE = 512

_BRANDS = ("Aurora", "Brightwater", "Cobalt", "Driftwood", "Ember", "Foxglove")
_LINES = ("Retail", "Wholesale", "Online")


def scenario() -> Scenario:
    """Return the scenario."""
    entities = _create_entities()
    top, americas, europe = (entity.id for entity in entities[:3])
    provisioned_ids = [entity.id for entity in entities if entity.status == PROVISIONED]
    return Scenario(
        tenant_id="9512",
        entities=entities,
        connections=tuple(
            Connection(f"8a8082557200000001720000{number:08x}", *pair_and_status)
            for number, pair_and_status in enumerate(_create_connections(entities), start=1)
        ),
        users=create_users("globex", alice=top, bruno=europe, carol=top),
        roles=create_roles(
            # Alice may enter all but a few, and nobody may enter what is not provisioned.
            alice=[id_ for number, id_ in enumerate(provisioned_ids) if number % 29 != 28],
            bruno=[europe],
            carol=[top, americas, europe],
        ),
        policy=Policy(),
    )


def _create_entities() -> tuple[Entity, ...]:
    entities = [Entity(_id(0), "Global", "Globex", None, "GMT")]

    def add(parent: Entity, name: str, display_name: str, timezone: str, status: str) -> Entity:
        entity = Entity(_id(len(entities)), name, display_name, parent.id, timezone, status)
        entities.append(entity)
        return entity

    def add_below(parent: Entity, word: str) -> Entity:
        """Every ninth and all below it are unprovisioned."""
        is_provisioned = parent.status == PROVISIONED and len(entities) % 9 != 0
        return add(
            parent,
            f"{parent.name} {word}",
            f"{word} {parent.display_name.removeprefix('Globex ')}",
            parent.timezone,
            PROVISIONED if is_provisioned else UNPROVISIONED,
        )

    top = entities[0]
    file = files("entity_connections.fake.scenarios.builtin").joinpath("countries.csv")
    rows = list(csv.DictReader(file.read_text("utf-8").splitlines()))
    regions = {
        name: add(top, name, f"Globex {name}", "GMT", PROVISIONED)
        for name in dict.fromkeys(row["region"] for row in rows)
    }
    countries = [
        add(
            regions[row["region"]],
            row["name"],
            f"Globex {row['display name']}",
            row["time zone"],
            PROVISIONED,
        )
        for row in rows
    ]
    brands = [add_below(country, brand) for brand in _BRANDS for country in countries]
    lines = product(_LINES, brands)
    for line, brand in islice(lines, SIZE - len(entities)):
        add_below(brand, line)
    return tuple(entities)


def _create_connections(entities: tuple[Entity, ...]) -> Iterator[tuple[str, str, str]]:
    top = entities[0].id
    for number, entity in enumerate(entities):
        if entity.status != PROVISIONED or entity.parent_id is None:
            continue
        if number % 8:
            yield top, entity.id, _status(number)
        if number % 6 == 0:
            yield entity.id, top, _status(number // 6)
        if number % 3 == 0 and entity.parent_id != top:
            yield entity.parent_id, entity.id, _status(number // 3)


def _status(number: int) -> str:
    return (CONNECTED, CONNECTED, PENDING, CONNECTED, DISCONNECTED)[number % 5]


def _id(number: int) -> str:
    return f"8a8082557100000001710000{number:08x}"
