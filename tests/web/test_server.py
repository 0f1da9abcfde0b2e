"""`web` without a browser: what it serves, to whom, and what becomes of its processes."""

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
from entity_connections.cli.commands.web import command_for, web
from entity_connections.cli.tenant_options import TenantOptions
from entity_connections.tui.themes import THEMES
from yarl import URL

from tests.cli.tenant import environ, run
from tests.web.serving import Serving, children, gone, serving
from tests.web.visitor import visiting

pytestmark = [pytest.mark.asyncio, pytest.mark.xdist_group("web")]
SECRET = "nobody's/business+at=all"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    credentials = {"ZUORA_CLIENT_ID": "id", "ZUORA_CLIENT_SECRET": SECRET, "OTHER_TOKEN": SECRET}
    with serving(tmp_path_factory.mktemp("home"), **credentials) as found:
        yield found


@pytest.fixture
def server(shared: Serving) -> Serving:
    """Return a server whose last visitor has gone."""
    assert gone(shared.visitors())
    return shared


async def wait_until_empty(server: Serving) -> None:
    async with asyncio.timeout(5):
        while server.visitors():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)


class Process(NamedTuple):
    """What the system knows of a process."""

    arguments: list[str]
    variables: dict[str, str]
    folder: Path


def process(pid: int) -> Process:
    kept = Path(f"/proc/{pid}")
    arguments, variables = (
        [one.decode() for one in (kept / name).read_bytes().split(b"\0") if one]
        for name in ("cmdline", "environ")
    )
    pairs = (one.partition("=") for one in variables)
    named = {name: value for name, _, value in pairs}
    return Process(arguments, named, (kept / "cwd").readlink())


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
                assert all(one.startswith("/static/fonts/") for one in fetched), path
                for one in fetched:
                    await text(one)


async def test_a_browser_is_told_to_trust_nothing_else(server: Serving) -> None:
    async with aiohttp.ClientSession() as session:
        for path in ("/", "/static/js/textual.js", "/no-such-page", "/page/%2e%2e/gate.py"):
            async with session.get(URL(server.url + path, encoded=True)) as answer:
                policy = answer.headers["Content-Security-Policy"]
                assert "default-src 'none'" in policy
                assert "http" not in policy
                assert answer.headers["X-Frame-Options"] == "DENY"
                assert (answer.status == 200) == (path in ("/", "/static/js/textual.js"))


@pytest.mark.parametrize("path", ["/", "/ws", "/static/js/textual.js"])
async def test_a_foreign_name_is_refused(server: Serving, path: str) -> None:
    port = server.url.rpartition(":")[2]
    async with (
        aiohttp.ClientSession() as session,
        session.get(server.url + path, headers={"Host": f"evil.example:{port}"}) as answer,
    ):
        assert answer.status == 403
        assert "does not go by that name" in await answer.text()


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "http://localhost:3000"])
async def test_a_foreign_page_opens_no_terminal(server: Serving, origin: str | None) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await session.ws_connect(f"{server.url}/ws", origin=origin)
    assert caught.value.status == 403
    assert not server.visitors()


async def test_each_visitor_has_a_tenant_of_their_own(server: Serving) -> None:
    async with visiting(server.url) as one, visiting(server.url) as other:
        await one.wait("Acme-US                ")
        await other.wait("Acme-US ")
        assert len(server.visitors()) == 2
        await one.say("focus")
        await one.say("stdin", "/japan\r")
        await one.wait("1 of ")
        await one.say("stdin", "r")
        await one.wait("Request a connection?")
        await one.insist("y", "Pending")  # a question takes no answer in its first moment
        await other.say("focus")
        await other.say("stdin", "/japan\r")
        await other.wait("1 of ")
        assert "Pending" not in other.seen.text()
    await wait_until_empty(server)


async def test_a_process_knows_only_the_fake_tenant(server: Serving) -> None:
    async with visiting(server.url) as visitor:
        await visitor.wait("DEMO acme")
        (pid,) = server.visitors()
        found = process(pid)
        assert found.arguments == [
            sys.executable, "-P", "-m", "entity_connections", "--scenario", "acme",
            "--user", "alice", "--theme", "dark",
        ]  # fmt: skip
        assert SECRET not in found.variables.values()
        ours = [name for name in found.variables if name.startswith(("ZUORA", "ENTITY", "OTHER"))]
        assert not ours
        assert not found.variables.keys() & {"HOME", "PATH", "USER", "SHELL"}
        assert found.folder == Path("/")
        assert not children(pid)
        assert os.getsid(pid) == pid  # what is typed at the server's terminal is not for it


async def test_nonsense_is_left_out(server: Serving) -> None:
    async with visiting(server.url) as visitor:
        for nonsense in (
            "", "{", "[]", "[[]]", '["stdin", 7]', '["resize", 7]', '["resize", {"width": "x"}]',
            '["quit"]', '["stdin", "\\ud800"]', "[" * 5000, '["ping", {}]', "null",
        ):  # fmt: skip
            await visitor.socket.send_str(nonsense)
        await visitor.socket.send_bytes(b"\0" * 100)
        await visitor.wait("DEMO acme")


async def test_it_fits_the_window(server: Serving) -> None:
    async with visiting(server.url, (60, 20)) as visitor:
        await visitor.wait("DEMO acme")
        await visitor.say("resize", {"width": 140, "height": 40})
        visitor.seen.screen.resize(40, 140)
        await visitor.wait("Administration > Manage")
        await visitor.wait("ctrl+p Commands")


