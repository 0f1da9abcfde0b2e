"""The built-in scenarios."""

import subprocess
import sys
from collections import Counter

import pytest
from entity_connections.fake.model import Scenario
from entity_connections.fake.rules.policy import DeniedRequest, Policy
from entity_connections.fake.rules.policy_table import policy_rows
from entity_connections.fake.scenarios.builtin import acme, global_500, hostile
from entity_connections.fake.scenarios.catalogue import SCENARIOS, USERS, UnknownScenarioError
from entity_connections.fake.tenant import open_tenant

from tests.fake.conftest import Open

LIVING = {"Pending", "Connected"}


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_opens_with_its_three_users(name: str) -> None:
    tenant = open_tenant(name)
    assert [user.username for user in tenant.users] == list(USERS)
    for user in tenant.users:
        assert len(user.client_id) == 36
        assert len(user.client_secret) <= 42
        assert user.client_secret not in repr(user)
        role = "standard user" if user.username == "carol" else "administrator"
        assert tenant.role(user.username, user.home_entity_id) == role
    tenant.close()


def test_an_unknown_scenario_is_named_with_the_valid_ones() -> None:
    with pytest.raises(UnknownScenarioError, match=r"'nope'.*acme, .* or hostile") as raised:
        open_tenant("nope")
    assert isinstance(raised.value, ValueError)


def test_the_catalogue_imports_nothing_heavy() -> None:
    program = (
        "import sys, entity_connections.fake.scenarios.catalogue,"
        " entity_connections.fake.faults.catalogue; print(*sys.modules)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert {"starlette", "sqlite3", "dataclasses", "asyncio"}.isdisjoint(loaded)


def test_the_fake_tenant_imports_neither_adapter_nor_screen() -> None:
    program = (
        "import sys, entity_connections.fake.tenant as tenant;"
        "tenant.open_tenant('acme'); print(*sys.modules)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    foreign = {
        "httpx",
        "textual",
        "rich",
        "pydantic",
        "entity_connections.zuora",
        "entity_connections.services",
        "entity_connections.tui",
    }
    assert foreign.isdisjoint(loaded)


def test_the_policy_is_a_table_of_sentences() -> None:
    lines = {line.question: line for line in policy_rows(Policy(denied=DeniedRequest.REMOVED))}
    assert lines["a denied request"].choice == "is removed"
    assert lines["a denied request"].others == ("becomes Disconnected",)
    assert lines["order of a list of connections"].choice == "creation"
    assert all(line.why.endswith(".") for line in lines.values())
    assert len(lines) == len(list(policy_rows(Policy())))


class TestAcme:
    """What alice finds in Acme Corporation."""

    company = acme.scenario()

    def test_americas_and_europe_have_no_connection(self) -> None:
        pair = {acme.AMERICAS, acme.EUROPE}
        assert not [
            connection
            for connection in self.company.connections
            if {connection[1], connection[2]} == pair
        ]

    def test_every_outbound_status_has_a_row(self) -> None:
        found = _by_counterpart(self.company, "outbound")
        assert found[acme.AMERICAS] == found[acme.EUROPE] == ["Connected"]
        assert found[acme.CANADA] == ["Pending"]
        assert found[acme.NORDICS] == ["Disconnected"]
        assert found[acme.IBERIA] == ["Disconnected", "Connected"]
        assert found[acme.BRAZIL] == ["Suspended"]
        assert acme.GONE in found
        assert acme.GONE not in {entity.id for entity in self.company.entities}
        assert {acme.MEXICO, acme.AUSTRALIA, acme.UK}.isdisjoint(found)

    def test_every_inbound_status_has_a_row(self) -> None:
        found = _by_counterpart(self.company, "inbound")
        assert found == {
            acme.US: ["Connected"],
            acme.GERMANY: ["Pending"],
            acme.JAPAN: ["Pending"],
            acme.BRAZIL: ["Disconnected"],
        }
        assert "Connected" in _by_counterpart(self.company, "outbound")[acme.GERMANY]

    def test_the_users_have_their_roles(self) -> None:
        roles = self.company.roles
        provisioned = {
            entity.id for entity in self.company.entities if entity.status == "Provisioned"
        }
        assert set(roles["alice"]) == provisioned - {acme.AUSTRALIA}
        assert roles["bruno"] == {acme.EUROPE: "administrator"}
        assert roles["carol"] == dict.fromkeys(
            (acme.CORPORATION, acme.EUROPE, acme.AMERICAS), "standard user"
        )


class TestGlobal500:
    """The largest tenant."""

    company = global_500.scenario()

    def test_it_is_a_tree_of_512_entities(self) -> None:
        by_id = {entity.id: entity for entity in self.company.entities}
        assert len(by_id) == len({entity.name for entity in by_id.values()}) == 512
        depths = Counter(_depth(by_id[id_].parent_id, self.company) for id_ in by_id)
        assert depths[0] == 1
        assert max(depths) == 4
        for entity in self.company.entities[1:]:
            parent = by_id[str(entity.parent_id)]
            assert parent.status == "Provisioned" or entity.status == "Unprovisioned"
        assert all(set(entity.name) <= set(_NAME_CHARACTERS) for entity in by_id.values())

    def test_most_entities_are_provisioned_and_a_list_has_several_pages(self) -> None:
        statuses = Counter(entity.status for entity in self.company.entities)
        assert statuses["Provisioned"] > 400 > statuses["Unprovisioned"] > 50
        outbound = _by_counterpart(self.company, "outbound")
        assert sum(map(len, outbound.values())) > 350
        assert {connection.status for connection in self.company.connections} == LIVING | {
            "Disconnected"
        }

    def test_it_is_the_same_every_time(self) -> None:
        assert global_500.scenario() == self.company


@pytest.mark.asyncio
async def test_an_empty_tenant_has_entities_but_no_connection(open_server: Open) -> None:
    session = await open_server("empty").sign_in("alice")
    entities = (await session.get("/v1/entities", provisioned="true")).json()["entities"]
    assert len(entities) == 5
    assert await session.list() == []


@pytest.mark.asyncio
async def test_hostile_names_are_sent_unchanged(open_server: Open) -> None:
    session = await open_server("hostile").sign_in("alice")
    entities = (await session.get("/v1/entities")).json()["entities"]
    shown = {entity["name"]: entity["displayName"] for entity in entities}
    assert shown.pop("Global") == "Global [red]Hostile[/]"
    assert shown == hostile.ATTACKS
    assert {row["status"] for row in await session.list()} == set(hostile.STATUSES)


@pytest.mark.asyncio
async def test_refusals_can_contain_hostile_names(open_server: Open) -> None:
    session = await open_server("hostile").sign_in("alice")
    answers = [
        (await session.act("disconnect", row["id"])).json()
        for row in await session.list(type="inbound")
    ]
    assert {answer["success"] for answer in answers} == {False}
    assert len(answers) == len(hostile.ATTACKS)


_NAME_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .-"


def _by_counterpart(company: Scenario, direction: str) -> dict[str, list[str]]:
    home = company.entities[0].id
    found: dict[str, list[str]] = {}
    for connection in company.connections:
        mine, other = connection.source_id, connection.target_id
        if direction == "inbound":
            mine, other = other, mine
        if mine == home:
            found.setdefault(other, []).append(connection.status)
    return found


def _depth(parent_id: str | None, company: Scenario) -> int:
    parents = {entity.id: entity.parent_id for entity in company.entities}
    depth = 0
    while parent_id is not None:
        parent_id = parents[parent_id]
        depth += 1
    return depth
