"""Who is believed to be Zuora: the authorities of the system, and those that variables name."""

import os
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from entity_connections.domain import errors
from entity_connections.zuora.client import ZuoraClient
from entity_connections.zuora.diagnostics import Diagnosis
from entity_connections.zuora.http.tls import make_tls_error

from tests.zuora.raw_server import CREDENTIALS, RawServer, http_response


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
        "SSLKEYLOGFILE",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def hashed(authority: Path, tmp_path: Path) -> Path:
    """Return a folder that holds our authority as OpenSSL wants it."""
    file = authority / "cert.pem"
    command = ["openssl", "x509", "-noout", "-hash", "-in", str(file)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    folder = tmp_path / "hashed"
    folder.mkdir()
    shutil.copy(file, folder / f"{done.stdout.strip()}.0")
    return folder


@pytest_asyncio.fixture
async def server(authority: Path) -> AsyncIterator[RawServer]:
    """Return a server whose certificate our authority has signed."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(authority / "cert.pem", authority / "key.pem")
    async with RawServer(http_response({})).open(tls) as server:
        yield server


async def is_trusted(server: RawServer) -> bool:
    async with server.client() as client:
        try:
            await client.list_accessible_ids()
        except errors.CertificateError:
            return False
    return True


async def test_an_unknown_authority_gets_no_secret(server: RawServer) -> None:
    async with server.client() as client:
        with pytest.raises(errors.CertificateError) as caught:
            await client.list_accessible_ids()
        assert not caught.value.maybe_applied
        assert len(client.request_log.calls) == 1, "not tried again"
    checks = {check.name: check async for check in Diagnosis(server.root, CREDENTIALS).run()}
    for name in ("TLS", "token"):
        assert checks[name].verdict == "failed"
        assert "certificate is not trusted: " in checks[name].sentence
        assert "self-signed" in checks[name].sentence
    assert not server.token_requests


async def test_variables_name_authorities(
    authority: Path, hashed: Path, server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = str(authority / "cert.pem")
    folders = os.pathsep.join([str(hashed.parent / "none"), str(hashed)])
    for variable, value in (
        ("SSL_CERT_FILE", file), ("SSL_CERT_DIR", str(hashed)), ("SSL_CERT_DIR", folders),
        ("REQUESTS_CA_BUNDLE", file), ("REQUESTS_CA_BUNDLE", str(hashed)), ("CURL_CA_BUNDLE", file),
    ):  # fmt: skip
        with monkeypatch.context() as patch:
            patch.setenv(variable, value)
            assert await is_trusted(server), variable


@pytest.mark.parametrize("form", ["file", "folder"])
async def test_the_systems_authorities_are_trusted_besides(
    form: str, authority: Path, hashed: Path, server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = ssl.get_default_verify_paths()._replace(
        openssl_cafile=str(authority / "cert.pem" if form == "file" else "none"),
        openssl_capath=str(hashed if form == "folder" else "none"),
    )
    other = known.cafile or pytest.skip("this machine has no authorities in a file")
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: known)
    assert await is_trusted(server)
    monkeypatch.setenv("SSL_CERT_FILE", other)
    assert await is_trusted(server)


async def test_where_openssl_does_not_know_the_systems_authorities_truststore_does(
    authority: Path, server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = ssl.get_default_verify_paths()
    unknown = places._replace(openssl_cafile="/none", openssl_capath="/none")
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: unknown)
    assert not await is_trusted(server)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority / "cert.pem"))
    checks = {check.name: check async for check in Diagnosis(server.root, CREDENTIALS).run()}
    assert checks["TLS"].verdict == checks["token"].verdict == "ok"


@pytest.mark.parametrize(
    ("variable", "path", "problem"),
    [
        ("SSL_CERT_FILE", "none", "cannot be read: No such file"),
        ("SSL_CERT_FILE", "text", "holds no certificate in PEM"),
        ("REQUESTS_CA_BUNDLE", "text", "holds no certificate in PEM"),
        ("REQUESTS_CA_BUNDLE", ".", "holds no certificate under a hashed name"),
        ("SSL_CERT_DIR", "none", "is no folder"),
        ("SSL_CERT_DIR", "text", "is no folder"),
        ("SSL_CERT_DIR", ".", "holds no certificate under a hashed name (openssl rehash"),
        ("SSLKEYLOGFILE", "none/log", "cannot be written: No such file"),
        ("SSLKEYLOGFILE", ".", "cannot be written: Is a directory"),
    ],
)
async def test_a_variable_that_names_what_cannot_be_used(
    variable: str, path: str, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "text").write_text("not PEM")
    monkeypatch.setenv(variable, str(tmp_path / path))
    with pytest.raises(errors.TlsSetupError) as caught:
        ZuoraClient("https://rest.zuora.com", CREDENTIALS)
    assert f"{variable} names {tmp_path / path}, which {problem}" in caught.value.sentence


async def test_doctor_says_which_variable_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/none")
    async with RawServer(http_response({})).open() as server:
        root = server.root.replace("http:", "https:")
        checks = {check.name: check async for check in Diagnosis(root, CREDENTIALS).run()}
    assert checks["connection"].verdict == "ok"
    for name in ("TLS", "token"):
        assert checks[name].verdict == "failed"
        assert "SSL_CERT_FILE names /none" in checks[name].sentence
    assert checks["clock"].verdict == checks["scope"].verdict == "skipped"


@pytest.mark.parametrize(("code", "words"), [(9, "is not valid yet"), (10, "has expired")])
async def test_a_certificate_out_of_its_time_names_the_clock(code: int, words: str) -> None:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = code, "out of its time"
    problem = make_tls_error(error)
    assert f"{words} by this machine's clock, which shows 20" in problem.sentence
    assert problem.hint.startswith("Set the clock if it is wrong")


async def test_a_certificate_for_another_name_is_no_matter_of_the_authority(
    server: RawServer, authority: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority / "cert.pem"))
    root = server.root.replace("127.0.0.1", "localhost")
    async with ZuoraClient(root, CREDENTIALS) as client:
        with pytest.raises(errors.CertificateOfAnotherName) as caught:
            await client.list_accessible_ids()
    assert caught.value.sentence.endswith("not valid for 'localhost'.")
    assert "Check the address" in caught.value.hint