async def test_no_window_is_larger_than_a_screen_can_be(server: Serving) -> None:
    async with visiting(server.url) as visitor:
        await visitor.wait("DEMO acme")
        visitor.seen.screen.resize(300, 1200)
        await visitor.say("resize", {"width": 1200, "height": 300})
        await visitor.wait(lambda: visitor.width() > 100)
        assert visitor.width() == 500


async def test_who_quits_has_ended_the_visit_and_ctrl_z_stops_nothing(server: Serving) -> None:
    async with visiting(server.url) as visitor:
        await visitor.wait("Acme-US ")
        await visitor.say("stdin", "\x1a")
        await visitor.say("stdin", "?")
        await visitor.wait("Every key")
        await visitor.say("stdin", "\x1b")
        await visitor.say("stdin", "\x11")
        await visitor.wait_end()
    await wait_until_empty(server)


async def test_a_process_that_is_killed_ends_its_visit(server: Serving) -> None:
    async with visiting(server.url) as visitor:
        await visitor.wait("DEMO acme")
        (pid,) = server.visitors()
        os.kill(pid, signal.SIGKILL)
        await visitor.wait_end()
    await wait_until_empty(server)


async def test_a_process_that_hangs_goes_when_its_visitor_does(server: Serving) -> None:
    async with visiting(server.url) as visitor:
        await visitor.wait("DEMO acme")
        (pid,) = server.visitors()
        os.kill(pid, signal.SIGSTOP)
    await wait_until_empty(server)


async def test_there_are_so_many_seats(tmp_path: Path) -> None:
    with serving(tmp_path, "--seats", "2") as server:
        async with visiting(server.url) as one, visiting(server.url) as other:
            await one.wait("DEMO acme")
            await other.wait("DEMO acme")
            async with visiting(server.url) as third:
                assert await third.farewell() == (
                    1013, "All 2 seats are taken. Try again when a visitor has left."
                )  # fmt: skip
            assert len(server.visitors()) == 2
            async with aiohttp.ClientSession() as session, session.get(server.url) as page:
                assert page.status == 200


async def test_who_loads_the_page_anew_keeps_their_seat(tmp_path: Path) -> None:
    with serving(tmp_path, "--seats", "1") as server:
        for _ in range(3):
            async with visiting(server.url) as visitor:
                await visitor.wait("DEMO acme")
                visitor.hang_up()
        async with visiting(server.url) as visitor:
            await visitor.wait("DEMO acme")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
async def test_no_visitor_is_left_when_the_server_ends(
    tmp_path: Path, number: signal.Signals
) -> None:
    with serving(tmp_path) as server:
        async with visiting(server.url) as visitor:
            await visitor.wait("DEMO acme")
            left = server.visitors()
            server.process.send_signal(number)
            await visitor.wait_end()
            assert visitor.socket.close_code == (1006 if number == signal.SIGKILL else 1001)
            assert await asyncio.to_thread(gone, left)
        out, err = await asyncio.to_thread(server.process.communicate, timeout=10)
        assert (out, err) == ("", "")
        assert server.process.returncode == (-9 if number == signal.SIGKILL else 0)


async def test_who_leaves_at_once_leaves_nothing_behind(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        for what in ("", "DEMO", "Acme-US "):
            async with visiting(server.url) as visitor:
                await visitor.wait(what)
        await wait_until_empty(server)
        server.process.terminate()
        assert await asyncio.to_thread(server.process.communicate, timeout=10) == ("", "")


async def test_a_scenario_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(run(tmp_path, "scenario", "show", "empty").stdout)
    with serving(tmp_path, "--scenario", str(file), "--user", "bruno") as server:
        async with visiting(server.url) as visitor:
            await visitor.wait("DEMO ours.toml · bruno@")


@pytest.mark.parametrize(
    ("arguments", "told"),
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
async def test_what_it_does_not_take(home: Path, arguments: list[str], told: str) -> None:
    done = await asyncio.to_thread(run, home, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert "Traceback" not in done.stderr


async def test_what_is_chosen_before_its_name_is_chosen_for_its_visitors(tmp_path: Path) -> None:
    chosen = TenantOptions(scenario="empty", user="bruno", entity="Acme-US", faults=("latency=2",))
    assert command_for(chosen, "light").arguments[4:] == (
        "--scenario", "empty", "--user", "bruno", "--entity", "Acme-US", "--fault", "latency=2",
        "--theme", "light",
    )  # fmt: skip
    with serving(tmp_path, before=("--user", "bruno", "--fault", "latency=0.01")) as server:
        async with visiting(server.url) as visitor:
            await visitor.wait("bruno@acme.example")
            await visitor.wait("latency")


async def test_it_knows_the_themes_that_are_ours() -> None:
    theme = next(one for one in web.params if one.name == "theme")
    assert isinstance(theme.type, click.Choice)
    assert list(theme.type.choices) == [one.name for one in THEMES]


async def test_a_front_end_of_somebody_elses_gets_at_no_real_tenant(home: Path) -> None:
    driver = {"TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver"}
    known = {"ZUORA_CLIENT_ID": "id", "ZUORA_CLIENT_SECRET": SECRET}
    real = ("--base-url", "http://127.0.0.1:1")
    done = await asyncio.to_thread(run, home, *real, **driver, **known)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no tenant but the fake one" in done.stderr


async def test_without_its_extra_it_says_how_to_get_it(home: Path) -> None:
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


async def test_others_on_the_network_are_warned_of(tmp_path: Path) -> None:
    with serving(tmp_path, "--host", "0.0.0.0") as server:
        async with aiohttp.ClientSession() as session, session.get(server.url) as answer:
            assert answer.status == 200
        server.process.terminate()
        told = await asyncio.to_thread(server.process.communicate, timeout=10)
        assert "whoever reaches this machine can reach this page" in told[1]
