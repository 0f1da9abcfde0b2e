"""Bad records are skipped and counted; whatever else is strange about a list is a warning."""

import contextlib
import json
from datetime import UTC, datetime
from functools import partial
from typing import Any

import httpx
import pytest
from entity_connections.domain.connections import Connection
from entity_connections.domain.errors import Forbidden, InvalidResponse, ZuoraError
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.zuora.scripted_server import ENTITY, ScriptedServer, page, success

OTHER, THIRD = "b" * 32, "c" * 32
GOOD = {"id": "1", "sourceEntityId": ENTITY, "targetEntityId": OTHER, "status": "Connected"}
ENTITY_ROW = {"id": ENTITY, "name": "Acme", "displayName": "Acme", "status": "Provisioned"}


def row(**fields: Any) -> dict[str, Any]:
    return GOOD | fields


@pytest.mark.parametrize(
    "bad",
    [
        None, 7, [], {}, row(id=None), row(id=7), row(id=""), row(id="a/b"), row(id=".."),
        row(id="1\n2"), row(id="é"), row(id="x" * 256), row(sourceEntityId="-"),
        row(targetEntityId={}), row(status=None), {"id": "1", "status": "Connected"},
        row(targetEntityId="Acme-Europe"), row(targetEntityId=OTHER[1:]),
        row(targetEntityId=f"{OTHER[1:]}-"), row(targetEntityId=ENTITY.upper()),
        row(status="Discon\u200bnected"),
    ],
)  # fmt: skip
async def test_a_bad_connection_is_skipped_and_counted(bad: object) -> None:
    server = ScriptedServer(
        page("1", next_page="?page=2"), success(entityConnections=[row(id="7"), bad, bad])
    )
    result = await server.client.list_connections(ENTITY)
    assert [item.id for item in result.items] == ["1", "7"]
    assert result.missing == "2 connections could not be read."
    assert result.warnings == (result.missing,)


async def test_a_status_that_holds_half_of_a_character_is_not_read() -> None:
    text = json.dumps({"success": True, "entityConnections": [GOOD, row(status="Pend\ud800ing")]})
    result = await ScriptedServer(httpx.Response(200, text=text)).client.list_connections(ENTITY)
    assert result.missing == "1 connection could not be read."


@pytest.mark.parametrize("again", ["status", "stat\\u0075s", "targetEntityId", "id"])
async def test_a_connection_that_holds_a_field_twice_is_skipped_and_counted(again: str) -> None:
    twice = f'{{"{again}": "Disconnected", {json.dumps(row(id="2"))[1:]}'
    text = f'{{"success": true, "entityConnections": [{json.dumps(GOOD)}, {twice}]}}'
    result = await ScriptedServer(httpx.Response(200, text=text)).client.list_connections(ENTITY)
    assert [item.id for item in result.items] == ["1"]
    assert result.missing == "1 connection could not be read."


async def test_an_entity_that_holds_a_name_twice_is_skipped_and_counted() -> None:
    twice = f'{{"id": "{OTHER}", "name": "A", "name": "B"}}'
    text = f'{{"success": true, "entities": [{twice}, {{"id": "{THIRD}"}}]}}'
    result = await ScriptedServer(httpx.Response(200, text=text)).client.list_entities(ENTITY)
    assert [item.id for item in result.items] == [THIRD]
    assert result.missing == "1 entity could not be read."


@pytest.mark.parametrize("extra", ['{"id": 1, "id": 2}', '"\\u00e9"', '"id"'])
async def test_an_unknown_field_makes_no_connection_unreadable(extra: str) -> None:
    record = f'{json.dumps(GOOD)[:-1]}, "owner": {extra}}}'
    text = f'{{"success": true, "entityConnections": [{record}]}}'
    result = await ScriptedServer(httpx.Response(200, text=text)).client.list_connections(ENTITY)
    assert result.items == (Connection("1", ENTITY, OTHER, "Connected"),)
    assert not result.missing


@pytest.mark.parametrize("status", [201, 203, 206])
async def test_a_list_with_another_http_status_is_not_whole(status: int) -> None:
    first, second = page("1", next_page="?page=2"), page("2")
    second.status_code = status
    result = await ScriptedServer(first, second).client.list_connections(ENTITY)
    assert [item.id for item in result.items] == ["1", "2"]
    assert result.missing == f"A part may be missing: it came with HTTP {status}, not 200."


async def test_a_list_that_comes_with_reasons_is_not_whole() -> None:
    answer = success(entityConnections=[GOOD], reasons=[{"code": 50000060, "message": "partial"}])
    result = await ScriptedServer(answer).client.list_connections(ENTITY)
    assert [item.id for item in result.items] == ["1"]
    assert result.missing == "A part may be missing: it came with the reasons of a failure."


async def test_an_unknown_status_is_preserved_and_an_unknown_field_ignored() -> None:
    server = ScriptedServer(
        success(entityConnections=[row(status="Sus\x1bpended", owner={"id": 7})])
    )
    result = await server.client.list_connections(ENTITY)
    assert result.items == (Connection("1", ENTITY, OTHER, "Suspended"),)
    assert not result.warnings
    assert not result.missing


@pytest.mark.parametrize(
    "bad",
    [None, [], {}, {"name": "no id"}, {"id": "a/b"}, {"id": "Acme"}, {"id": ENTITY, "name": 7},
     {"id": ENTITY, "status": "Unprovi\u200bsioned"},
     {"id": ENTITY, "status": []}, {"id": ENTITY, "parentId": 7}],
)  # fmt: skip
async def test_a_bad_entity_is_skipped_and_counted(bad: object) -> None:
    server = ScriptedServer(success(entities=[bad, ENTITY_ROW]))
    result = await server.client.list_entities(ENTITY)
    assert [item.id for item in result.items] == [ENTITY]
    assert result.warnings == ("1 entity could not be read.",)
    assert result.missing


