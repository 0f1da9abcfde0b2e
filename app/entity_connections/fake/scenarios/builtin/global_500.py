"""global-500: a company as large as Zuora allows: 512 entities in one hierarchy (contract C4).

Everything follows from the position of an entity in the list, so the tenant is
the same every time.
"""

from entity_connections.fake.model import (
    CONNECTED,
    DISCONNECTED,
    PENDING,
    PROVISIONED,
    UNPROVISIONED,
    Connection,
    Entity,
    Scenario,
)
from entity_connections.fake.rules.policy import Policy
from entity_connections.fake.scenarios.builtin.users import create_roles, create_users

SIZE = 512

_REGIONS: dict[str, tuple[tuple[str, str, str], ...]] = {
    # region -> its countries: name, display name, time zone
    "Americas": (
        ("United States", "United States", "America/New_York"),
        ("Canada", "Canada", "America/Toronto"),
        ("Mexico", "México", "America/Mexico_City"),
        ("Brazil", "Brasil", "America/Sao_Paulo"),
        ("Argentina", "Argentina", "America/Argentina/Buenos_Aires"),
        ("Chile", "Chile", "America/Santiago"),
        ("Colombia", "Colombia", "America/Bogota"),
        ("Peru", "Perú", "America/Lima"),
    ),
    "Europe": (
        ("Germany", "Deutschland", "Europe/Berlin"),
        ("France", "France", "Europe/Paris"),
        ("Spain", "España", "Europe/Madrid"),
        ("Italy", "Italia", "Europe/Rome"),
        ("United Kingdom", "United Kingdom", "Europe/London"),
        ("Ireland", "Éire", "Europe/Dublin"),
        ("Netherlands", "Nederland", "Europe/Amsterdam"),
        ("Austria", "Österreich", "Europe/Vienna"),
        ("Switzerland", "Schweiz", "Europe/Zurich"),
        ("Sweden", "Sverige", "Europe/Stockholm"),
        ("Denmark", "Danmark", "Europe/Copenhagen"),
        ("Poland", "Polska", "Europe/Warsaw"),
        ("Czechia", "Česko", "Europe/Prague"),
        ("Greece", "Ελλάδα", "Europe/Athens"),
    ),
    "Asia Pacific": (
        ("Japan", "日本", "Asia/Tokyo"),
        ("China", "中国", "Asia/Shanghai"),
        ("Taiwan", "台灣", "Asia/Taipei"),
        ("Korea", "대한민국", "Asia/Seoul"),
        ("India", "India", "Asia/Kolkata"),
        ("Singapore", "Singapore", "Asia/Singapore"),
        ("Vietnam", "Việt Nam", "Asia/Ho_Chi_Minh"),
        ("Australia", "Australia", "Australia/Sydney"),
        ("New Zealand", "New Zealand", "Pacific/Auckland"),
    ),
    "Middle East and Africa": (
        ("United Arab Emirates", "United Arab Emirates", "Asia/Dubai"),
        ("Turkey", "Türkiye", "Europe/Istanbul"),
        ("Egypt", "Egypt", "Africa/Cairo"),
        ("Morocco", "Maroc", "Africa/Casablanca"),
        ("Kenya", "Kenya", "Africa/Nairobi"),
        ("South Africa", "South Africa", "Africa/Johannesburg"),
    ),
}
_BRANDS = ("Aurora", "Brightwater", "Cobalt", "Driftwood", "Ember", "Foxglove")
_LINES = ("Retail", "Wholesale", "Online")


def scenario() -> Scenario:
    """Return the scenario."""
    entities = _create_entities()
    provisioned = [entity.id for entity in entities if entity.status == PROVISIONED]
    regions = [entity.id for entity in entities if entity.parent_id == entities[0].id]
    return Scenario(
        tenant_id="9512",
        entities=entities,
        connections=tuple(
            Connection(f"8a8082557200000001720000{number:08x}", *ends_and_status)
            for number, ends_and_status in enumerate(_create_connections(entities), start=1)
        ),
        users=create_users("globex", alice=entities[0].id, bruno=regions[1], carol=entities[0].id),
        roles=create_roles(
            # Alice may enter all but a few, and nobody may enter what is not provisioned.
            alice=[id_ for number, id_ in enumerate(provisioned) if number % 29 != 28],
            bruno=[regions[1]],
            carol=[entities[0].id, *regions[:2]],
        ),
        policy=Policy(),
    )


def _create_entities() -> tuple[Entity, ...]:
    """Create the global entity, regions, countries, brands and lines of business, up to 512."""
    found = [Entity(_id(0), "Global", "Globex", None, "GMT")]
    countries: list[Entity] = []
    for region in _REGIONS:
        found.append(Entity(_id(len(found)), region, f"Globex {region}", _id(0), "GMT"))
    for parent, (_, members) in zip(found[1:], _REGIONS.items(), strict=True):
        for name, shown, timezone in members:
            countries.append(Entity(_id(len(found)), name, f"Globex {shown}", parent.id, timezone))
            found.append(countries[-1])
    brands = [
        _create_child(country, brand, len(found) + number)
        for number, (country, brand) in enumerate(
            (country, brand) for brand in _BRANDS for country in countries
        )
    ]
    found += brands
    for line in _LINES:
        for brand in brands:
            if len(found) < SIZE:
                found.append(_create_child(brand, line, len(found)))
    return tuple(found)


def _create_child(parent: Entity, word: str, number: int) -> Entity:
    """Create an entity named after its parent; every ninth and all below it are unprovisioned."""
    ready = parent.status == PROVISIONED and number % 9 != 0
    return Entity(
        _id(number),
        f"{parent.name} {word}",
        f"{word} {parent.display_name.removeprefix('Globex ')}",
        parent.id,
        parent.timezone,
        PROVISIONED if ready else UNPROVISIONED,
    )


def _create_connections(entities: tuple[Entity, ...]) -> list[tuple[str, str, str]]:
    """Connect the global entity with most entities, and some parents with their children."""
    top = entities[0].id
    found = []
    for number, entity in enumerate(entities[1:], start=1):
        if entity.status != PROVISIONED:
            continue
        if number % 8:
            found.append((top, entity.id, _status(number)))
        if number % 6 == 0:
            found.append((entity.id, top, _status(number // 6)))
        if entity.parent_id not in (None, top) and number % 3 == 0:
            found.append((str(entity.parent_id), entity.id, _status(number // 3)))
    return found


def _status(number: int) -> str:
    return (CONNECTED, CONNECTED, PENDING, CONNECTED, DISCONNECTED)[number % 5]


def _id(number: int) -> str:
    return f"8a8082557100000001710000{number:08x}"
