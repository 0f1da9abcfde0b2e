"""The checks of the way to a tenant."""

import asyncio
import socket
import ssl
import subprocess
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from entity_connections.domain.errors import Applied, CertificateError
from entity_connections.zuora.auth import Credentials
from entity_connections.zuora.client import ZuoraClient
from entity_connections.zuora.diagnostics import Check, Diagnosis

from tests.acme import AMERICAS, open_acme
from tests.zuora.raw_server import CLIENT_SECRET, CREDENTIALS, RawServer, http_response
from tests.zuora.test_contract import serve_on_socket

pytestmark = pytest.mark.asyncio
NAMES = [
    "address", "DNS", "connection", "TLS", "clock", "token", "scope", "entities", "permissions",
]  # fmt: skip


async def run_checks(
    base_url: str, credentials: Credentials | None, acting_id: str | None = None
) -> dict[str, Check]:
    checks = [check async for check in Diagnosis(base_url, credentials, acting_id).run()]
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
        alice = next(user for user in tenant.users if user.username == "alice")
        known = Credentials.from_text(alice.client_id, alice.client_secret)
        assert problems(await run_checks(root, known, AMERICAS)) == {"TLS": "skipped"}
        stranger = await run_checks(root, known, "0" * 32)
        assert problems(stranger) == {
            "TLS": "skipped", "scope": "failed", "entities": "failed", "permissions": "failed",
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
    assert (checks["connection"].verdict, checks["token"].verdict) == ("failed", "failed")


async def test_an_unknown_host(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    checks = await run_checks("https://rest.acme.example", None)
    assert (checks["DNS"].verdict, checks["connection"].verdict) == ("failed", "skipped")


@pytest.mark.parametrize(
    ("minutes", "verdict", "word"),
    [(0, "ok", "clock"), (-10, "warning", "ahead of"), (10, "warning", "behind")],
)
async def test_clocks_may_differ_by_a_minute(minutes: int, verdict: str, word: str) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes), usegmt=True)
    async with RawServer(http_response({}, "404 Not Found", f"Date: {date}")).open() as server:
        clock = (await run_checks(server.root, None))["clock"]
    assert clock.verdict == verdict
    assert word in clock.sentence


async def test_incomplete_lists_are_warnings() -> None:
    body = {"success": True, "entities": [{"id": "1" * 32}, {}], "entityConnections": {}}
    async with RawServer(http_response(body)).open() as server:
        server.token_reply = http_response({"access_token": "t", "expires_in": 3600})
        checks = await run_checks(server.root, CREDENTIALS, "0" * 32)
    assert problems(checks) == {
        "TLS": "skipped", "clock": "skipped", "scope": "warning",
        "entities": "warning", "permissions": "failed",
    }  # fmt: skip


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of our own for 127.0.0.1, good for 10 days."""
    folder = tmp_path_factory.mktemp("tls")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "10", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1"]
    command += ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no openssl here to make a certificate with")
    return folder


async def test_a_certificate_is_trusted_only_by_its_authority(
    authority: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(authority / "cert.pem", authority / "key.pem")
    async with RawServer(http_response({})).open(tls) as server:
        refused = await run_checks(server.root, CREDENTIALS)
        assert refused["TLS"].verdict == "failed"
        assert "self-signed" in refused["TLS"].sentence
        assert "certificate is not trusted" in refused["token"].sentence
        async with server.client() as client:
            with pytest.raises(CertificateError) as caught:
                await client.list_accessible_ids()
            assert len(client.request_log.calls) == 1, "not tried again"
        assert caught.value.applied is Applied.NO
        assert not server.token_requests, "no secret for an untrusted server"
        monkeypatch.setenv("SSL_CERT_FILE", str(authority / "cert.pem"))
        trusted = await run_checks(server.root, CREDENTIALS)
        assert trusted["TLS"].verdict == "warning"
        assert " more days" in trusted["TLS"].sentence
        assert server.token_requests


@pytest.mark.parametrize("content", [None, "not PEM"])
async def test_authorities_that_cannot_be_read(
    content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ca.pem"
    if content:
        path.write_text(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with pytest.raises(CertificateError, match=f"SSL_CERT_FILE names {path}"):
        ZuoraClient("https://rest.zuora.com", CREDENTIALS)
    async with RawServer(http_response({})).open() as server:
        checks = await run_checks(server.root.replace("http:", "https:"), CREDENTIALS)
    assert checks["connection"].verdict == "ok"
    for name in ("TLS", "token"):
        assert checks[name].verdict == "failed"
        assert f"SSL_CERT_FILE names {path}" in checks[name].sentence
    assert checks["clock"].verdict == checks["scope"].verdict == "skipped"


async def test_a_server_without_tls() -> None:
    def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.acme.example\r\n")
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        checks = await run_checks(f"https://127.0.0.1:{port}", CREDENTIALS)
    assert (checks["TLS"].verdict, checks["token"].verdict) == ("failed", "failed")
