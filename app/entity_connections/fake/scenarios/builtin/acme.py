"""acme: Zuora's example company (contract C3, D4), enlarged until every known status has a row.

The comments describe what alice sees in Acme Corporation. Acme-Americas and Acme-Europe have no
connection in either direction: walkthroughs connect them.
"""

from entity_connections.domain.connections import CONNECTED, DISCONNECTED, PENDING, Connection
from entity_connections.domain.entities import PROVISIONED, UNPROVISIONED
from entity_connections.fake.model import Entity, Scenario
from entity_connections.fake.policy import Policy
from entity_connections.fake.scenarios.builtin.users import create_roles, create_users

# Entities and connections above the blank comment in each table are Zuora's own, with their ids.
CORPORATION = "8a808255557baba1015580e12fa5083a"
AMERICAS = "8a80825555a3c7a10155b460f53858e6"
US = "8a80825555a3c7a10155b46120d058e7"
CANADA = "8a80825556ff28a4015708b93df82ba7"
EUROPE = "8a80825556ff28a4015708ba29312ecc"
UK = "8a80825556ff28a4015708bac1d8305f"
FRANCE = "8a80825556ff28a4015708bb21963060"
ASIA = "8a80825556ff28a4015709096c5d6f5d"

BRAZIL = "8a8082555a1e40c3015a2b7713de1a01"
MEXICO = "8a8082555a1e40c3015a2b77c9401a02"
GERMANY = "8a8082555a1e40c3015a2b78405f1a03"
IBERIA = "8a8082555a1e40c3015a2b78e2b31a04"
NORDICS = "8a8082555a1e40c3015a2b7991071a05"
JAPAN = "8a8082555a1e40c3015a2b7a08cc1a06"
AUSTRALIA = "8a8082555a1e40c3015a2b7ab5321a07"

_ENTITIES = (
    # id, name, display name, parent, timezone, status
    (CORPORATION, "Acme Corporation", "Acme Corporation", None, "GMT", PROVISIONED),
    (AMERICAS, "Acme-Americas", "Acme-Americas", CORPORATION, "America/Los_Angeles", PROVISIONED),
    (US, "Acme-US", "Acme-US", AMERICAS, "America/Los_Angeles", PROVISIONED),
    (CANADA, "Acme-Canada", "Acme-Canada", AMERICAS, "America/Toronto", PROVISIONED),
    (EUROPE, "Acme-Europe", "Acme-Europe", CORPORATION, "Europe/Paris", PROVISIONED),
    (UK, "Acme-UK", "Acme-UK", EUROPE, "Europe/London", UNPROVISIONED),
    (FRANCE, "Acme-France", "Acme-France", EUROPE, "Europe/Paris", UNPROVISIONED),
    (ASIA, "Acme-Asia", "Acme-Asia", CORPORATION, "Asia/Harbin", UNPROVISIONED),
    #
    (BRAZIL, "Acme-Brazil", "Acme-Brazil", AMERICAS, "America/Sao_Paulo", PROVISIONED),
    (MEXICO, "Acme-Mexico", "Acme-Mexico", AMERICAS, "America/Mexico_City", PROVISIONED),
    (GERMANY, "Acme-Germany", "Acme-Germany", EUROPE, "Europe/Berlin", PROVISIONED),
    (IBERIA, "Acme-Iberia", "Acme Ibérica", EUROPE, "Europe/Madrid", PROVISIONED),
    (NORDICS, "Acme-Nordics", "Acme-Nordics", EUROPE, "Europe/Stockholm", PROVISIONED),
    (JAPAN, "Acme-Japan", "Acme-Japan", CORPORATION, "Asia/Tokyo", PROVISIONED),
    (AUSTRALIA, "Acme-Australia", "Acme-Australia", CORPORATION, "Australia/Sydney", PROVISIONED),
)

_CONNECTIONS = (
    ("8a80825555a3c7a10155b54a63821c0d", US, CORPORATION, CONNECTED),
    ("8a80825555a3c7a10155b466736c5c3f", CORPORATION, AMERICAS, CONNECTED),
    ("8a808255575bdae401576a914a140420", CORPORATION, EUROPE, CONNECTED),
    #
    # Outbound: waiting for the other side, ended, ended and begun again. Never connected:
    # Acme-US, Acme-Mexico, Acme-Brazil and Acme-Japan; not possible: the unprovisioned ones and
    # Acme-Australia, which alice may not enter.
    ("8a8082555b3c70de015b44a1c07e2b01", CORPORATION, CANADA, PENDING),
    ("8a8082555b3c70de015b44a23d912b02", CORPORATION, NORDICS, DISCONNECTED),
    ("8a8082555b3c70de015b44a2bb042b03", CORPORATION, IBERIA, DISCONNECTED),
    ("8a8082555b3c70de015b44a36f282b04", CORPORATION, IBERIA, CONNECTED),
    # Inbound: two that wait, one of them opposite an active connection; one ended.
    ("8a8082555b3c70de015b44a502e62b07", CORPORATION, GERMANY, CONNECTED),
    ("8a8082555b3c70de015b44a5937c2b08", GERMANY, CORPORATION, PENDING),
    ("8a8082555b3c70de015b44a61f0a2b09", JAPAN, CORPORATION, PENDING),
    ("8a8082555b3c70de015b44a6a9d32b0a", BRAZIL, CORPORATION, DISCONNECTED),
    # Between other entities.
    ("8a8082555b3c70de015b44a734c12b0b", AMERICAS, US, CONNECTED),
    ("8a8082555b3c70de015b44a7c08f2b0c", AMERICAS, CANADA, DISCONNECTED),
    ("8a8082555b3c70de015b44a84b5d2b0d", JAPAN, AMERICAS, PENDING),
    ("8a8082555b3c70de015b44a8d62b2b0e", EUROPE, GERMANY, CONNECTED),
    ("8a8082555b3c70de015b44a960f92b0f", NORDICS, EUROPE, PENDING),
)


def scenario(policy: Policy | None = None) -> Scenario:
    """Return the scenario, with another policy if one is given."""
    entities = tuple(Entity(*row) for row in _ENTITIES)
    return Scenario(
        tenant_id="6398",
        entities=entities,
        connections=tuple(Connection(*row) for row in _CONNECTIONS),
        users=create_users("acme", alice=CORPORATION, bruno=EUROPE, carol=CORPORATION),
        roles=create_roles(
            alice=[
                entity.id
                for entity in entities
                if entity.status == PROVISIONED and entity.id != AUSTRALIA
            ],
            bruno=[EUROPE],
            carol=[CORPORATION, EUROPE, AMERICAS],
        ),
        policy=policy or Policy(),
    )
