"""An HTTP proxy on the way to Zuora: what passes through it, and what its refusals mean."""

import asyncio
import base64
import contextlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from entity_connections.domain import errors
from entity_connections.zuora.client import ZuoraClient
from entity_connections.zuora.diagnostics import Diagnosis

from tests.acme import NO_DELAYS
from tests.zuora.raw_server import (
    CLIENT_SECRET,
    CREDENTIALS,
    IMPATIENT,
    RawServer,
    Reply,
    http_response,
)

ROOT = "https://rest.acme.example"
ENTITY = "8a808255557baba1015580e12fa5083a"


def with_password(root: str) -> str:
    return root.replace("http://", "http://ada:hush@")


async def hang(_: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def close(writer: asyncio.StreamWriter) -> None:
    writer.close()


async def test_no_proxy_is_used_for_this_machine(
    proxy_variables: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with RawServer(http_response({})).open() as proxy:
        for name in proxy_variables:
            monkeypatch.setenv(name, proxy.root)
        server = RawServer(http_response({"success": True, "entityConnections": []}))
        async with server.open(), server.client() as client:
            await client.list_connections(ENTITY)
        assert proxy.connections == 0


@pytest.mark.parametrize(
    ("reply", "kind", "words", "attempts"),
    [
        (http_response(b"", "407 Proxy Authentication Required"), errors.ProxyRefusal,
         "asks for a user name and a password, or for others (HTTP 407)", 1),
        (http_response(b"<html>", "403 Forbidden"), errors.ProxyRefusal,
         "gives no connection to rest.acme.example (HTTP 403)", 1),
        (http_response(b"<html>", "502 \x1b[31mBad"), errors.ProxyError,
         "gives no connection to rest.acme.example (HTTP 502)", 3),
        (http_response(b"", "503 Unavailable", "Retry-After: 1000"), errors.ProxyError,
         "gives no connection to rest.acme.example (HTTP 503)", 3),
        (b"220 mail.acme.example\r\n", errors.ProxyError, "No connection", 3),
        (close, errors.ProxyError, "No connection", 3),
        (hang, errors.ProxyError, "No connection", 3),
        (http_response(b"<html>Sign in</html>"), errors.ProxyError,
         "leads to something that does not speak TLS, and not to rest.acme.example", 3),
    ],
)  # fmt: skip
async def test_a_proxy_that_gives_no_connection_is_named_and_nothing_was_sent(
    reply: Reply, kind: type[errors.ZuoraError], words: str, attempts: int,
    proxy_variables: list[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    async with RawServer(reply).open() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", with_password(proxy.root))
        client = ZuoraClient(ROOT, CREDENTIALS, retry_policy=NO_DELAYS, limits=IMPATIENT)
        async with client:
            with pytest.raises(errors.Unreachable) as caught:
                await client.accept(ENTITY, "1")
    error = caught.value
    assert type(error) is kind
    assert not error.maybe_applied
    assert words in error.sentence
    assert f"{proxy.root} (HTTPS_PROXY)" in error.sentence
    assert "hush" not in repr((error, vars(error), client.request_log.calls))
    lines = [(sent.method, sent.path) for sent in proxy.requests]
    assert lines == [("CONNECT", "rest.acme.example:443")] * attempts
    assert CLIENT_SECRET not in repr(proxy.requests)


async def test_a_proxy_that_cannot_be_reached(proxy_variables: list[str]) -> None:
    async with RawServer().open() as proxy:
        pass
    client = ZuoraClient(ROOT, CREDENTIALS, proxy=proxy.root, retry_policy=NO_DELAYS)
    async with client:
        with pytest.raises(
            errors.ProxyError, match=rf"through the proxy {proxy.root} \(the profile\)"
        ):
            await client.list_entities()


@pytest.mark.parametrize(
    "proxy",
    ["ftp://proxy.acme.example", "socks5://127.0.0.1:1", "http://ada:hush@proxy:port",
     "http://ada:12#hush@proxy:8080", "http://ada:12/hush@proxy:8080", "http://ada:12@hush@proxy",
     "http://ada:hush@proxy:99999"],
)  # fmt: skip
async def test_a_proxy_that_cannot_be_used_is_an_error(
    proxy: str, proxy_variables: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(errors.ProxyError, match=r"The proxy's URL \(ALL_PROXY\)") as caught:
        ZuoraClient(ROOT, CREDENTIALS)
    assert "In a password, #, / and @ are written %23" in caught.value.sentence
    assert "hush" not in caught.value.sentence


class Tunnel:
    """A proxy with a password that leads to one server, whatever host is asked for.

    Attributes:
        heads: of the requests.
        root: its URL.
    """

    def __init__(self, server: RawServer) -> None:
        self._port = int(server.root.rpartition(":")[2])
        self.heads: list[str] = []
        self.root = ""
        self._tasks: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator["Tunnel"]:
        async with await asyncio.start_server(self._serve, "127.0.0.1", 0) as listening:
            self.root = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
            yield self
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        with contextlib.suppress(asyncio.CancelledError):  # asyncio would report it as an error
            await self._open_tunnel(reader, writer)
        writer.close()

    async def _open_tunnel(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            self.heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
            if f"Basic {base64.b64encode(b'ada:hush').decode()}\r\n" in self.heads[-1]:
                back, forth = await asyncio.open_connection("127.0.0.1", self._port)
                writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
                await asyncio.gather(_copy(reader, forth), _copy(back, writer))
            else:
                writer.write(http_response(b"", "407 Proxy Authentication Required"))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65_536):
                writer.write(data)
    finally:
        writer.close()


@pytest_asyncio.fixture
async def tunnel(
    authority: Path, proxy_variables: list[str], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Tunnel, RawServer]]:
    """Return a proxy, and the server behind it."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(authority / "cert.pem", authority / "key.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority / "cert.pem"))
    body = {"success": True, "entities": [], "entityConnections": []}
    async with (
        RawServer(http_response(body, "200 OK", "Date: Mon, 30 Nov 2026 09:00:00 GMT")).open(
            tls
        ) as server,
        Tunnel(server).open() as proxy,
    ):
        yield proxy, server


async def test_the_password_is_for_the_proxy_and_everything_else_for_zuora(
    tunnel: tuple[Tunnel, RawServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, server = tunnel
    monkeypatch.setenv("https_proxy", with_password(proxy.root))
    async with ZuoraClient(ROOT, CREDENTIALS, retry_policy=NO_DELAYS) as client:
        await client.list_connections(ENTITY)
    assert server.requests[0].headers["authorization"].startswith("Bearer ")
    assert "proxy-authorization" not in server.requests[0].headers
    assert all(head.startswith("CONNECT ") for head in proxy.heads)
    assert CLIENT_SECRET not in repr(proxy.heads)


async def test_doctor_looks_through_the_proxy(
    tunnel: tuple[Tunnel, RawServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def check() -> dict[str, str]:
        return {check.name: check.verdict async for check in Diagnosis(ROOT, CREDENTIALS).run()}

    proxy, _ = tunnel
    monkeypatch.setenv("HTTPS_PROXY", proxy.root)
    refused = await check()
    assert (refused["proxy"], refused["DNS"], refused["token"]) == ("failed", "skipped", "skipped")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:port")
    assert (await check())["proxy"] == "failed"
    monkeypatch.setenv("HTTPS_PROXY", with_password(proxy.root))
    passed = await check()
    assert {passed[name] for name in ("proxy", "DNS", "connection", "token")} == {"ok"}
    assert passed["TLS"] == "ok"
    async with RawServer(http_response(b"", "502 Bad Gateway")).open() as blind:
        monkeypatch.setenv("HTTPS_PROXY", blind.root)
        unknown = await check()
    assert (unknown["proxy"], unknown["DNS"], unknown["TLS"]) == ("ok", "failed", "skipped")
