"""Accept, deny and disconnect in each form of an empty body (contract E1)."""

from contextlib import closing

import httpx
import pytest
from entity_connections.domain import errors
from entity_connections.fake.policy import OPTIONS
from entity_connections.fake.scenarios.builtin.acme import CORPORATION
from entity_connections.fake.tenant import open_tenant
from entity_connections.zuora.auth import Credentials
from entity_connections.zuora.client import ZuoraClient

from tests.zuora.scripted_server import ENTITY, ScriptedResponse, ScriptedServer, refusal, success

OBJECT = ("application/json", b"{}")
EMPTY = ("application/json", b"")
NOTHING = (None, b"")

PROBLEM = {"title": "Invalid content type", "status": 415, "detail": "No supported types."}
BODY_REFUSED: list[httpx.Response] = [
    httpx.Response(415, json=PROBLEM),
    refusal(50000020, "The Content-Type must be application/json.", 415),
    refusal(50000015, "Unsupported.", 415),
    refusal(90000011, "The Content-Type is missing.", 415),
    refusal(50000090, "The request body is missing.", 400),
    httpx.Response(400, json={"message": "Body cannot be empty when content-type is set."}),
]


def forms(server: ScriptedServer) -> list[tuple[str | None, bytes]]:
    """Return Content-Type and body of each request."""
    return [(request.headers.get("content-type"), request.content) for request in server.requests]


@pytest.mark.parametrize("refused", BODY_REFUSED)
async def test_a_form_that_is_refused_is_followed_by_the_next(refused: httpx.Response) -> None:
    server = ScriptedServer(refused, refused, success())
    async with server.client as zuora:
        await zuora.accept(ENTITY, "a" * 32, "track")
    assert forms(server) == [OBJECT, EMPTY, NOTHING]
    assert {request.headers["zuora-track-id"] for request in server.requests} == {"track"}


async def test_the_next_call_begins_with_the_form_that_worked() -> None:
    refused = BODY_REFUSED[0]
    server = ScriptedServer(refused, refused, success(), success(), refused, success())
    async with server.client as zuora:
        await zuora.accept(ENTITY, "a" * 32)
        await zuora.deny(ENTITY, "b" * 32)
        await zuora.disconnect(ENTITY, "c" * 32)
    assert forms(server) == [OBJECT, EMPTY, NOTHING, NOTHING, NOTHING, OBJECT]


@pytest.mark.parametrize("refused", BODY_REFUSED)
async def test_each_form_is_sent_once_and_the_refusal_says_that_nothing_was_applied(
    refused: httpx.Response,
) -> None:
    server = ScriptedServer(refused, refused, refused)
    async with server.client as zuora:
        with pytest.raises(errors.BodyRefused) as raised:
            await zuora.accept(ENTITY, "a" * 32)
    assert not raised.value.maybe_applied
    assert forms(server) == [OBJECT, EMPTY, NOTHING]


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(415, html="<h1>Unsupported Media Type</h1>"),
        httpx.Response(415),
        httpx.Response(400, html="The request body is missing."),
        httpx.Response(415, json={"success": True}),
        httpx.Response(415, content=b'{"status": 415, "status": 200}'),
        httpx.Response(400, json={"message": "Bad Request"}),
        httpx.Response(400, json={"message": "The response body cannot be read."}),
        httpx.Response(500, json={"message": "The request body is missing."}),
        refusal(50000030, "Acme Body Shop is not Pending.", 400),
        refusal(90000011, "The Content-Type is missing.", 400),
        refusal(50000020, "The request body is missing."),
        httpx.ReadError("broken"),
    ],
)
async def test_no_other_answer_is_followed_by_another_form(response: ScriptedResponse) -> None:
    server = ScriptedServer(response)
    async with server.client as zuora:
        with pytest.raises(errors.ZuoraError):
            await zuora.accept(ENTITY, "a" * 32)
    assert forms(server) == [OBJECT]


async def test_the_outcome_of_the_next_form_counts() -> None:
    server = ScriptedServer(BODY_REFUSED[0], httpx.ReadError("broken"))
    async with server.client as zuora:
        with pytest.raises(errors.NoResponse) as raised:
            await zuora.accept(ENTITY, "a" * 32)
    assert raised.value.maybe_applied
    assert forms(server) == [OBJECT, EMPTY]


async def test_no_further_form_is_sent_once_writes_are_locked() -> None:
    def refuse_and_lock(_request: httpx.Request) -> httpx.Response:
        server.client.lock.locked = True
        return BODY_REFUSED[0]

    server = ScriptedServer(refuse_and_lock)
    async with server.client as zuora:
        with pytest.raises(errors.ReadOnlyError):
            await zuora.accept(ENTITY, "a" * 32)
    assert forms(server) == [OBJECT]


@pytest.mark.parametrize("put_body", OPTIONS["put-body"])
async def test_the_fake_tenant_is_understood_whatever_form_it_takes(put_body: str) -> None:
    with closing(open_tenant("acme")) as tenant:
        tenant.policy = tenant.policy.with_options([f"put-body={put_body}"])
        alice = tenant.users[0]
        credentials = Credentials.from_text(alice.client_id, alice.client_secret)
        async with ZuoraClient.in_process(tenant.asgi, credentials) as zuora:
            rows = (await zuora.list_connections(CORPORATION)).items
            accepted, denied = (
                row.id for row in rows if row.status == "Pending" and row.target_id == CORPORATION
            )
            await zuora.accept(CORPORATION, accepted)
            await zuora.deny(CORPORATION, denied)
            rows = (await zuora.list_connections(CORPORATION)).items
            statuses = {row.id: row.status for row in rows}
    assert (statuses[accepted], statuses[denied]) == ("Connected", "Disconnected")