@pytest.mark.parametrize(
    "body",
    [{"entityConnections": [{}]}, {"entityConnections": {}}, {"entityConnections": None}, {},
     {"entityConnections": [GOOD], "nextPage": 7}, {"entityConnections": [GOOD], "nextPage": "é"},
     {"entityConnections": [GOOD], "nextPage": False}, {"entityConnections": [], "nextPage": {}},
     {"entityConnections": [GOOD], "nextPage": "?page=" + "9" * 2_000}],
)  # fmt: skip
async def test_a_list_that_cannot_be_read_is_not_empty(body: dict[str, object]) -> None:
    with pytest.raises(InvalidResponse):
        await ScriptedServer(success(**body)).client.list_connections(ENTITY)


FOREIGN = row(id="9", sourceEntityId=OTHER, targetEntityId=THIRD)


async def test_a_list_with_connections_of_other_entities_too_is_not_whole() -> None:
    """It may be the list of another entity, which has connections with this one."""
    server = ScriptedServer(success(entityConnections=[FOREIGN, row(targetEntityId=THIRD)]))
    result = await server.client.list_connections(ENTITY.upper())
    assert [item.id for item in result.items] == ["1"]
    assert result.missing == "1 connection of other entities came too: left out."
    assert result.warnings == (result.missing,)


async def test_a_list_with_connections_of_other_entities_alone_is_not_whole() -> None:
    """It may be the list of another entity."""
    server = ScriptedServer(success(entityConnections=[FOREIGN]))
    result = await server.client.list_connections(ENTITY)
    assert not result.items
    assert result.missing == "1 connection of other entities came, and none of this one."
    assert result.warnings == (result.missing,)


@pytest.mark.parametrize(("later", "whole"), [("Connected", True), ("Disconnected", False)])
async def test_a_connection_that_is_listed_twice_counts_once_or_not_at_all(
    later: str, whole: bool
) -> None:
    server = ScriptedServer(
        page("1", "2", next_page="?page=2"),
        success(entityConnections=[row(status=later), row(id="3")]),
    )
    result = await server.client.list_connections(ENTITY)
    first = [Connection("1", ENTITY, OTHER, later)] if whole else []
    assert [item for item in result.items if item.id == "1"] == first
    assert [item.id for item in result.items if item.id != "1"] == ["2", "3"]
    sentence = "1 connection came twice with different contents: left out."
    assert result.missing == ("" if whole else sentence)


@pytest.mark.parametrize(
    ("date", "server_time"),
    [
        ("Sun, 22 Nov 2026 12:00:00 GMT", datetime(2026, 11, 22, 12, tzinfo=UTC)),
        ("Sun, 22 Nov 2026 12:00:00 +0200", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("Sun, 22 Nov 2026 12:00:00 -0000", None),
        ("Sun, 31 Nov 2026 12:00:00 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 -2359", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", None),
        ("soon", None),
        ("", None),
    ],
)
async def test_a_list_says_when_the_server_answered_its_first_page(
    date: str, server_time: datetime | None
) -> None:
    first, second = page("1", next_page="?page=2"), page("2")
    first.headers["Date"] = date
    second.headers["Date"] = "Sun, 22 Nov 2026 12:00:09 GMT"
    result = await ScriptedServer(first, second).client.list_connections(ENTITY)
    assert result.server_time == server_time


@pytest.mark.parametrize(
    "fields",
    [
        '"success": false, "success": true',
        '"entityConnections": [], "success": true',
        '"nextPage": "?page=2", "nextPage": null',
    ],
)
async def test_a_page_that_holds_a_field_twice_is_broken(fields: str) -> None:
    """Whichever of the two counts."""
    text = f'{{{fields}, "entityConnections": [{json.dumps(GOOD)}]}}'
    with pytest.raises(InvalidResponse, match="a field twice"):
        await ScriptedServer(httpx.Response(200, text=text)).client.list_connections(ENTITY)


async def test_a_list_with_reasons_is_a_refusal() -> None:
    body = {"entityConnections": [], "reasons": [{"code": 50000010, "message": "No."}]}
    server = ScriptedServer(httpx.Response(200, json=body))
    with pytest.raises(Forbidden):
        await server.client.list_connections(ENTITY)


async def test_half_of_a_character_in_a_name_makes_no_entity_unreadable() -> None:
    """A server that cuts names by UTF-16 sends such halves."""
    body = {"success": True, "entities": [ENTITY_ROW | {"displayName": "Acme \ud83d"}]}
    server = ScriptedServer(httpx.Response(200, content=json.dumps(body)))
    result = await server.client.list_entities(ENTITY)
    assert [item.display_name for item in result.items] == ["Acme "]
    assert not result.warnings


@pytest.mark.parametrize(("count", "whole"), [(299, True), (300, False), (512, True)])
async def test_exactly_300_entities_may_not_be_all(count: int, whole: bool) -> None:
    server = ScriptedServer(success(entities=[{"id": f"{n:032x}"} for n in range(count)]))
    result = await server.client.list_entities(ENTITY)
    assert len(result.items) == count
    assert (not result.missing, not result.warnings) == (whole, whole)


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


@settings(max_examples=100)
@given(bodies, st.sampled_from([200, 200, 200, 201, 400, 401, 403, 409, 429, 500, 503]))
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
