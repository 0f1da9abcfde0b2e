"""The policies where Zuora's documentation is silent."""

import pytest
from entity_connections.fake.policy import OPTIONS, Policy, list_policies
from entity_connections.fake.scenarios.builtin.acme import (
    AMERICAS,
    CANADA,
    CORPORATION,
    EUROPE,
    JAPAN,
    NORDICS,
)
from entity_connections.fake.scenarios.catalogue import load_scenario
from entity_connections.fake.scenarios.export import scenario_to_data, to_toml
from entity_connections.fake.scenarios.file_parser import parse_scenario

from tests.fake.conftest import Open
from tests.fake.server import Server, category

FROM_JAPAN = "8a8082555b3c70de015b44a61f0a2b09"  # to Corporation, Pending
TO_CANADA = "8a8082555b3c70de015b44a1c07e2b01"  # from Corporation, Pending
TO_AMERICAS = "8a80825555a3c7a10155b466736c5c3f"  # from Corporation, Connected


def test_the_table_holds_every_policy_and_value() -> None:
    rows = list(list_policies())
    assert [row.name for row in rows] == list(OPTIONS)
    for row in rows:
        values = [switch.removeprefix(f"{row.name}=") for switch in row.others]
        assert [Policy().as_dict()[row.name], *values] == list(OPTIONS[row.name])


@pytest.mark.parametrize("switch", [switch for row in list_policies() for switch in row.others])
def test_every_policy_is_set_by_an_option_or_in_a_scenario_file(switch: str) -> None:
    name, value = switch.split("=")
    scenario = load_scenario("empty")._replace(policy=Policy().with_options([switch]))
    text = to_toml(scenario_to_data(scenario))
    assert f'{name} = "{value}"' in text
    assert parse_scenario(text.encode(), "a file").policy == scenario.policy != Policy()


def test_unknown_names_and_values_are_reported_with_the_valid_ones() -> None:
    with pytest.raises(ValueError, match=r"'x'\. Choose denied, ended, .* or token-limit"):
        Policy().with_options(["x=y"])
    with pytest.raises(ValueError, match=r"denied has no value 'gone'\. Choose disconnected or"):
        Policy().with_options(["denied=gone"])


@pytest.mark.parametrize(
    ("switch", "acting", "calls", "pair", "by_default", "switched"),
    [
        ("denied=removed", CORPORATION, [("deny", FROM_JAPAN)], (JAPAN, CORPORATION),
         (True, ["Disconnected"]), (True, [])),
        ("ended=removed", CORPORATION, [("disconnect", TO_AMERICAS)], (CORPORATION, AMERICAS),
         (True, ["Disconnected"]), (True, [])),
        ("again=same-record", CORPORATION, [("request", NORDICS)], (CORPORATION, NORDICS),
         (True, ["Disconnected", "Pending"]), (True, ["Pending"])),
        ("again=same-record", CORPORATION, [("request", JAPAN)], (CORPORATION, JAPAN),
         (True, ["Pending"]), (True, ["Pending"])),
        ("duplicate=same-id", CORPORATION, [("request", AMERICAS)], (CORPORATION, AMERICAS),
         (False, ["Connected"]), (True, ["Connected"])),
        ("both-ways=refused", EUROPE, [("request", CORPORATION)], (EUROPE, CORPORATION),
         (True, ["Pending"]), (False, [])),
        ("own-request=connected", EUROPE, [("request", AMERICAS)], (EUROPE, AMERICAS),
         (True, ["Pending"]), (True, ["Connected"])),
        ("answering=allowed", CORPORATION, [("accept", TO_CANADA)], (CORPORATION, CANADA),
         (False, ["Pending"]), (True, ["Connected"])),
        ("withdrawal=allowed", CORPORATION, [("disconnect", TO_CANADA)], (CORPORATION, CANADA),
         (False, ["Pending"]), (True, ["Disconnected"])),
        ("withdrawal=allowed", CANADA, [("disconnect", TO_CANADA)], (CORPORATION, CANADA),
         (False, ["Pending"]), (False, ["Pending"])),
        ("twice=repeated", CORPORATION, [("accept", FROM_JAPAN)] * 2, (JAPAN, CORPORATION),
         (False, ["Connected"]), (True, ["Connected"])),
        ("twice=repeated", CORPORATION, [("deny", FROM_JAPAN)] * 2, (JAPAN, CORPORATION),
         (False, ["Disconnected"]), (True, ["Disconnected"])),
        ("twice=repeated", CORPORATION, [("disconnect", TO_AMERICAS)] * 2, (CORPORATION, AMERICAS),
         (False, ["Disconnected"]), (True, ["Disconnected"])),
    ],
)  # fmt: skip
async def test_the_rules_of_connections_follow_the_policy(
    open_server: Open,
    switch: str,
    acting: str,
    calls: list[tuple[str, str]],
    pair: tuple[str, str],
    by_default: tuple[bool, list[str]],
    switched: tuple[bool, list[str]],
) -> None:
    for policy, expected in ((Policy(), by_default), (Policy().with_options([switch]), switched)):
        session = await open_server(policy=policy).sign_in("alice", acting)
        for action, id_ in calls:
            call = session.request(id_) if action == "request" else session.act(action, id_)
            answer = (await call).json()
        rows = [
            row
            for row in await session.list()
            if (row["sourceEntityId"], row["targetEntityId"]) == pair
        ]
        assert (answer["success"], [row["status"] for row in rows]) == expected
        assert answer.get("id") in (None, *(row["id"] for row in rows[-1:]))


