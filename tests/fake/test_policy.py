"""The policies where Zuora's documentation is silent."""

import pytest
from entity_connections.fake.rules.policy import (
    BarePut,
    ConnectionOrder,
    DeniedRequest,
    DuplicateRequest,
    EntityList,
    NextPage,
    Policy,
    PolicyError,
    RefusalStatus,
    RepeatAction,
    RepeatRequest,
    policy_options,
)
from entity_connections.fake.rules.policy_table import policy_rows
from entity_connections.fake.scenarios.builtin.acme import AMERICAS, EUROPE
from entity_connections.fake.scenarios.export import scenario_to_data, to_toml
from entity_connections.fake.scenarios.file_parser import parse_scenario
from entity_connections.fake.scenarios.loader import load_scenario

from tests.fake.conftest import Open
from tests.fake.server import Server, category

WAITING = "8a8082555b3c70de015b44a5937c2b08"


def test_every_row_with_other_values_says_how_to_switch_them() -> None:
    for line in policy_rows(Policy()):
        assert len(line.others) == len(line.switches)
        assert bool(line.name) == bool(line.others)
        for other, switch in zip(line.others, line.switches, strict=True):
            name, value = switch.split("=")
            switched = Policy().with_values({name: value})
            choices = {row.question: row.choice for row in policy_rows(switched)}
            assert choices[line.question] == other
            assert Policy().with_values(switched.as_dict()) == switched
    assert {line.name for line in policy_rows(Policy())} - {""} == set(policy_options())


def test_unknown_names_and_values_are_reported_with_the_valid_ones() -> None:
    with pytest.raises(PolicyError, match=r"'x'\. Choose denied, ended, .* or token-limit"):
        Policy().with_values({"x": "y"})
    with pytest.raises(PolicyError, match=r"denied has no value 'gone'\. Choose disconnected or"):
        Policy().with_values({"denied": "gone"})


@pytest.mark.parametrize(
    "switch", [switch for line in policy_rows(Policy()) for switch in line.switches]
)
def test_every_policy_can_be_set_in_a_scenario_file(switch: str) -> None:
    name, value = switch.split("=")
    text = to_toml(
        scenario_to_data(
            load_scenario("empty")._replace(policy=Policy().with_values({name: value}))
        )
    )
    assert f'{name} = "{value}"' in text
    assert parse_scenario(text.encode(), "it", as_json=False).policy.as_dict()[name] == value


@pytest.mark.asyncio
async def test_refusals_have_an_http_status_by_policy(server: Server) -> None:
    server.tenant.policy = Policy(refusals=RefusalStatus.HTTP_4XX)
    session, clerk = (
        await server.sign_in("alice", AMERICAS),
        await server.sign_in("carol", AMERICAS),
    )
    answers = [
        await clerk.request(EUROPE, "key"),
        await session.request(AMERICAS),
        await session.request("0" * 32),
        await session.act("accept", "0" * 32),
        await session.get("/v1/entities/none"),
    ]
    assert [answer.status_code for answer in answers] == [403, 400, 404, 404, 404]
    assert [category(answer) for answer in answers] == [10, 30, 40, 40, 40]
    server.tenant.policy = Policy()
    assert (await clerk.request(EUROPE, "key")).status_code == 403  # as it was stored
    assert (await clerk.request(EUROPE)).status_code == 200


@pytest.mark.asyncio
async def test_a_bare_put_is_refused_by_policy(server: Server) -> None:
    session, path = await server.sign_in("alice"), f"/v1/entity-connections/{WAITING}/accept"
    server.tenant.policy = Policy(bare_put=BarePut.REFUSED)
    assert (await session.call("PUT", path)).status_code == 415
    typed = {"Content-Type": "application/json"}
    assert (await session.call("PUT", path, headers=typed)).json() == {"success": True}


@pytest.mark.asyncio
async def test_the_list_of_entities_is_shorter_by_policy(open_server: Open) -> None:
    server = open_server("global-500")
    session = await server.sign_in("bruno")
    found = {}
    for which in EntityList:
        server.tenant.policy = Policy(entity_list=which)
        rows = (await session.get("/v1/entities")).json()["entities"]
        found[which] = [row["id"] for row in rows]
    assert len(found[EntityList.WHOLE]) == 512
    assert found[EntityList.FIRST_300] == found[EntityList.WHOLE][:300]
    login = server.users["bruno"].login
    mine = (await session.get(f"/v1/users/{login}/accessible-entities")).json()["entities"]
    assert found[EntityList.ENTERABLE] == [row["id"] for row in mine]


@pytest.mark.asyncio
async def test_connections_are_listed_newest_first_by_policy(server: Server) -> None:
    session = await server.sign_in("alice")
    oldest = await session.list()
    server.tenant.policy = Policy(order=ConnectionOrder.NEWEST_FIRST)
    assert await session.list() == oldest[::-1]
    pages = [
        (await session.get("/v1/entity-connections", page=str(n), pageSize="4")).json()
        for n in range(1, 6)
    ]
    assert [row for page in pages for row in page["entityConnections"]] == oldest[::-1]


@pytest.mark.asyncio
async def test_the_next_page_lacks_the_type_by_policy(server: Server) -> None:
    server.tenant.policy = Policy(next_page=NextPage.WITHOUT_TYPE)
    session = await server.sign_in("alice")
    page = (await session.get("/v1/entity-connections", pageSize="1", type="inbound")).json()
    assert page["nextPage"].partition("?")[2] == "page=2&pageSize=1"


@pytest.mark.asyncio
async def test_the_policy_can_be_changed_while_the_tenant_is_open(server: Server) -> None:
    session = await server.sign_in("alice")
    assert server.tenant.policy == Policy()
    server.tenant.policy = Policy(denied=DeniedRequest.REMOVED, again=RepeatRequest.SAME_RECORD)
    assert (await session.act("deny", WAITING)).json() == {"success": True}
    assert await server.find_connection(WAITING) is None
    assert server.tenant.policy.again is RepeatRequest.SAME_RECORD


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("twice", "success"), [(RepeatAction.REFUSED, False), (RepeatAction.REPEATED, True)]
)
async def test_a_repeated_action_is_refused_or_succeeds_by_policy(
    server: Server, twice: RepeatAction, success: bool
) -> None:
    server.tenant.policy = Policy(twice=twice)
    session = await server.sign_in("alice")
    for id_, actions in (
        (WAITING, ("accept", "disconnect")),
        ("8a8082555b3c70de015b44a61f0a2b09", ("deny",)),
    ):
        for action in actions:
            assert (await session.act(action, id_)).json()["success"] is True
            before = await server.find_connection(id_)
            assert (await session.act(action, id_)).json()["success"] is success
            assert await server.find_connection(id_) == before
        assert (await session.act("accept", id_)).json()["success"] is False


@pytest.mark.asyncio
async def test_a_duplicate_request_gets_the_existing_id_by_policy(server: Server) -> None:
    server.tenant.policy = Policy(duplicate=DuplicateRequest.SAME_ID)
    session = await server.sign_in("alice", AMERICAS)
    made, again = await session.request(EUROPE), await session.request(EUROPE)
    assert made.json() == again.json()
    assert len([row for row in await session.list() if row["targetEntityId"] == EUROPE]) == 1
