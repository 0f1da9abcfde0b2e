"""A broken or hostile server gets no secret, no second write, and no endless wait."""

import asyncio
import gzip
import json
import tracemalloc
import zlib

import pytest
from entity_connections.domain import errors
from entity_connections.domain.errors import ZuoraError
from entity_connections.services.request_log import RequestLog
from entity_connections.zuora.http.limits import HttpLimits

from tests.acme import NO_DELAYS
from tests.zuora.raw_server import (
    CLIENT_SECRET,
    IMPATIENT,
    PATIENT,
    TOKEN,
    RawServer,
    Reply,
    http_response,
)
from tests.zuora.scripted_server import ENTITY

ONE_CONNECTION = {
    "entityConnections": [
        {"id": "1", "sourceEntityId": ENTITY, "targetEntityId": "b" * 32, "status": "Connected"}
    ],
    "success": True,
}


async def stay_silent(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def drip_body(writer: asyncio.StreamWriter) -> None:
    """Send each part in time, but never the whole."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        writer.write(b"[")
        await writer.drain()
        await asyncio.sleep(0.02)


async def drip_headers(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-More: yes\r\n")
        await writer.drain()
        await asyncio.sleep(0.02)


async def repeat_early_hints(writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100)
        await writer.drain()
        await asyncio.sleep(0.01)


def compress_spaces(megabytes: int) -> bytes:
    """Return a gzip stream of so many spaces, whose checksum, at its end, is wrong."""
    compressor = zlib.compressobj(wbits=31)
    first, block = (
        compressor.compress(b" " * 1_000_000) + compressor.flush(zlib.Z_FULL_FLUSH) for _ in "12"
    )
    return first + block * (megabytes - 1) + compressor.flush()


GZIP = "Content-Encoding: gzip"
TRUNCATED_GZIP = gzip.compress(b'{"success": true}')[:-14]
BOMB = http_response(compress_spaces(300), "200 OK", GZIP)
LOST, INVALID, TROUBLE = errors.NoResponse, errors.InvalidResponse, errors.ServerError
PAGE = errors.WebPage
REPLIES: list[tuple[str, Reply, type[ZuoraError]]] = [
    ("closes at once", b"", LOST),
    ("closes in the headers", b"HTTP/1.1 200 OK\r\nContent-", LOST),
    ("closes in the body", http_response(b'{"success": tr', length=100), LOST),
    ("never responds", stay_silent, LOST),
    ("drips its body", drip_body, LOST),
    ("drips its headers", drip_headers, LOST),
    ("endless early hints", repeat_early_hints, LOST),
    ("endless headers", b"HTTP/1.1 200 OK\r\nX: " + b"x" * 300_000, LOST),
    ("truncated JSON", http_response(b'{"success": tr'), INVALID),
    ("truncated gzip", http_response(TRUNCATED_GZIP, "200 OK", GZIP), INVALID),
    ("no body", http_response(b""), INVALID),
    ("204", http_response(b"", "204 No Content"), INVALID),
    ("a web page", http_response(b"<!doctype html><title>Sign in to the Wi-Fi</title>"), PAGE),
    ("a gateway", http_response(b"<html>Sign in first</html>", "407 Sign in"), PAGE),
    ("an empty 502", http_response(b"", "502 Bad Gateway"), TROUBLE),
    ("deep nesting", http_response(b"[" * 100_000), INVALID),
    ("an endless number", http_response(b'{"id": ' + b"9" * 10_000 + b"}"), INVALID),
    ("not UTF-8", http_response(b"\xff\xfe\x00\xd8"), INVALID),
    ("a list", http_response([]), INVALID),
    ("not gzip", http_response(b"{}", "200 OK", GZIP), INVALID),
    ("unknown compression", http_response(b"{}", "200 OK", "Content-Encoding: xz"), INVALID),
    ("a redirect", http_response(b"", "301 Moved Permanently", "Location: /elsewhere"), PAGE),
    ("success as a string", http_response({"success": "true", "id": "1"}), INVALID),
    ("success in a 400", http_response({"success": True, "id": "1"}, "400 Bad Request"), INVALID),
]
CASES = [(reply, kind) for _, reply, kind in REPLIES]
every_reply = pytest.mark.parametrize(("reply", "kind"), CASES, ids=[row[0] for row in REPLIES])


def limits_for(reply: Reply) -> HttpLimits:
    """Be impatient only if there will be no end of a response."""
    return PATIENT if isinstance(reply, bytes) else IMPATIENT


@every_reply
async def test_a_list_ends_in_an_error_and_the_next_call_works(
    reply: Reply, kind: type[ZuoraError]
) -> None:
    async with RawServer(reply).open() as server, server.client(limits_for(reply)) as client:
        with pytest.raises(ZuoraError) as caught:
            await client.list_connections(ENTITY)
        attempts = {
            INVALID: 1,
            PAGE: 1,
            LOST: NO_DELAYS.connect_attempts,
            TROUBLE: NO_DELAYS.attempts,
        }
        assert len(server.requests) == attempts[kind]
        server.replies = [http_response(ONE_CONNECTION)]
        assert (await client.list_connections(ENTITY)).items
    assert type(caught.value) is kind
    assert 10 < len(caught.value.sentence) < 200


@every_reply
@pytest.mark.parametrize("method", ["PUT", "POST"])
async def test_a_write_is_repeated_only_with_its_key_and_maybe_applied(
    reply: Reply, kind: type[ZuoraError], method: str
) -> None:
    async with RawServer(reply).open() as server, server.client(limits_for(reply)) as client:
        if method == "PUT":
            call = client.disconnect(ENTITY, "1")
        else:
            call = client.request_connection(ENTITY, "b" * 32, "key-1")
        with pytest.raises(kind) as caught:
            await call
        keys = [sent.headers.get("idempotency-key") for sent in server.requests]
    assert keys == [None] if method == "PUT" else set(keys) == {"key-1"}
    assert caught.value.maybe_applied


@every_reply
async def test_without_a_token_nothing_is_sent(reply: Reply, kind: type[ZuoraError]) -> None:
    async with RawServer().open() as server, server.client(limits_for(reply)) as client:
        server.token_reply = reply
        with pytest.raises(errors.TokenUnavailable) as caught:
            await client.disconnect(ENTITY, "1")
        assert not server.requests
    assert not caught.value.maybe_applied


async def test_a_response_that_is_too_large_is_not_read_to_its_end() -> None:
    sent = 0

    async def flood(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\n")
        for _ in range(500):
            writer.write(b" " * 100_000)
            await writer.drain()
            sent += 100_000

    async with RawServer(flood).open() as server, server.client() as client:
        with pytest.raises(errors.InvalidResponse, match="larger than"):
            await client.list_connections(ENTITY)
    assert sent < 20_000_000, "no more than the buffers of the sockets hold"


async def test_a_gzip_bomb_is_not_decompressed_to_its_end() -> None:
    async with RawServer(BOMB).open() as server, server.client() as client:
        await client.list_accessible_ids()
        tracemalloc.start()
        with pytest.raises(errors.InvalidResponse, match="larger than"):
            await client.list_connections(ENTITY)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        server.replies = [http_response(ONE_CONNECTION)]
        assert (await client.list_connections(ENTITY)).items, "the next call works"
    assert peak < 150_000_000


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
async def test_nothing_is_sent_to_another_host(status: str) -> None:
    async with RawServer(http_response({})).open() as other, RawServer().open() as server:
        redirect = http_response(b"", status, f"Location: {other.root}/v1/entity-connections")
        server.replies = [redirect]
        async with server.client() as client:
            for call in (
                client.list_connections(ENTITY),
                client.request_connection(ENTITY, "b" * 32, "key-1"),
                client.accept(ENTITY, "1"),
            ):
                with pytest.raises(errors.InvalidResponse, match=r"A redirect to 127\.0\.0\.1"):
                    await call
            next_page = f"{other.root}/v1/entity-connections?page=2&pageSize=300"
            first = http_response(ONE_CONNECTION | {"nextPage": next_page})
            server.replies = [first, http_response(ONE_CONNECTION)]
            assert len((await client.list_connections(ENTITY)).items) == 1
        server.token_reply = redirect
        async with server.client() as client:
            with pytest.raises(errors.TokenUnavailable):
                await client.list_accessible_ids()
        assert other.connections == 0
        paths = "".join(sent.path for sent in server.requests)
        assert TOKEN not in paths
        assert CLIENT_SECRET not in paths


async def test_a_write_does_not_use_a_connection_that_the_server_has_closed() -> None:
    """The server says keep-alive and closes; that is noticed before anything is sent."""

    async def keep_alive_and_close(writer: asyncio.StreamWriter) -> None:
        writer.write(http_response(ONE_CONNECTION, "200 OK", "Connection: keep-alive"))
        await writer.drain()

    async with RawServer().open() as server, server.client() as client:
        server.replies = [keep_alive_and_close, http_response({"success": True})]
        await client.list_connections(ENTITY)
        await asyncio.sleep(0.05)  # until the end of the connection has arrived
        await client.accept(ENTITY, "1")
        assert [sent.method for sent in server.requests] == ["GET", "PUT"]


async def test_a_write_on_a_kept_connection_that_breaks_is_maybe_applied() -> None:
    kept = http_response(ONE_CONNECTION, "200 OK", "Connection: keep-alive")
    async with RawServer(kept, b"").open() as server, server.client() as client:
        await client.list_connections(ENTITY)
        with pytest.raises(errors.NoResponse) as caught:
            await client.accept(ENTITY, "1")
        assert [sent.method for sent in server.requests] == ["GET", "PUT"]
        assert server.connections == 2, "one for the token; the write used the kept one"
    assert caught.value.maybe_applied


async def test_a_cancelled_call_frees_its_slot() -> None:
    log = RequestLog()
    async with (
        RawServer(stay_silent).open() as server,
        server.client(request_log=log) as client,
    ):
        await client.list_accessible_ids()
        calls = [asyncio.create_task(client.list_connections(ENTITY)) for _ in range(8)]
        await server.wait_for_requests(8)
        for call in calls:
            call.cancel()
        results = await asyncio.gather(*calls, return_exceptions=True)
        assert all(isinstance(result, asyncio.CancelledError) for result in results)
        assert {call.trouble for call in log.calls} == {"", "Given up"}
        server.replies = [http_response(ONE_CONNECTION)]
        assert len((await client.list_connections(ENTITY)).items) == 1


@pytest.mark.parametrize("endpoint", ["token", "api"])
async def test_an_echoed_secret_is_masked(endpoint: str) -> None:
    echo = f"bad {CLIENT_SECRET} and s3cret%2Fwith%2Bsigns%3D%3D and {TOKEN}"
    body = {"success": False, "reasons": [{"code": 50000030, "message": echo}], "message": echo}
    request_id = CLIENT_SECRET if endpoint == "token" else TOKEN
    reply = http_response(body, "400 Bad Request", f"Zuora-Request-Id: {request_id}")
    log = RequestLog()
    async with RawServer(reply).open() as server, server.client(request_log=log) as client:
        if endpoint == "token":
            server.token_reply = reply
        with pytest.raises(ZuoraError) as caught:
            await client.accept(ENTITY, "1")
    error = caught.value
    printed = repr((error, error.args, vars(error), log.calls))
    assert CLIENT_SECRET not in printed
    assert "s3cret%2Fwith" not in printed
    assert endpoint == "token" or TOKEN not in printed


@pytest.mark.parametrize(
    "spelling",
    [
        "s3cret%2fwith%2bsigns%3d%3d",
        "s3cret%252Fwith%252Bsigns%253D%253D",
        "s3cret&#47;with&#x2b;signs&equals;&equals;",
        r"s3cret\/with+signs==",
        r"s3cret\u002fwith\u002bsigns==",
        "s3cret/with\n+signs==",
    ],
)
async def test_an_echoed_secret_is_masked_however_it_is_written(spelling: str) -> None:
    body = {"success": False, "reasons": [{"code": 50000030, "message": f"No: {spelling}!"}]}
    async with RawServer(http_response(body)).open() as server, server.client() as client:
        with pytest.raises(ZuoraError) as caught:
            await client.accept(ENTITY, "1")
    assert caught.value.sentence == "*****."


async def test_an_echoed_secret_is_masked_in_lists() -> None:
    body = json.dumps(ONE_CONNECTION).replace("Connected", f"On {CLIENT_SECRET}")
    async with (
        RawServer(http_response(json.loads(body))).open() as server,
        server.client() as client,
    ):
        (record,) = (await client.list_connections(ENTITY)).items
    assert record.status == "On *****"


async def test_no_cookie_is_stored() -> None:
    reply = http_response(ONE_CONNECTION, "200 OK", "Set-Cookie: ZSession=1; Path=/")
    async with RawServer(reply).open() as server, server.client() as client:
        await client.list_connections(ENTITY)
        await client.list_connections(ENTITY)
        assert all("cookie" not in sent.headers for sent in server.requests)