async def test_refusals_have_an_http_status_by_policy(server: Server) -> None:
    server.tenant.policy = Policy(refusals="http-4xx")
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


@pytest.mark.parametrize(
    ("put_body", "statuses"),
    [
        # the statuses of {}, of an empty body with a Content-Type, and of neither
        ("any", [200, 200, 200]),
        ("typed", [200, 200, 415]),
        ("object", [200, 400, 415]),
        ("empty", [400, 200, 415]),
        ("nothing", [415, 415, 200]),
    ],
)
async def test_a_put_without_fields_has_the_form_of_the_policy(
    server: Server, put_body: str, statuses: list[int]
) -> None:
    session, path = await server.sign_in("alice"), f"/v1/entity-connections/{FROM_JAPAN}/accept"
    server.tenant.policy = Policy().with_options([f"put-body={put_body}", "twice=repeated"])
    typed = {"Content-Type": "application/json"}
    answers = [
        await session.call("PUT", path, content=b"{}", headers=typed),
        await session.call("PUT", path, headers=typed),
        await session.call("PUT", path),
    ]
    assert [answer.status_code for answer in answers] == statuses


async def test_a_slash_at_the_end_of_a_path_is_refused_by_policy(server: Server) -> None:
    session = await server.sign_in("alice")
    paths = ["/v1/entities", f"/v1/entities/{CORPORATION}", "/v1/entity-connections"]
    for path in paths:
        assert (await session.get(f"{path}/")).json() == (await session.get(path)).json()
        assert (await session.get(f"{path}//")).status_code == 404
    server.tenant.policy = Policy(trailing_slash="refused")
    assert {(await session.get(f"{path}/")).status_code for path in paths} == {404}


async def test_the_list_of_entities_wants_an_entity_header_by_policy(server: Server) -> None:
    session = await server.sign_in("alice")
    del session.headers["Zuora-Entity-Ids"]
    assert len((await session.get("/v1/entities")).json()["entities"]) == 15
    other = await session.get("/v1/entity-connections")
    server.tenant.policy = Policy(entity_list_header="required")
    for answer in (other, await session.get("/v1/entities")):
        assert (answer.status_code, category(answer)) == (400, 22)


async def test_the_list_of_entities_is_shorter_by_policy(open_server: Open) -> None:
    server = open_server("global-500")
    session = await server.sign_in("bruno")
    ids = {}
    for value in OPTIONS["entity-list"]:
        server.tenant.policy = Policy().with_options([f"entity-list={value}"])
        rows = (await session.get("/v1/entities")).json()["entities"]
        ids[value] = [row["id"] for row in rows]
    assert len(ids["whole"]) == 512
    assert ids["first-300"] == ids["whole"][:300]
    login = server.users["bruno"].username
    mine = (await session.get(f"/v1/users/{login}/accessible-entities")).json()["entities"]
    assert ids["enterable"] == [row["id"] for row in mine]


async def test_connections_are_listed_newest_first_by_policy(server: Server) -> None:
    session = await server.sign_in("alice")
    oldest = await session.list()
    server.tenant.policy = Policy(order="newest-first")
    assert await session.list() == oldest[::-1]
    pages = [
        (await session.get("/v1/entity-connections", page=str(n), pageSize="4")).json()
        for n in range(1, 6)
    ]
    assert [row for page in pages for row in page["entityConnections"]] == oldest[::-1]


async def test_the_next_page_lacks_the_type_by_policy(server: Server) -> None:
    server.tenant.policy = Policy(next_page="without-type")
    session = await server.sign_in("alice")
    page = (await session.get("/v1/entity-connections", pageSize="1", type="inbound")).json()
    assert page["nextPage"].partition("?")[2] == "page=2&pageSize=1"
