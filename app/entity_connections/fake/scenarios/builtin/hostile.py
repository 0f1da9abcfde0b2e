"""hostile: names and statuses that try to attack the terminal, and records that no list explains.

Zuora puts no rule on a display name (contract C2), and treats statuses as text,
so whoever may edit an entity in a customer's tenant could send any of these.
"""

from entity_connections.domain.connections import CONNECTED, DISCONNECTED, PENDING, Connection
from entity_connections.fake.model import Entity, Scenario
from entity_connections.fake.policy import Policy
from entity_connections.fake.scenarios.builtin.users import create_roles, create_users

GLOBAL = "8a808255660000000166000000000000"
UNLISTED = "8a80825553d0219c0153d9c44b7e0f13"
"""An entity that a connection names and no list shows."""

ATTACKS = {
    "markup-closing": "[/]",
    "markup-action": "[@click=app.quit]x[/]",
    "markup-open": "[bold red on",
    "title": "\x1b]0;x\x07",
    "colour": "\x1b[31mred",
    "clear": "\x1b[2J\x1b[H",
    "c1-control": "\x9b31m and \x9d0;x\x9c",
    "bidi": "Acme \u202edetcennoC\u2066\u200f",
    "zero-width": "A\u200bc\u2060m\ufeffe",
    "long": "Long " * 2_000,
    "cjk": "株式会社アクメ・ホールディングス",
    "joined-emoji": "👩🏽\u200d🚀👨\u200d👩\u200d👧\u200d👦 🏳\ufe0f\u200d🌈",
    "combining": "Z" + "\u0301\u0323\u0489" * 40 + "algo",
    "line-breaks": "two\nlines\r\nor\tmore\u2028of\x85them",
    "surrogate": "half \ud83d of a pair",
    "nul": "before\0after",
    "backspaces": "safe\b\b\b\bevil",
    "empty": "",
    "blank": " \u3000\u00a0 ",
    "look-alike": "Acme\u2011Еurope",
}
"""Name of the entity -> display name, which is the attack."""

STATUSES = (
    CONNECTED,
    PENDING,
    DISCONNECTED,
    "[/]",
    "\x1b[5mConnected",
    "Connected\nPending",
    "",
    "S" * 10_000,
    "Suspended",
)


def scenario() -> Scenario:
    """Return the scenario: the global entity is the source or target of every connection."""
    attackers = tuple(
        Entity(f"8a8082556600000001660000{number:08x}", name, display_name, GLOBAL, "GMT")
        for number, (name, display_name) in enumerate(ATTACKS.items(), start=1)
    )
    outbound = tuple(
        Connection(f"8a8082556610000001661000{number:08x}", GLOBAL, entity.id, status)
        for number, (entity, status) in enumerate(
            zip(attackers, STATUSES * len(attackers), strict=False), start=1
        )
    )
    inbound = tuple(
        Connection(f"8a8082556620000001662000{number:08x}", entity.id, GLOBAL, PENDING)
        for number, entity in enumerate(attackers, start=1)
    )
    to_unlisted = Connection("8a8082556630000001663000000000ff", GLOBAL, UNLISTED, CONNECTED)
    everything = [GLOBAL, *(entity.id for entity in attackers)]
    return Scenario(
        tenant_id="6666",
        entities=(Entity(GLOBAL, "Global", "Global [red]Hostile[/]", None, "GMT"), *attackers),
        connections=(*outbound, *inbound, to_unlisted),
        users=create_users("hostile", alice=GLOBAL, bruno=attackers[0].id, carol=GLOBAL),
        roles=create_roles(alice=everything, bruno=everything[1:2], carol=everything[:3]),
        policy=Policy(),
    )
