"""A proxy that refuses: what commands say, and what they do not repeat."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.cli.tenant import run

ZUORA = ("--base-url", "https://rest.acme.example")


class RefuseConnect(BaseHTTPRequestHandler):
    """Wants a password, whatever is given."""

    def do_CONNECT(self) -> None:
        self.send_error(407)

    def log_message(self, format: str, *arguments: object) -> None:
        """Print nothing."""


@pytest.fixture(scope="module")
def proxy() -> Iterator[str]:
    """Return host and port of a proxy that refuses."""
    with HTTPServer(("127.0.0.1", 0), RefuseConnect) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    "command",
    [
        ("request", "--from", "Acme-US", "--to", "Acme-Europe", "--yes", "--unlock"),
        ("connections",),
        ("doctor",),
    ],
)
def test_the_proxy_is_named_without_its_password(
    proxy: str, command: tuple[str, ...], home: Path
) -> None:
    known = {"ZUORA_CLIENT_ID": "id", "ZUORA_CLIENT_SECRET": "secret"}
    done = run(home, *command, *ZUORA, HTTPS_PROXY=f"http://ada:hush@{proxy}", NO_PROXY="", **known)
    output = done.stdout + done.stderr
    assert done.returncode == 3, output
    assert f"The proxy http://{proxy} (HTTPS_PROXY) asks for a user name and a password" in output
    assert "hush" not in output


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("HTTPS_PROXY", "http://ada:hu#sh@proxy.acme.example"),
        ("SSL_CERT_FILE", "/none"),
        ("SSL_CERT_DIR", "/none"),
        ("SSLKEYLOGFILE", "/none/log"),
    ],
)
def test_a_setting_of_this_machine_that_cannot_be_used_is_a_usage_error(
    variable: str, value: str, home: Path
) -> None:
    known = {"ZUORA_CLIENT_ID": "id", "ZUORA_CLIENT_SECRET": "secret", "NO_PROXY": ""}
    done = run(home, "connections", *ZUORA, **known, **{variable: value})
    assert done.returncode == 2, done.stderr
    assert variable in done.stderr
    assert "sh@" not in done.stderr
