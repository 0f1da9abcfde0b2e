"""Bad records are skipped and counted; whatever else is strange about a list is a warning."""

import contextlib
import json
from functools import partial
from typing import Any

import httpx
import pytest
from entity_connections.domain.connections import Connection
from entity_connections.domain.errors import InvalidResponse, ZuoraError
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.zuora.scripted_server import ENTITY, ScriptedServer, page, success

OTHER, THIRD = "b" * 32, "c" * 32
GOOD = {"id": "1", "sourceEntityId": ENTITY, "targetEntityId": OTHER, "status": "Connected"}
ENTITY_ROW = {"id": ENTITY, "name": "Acme", "displayName": "Acme", "status": "Provisioned"}


def row(**fields: Any) -> dict[str, Any]:
    return GOOD | fields


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "bad",
    [
        None, 7, [], {}, row(id=None), row(id=7), row(id=""), row(id="a/b"), row(id=".."),
        row(id="1\n2"), row(id="é"), row(id="x" * 256), row(sourceEntityId="-"),
        row(targetEntityId={}), row(status=None), {"id": "1", "status": "Connected"},
    ],
)  # fmt: skip
async def test_a_bad_connection_is_skipped_and_counted(bad: object) -> None:
    server = ScriptedServer(
        page("1", next_page="?page=2"), success(entityConnections=[row(id="7"), bad, bad])
    )
    items, warnings, skipped = await server.client.list_connections(ENTITY)
    assert [item.id for item in items] == ["1", "7"]
    assert warnings == ("2 connections could not be read.",)
    assert skipped == 2


@pytest.mark.asyncio
async def test_an_unknown_status_is_kept_and_an_unknown_field_ignored() -> None:
    server = ScriptedServer(
        success(entityConnections=[row(status="Sus\x1bpended", owner={"id": 7})])
    )
    items, warnings, _ = await server.client.list_connections(ENTITY)
    assert items == (Connection("1", ENTITY, OTHER, "Suspended"),)
    assert not warnings


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "bad",
    [None, [], {}, {"name": "no id"}, {"id": "a/b"}, {"id": ENTITY, "name": 7},
     {"id": ENTITY, "status": []}, {"id": ENTITY, "parentId": 7}],
)  # fmt: skip
async def test_a_bad_entity_is_skipped_and_counted(bad: object) -> None:
    server = ScriptedServer(success(entities=[bad, ENTITY_ROW]))
    items, warnings, _ = await server.client.list_entities(ENTITY)
    assert [item.id for item in items] == [ENTITY]
    assert warnings == ("1 entity could not be read.",)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "body",
    [{"entityConnections": [{}]}, {"entityConnections": {}}, {"entityConnections": None}, {},
     {"entityConnections": [GOOD], "nextPage": 7}, {"entityConnections": [GOOD], "nextPage": "é"},
     {"entityConnections": [GOOD], "nextPage": "?page=" + "9" * 2_000}],
)  # fmt: skip
async def test_a_list_that_cannot_be_read_is_not_empty(body: dict[str, object]) -> None:
    with pytest.raises(InvalidResponse):
        await ScriptedServer(success(**body)).client.list_connections(ENTITY)


@pytest.mark.asyncio
async def test_connections_of_other_entities_are_skipped_and_counted() -> None:
    foreign = row(id="9", sourceEntityId=OTHER, targetEntityId=THIRD)
    server = ScriptedServer(success(entityConnections=[foreign, row(targetEntityId=THIRD)]))
    items, warnings, _ = await server.client.list_connections(ENTITY.upper())
    assert [item.id for item in items] == ["1"]
    assert warnings == ("1 connection of other entities came too: left out.",)


@pytest.mark.asyncio
@pytest.mark.parametrize(("later", "warned"), [("Connected", False), ("Disconnected", True)])
async def test_a_connection_that_is_listed_twice_counts_once(later: str, warned: bool) -> None:
    server = ScriptedServer(
        page("1", next_page="?page=2"), success(entityConnections=[row(status=later)])
    )
    items, warnings, skipped = await server.client.list_connections(ENTITY)
    assert items == (Connection("1", ENTITY, OTHER, later),)
    warning = "1 connection came twice with different contents: the later counts."
    assert warnings == ((warning,) if warned else ())
    assert skipped == 0


@pytest.mark.asyncio
async def test_half_of_a_character_in_a_name_makes_no_entity_unreadable() -> None:
    """A server that cuts names by UTF-16 sends such halves."""
    body = {"success": True, "entities": [ENTITY_ROW | {"displayName": "Acme \ud83d"}]}
    server = ScriptedServer(httpx.Response(200, content=json.dumps(body)))
    result = await server.client.list_entities(ENTITY)
    assert [item.display_name for item in result.items] == ["Acme "]
    assert not result.warnings


@pytest.mark.asyncio
@pytest.mark.parametrize(("count", "warned"), [(299, False), (300, True), (512, False)])
async def test_exactly_300_entities_may_not_be_all(count: int, warned: bool) -> None:
    server = ScriptedServer(success(entities=[{"id": f"{n:032x}"} for n in range(count)]))
    items, warnings, _ = await server.client.list_entities(ENTITY)
    assert len(items) == count
    assert bool(warnings) == warned


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
async def test_any_json_gives_a_result_or_a_zuora_error(body: object, status: int) -> None:
    response = partial(httpx.Response, status, content=json.dumps(body))
    server = ScriptedServer(*[lambda _: response()] * 20)
    client = server.client
    with contextlib.suppress(ZuoraError):
        await client.list_connections(ENTITY)
    with contextlib.suppress(ZuoraError):
        await client.list_entities(ENTITY)
    says_success = isinstance(body, dict) and body.get("success") is True and status < 300
    for write in (client.request_connection(ENTITY, OTHER, "key"), client.accept(ENTITY, "1")):
        with contextlib.suppress(ZuoraError):
            await write
            assert says_success, "a write succeeds only if Zuora says so"
    without_token = ScriptedServer()
    without_token.token_response = response()
    with contextlib.suppress(ZuoraError):
        await without_token.client.list_accessible_ids()
