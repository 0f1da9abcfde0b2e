"""`web`: what it serves, to whom, and that no process is left."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

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

pytestmark = [pytest.mark.asyncio, pytest.mark.xdist_group("web")]
SECRET = "nobody's/business+at=all"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    credentials = {"ZUORA_CLIENT_ID": "id", "ZUORA_CLIENT_SECRET": SECRET, "OTHER_TOKEN": SECRET}
    with serving(tmp_path_factory.mktemp("home"), **credentials) as server:
        yield server


@pytest.fixture
def server(shared: Serving) -> Serving:
    """Return the shared server, after the sessions of other tests have ended."""
    assert wait_until_ended(shared.sessions())
    return shared


async def wait_for_no_session(server: Serving) -> None:
    async with asyncio.timeout(5):
        while server.sessions():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)


class Process(NamedTuple):
    """What the system knows of a process."""

    arguments: list[str]
    variables: dict[str, str]
    folder: Path


def process(pid: int) -> Process:
    folder = Path(f"/proc/{pid}")
    arguments, variables = (
        [part.decode() for part in (folder / name).read_bytes().split(b"\0") if part]
        for name in ("cmdline", "environ")
    )
    pairs = (variable.partition("=") for variable in variables)
    named = {name: value for name, _, value in pairs}
    return Process(arguments, named, (folder / "cwd").readlink())


async def test_the_page_and_all_it_needs_come_from_the_server(server: Serving) -> None:
    async with aiohttp.ClientSession() as session:

        async def text(path: str) -> str:
            async with session.get(server.url + path) as answer:
                assert answer.status == 200, path
                return (await answer.read()).decode("utf-8", "replace")

        page = await text("/")
        needed = re.findall(r'(?:src|href)="([^"]+)"', page)
        assert len(needed) == 5
        files = [path for path in needed if not path.startswith("data:")]
        assert all(path.startswith("/") for path in files)
        for path in files:
            content = await text(path)
            if path.endswith(".css"):
                fetched = re.findall(r"url\(\"?([^\")]+)", content)
                assert all(url.startswith("/static/fonts/") for url in fetched), path
                for url in fetched:
                    await text(url)


async def test_security_headers(server: Serving) -> None:
    async with aiohttp.ClientSession() as session:
        for path in ("/", "/static/js/textual.js", "/no-such-page", "/page/%2e%2e/gate.py"):
            async with session.get(URL(server.url + path, encoded=True)) as answer:
                policy = answer.headers["Content-Security-Policy"]
                assert "default-src 'none'" in policy
                assert "http" not in policy
                assert answer.headers["X-Frame-Options"] == "DENY"
                assert (answer.status == 200) == (path in ("/", "/static/js/textual.js"))


@pytest.mark.parametrize("path", ["/", "/ws", "/static/js/textual.js"])
async def test_a_foreign_host_name_is_refused(server: Serving, path: str) -> None:
    port = server.url.rpartition(":")[2]
    async with (
        aiohttp.ClientSession() as session,
        session.get(server.url + path, headers={"Host": f"evil.example:{port}"}) as answer,
    ):
        assert answer.status == 403
        assert "does not go by that name" in await answer.text()


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "http://localhost:3000"])
async def test_a_websocket_of_a_foreign_page_is_refused(
    server: Serving, origin: str | None
) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await session.ws_connect(f"{server.url}/ws", origin=origin)
    assert caught.value.status == 403
    assert not server.sessions()


async def test_each_visitor_has_a_tenant_of_their_own(server: Serving) -> None:
    async with connect(server.url) as first, connect(server.url) as second:
        await first.wait_for("Acme-US                ")
        await second.wait_for("Acme-US ")
        assert len(server.sessions()) == 2
        await first.send("focus")
        await first.send("stdin", "/japan\r")
        await first.wait_for("1 of ")
        await first.send("stdin", "r")
        await first.wait_for("Request a connection?")
        await first.press_until("y", "Pending")  # a question takes no answer in its first moment
        await second.send("focus")
        await second.send("stdin", "/japan\r")
        await second.wait_for("1 of ")
        assert "Pending" not in second.text()
    await wait_for_no_session(server)


async def test_a_process_knows_only_the_fake_tenant(server: Serving) -> None:
    async with connect(server.url) as client:
        await client.wait_for("DEMO acme")
        (pid,) = server.sessions()
        started = process(pid)
        assert started.arguments == [
            sys.executable, "-P", "-m", "entity_connections", "--scenario", "acme",
            "--user", "alice", "--theme", "dark",
        ]  # fmt: skip
        assert SECRET not in started.variables.values()
        ours = [name for name in started.variables if name.startswith(("ZUORA", "ENTITY", "OTHER"))]
        assert not ours
        assert not started.variables.keys() & {"HOME", "PATH", "USER", "SHELL"}
        assert started.folder == Path("/")
        assert not children(pid)
        assert os.getsid(pid) == pid  # what is typed at the server's terminal is not for it


async def test_invalid_messages_are_ignored(server: Serving) -> None:
    async with connect(server.url) as client:
        for message in (
            "", "{", "[]", "[[]]", '["stdin", 7]', '["resize", 7]', '["resize", {"width": "x"}]',
            '["quit"]', '["stdin", "\\ud800"]', "[" * 5000, '["ping", {}]', "null",
        ):  # fmt: skip
            await client.socket.send_str(message)
        await client.socket.send_bytes(b"\0" * 100)
        await client.wait_for("DEMO acme")


async def test_the_screen_follows_the_size_of_the_window(server: Serving) -> None:
    async with connect(server.url, (60, 20)) as client:
        await client.wait_for("DEMO acme")
        await client.send("resize", {"width": 140, "height": 40})
        client.screen.resize(40, 140)
        await client.wait_for("Administration > Manage")
        await client.wait_for("ctrl+p Commands")


async def test_the_size_is_limited(server: Serving) -> None:
    async with connect(server.url) as client:
        await client.wait_for("DEMO acme")
        client.screen.resize(300, 1200)
        await client.send("resize", {"width": 1200, "height": 300})

        def width() -> int:
            return len(client.screen.display[0].rstrip()) + 1

        await client.wait_for(lambda: width() > 100)
        assert width() == 500


async def test_quitting_ends_the_session_and_ctrl_z_suspends_nothing(server: Serving) -> None:
    async with connect(server.url) as client:
        await client.wait_for("Acme-US ")
        await client.send("stdin", "\x1a")
        await client.send("stdin", "?")
        await client.wait_for("Every key")
        await client.send("stdin", "\x1b")
        await client.send("stdin", "\x11")
        await client.wait_closed()
    await wait_for_no_session(server)


async def test_a_killed_process_ends_its_session(server: Serving) -> None:
    async with connect(server.url) as client:
        await client.wait_for("DEMO acme")
        (pid,) = server.sessions()
        os.kill(pid, signal.SIGKILL)
        await client.wait_closed()
    await wait_for_no_session(server)


async def test_a_hanging_process_is_killed_when_its_browser_leaves(server: Serving) -> None:
    async with connect(server.url) as client:
        await client.wait_for("DEMO acme")
        (pid,) = server.sessions()
        os.kill(pid, signal.SIGSTOP)
    await wait_for_no_session(server)


async def test_the_number_of_sessions_is_limited(tmp_path: Path) -> None:
    with serving(tmp_path, "--seats", "2") as server:
        async with connect(server.url) as first, connect(server.url) as second:
            await first.wait_for("DEMO acme")
            await second.wait_for("DEMO acme")
            async with connect(server.url) as third:
                assert await third.receive_close() == (
                    1013, "All 2 seats are taken. Try again when a visitor has left."
                )  # fmt: skip
            assert len(server.sessions()) == 2
            async with aiohttp.ClientSession() as session, session.get(server.url) as page:
                assert page.status == 200


async def test_a_reload_waits_for_the_old_session_to_end(tmp_path: Path) -> None:
    with serving(tmp_path, "--seats", "1") as server:
        for _ in range(3):
            async with connect(server.url) as client:
                await client.wait_for("DEMO acme")
                await client.drop_connection()
        async with connect(server.url) as client:
            await client.wait_for("DEMO acme")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
async def test_no_session_is_left_when_the_server_ends(
    tmp_path: Path, number: signal.Signals
) -> None:
    with serving(tmp_path) as server:
        async with connect(server.url) as client:
            await client.wait_for("DEMO acme")
            left = server.sessions()
            server.process.send_signal(number)
            await client.wait_closed()
            assert client.socket.close_code == (1006 if number == signal.SIGKILL else 1001)
            assert await asyncio.to_thread(wait_until_ended, left)
        out, err = await asyncio.to_thread(server.process.communicate, timeout=10)
        assert (out, err) == ("", "")
        assert server.process.returncode == (-9 if number == signal.SIGKILL else 0)


async def test_no_process_is_left_after_a_short_visit(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        for what in ("", "DEMO", "Acme-US "):
            async with connect(server.url) as client:
                await client.wait_for(what)
        await wait_for_no_session(server)
        server.process.terminate()
        assert await asyncio.to_thread(server.process.communicate, timeout=10) == ("", "")


async def test_a_scenario_file(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(run(tmp_path, "scenario", "show", "empty").stdout)
    with serving(tmp_path, "--scenario", str(file), "--user", "bruno") as server:
        async with connect(server.url) as client:
            await client.wait_for("DEMO ours.toml · bruno@")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--profile", "acme", "web"], "--profile is not for web"),
        (["--base-url", "https://rest.zuora.com", "web"], "--base-url is not for web"),
        (["--tenant", "t.db", "web"], "--tenant is not for web"),
        (["web", "--profile", "acme"], "No such option"),
        (["web", "--user", "mallory"], "'mallory' is not one of"),
        (["web", "--scenario", "no.toml"], "no.toml"),
        (["web", "--theme", "mauve"], "'mauve' is not one of"),
        (["web", "--host", "999.1.1.1"], "cannot listen on 999.1.1.1"),
    ],
)
async def test_refused_options(home: Path, arguments: list[str], message: str) -> None:
    done = await asyncio.to_thread(run, home, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


async def test_options_before_the_command_hold_for_all_sessions(tmp_path: Path) -> None:
    chosen = TenantOptions(scenario="empty", user="bruno", entity="Acme-US", faults=("latency=2",))
    assert build_command(chosen, "light").arguments[4:] == (
        "--scenario", "empty", "--user", "bruno", "--entity", "Acme-US", "--fault", "latency=2",
        "--theme", "light",
    )  # fmt: skip
    with serving(tmp_path, before=("--user", "bruno", "--fault", "latency=0.01")) as server:
        async with connect(server.url) as client:
            await client.wait_for("bruno@acme.example")
            await client.wait_for("latency")


async def test_it_offers_all_themes() -> None:
    theme = next(option for option in web.params if option.name == "theme")
    assert isinstance(theme.type, click.Choice)
    assert list(theme.type.choices) == [known.name for known in THEMES]


async def test_another_web_driver_cannot_open_a_real_tenant(home: Path) -> None:
    driver = {"TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver"}
    known = {"ZUORA_CLIENT_ID": "id", "ZUORA_CLIENT_SECRET": SECRET}
    real = ("--base-url", "http://127.0.0.1:1")
    done = await asyncio.to_thread(run, home, *real, **driver, **known)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no tenant but the fake one" in done.stderr


async def test_without_its_extra_it_names_the_extra(home: Path) -> None:
    script = (
        "import sys; sys.modules['textual_serve'] = None; from entity_connections.cli import main;"
        "sys.argv[1:] = ['web']; main()"
    )
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", script], capture_output=True, text=True,
        env=environ(home),
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install 'entity-connections[web]'" in done.stderr


async def test_a_server_open_to_the_network_warns(tmp_path: Path) -> None:
    with serving(tmp_path, "--host", "0.0.0.0") as server:
        async with aiohttp.ClientSession() as session, session.get(server.url) as answer:
            assert answer.status == 200
        server.process.terminate()
        _, errors = await asyncio.to_thread(server.process.communicate, timeout=10)
        assert "whoever reaches this machine can reach this page" in errors
