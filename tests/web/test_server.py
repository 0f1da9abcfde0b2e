"""`web`: what it serves, to whom, and that no process is left."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import aiohttp
import click
import pytest
from entity_connections.cli.commands.web import build_command, web
from entity_connections.cli.tenant_options import TenantOptions
from entity_connections.tui.themes import THEMES
from yarl import URL

from tests.cli.tenant import environ, run
from tests.web.client import connect
from tests.web.serving import Serving, children, serving, wait_until_ended

pytestmark = pytest.mark.xdist_group("web")
SECRET = "nobody's/business+at=all"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    credentials = {"ZUORA_CLIENT_ID": "id", "ZUORA_CLIENT_SECRET": SECRET, "OTHER_TOKEN": SECRET}
    with serving(tmp_path_factory.mktemp("home"), **credentials) as server:
        yield server


@pytest.fixture
def server(shared: Serving) -> Iterator[Serving]:
    """Return the shared server; after the test, no session may be left."""
    yield shared
    assert wait_until_ended(shared.sessions())


async def fetch(url: str | URL, **headers: str) -> tuple[int, str, Mapping[str, str]]:
    """Return status, text and headers of an answer."""
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        return answer.status, (await answer.read()).decode("utf-8", "replace"), answer.headers


def read_process(pid: int, name: str) -> list[str]:
    """Return the arguments (cmdline) or variables (environ) of a process."""
    parts = Path(f"/proc/{pid}/{name}").read_bytes().split(b"\0")
    return [part.decode() for part in parts if part]


def read_folder(pid: int) -> str:
    return str(Path(f"/proc/{pid}/cwd").readlink())


async def test_the_page_and_all_it_needs_come_from_the_server(server: Serving) -> None:
    _, page, _ = await fetch(server.url)
    needed = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(needed) == 5
    for path in [path for path in needed if not path.startswith("data:")]:
        status, content, _ = await fetch(server.url + path)
        assert status == 200, path
        for font in re.findall(r"url\(\"?([^\")]+)", content) if path.endswith(".css") else ():
            assert font.startswith("/static/fonts/"), path
            assert (await fetch(server.url + font))[0] == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [("/", 200), ("/static/js/textual.js", 200), ("/no-such-page", 404), ("/page/%2e%2e/x", 404)],
)
async def test_security_headers(server: Serving, path: str, status: int) -> None:
    answered, _, headers = await fetch(URL(server.url + path, encoded=True))
    assert answered == status
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "http" not in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("path", ["/", "/ws", "/static/js/textual.js"])
async def test_a_foreign_host_name_is_refused(server: Serving, path: str) -> None:
    port = server.url.rpartition(":")[2]
    status, text, _ = await fetch(server.url + path, Host=f"evil.example:{port}")
    assert status == 421
    assert "does not go by that name" in text


@pytest.mark.parametrize(
    "origin",
    [None, "null", "http://evil.example", "http://localhost:3000", "http://127.0.0.1", "file://",
     "{url}.evil.example"],
)  # fmt: skip
async def test_a_websocket_of_a_foreign_page_is_refused(
    server: Serving, origin: str | None
) -> None:
    origin = origin and origin.format(url=server.url)
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await session.ws_connect(f"{server.url}/ws", origin=origin)
    assert caught.value.status == 403
    assert not server.sessions()


async def test_each_visitor_has_a_tenant_of_their_own(server: Serving) -> None:
    async with connect(server.url) as first, connect(server.url) as second:
        await first.wait_for("Acme-US ")
        await second.wait_for("Acme-US ")
        for client in (first, second):
            await client.send("focus")
            await client.send("stdin", "/japan\r")
            await client.wait_for("1 of ")
        await first.send("stdin", "r")
        await first.wait_for("Request a connection?")
        await first.press_until("y", "✓ Requested")  # no answer is taken in the first moment
        await second.send("stdin", "r")
        await second.wait_for("Request a connection?")  # there is none yet


async def test_a_process_knows_only_the_fake_tenant(server: Serving) -> None:
    async with connect(server.url) as client:
        await client.wait_for("DEMO acme")
        (pid,) = server.sessions()
        assert read_process(pid, "cmdline") == [
            sys.executable, "-P", "-m", "entity_connections", "--scenario", "acme",
            "--user", "alice", "--theme", "dark",
        ]  # fmt: skip
        variables = dict(entry.split("=", 1) for entry in read_process(pid, "environ"))
        assert SECRET not in variables.values()
        assert not [name for name in variables if name.startswith(("ZUORA", "ENTITY", "OTHER"))]
        assert not variables.keys() & {"HOME", "PATH", "USER", "SHELL"}
        assert read_folder(pid) == "/"
        assert not children(pid)
        assert os.getsid(pid) == pid  # what is typed at the server's terminal is not for it


async def test_a_session_ignores_invalid_messages_follows_the_window_and_ends_by_its_key(
    server: Serving,
) -> None:
    async with connect(server.url) as client:
        for message in (
            "", "{", "[]", "[[]]", '["stdin", 7]', '["resize", 7]', '["resize", {"width": "x"}]',
            '["quit"]', '["stdin", "\\ud800"]', "[" * 5000, '["ping", {}]', "null",
        ):  # fmt: skip
            await client.socket.send_str(message)
        await client.socket.send_bytes(b"\0" * 100)
        await client.wait_for("DEMO acme")
        await client.send("stdin", "\x1a")  # ctrl+z suspends nothing
        await client.send("stdin", "?")
        await client.wait_for("Every key")
        await client.send("stdin", "\x1b")
        await client.wait_for(lambda: "Every key" not in client.text())
        await client.send("resize", {"width": 1200, "height": 240})
        client.screen.resize(240, 1200)
        # There is a limit.
        await client.wait_for(lambda: len(client.screen.display[0].rstrip()) + 1 == 240)
        await client.send("stdin", "\x11")
        await client.receive_close()


async def test_keys_after_that_which_ends_a_session_are_dropped_in_silence(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        async with connect(server.url) as client:
            await client.wait_for("DEMO acme")
            await client.send("stdin", "q" * 200_000)
            await client.receive_close()
        server.process.terminate()
        assert await server.read_to_end() == ("", "")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_killed_or_hanging_process_ends_with_its_session(
    server: Serving, number: signal.Signals
) -> None:
    async with connect(server.url) as client:
        await client.wait_for("DEMO acme")
        os.kill(server.sessions()[0], number)
        if number is signal.SIGKILL:
            await client.receive_close()


async def test_the_number_of_sessions_is_limited_and_a_reload_waits(tmp_path: Path) -> None:
    with serving(tmp_path, "--seats", "1", "--host", "0.0.0.0") as server:
        async with connect(server.url) as first:
            await first.wait_for("DEMO acme")
            async with connect(server.url) as second:
                reason = "All seats are taken. Try again when a visitor has left."
                assert await second.receive_close() == (1013, reason)
            assert len(server.sessions()) == 1
            assert (await fetch(server.url))[0] == 200
            await first.session.close()  # without closing the websocket, as a reload does
        async with connect(server.url) as reloaded:
            await reloaded.wait_for("DEMO acme")
            server.process.send_signal(signal.SIGINT)
            assert (await reloaded.receive_close())[0] == 1001
        out, err = await server.read_to_end()
        assert out == ""
        assert "whoever reaches this machine can reach this page" in err
        assert server.process.returncode == 0


async def test_no_session_is_left_when_the_server_is_killed(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        async with connect(server.url):
            pass  # too short for the process to begin
        async with connect(server.url) as client:
            await client.wait_for("DEMO acme")
            left = server.sessions()
            server.process.kill()
            assert (await client.receive_close())[0] == 1006
            assert await asyncio.to_thread(wait_until_ended, left)
        assert await server.read_to_end() == ("", "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--profile", "acme", "web"], "are not for web"),
        (["--base-url", "https://rest.zuora.com", "web"], "are not for web"),
        (["--tenant", "t.db", "web"], "are not for web"),
        (["web", "--profile", "acme"], "No such option"),
        (["web", "--user", "mallory"], "There is no user mallory"),
        (["web", "--scenario", "no.toml"], "no.toml"),
        (["web", "--theme", "mauve"], "'mauve' is not one of"),
        (["web", "--host", "999.1.1.1"], "cannot listen on 999.1.1.1"),
    ],
)
async def test_refused_options(tmp_path: Path, arguments: list[str], message: str) -> None:
    done = await asyncio.to_thread(run, tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


async def test_options_hold_for_all_sessions(tmp_path: Path) -> None:
    chosen = TenantOptions(scenario="empty", user="bruno", entity="Acme-US", faults=("latency=2",))
    assert build_command(chosen, "light").arguments[4:] == (
        "--scenario", "empty", "--user", "bruno", "--theme", "light", "--entity", "Acme-US",
        "--fault", "latency=2",
    )  # fmt: skip
    file = tmp_path / "ours.toml"
    file.write_text(run(tmp_path, "scenario", "show", "empty").stdout)
    before = ("--user", "bruno", "--fault", "latency=0.01")
    with serving(tmp_path, "--scenario", str(file), before=before) as server:
        async with connect(server.url) as client:
            await client.wait_for("DEMO ours.toml")
            await client.wait_for("latency")
            await client.wait_for("Novera North ▾")


async def test_it_offers_all_themes() -> None:
    theme = next(option for option in web.params if option.name == "theme")
    assert isinstance(theme.type, click.Choice)
    assert list(theme.type.choices) == [known.name for known in THEMES]


async def test_another_web_driver_cannot_open_a_real_tenant(tmp_path: Path) -> None:
    driver = {"TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver"}
    known = {"ZUORA_CLIENT_ID": "id", "ZUORA_CLIENT_SECRET": SECRET}
    real = ("--base-url", "http://127.0.0.1:1")
    done = await asyncio.to_thread(run, tmp_path, *real, **driver, **known)
    assert (done.returncode, done.stdout) == (2, "")
    assert "reaches only the fake tenant" in done.stderr


async def test_without_its_extra_it_names_the_extra(tmp_path: Path) -> None:
    script = (
        "import sys; sys.modules['textual_serve'] = None; from entity_connections.cli import main;"
        "sys.argv[1:] = ['web']; main()"
    )
    command = [sys.executable, "-c", script]
    done = await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, env=environ(tmp_path)
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install 'entity-connections[web]'" in done.stderr
