"""What the examination of the way to a tenant finds."""

import asyncio
import ssl
import subprocess
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from entity_connections.domain.errors import CertificateError
from entity_connections.zuora.auth import credentials
from entity_connections.zuora.client import ZuoraClient
from entity_connections.zuora.diagnostics import network
from entity_connections.zuora.diagnostics.doctor import Check, examine

from tests.acme import AMERICAS, open_acme
from tests.zuora.rogue import SECRET, Rogue, said
from tests.zuora.test_contract import on_a_socket

pytestmark = pytest.mark.asyncio
NAMES = [
    "address",
    "DNS",
    "connection",
    "TLS",
    "clock",
    "token",
    "scope",
    "entities",
    "permissions",
]
KNOWN = credentials("1c4b7a44-9d1f-4e5a-8a7e-0d5b1f6f2f11", SECRET)


async def found(*args: object) -> dict[str, Check]:
    checks = [check async for check in examine(*args)]  # type: ignore[arg-type]
    assert sorted(one.name for one in checks) == sorted(NAMES), "every step is told, once"
    for one in checks:
        assert one.sentence.endswith((".", ")"))
        assert one.verdict != "failed" or one.remedy
    assert SECRET not in repr(checks)
    return {one.name: one for one in checks}


def verdicts(checks: dict[str, Check]) -> dict[str, str]:
    return {name: one.verdict for name, one in checks.items() if one.verdict != "ok"}


async def test_a_tenant_that_works() -> None:
    tenant = open_acme()
    async with on_a_socket(tenant) as root:
        alice = next(one for one in tenant.users if one.username == "alice")
        known = credentials(alice.client_id, alice.client_secret)
        assert verdicts(await found(root, known, AMERICAS)) == {"TLS": "skipped"}
        stranger = await found(root, known, "0" * 32)
        assert verdicts(stranger) == {
            "TLS": "skipped", "scope": "failed", "entities": "failed", "permissions": "failed",
        }  # fmt: skip
        wrong = await found(root, KNOWN)
        assert wrong["token"].verdict == "failed"
        assert "id, secret and address" in wrong["token"].remedy
        assert wrong["clock"].verdict == "ok", "what needs no token is still tried"
    tenant.close()


async def test_without_credentials_the_network_is_examined() -> None:
    async with Rogue(said({})).open() as rogue:
        checks = await found(rogue.root, None)
    assert checks["connection"].verdict == "ok"
    assert checks["token"].verdict == "skipped"
    assert "login" in checks["token"].remedy


async def test_a_bad_address_is_the_end_of_it() -> None:
    checks = await found("http://bob:hunter2@rest.zuora.com", KNOWN)
    assert set(verdicts(checks).values()) == {"failed", "skipped"}
    assert "hunter2" not in repr(checks)


async def test_nobody_there() -> None:
    async with Rogue().open() as rogue:
        pass
    checks = await found(rogue.root, KNOWN)
    assert checks["connection"].verdict == "failed"
    assert checks["token"].verdict == "failed"
    assert checks["clock"].verdict == "skipped"


async def test_an_unknown_name(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nowhere(*_: object) -> str:
        return "The name is not known here."

    monkeypatch.setattr(network, "resolve", nowhere)
    async with Rogue(said({})).open() as rogue:
        checks = await found(rogue.root, None)
    assert checks["DNS"].verdict == "failed"
    assert checks["connection"].verdict == "skipped"


@pytest.mark.parametrize(
    ("minutes", "verdict", "word"),
    [(0, "ok", "apart"), (-10, "warning", "ahead"), (10, "warning", "behind")],
)
async def test_clocks(minutes: int, verdict: str, word: str) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes), usegmt=True)
    async with Rogue(said({}, "404 Not Found", f"Date: {date}")).open() as rogue:
        clock = (await found(rogue.root, None))["clock"]
    assert clock.verdict == verdict
    assert word in clock.sentence


async def test_lists_that_cannot_be_read_whole_are_warned_of() -> None:
    body = {"success": True, "entities": [{"id": "1"}, {}], "entityConnections": {}}
    async with Rogue(said(body)).open() as rogue:
        rogue.token_act = said({"access_token": "t", "expires_in": 3600})
        checks = await found(rogue.root, KNOWN, "0" * 32)
    assert verdicts(checks) == {
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
    async with Rogue(said({})).open(tls) as rogue:
        refused = await found(rogue.root, KNOWN)
        assert refused["TLS"].verdict == "failed"
        assert "self-signed" in refused["TLS"].sentence
        assert "certificate is not trusted" in refused["token"].sentence
        assert not rogue.tokens, "no secret for a stranger"
        monkeypatch.setenv("SSL_CERT_FILE", str(authority / "cert.pem"))
        trusted = await found(rogue.root, KNOWN)
        assert trusted["TLS"].verdict == "warning"
        assert " more days" in trusted["TLS"].sentence
        assert rogue.tokens


async def test_a_stranger_is_not_asked_again(authority: Path) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(authority / "cert.pem", authority / "key.pem")
    async with Rogue(said({})).open(tls) as rogue, rogue.client() as client:
        with pytest.raises(CertificateError) as caught:
            await client.list_accessible_ids()
        assert len(client.traffic.calls) == 1
    assert caught.value.outcome_known


@pytest.mark.parametrize("content", [None, "not PEM"])
async def test_authorities_that_cannot_be_read_cost_a_sentence(
    content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ca.pem"
    if content:
        path.write_text(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with pytest.raises(CertificateError, match=f"SSL_CERT_FILE names {path}"):
        ZuoraClient.over_internet("https://rest.zuora.com", KNOWN)
    async with Rogue(said({})).open() as rogue:
        checks = await found(rogue.root.replace("http:", "https:"), KNOWN)
    assert checks["connection"].verdict == "ok"
    for one in ("TLS", "token"):
        assert checks[one].verdict == "failed"
        assert f"SSL_CERT_FILE names {path}" in checks[one].sentence
    assert checks["clock"].verdict == checks["scope"].verdict == "skipped"


async def test_what_is_no_tls_at_all() -> None:
    def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.acme.example\r\n")
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        checks = await found(f"https://127.0.0.1:{port}", KNOWN)
    assert checks["TLS"].verdict == "failed"
    assert checks["token"].verdict == "failed"
