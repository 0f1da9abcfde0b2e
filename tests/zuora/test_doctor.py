"""The checks of the way to a tenant."""

import asyncio
import socket
import ssl
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from entity_connections.zuora.auth import Credentials
from entity_connections.zuora.diagnostics import Check, Diagnosis

from tests.acme import AMERICAS, open_acme
from tests.zuora.raw_server import CLIENT_SECRET, CREDENTIALS, RawServer, http_response
from tests.zuora.test_contract import serve_on_socket

NAMES = [
    "proxy", "DNS", "connection", "TLS", "clock", "token", "entities", "scope",
    "permissions",
]  # fmt: skip


async def run_checks(
    base_url: str, credentials: Credentials | None, entity: str | None = None
) -> dict[str, Check]:
    checks = [check async for check in Diagnosis(base_url, credentials, entity).run()]
    assert [check.name for check in checks] == NAMES
    for check in checks:
        assert check.sentence.endswith((".", ")"))
        assert check.verdict != "failed" or check.remedy
    assert CLIENT_SECRET not in repr(checks)
    return {check.name: check for check in checks}


def problems(checks: dict[str, Check]) -> dict[str, str]:
    return {name: check.verdict for name, check in checks.items() if check.verdict != "ok"}


async def test_a_tenant_that_works() -> None:
    tenant = open_acme()
    async with serve_on_socket(tenant) as root:
        alice = next(user for user in tenant.users if user.name == "alice")
        known = Credentials.from_text(alice.client_id, alice.client_secret)
        assert problems(await run_checks(root, known, AMERICAS)) == {"TLS": "skipped"}
        stranger = await run_checks(root, known, "0" * 32)
        assert problems(stranger) == {
            "TLS": "skipped", "entities": "failed", "permissions": "skipped",
        }  # fmt: skip
        wrong = await run_checks(root, CREDENTIALS)
        assert wrong["token"].verdict == "failed"
        assert wrong["clock"].verdict == "ok", "what needs no token is still tried"
        assert "id, secret and address" in wrong["token"].remedy
    tenant.close()


async def test_without_credentials_only_the_network_is_checked() -> None:
    async with RawServer(http_response({})).open() as server:
        checks = await run_checks(server.root, None)
    assert (checks["connection"].verdict, checks["token"].verdict) == ("ok", "skipped")
    assert "login" in checks["token"].remedy


async def test_a_server_that_is_down() -> None:
    async with RawServer().open() as server:
        pass
    checks = await run_checks(server.root, CREDENTIALS)
    assert (checks["connection"].verdict, checks["token"].verdict) == ("failed", "skipped")


async def test_an_unknown_host(proxy_variables: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    checks = await run_checks("https://rest.acme.example", None)
    assert (checks["DNS"].verdict, checks["connection"].verdict) == ("failed", "skipped")


@pytest.mark.parametrize(
    ("offset", "verdict", "words"),
    [
        (timedelta(), "ok", "clock"),
        (-timedelta(minutes=10, seconds=10), "warning", "10 min ahead of"),
        (timedelta(days=3), "warning", "3 days behind"),
    ],
)
async def test_clocks_may_differ_by_a_minute(offset: timedelta, verdict: str, words: str) -> None:
    date = format_datetime(datetime.now(UTC) + offset, usegmt=True)
    async with RawServer(http_response({}, "404 Not Found", f"Date: {date}")).open() as server:
        clock = (await run_checks(server.root, None))["clock"]
    assert clock.verdict == verdict
    assert words in clock.sentence


async def test_incomplete_lists_are_warnings() -> None:
    body = {"success": True, "entities": [{"id": "1" * 32}, {}], "entityConnections": {}}
    async with RawServer(http_response(body)).open() as server:
        server.token_reply = http_response({"access_token": "t", "expires_in": 3600})
        checks = await run_checks(server.root, CREDENTIALS, "0" * 32)
    assert problems(checks) == {
        "TLS": "skipped", "clock": "skipped", "scope": "warning",
        "entities": "warning", "permissions": "failed",
    }  # fmt: skip


async def test_a_certificate_of_an_authority_that_a_variable_names_is_trusted(
    authority: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority / "cert.pem"))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(authority / "cert.pem", authority / "key.pem")
    async with RawServer(http_response({})).open(tls) as server:
        checks = await run_checks(server.root, CREDENTIALS)
    assert checks["TLS"] == Check("TLS", "ok", "The certificate is trusted.")


async def test_a_server_without_tls() -> None:
    def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.acme.example\r\n")
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        checks = await run_checks(f"https://127.0.0.1:{port}", CREDENTIALS)
    assert (checks["TLS"].verdict, checks["token"].verdict) == ("failed", "failed")
