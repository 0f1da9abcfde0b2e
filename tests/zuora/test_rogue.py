"""A broken or hostile server costs a sentence; nothing is written twice, no secret goes astray."""

import asyncio
import gzip
import tracemalloc
import zlib

import pytest
from entity_connections.domain import errors
from entity_connections.domain.errors import ZuoraError
from entity_connections.services.request_log import RequestLog
from entity_connections.zuora.http.patience import Patience

from tests.zuora.rogue import CALM, QUICK, SECRET, TOKEN, Act, Rogue, said
from tests.zuora.server import ENTITY

pytestmark = pytest.mark.asyncio
LISTED = {
    "entityConnections": [
        {"id": "1", "sourceEntityId": ENTITY, "targetEntityId": "b" * 32, "status": "Connected"}
    ],
    "success": True,
}


async def silence(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def drip(writer: asyncio.StreamWriter) -> None:
    """Each piece comes in time; the whole never."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        writer.write(b"[")
        await writer.drain()
        await asyncio.sleep(0.02)


async def drip_of_headers(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-More: yes\r\n")
        await writer.drain()
        await asyncio.sleep(0.02)


async def early_answers(writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100)
        await writer.drain()
        await asyncio.sleep(0.01)


PACKED = gzip.compress(b'{"success": true}')
BOMB = zlib.compressobj(9, wbits=31)
BOMB_BYTES = b"".join(BOMB.compress(b" " * 1_000_000) for _ in range(300)) + BOMB.flush()
GZIP = "Content-Encoding: gzip"
LOST, BAD, TROUBLE = errors.NoResponse, errors.InvalidResponse, errors.ServerError
ACTS: list[tuple[str, Act, type[ZuoraError]]] = [
    ("closes at once", b"", LOST),
    ("closes in the headers", b"HTTP/1.1 200 OK\r\nContent-", LOST),
    ("closes in the body", said(b'{"success": tr', length=100), LOST),
    ("closes in a chunk", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{", LOST),
    ("closes in the gzip", said(PACKED[:-9], "200 OK", GZIP), LOST),
    ("never answers", silence, LOST),
    ("drips its body", drip, LOST),
    ("drips its headers", drip_of_headers, LOST),
    ("announces without end", early_answers, LOST),
    ("speaks something else", b"SSH-2.0-OpenSSH_9.7\r\n\r\n", LOST),
    ("has headers without end", b"HTTP/1.1 200 OK\r\nX: " + b"x" * 300_000, LOST),
    ("truncates", said(b'{"success": tr'), BAD),
    ("says nothing", said(b""), BAD),
    ("says nothing by 204", said(b"", "204 No Content"), BAD),
    ("shows a page", said(b"<!doctype html><title>Sign in to the Wi-Fi</title>"), BAD),
    ("is a gateway", said(b"<html>Bad gateway</html>", "502 Bad Gateway"), TROUBLE),
    ("nests deeply", said(b"[" * 100_000), BAD),
    ("names an endless number", said(b'{"id": ' + b"9" * 10_000 + b"}"), BAD),
    ("is no text", said(b"\xff\xfe\x00\xd8"), BAD),
    ("is a list", said([]), BAD),
    ("is null", said(None), BAD),
    ("packs badly", said(b"{}", "200 OK", GZIP), BAD),
    ("packs in another way", said(b"{}", "200 OK", "Content-Encoding: br"), BAD),
    ("is a bomb", said(BOMB_BYTES, "200 OK", GZIP), BAD),
    ("moves away", said(b"", "301 Moved Permanently", "Location: /elsewhere"), BAD),
    ("says success by word", said({"success": "true", "id": "1"}), BAD),
    ("says success by number", said({"success": 1, "id": "1"}), BAD),
    ("says success and means not", said({"success": True, "id": "1"}, "400 Bad Request"), BAD),
]  # fmt: skip
IDS = [name for name, _, _ in ACTS]
CASES = [(act, kind) for _, act, kind in ACTS]


def patience(kind: type[ZuoraError]) -> Patience:
    """Return how long to wait: an answer that will come may take as long as it likes."""
    return QUICK if kind is LOST else CALM


@pytest.mark.parametrize(("act", "kind"), CASES, ids=IDS)
async def test_a_list_costs_a_sentence(act: Act, kind: type[ZuoraError]) -> None:
    async with Rogue(act).open() as rogue, rogue.client(patience(kind)) as client:
        with pytest.raises(ZuoraError) as caught:
            await client.list_connections(ENTITY)
        tries = {BAD: 1, LOST: QUICK.knocks, TROUBLE: QUICK.attempts}[kind]
        assert len(rogue.calls) == tries
    assert type(caught.value) is kind
    assert 10 < len(caught.value.sentence) < 200


@pytest.mark.parametrize(("act", "kind"), CASES, ids=IDS)
async def test_a_write_is_sent_once_and_its_outcome_unknown(
    act: Act, kind: type[ZuoraError]
) -> None:
    async with Rogue(act).open() as rogue, rogue.client(patience(kind)) as client:
        with pytest.raises(kind) as caught:
            await client.disconnect(ENTITY, "1")
        assert [(one.method, one.body) for one in rogue.calls] == [("PUT", b"{}")]
    assert not caught.value.outcome_known


@pytest.mark.parametrize(("act", "kind"), CASES, ids=IDS)
async def test_a_request_is_repeated_with_its_key_only_and_its_outcome_unknown(
    act: Act, kind: type[ZuoraError]
) -> None:
    async with Rogue(act).open() as rogue, rogue.client(patience(kind)) as client:
        with pytest.raises(kind) as caught:
            await client.request_connection(ENTITY, "b" * 32, "key-1")
        assert {one.headers["idempotency-key"] for one in rogue.calls} == {"key-1"}
    assert not caught.value.outcome_known


@pytest.mark.parametrize(("act", "kind"), CASES, ids=IDS)
async def test_without_a_token_nothing_is_sent(act: Act, kind: type[ZuoraError]) -> None:
    async with Rogue(said({})).open() as rogue, rogue.client(patience(kind)) as client:
        rogue.token_act = act
        with pytest.raises(errors.TokenUnavailable) as caught:
            await client.disconnect(ENTITY, "1")
        assert not rogue.calls
    assert caught.value.outcome_known


async def test_an_answer_is_read_no_further_than_it_may_be() -> None:
    sent = 0

    async def flood(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\n")
        for _ in range(500):
            writer.write(b" " * 100_000)
            await writer.drain()
            sent += 100_000

    async with Rogue(flood).open() as rogue, rogue.client() as client:
        with pytest.raises(errors.InvalidResponse, match="larger than"):
            await client.list_connections(ENTITY)
    assert sent < 20_000_000, "the rest stays where it is, but for what the sockets hold"


async def test_a_bomb_is_not_unpacked() -> None:
    async with (
        Rogue(said(BOMB_BYTES, "200 OK", GZIP)).open() as rogue,
        rogue.client() as client,
    ):
        await client.list_accessible_ids()
        tracemalloc.start()
        with pytest.raises(errors.InvalidResponse, match="larger than"):
            await client.list_connections(ENTITY)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert most < 30_000_000


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
async def test_nothing_is_ever_sent_to_another_host(status: str) -> None:
    async with Rogue(said({})).open() as other, Rogue().open() as rogue, rogue.client() as client:
        away = said(b"", status, f"Location: {other.root}/v1/entity-connections")
        rogue.acts = [away]
        for call in (
            client.list_connections(ENTITY),
            client.request_connection(ENTITY, "b" * 32, "key-1"),
            client.accept(ENTITY, "1"),
        ):
            with pytest.raises(errors.InvalidResponse, match="never followed"):
                await call
        next_page = f"{other.root}/v1/entity-connections?page=2&pageSize=300"
        rogue.acts = [said(LISTED | {"nextPage": next_page}), said(LISTED)]
        assert len((await client.list_connections(ENTITY)).found) == 1
        rogue.token_act = away
        async with rogue.client() as fresh:
            with pytest.raises(errors.TokenUnavailable):
                await fresh.list_accessible_ids()
        assert other.connections == 0
        assert not any(TOKEN in one.path or SECRET in one.path for one in rogue.calls)


async def test_a_connection_the_server_closed_meanwhile_does_not_cost_a_write() -> None:
    """It says keep-alive, and closes: seen before anything is sent into it."""
    async with Rogue().open() as rogue, rogue.client() as client:

        async def close_later(writer: asyncio.StreamWriter) -> None:
            writer.write(said(LISTED, "200 OK", "Connection: keep-alive"))
            await writer.drain()

        rogue.acts = [close_later, said({"success": True})]
        await client.list_connections(ENTITY)
        await asyncio.sleep(0.05)  # until the end of the connection has come
        await client.accept(ENTITY, "1")
        assert [one.method for one in rogue.calls] == ["GET", "PUT"]


async def test_a_kept_connection_that_breaks_under_a_write_leaves_it_unknown() -> None:
    kept = said(LISTED, "200 OK", "Connection: keep-alive")
    async with Rogue(kept, b"").open() as rogue, rogue.client() as client:
        await client.list_connections(ENTITY)
        with pytest.raises(errors.NoResponse) as caught:
            await client.accept(ENTITY, "1")
        assert [one.method for one in rogue.calls] == ["GET", "PUT"]
        assert rogue.connections == 2, "one for the token; the write came through the kept one"
    assert not caught.value.outcome_known


async def test_the_next_call_works_after_each_misbehaviour() -> None:
    async with Rogue().open() as rogue, rogue.client(QUICK) as client:
        for act, _ in CASES:
            rogue.acts = [act] * QUICK.attempts
            with pytest.raises(ZuoraError):
                await client.list_connections(ENTITY)
            rogue.acts = [said(LISTED)]
            assert (await client.list_connections(ENTITY)).found


async def test_a_call_that_is_given_up_frees_its_place() -> None:
    traffic = RequestLog()
    async with Rogue(silence).open() as rogue, rogue.client(traffic=traffic) as client:
        await client.list_accessible_ids()
        calls = [asyncio.create_task(client.list_connections(ENTITY)) for _ in range(8)]
        await rogue.received(8)
        for call in calls:
            call.cancel()
        ended = await asyncio.gather(*calls, return_exceptions=True)
        assert all(isinstance(one, asyncio.CancelledError) for one in ended)
        assert {one.trouble for one in traffic.calls} == {"", "Given up"}
        rogue.acts = [said(LISTED)]
        assert len((await client.list_connections(ENTITY)).found) == 1


@pytest.mark.parametrize("where", ["token", "call"])
async def test_a_server_that_echoes_secrets_does_not_get_them_shown(where: str) -> None:
    leak = f"bad {SECRET} and s3cret%2Fwith%2Bsigns%3D%3D and {TOKEN}"
    refusal = {"success": False, "reasons": [{"code": 50000030, "message": leak}], "message": leak}
    answer = said(
        refusal, "400 Bad Request", f"Zuora-Request-Id: {SECRET if where == 'token' else TOKEN}"
    )
    traffic = RequestLog()
    async with Rogue(answer).open() as rogue, rogue.client(traffic=traffic) as client:
        if where == "token":
            rogue.token_act = answer
        with pytest.raises(ZuoraError) as caught:
            await client.accept(ENTITY, "1")
    error = caught.value
    printed = repr((error, error.args, vars(error), traffic.calls))
    hidden = (SECRET, "s3cret%2Fwith") if where == "token" else (TOKEN,)
    for one in hidden:
        assert one not in printed


async def test_no_cookie_is_kept() -> None:
    answer = said(LISTED, "200 OK", "Set-Cookie: ZSession=1; Path=/")
    async with Rogue(answer).open() as rogue, rogue.client() as client:
        await client.list_connections(ENTITY)
        await client.list_connections(ENTITY)
        assert all("cookie" not in one.headers for one in rogue.calls)


async def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Rogue(said({})).open() as other, Rogue(said(LISTED)).open() as rogue:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, other.root)
        async with rogue.client() as client:
            await client.list_connections(ENTITY)
        assert other.connections == 0


async def test_a_server_that_is_gone_is_unreachable_for_every_kind_of_call() -> None:
    async with Rogue().open() as rogue:
        client = rogue.client()
    async with client:
        for call in (client.list_connections(ENTITY), client.accept(ENTITY, "1")):
            with pytest.raises(errors.Unreachable) as caught:
                await call
            assert caught.value.outcome_known
