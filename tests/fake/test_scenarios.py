"""The built-in scenarios."""

import subprocess
import sys
from collections import Counter

import pytest
from entity_connections.fake.model import NAME_PATTERN, Scenario
from entity_connections.fake.scenarios.builtin import acme, global_500, hostile
from entity_connections.fake.scenarios.catalogue import SCENARIOS, USERS, load_scenario
from entity_connections.fake.tenant import open_tenant

from tests.fake.conftest import Open


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_opens_with_its_three_users(name: str) -> None:
    tenant = open_tenant(name)
    assert [user.name for user in tenant.users] == list(USERS)
    for user in tenant.users:
        assert len(user.client_id) == 36
        assert len(user.client_secret) <= 42
        assert user.client_secret not in repr(user)
        role = "standard user" if user.name == "carol" else "administrator"
        assert tenant.role(user.name, user.home_entity_id) == role
    tenant.close()


def test_an_unknown_scenario_is_named_with_the_valid_ones() -> None:
    with pytest.raises(ValueError, match=r"'nope'.*acme, .*, hostile or a .toml") as raised:
        open_tenant("nope")
    assert isinstance(raised.value, ValueError)


@pytest.mark.parametrize(
    ("statement", "foreign"),
    [
        (
            (
                "import entity_connections.fake.scenarios.catalogue,"
                " entity_connections.fake.faults.catalogue"
            ),
            {"starlette", "sqlite3", "dataclasses", "asyncio"},
        ),
        (
            "from entity_connections.fake.tenant import open_tenant; open_tenant('acme')",
            {
                "httpx",
                "textual",
                "rich",
                "pydantic",
                "entity_connections.zuora",
                "entity_connections.services",
                "entity_connections.tui",
            },
        ),
    ],
)
def test_what_is_not_needed_is_not_imported(statement: str, foreign: set[str]) -> None:
    program = f"import sys; {statement}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert foreign.isdisjoint(loaded)


@pytest.mark.parametrize("name", [name for name in SCENARIOS if name != "hostile"])
def test_only_the_hostile_scenario_holds_what_zuora_does_not_document(name: str) -> None:
    scenario = load_scenario(name)
    entity_ids = {entity.id for entity in scenario.entities}
    for connection in scenario.connections:
        assert connection.status in {"Pending", "Connected", "Disconnected"}
        assert {connection.source_id, connection.target_id} <= entity_ids


def test_acme_has_a_row_for_every_status() -> None:
    company = acme.scenario()
    outbound = _list_statuses(company, "outbound")
    assert outbound[acme.AMERICAS] == outbound[acme.EUROPE] == ["Connected"]
    assert outbound[acme.CANADA] == ["Pending"]
    assert outbound[acme.NORDICS] == ["Disconnected"]
    assert outbound[acme.IBERIA] == ["Disconnected", "Connected"]
    assert {acme.BRAZIL, acme.MEXICO, acme.AUSTRALIA, acme.UK}.isdisjoint(outbound)
    assert _list_statuses(company, "inbound") == {
        acme.US: ["Connected"],
        acme.GERMANY: ["Pending"],
        acme.JAPAN: ["Pending"],
        acme.BRAZIL: ["Disconnected"],
    }
    assert "Connected" in outbound[acme.GERMANY]
    pair = {acme.AMERICAS, acme.EUROPE}
    assert not [row for row in company.connections if {row.source_id, row.target_id} == pair]


def test_acme_gives_each_user_other_entities() -> None:
    company = acme.scenario()
    provisioned = {entity.id for entity in company.entities if entity.status == "Provisioned"}
    looks_into = (acme.CORPORATION, acme.EUROPE, acme.AMERICAS)
    assert company.roles == {
        "alice": dict.fromkeys(provisioned - {acme.AUSTRALIA}, "administrator"),
        "bruno": {acme.EUROPE: "administrator"},
        "carol": dict.fromkeys(looks_into, "standard user"),
    }


def test_the_largest_tenant_has_512_entities_and_several_pages() -> None:
    company = global_500.scenario()
    assert company == global_500.scenario()
    by_id = {entity.id: entity for entity in company.entities}
    assert len(by_id) == len({entity.name for entity in by_id.values()}) == 512
    assert all(NAME_PATTERN.fullmatch(entity.name) for entity in by_id.values())
    depths = {company.entities[0].id: 0}
    for entity in company.entities[1:]:
        parent = by_id[str(entity.parent_id)]
        depths[entity.id] = depths[parent.id] + 1
        assert parent.status == "Provisioned" or entity.status == "Unprovisioned"
    assert max(depths.values()) == 4
    statuses = Counter(entity.status for entity in company.entities)
    assert statuses["Provisioned"] > 400 > statuses["Unprovisioned"] > 50
    assert sum(map(len, _list_statuses(company, "outbound").values())) > 350
    assert {row.status for row in company.connections} == {"Pending", "Connected", "Disconnected"}


async def test_an_empty_tenant_has_entities_but_no_connection(open_server: Open) -> None:
    session = await open_server("empty").sign_in("alice")
    entities = (await session.get("/v1/entities", provisioned="true")).json()["entities"]
    assert len(entities) == 5
    assert await session.list() == []


async def test_hostile_names_and_records_are_sent_unchanged(open_server: Open) -> None:
    session = await open_server("hostile").sign_in("alice")
    entities = (await session.get("/v1/entities")).json()["entities"]
    shown = {entity["name"]: entity["displayName"] for entity in entities}
    assert shown.pop("Global") == "Global [red]Hostile[/]"
    assert shown == hostile.ATTACKS
    connections = await session.list()
    assert {row["status"] for row in connections} == set(hostile.STATUSES)
    targets = {row["targetEntityId"] for row in connections}
    assert targets - {entity["id"] for entity in entities} == {hostile.UNLISTED}


async def test_refusals_can_contain_hostile_names(open_server: Open) -> None:
    session = await open_server("hostile").sign_in("alice")
    answers = [
        (await session.act("disconnect", row["id"])).json()
        for row in await session.list(type="inbound")
    ]
    assert {answer["success"] for answer in answers} == {False}
    assert len(answers) == len(hostile.ATTACKS)


def _list_statuses(company: Scenario, direction: str) -> dict[str, list[str]]:
    """Return the statuses of the global entity's connections by the id of the other entity."""
    home = company.entities[0].id
    statuses: dict[str, list[str]] = {}
    for connection in company.connections:
        acting, other = connection.source_id, connection.target_id
        if direction == "inbound":
            acting, other = other, acting
        if acting == home:
            statuses.setdefault(other, []).append(connection.status)
    return statuses
