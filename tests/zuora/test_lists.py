"""One bad record does not hide the good ones, and each thing that is missing is told."""

import contextlib
import copy
import json
from typing import Any

import httpx
import pytest
from entity_connections.domain.connections import Connection
from entity_connections.domain.errors import InvalidResponse, ZuoraError
from entity_connections.zuora.wire import read_connections
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.zuora.server import ENTITY, ScriptedServer, page, yes

OTHER, THIRD = "b" * 32, "c" * 32
GOOD = {"id": "1", "sourceEntityId": ENTITY, "targetEntityId": OTHER, "status": "Connected"}
ENTITY_ROW = {"id": ENTITY, "name": "Acme", "displayName": "Acme", "status": "Provisioned"}


def row(**fields: Any) -> dict[str, Any]:
    return GOOD | fields


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "bad",
    [
        None, 7, "x", [], [1, 2], {},
        row(id=None), row(id=7), row(id=""), row(id="a/b"), row(id="1\n2"), row(id=["1"]),
        row(id="é"), row(id="x" * 256),
        row(sourceEntityId=None), row(sourceEntityId=""), row(sourceEntityId="-"),
        row(targetEntityId={}), row(targetEntityId="a b"), row(targetEntityId=True),
        row(status=None), row(status=1), row(status=["Connected"]),
        {"id": "1", "status": "Connected"},
    ],
)  # fmt: skip
async def test_a_connection_that_cannot_be_read_is_counted(bad: object) -> None:
    server = ScriptedServer(yes(entityConnections=[row(id="7"), bad, row(id="8"), bad]))
    found, warnings, _ = await server.client.list_connections(ENTITY)
    assert [one.id for one in found] == ["7", "8"]
    assert warnings == ("2 connections could not be read.",)


@pytest.mark.asyncio
async def test_an_unknown_status_and_more_fields_are_as_good_as_any() -> None:
    server = ScriptedServer(yes(entityConnections=[row(status="Sus\x1bpended", owner={"id": 7})]))
    found, warnings, _ = await server.client.list_connections(ENTITY)
    assert found == (Connection("1", ENTITY, OTHER, "Suspended"),)
    assert not warnings


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "bad",
    [None, [], {}, {"name": "no id"}, {"id": "a/b"}, {"id": ENTITY, "name": 7},
     {"id": ENTITY, "status": []}, {"id": ENTITY, "parentId": 7}],
)  # fmt: skip
async def test_an_entity_that_cannot_be_read_is_counted(bad: object) -> None:
    server = ScriptedServer(yes(entities=[bad, ENTITY_ROW]))
    found, warnings, _ = await server.client.list_entities(ENTITY)
    assert [one.id for one in found] == [ENTITY]
    assert warnings == ("1 entity could not be read.",)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "body",
    [{"entityConnections": [{}]}, {"entityConnections": {}}, {"entityConnections": None}, {},
     {"entityConnections": [GOOD], "nextPage": 7}, {"entityConnections": [GOOD], "nextPage": "é"},
     {"entityConnections": [GOOD], "nextPage": "http://[x"}],
)  # fmt: skip
async def test_failure_never_looks_like_nothing_there(body: dict[str, object]) -> None:
    with pytest.raises(InvalidResponse):
        await ScriptedServer(yes(**body)).client.list_connections(ENTITY)


@pytest.mark.asyncio
async def test_what_belongs_to_other_entities_is_left_out_and_told() -> None:
    foreign = row(id="9", sourceEntityId=OTHER, targetEntityId=THIRD)
    server = ScriptedServer(yes(entityConnections=[foreign, row(targetEntityId=THIRD)]))
    found, warnings, _ = await server.client.list_connections(ENTITY.upper())
    assert [one.id for one in found] == ["1"]
    assert warnings == ("1 connection of other entities came too: left out.",)


@pytest.mark.asyncio
async def test_a_record_that_comes_twice_is_told_when_it_differs() -> None:
    rows = [row(), row(id="2"), row(), row(id="2", status="Pending")]
    server = ScriptedServer(yes(entityConnections=rows))
    found, warnings, _ = await server.client.list_connections(ENTITY)
    assert [(one.id, one.status) for one in found] == [("1", "Connected"), ("2", "Pending")]
    assert warnings == ("1 connection came twice with different contents: the later counts.",)


@pytest.mark.asyncio
@pytest.mark.parametrize(("count", "told"), [(299, False), (300, True), (512, False)])
async def test_a_list_of_exactly_300_entities_may_not_be_all(count: int, told: bool) -> None:
    server = ScriptedServer(yes(entities=[{"id": f"{n:032x}"} for n in range(count)]))
    found, warnings, _ = await server.client.list_entities(ENTITY)
    assert len(found) == count
    assert bool(warnings) == told


@pytest.mark.asyncio
async def test_all_pages_count() -> None:
    server = ScriptedServer(
        page("1", "2", next_page="?page=2"), yes(entityConnections=[row(id="3"), {}])
    )
    found, warnings, _ = await server.client.list_connections(ENTITY)
    assert len(found) == 3
    assert warnings == ("1 connection could not be read.",)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
rows = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            name: st.sampled_from([ENTITY, OTHER, "1", "2", "A-B", "\n", "", "-"]) | json_values
            for name in GOOD
        },
    )
    | json_values,
    max_size=5,
)


@given(rows)
def test_records_are_read_the_same_together_and_alone(rows: list[Any]) -> None:
    """All at once is only for speed: it takes what one by one would take, and refuses the rest."""

    def alone(one: Any) -> list[Connection] | None:
        try:
            return read_connections([one])
        except (ValueError, TypeError, KeyError):
            return None

    each = [alone(one) for one in rows]
    try:
        together = read_connections(copy.deepcopy(rows))
    except (ValueError, TypeError, KeyError):
        assert None in each
    else:
        assert together == [one[0] for one in each if one]
        assert None not in each


bodies = json_values | st.fixed_dictionaries(
    {},
    optional={
        "success": st.booleans() | json_values,
        "id": json_values,
        "entityConnections": rows,
        "entities": rows,
        "nextPage": st.text() | json_values,
        "reasons": st.lists(st.fixed_dictionaries({"code": json_values, "message": json_values}))
        | json_values,
        "message": json_values,
        "access_token": json_values,
        "expires_in": json_values,
        "scope": st.text() | json_values,
    },
)


@settings(max_examples=300)
@given(bodies, st.sampled_from([200, 200, 200, 201, 400, 401, 403, 409, 429, 500, 503]))
@pytest.mark.asyncio
async def test_whatever_an_answer_says_costs_at_most_a_sentence(body: object, status: int) -> None:
    text = json.dumps(body)

    def answer() -> httpx.Response:
        return httpx.Response(status, content=text)

    server = ScriptedServer(*[answer() for _ in range(20)])
    client = server.client
    calls = [
        client.list_connections(ENTITY),
        client.list_entities(ENTITY),
        client.request_connection(ENTITY, OTHER, "key"),
        client.accept(ENTITY, "1"),
    ]
    ended: list[object] = []
    for call in calls:
        try:
            ended.append(await call)
        except ZuoraError:
            ended.append(None)
    says_yes = isinstance(body, dict) and body.get("success") is True and status < 300
    assert says_yes or ended[2:] == [None, None], "a write is done when Zuora says so"
    server.token_answer = answer()
    server.client._tokens._token = None
    with contextlib.suppress(ZuoraError):
        await client.list_accessible_ids()
