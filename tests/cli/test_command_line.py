"""The command line: what it says, how it ends, and what it does not load."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from entity_connections import __version__
from entity_connections.cli.command_group import COMMANDS

HEAVY = ("textual", "rich", "httpx", "pydantic", "starlette", "sqlite3")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "entity_connections", *arguments]
    return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)


def test_version_and_help() -> None:
    done = run("--version")
    assert (done.returncode, done.stdout) == (0, f"entity-connections {__version__}\n")
    for option in ("--help", "-h"):
        done = run(option)
        assert done.returncode == 0
        assert "--scenario" in done.stdout
        assert "global-500" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--scenario", "acne"], ["'acne'", "--scenario", "'acme'", "'global-500'"]),
        (["--user", "mallory"], ["'mallory'", "--user", "'alice'", "'bruno'", "'carol'"]),
        (["--usr", "alice"], ["--usr", "--user"]),
        (["--theme"], ["--theme"]),
        (["connect"], ["connect"]),
        ([], ["terminal"]),
    ],
)
def test_what_cannot_be_used_is_named_in_one_sentence(
    arguments: list[str], named: list[str]
) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    (sentence,) = done.stderr.splitlines()
    assert all(word in sentence for word in named)


def loaded(watched: tuple[str, ...], *arguments: str) -> list[str]:
    """Run the program in a fresh interpreter and return which of these packages it loaded."""
    code = (
        "import sys; from entity_connections.cli import main\n"
        "try: main()\n"
        f"finally: print(*(one for one in {watched} if one in sys.modules), file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0
    return done.stderr.splitlines()[-1].split()


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_nothing_heavy_is_loaded_for_a_short_answer(option: str) -> None:
    assert loaded((*HEAVY, "asyncio", "uvicorn"), option) == []


@pytest.mark.parametrize(
    "command",
    [
        ["connections"],
        ["connections", "--json"],
        ["entities"],
        ["waiting"],
        ["request", "--to", "Acme-US", "--yes"],
        ["request", "--to", "Acme-US", "--dry-run"],
        ["profiles"],
        ["journal"],
        ["completion", "fish"],
    ],
)
def test_a_one_shot_command_loads_no_screen(command: list[str]) -> None:
    assert loaded(("textual", "uvicorn"), *command) == []


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_its_help_and_its_line_in_the_list(command: str) -> None:
    done = run(command, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: entity-connections {command} ")
    assert f"  {command}  " in run("--help").stdout


@pytest.mark.parametrize(
    "arguments",
    [["--no-such\x1b]0;x\x07"], ["entities", "a\nb\u202e"], ["no\x9bsuch"], ["config", "\x1b[31m"]],
)
def test_what_is_repeated_cannot_act(arguments: list[str]) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    (sentence,) = done.stderr.split("\n")[:-1]
    assert sentence.isprintable()


@pytest.mark.parametrize("group", ["config", "tenant"])
def test_a_group_without_a_command_shows_its_help(group: str) -> None:
    done = run(group)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"Usage: entity-connections {group} [OPTIONS]" in done.stderr
    assert len(done.stderr.splitlines()) > 5


def test_an_error_in_the_program_tells_no_values() -> None:
    code = (
        "import sys; import entity_connections.cli.commands.entities as entities\n"
        "def broken(*_, **__):\n"
        "    client_secret = ''.join(('not/a+', 'secret'))\n"
        "    raise RuntimeError('broken \\x1b]0;x\\x07 on purpose')\n"
        "entities.TenantSession.read_entities = broken\n"
        "sys.argv[1:] = ['entities']\n"
        "from entity_connections.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (70, "")
    assert "an error in the program itself" in done.stderr
    assert "broken ]0;x on purpose" in done.stderr
    assert "not/a+secret" not in done.stderr


def test_a_missing_home_is_told_with_what_to_do() -> None:
    code = (
        "import os, pwd; from entity_connections.cli import main\n"
        "def no_entry(_): raise KeyError\n"
        "pwd.getpwuid = no_entry; main()"
    )
    names = ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "ENTITY_CONNECTIONS_CONFIG_DIR",
             "ENTITY_CONNECTIONS_STATE_DIR")  # fmt: skip
    environ = {name: value for name, value in os.environ.items() if name not in names}
    for command in ("profiles", "journal"):
        done = subprocess.run(
            [sys.executable, "-c", code, command], capture_output=True, text=True, env=environ
        )
        assert (done.returncode, done.stdout) == (2, "")
        assert "no home directory" in done.stderr
        assert "set HOME" in done.stderr


def test_a_current_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    program = f"{sys.executable} -m entity_connections"
    line = f"rmdir {tmp_path}/gone && exec {program} entities --tenant t.db"
    (tmp_path / "gone").mkdir()
    done = subprocess.run(
        ["/bin/sh", "-c", line], capture_output=True, text=True, cwd=tmp_path / "gone",
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "app")},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert "the current folder is gone" in done.stderr


def test_the_screen_is_built_before_the_tenant_is_loaded() -> None:
    code = (
        "import sys; from entity_connections.cli.tenant_options import TenantOptions\n"
        "from entity_connections.cli.tenant.fake_workspace import make_fake_workspace\n"
        "from entity_connections.tui.app import ConnectionsApp\n"
        "ConnectionsApp(make_fake_workspace(TenantOptions(scenario='acme', user='alice')))\n"
        "print(*(one for one in ('httpx', 'pydantic', 'starlette') if one in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == ""
    assert done.returncode == 0
