"""empty: five entities, and no connection yet."""

from entity_connections.fake.model import Entity, Scenario
from entity_connections.fake.policy import Policy
from entity_connections.fake.scenarios.builtin.users import create_roles, create_users

GLOBAL = "8a8082556100000001610000000000e0"
NORTH = "8a8082556100000001610000000000e1"
SOUTH = "8a8082556100000001610000000000e2"
LABS = "8a8082556100000001610000000000e3"
STUDIO = "8a8082556100000001610000000000e4"

_ENTITIES = (
    # The global entity keeps its default name and shows the tenant's (contract C4).
    Entity(GLOBAL, "Global", "Novera", None, "GMT"),
    Entity(NORTH, "Novera-North", "Novera North", GLOBAL, "Europe/Oslo"),
    Entity(SOUTH, "Novera-South", "Novera South", GLOBAL, "Africa/Johannesburg"),
    Entity(LABS, "Novera-Labs", "Novera Labs", GLOBAL, "America/Chicago"),
    Entity(STUDIO, "Novera-Studio", "Novera Studio", LABS, "America/Chicago"),
)


def scenario() -> Scenario:
    """Return the scenario."""
    return Scenario(
        tenant_id="7001",
        entities=_ENTITIES,
        connections=(),
        users=create_users("novera", alice=GLOBAL, bruno=NORTH, carol=GLOBAL),
        roles=create_roles(
            alice=[entity.id for entity in _ENTITIES], bruno=[NORTH], carol=[GLOBAL, NORTH, LABS]
        ),
        policy=Policy(),
    )
