"""Lists of connections and their pages (contract D2, H)."""

import httpx
import pytest
from entity_connections.fake.scenarios.builtin.acme import AMERICAS, CORPORATION, EUROPE, US
from entity_connections.fake.scenarios.catalogue import load_scenario
from entity_connections.fake.state.connections import Connections
from entity_connections.fake.state.stored_scenario import open_in_memory

from tests.fake.conftest import Open
from tests.fake.server import Json, Server, Session, category

PATH = "/v1/entity-connections"


async def test_a_connection_has_the_documented_fields(server: Server) -> None:
    rows = await (await server.sign_in("carol")).list()
    assert rows[:3] == [
        _row("8a80825555a3c7a10155b54a63821c0d", US, CORPORATION),
        _row("8a80825555a3c7a10155b466736c5c3f", CORPORATION, AMERICAS),
        _row("8a808255575bdae401576a914a140420", CORPORATION, EUROPE),
    ]


async def test_inbound_and_outbound_are_relative_to_the_acting_entity(server: Server) -> None:
    session = await server.sign_in("alice")
    inbound, outbound = await session.list(type="inbound"), await session.list(type="outbound")
    assert {row["targetEntityId"] for row in inbound} == {CORPORATION}
    assert {row["sourceEntityId"] for row in outbound} == {CORPORATION}
    both = await session.list()
    assert sorted(row["id"] for row in both) == sorted(row["id"] for row in inbound + outbound)


@pytest.mark.parametrize("type_", [None, "inbound", "outbound"])
@pytest.mark.parametrize("size", [7, 30, 300])
async def test_following_next_page_yields_every_row_once(
    open_server: Open, type_: str | None, size: int
) -> None:
    session = await open_server("global-500").sign_in("alice")
    query = {"pageSize": str(size)} | ({"type": type_} if type_ else {})
    pages = await _follow(session, await session.get(PATH, **query))
    assert [len(page) for page in pages[:-1]] == [size] * (len(pages) - 1)
    assert 1 <= len(pages[-1]) <= size
    rows = [row["id"] for page in pages for row in page]
    assert len(rows) == len(set(rows)) == {None: 424, "inbound": 46, "outbound": 378}[type_]


@pytest.mark.parametrize(
    ("query", "next_query"),
    [
        ("", {"page": "2", "pageSize": "30"}),
        ("?pageSize=5&type=inbound&page=2", {"type": "inbound", "page": "3", "pageSize": "5"}),
    ],
)
async def test_next_page_is_on_the_host_that_was_asked(
    open_server: Open, query: str, next_query: dict[str, str]
) -> None:
    session = await open_server("global-500").sign_in("alice")
    answer = await session.call("GET", f"http://localhost:8080{PATH}{query}")
    next_page = httpx.URL(answer.json()["nextPage"])
    assert str(next_page).startswith(f"http://localhost:8080{PATH}?")
    assert dict(next_page.params) == next_query


async def test_the_last_page_and_later_ones_have_no_next_page(server: Server) -> None:
    session = await server.sign_in("alice")
    count = len(await session.list())
    last = (await session.get(PATH, pageSize=str(count))).json()
    behind = (await session.get(PATH, pageSize="300", page="999999999")).json()
    assert "nextPage" not in last
    assert behind == {"entityConnections": [], "success": True}


@pytest.mark.parametrize(
    "query",
    [
        "type=Inbound", "type=", "pageSize=0", "pageSize=301", "pageSize=-1", "pageSize=1e2",
        "pageSize=٣", "pageSize=", "pageSize=5&page=0", "pageSize=5&page=x", "page=2",
        "pageSize=5&page=99999999999999999999", "status=Pending", "pageSize=5&pageSize=6",
    ],
)  # fmt: skip
async def test_invalid_queries_are_refused_with_category_27(server: Server, query: str) -> None:
    answer = await (await server.sign_in("alice")).get(f"{PATH}?{query}")
    assert (answer.status_code, category(answer)) == (400, 27)


async def test_every_mistake_in_a_query_is_a_reason(server: Server) -> None:
    answer = await (await server.sign_in("alice")).get(f"{PATH}?type=x&pageSize=0&page=0")
    assert category(answer) == 27
    assert len(answer.json()["reasons"]) == 3


async def _follow(session: Session, answer: httpx.Response) -> list[list[Json]]:
    pages = [answer.json()["entityConnections"]]
    while following := answer.json().get("nextPage"):
        answer = await session.get(following)
        pages.append(answer.json()["entityConnections"])
    return pages


def _row(id_: str, source_id: str, target_id: str) -> Json:
    return {
        "id": id_,
        "sourceEntityId": source_id,
        "targetEntityId": target_id,
        "status": "Connected",
    }


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("direction", [None, "inbound", "outbound"])
async def test_a_deep_page_neither_sorts_nor_reads_the_rows_before_it(
    direction: str | None, newest_first: bool
) -> None:
    db, statements = open_in_memory(load_scenario("acme")), list[str]()
    db.set_trace_callback(statements.append)
    Connections(db).list_page(CORPORATION, direction, offset=4, limit=2, newest_first=newest_first)
    db.set_trace_callback(None)
    (statement,) = statements
    plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {statement}")]
    db.close()
    assert not [step for step in plan if "B-TREE" in step or step.startswith("SCAN")]
    assert "PRIMARY KEY" in plan[-1] or "COVERING INDEX" in plan[-1]
    db.close()
