"""The command line: what it says, how it ends, and what it does not load."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from entity_connections import __version__
from entity_connections.cli.command_group import COMMANDS

from tests.cli.tenant import run

HEAVY = ("textual", "rich", "httpx", "pydantic", "starlette", "sqlite3")


def test_version_and_help(home: Path) -> None:
    done = run(home, "--version")
    assert (done.returncode, done.stdout) == (0, f"entity-connections {__version__}\n")
    for option in ("--help", "-h"):
        done = run(home, option)
        assert done.returncode == 0
        assert "--scenario" in done.stdout
        assert "global-500" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--scenario", "acne"], ["'acne'", "--scenario", "acme", "global-500"]),
        (["entities", "--user", "mallory"], ["no user mallory in acme", "alice, bruno, carol"]),
        (["--usr", "alice"], ["--usr", "--user"]),
        (["--theme"], ["--theme"]),
        (["reqest"], ["'reqest'. Did you mean 'request'?"]),
        (["journal", "verfy"], ["'verfy'. Did you mean 'verify'?"]),
        (["nothing-like-it"], ["'nothing-like-it'."]),
        (["help", "reqest"], ["Did you mean 'request'?"]),
        (["help", "entities", "x"], ["entity-connections entities has no commands, so no 'x'."]),
        (["--theme", "dark", "waiting"], ["--theme is an option of the screen, not of a command."]),
        (["journal", "verify", "--entity", "Acme-US"], ["--entity"]),
        (["journal", "--json", "resolve"], ["--json before resolve"]),
        ([], ["terminal"]),
        (["--no-such\x1b]0;x\x07"], ["--no-such"]),
        (["entities", "a\nb\u202e"], ["argument (a⏎b)"]),
        (["no\x9bsuch"], ["such"]),
        (["config", "\x1b[31m"], ["[31m"]),
    ],
)
def test_a_usage_error_is_one_sentence_without_control_characters(
    home: Path, arguments: list[str], named: list[str]
) -> None:
    done = run(home, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    (sentence,) = done.stderr.split("\n")[:-1]
    assert all(word in sentence for word in named)
    assert sentence.isprintable()


@pytest.mark.parametrize("group", ["config", "tenant"])
def test_a_group_alone_prints_its_help(home: Path, group: str) -> None:
    done = run(home, group)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == run(home, "help", group).stdout


def run_code(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python code in a fresh interpreter."""
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True)


def find_loaded(watched: tuple[str, ...], *commands: str) -> dict[str, list[str]]:
    """Run commands in one fresh interpreter; return what each had loaded of these packages."""
    code = (
        "import sys; from entity_connections.cli import main\n"
        "for command in sys.argv[1:]:\n"
        "    sys.argv[1:] = command.split()\n"
        "    try: main()\n"
        "    except SystemExit as ended: assert ended.code in (0, 3), command\n"
        f"    print('LOADED', *(name for name in {watched} if name in sys.modules))"
    )
    done = run_code(code, *commands)
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    loaded = [words[1:] for words in lines if words[:1] == ["LOADED"]]
    return dict(zip(commands, loaded, strict=True))


def test_nothing_heavy_is_loaded_for_a_short_answer() -> None:
    loaded = find_loaded((*HEAVY, "asyncio", "uvicorn"), "--version", "--help")
    assert loaded == {"--version": [], "--help": []}


def test_a_one_shot_command_loads_no_screen() -> None:
    loaded = find_loaded(
        ("textual", "uvicorn"), "connections", "entities", "waiting", "request --to Acme-US --yes",
        "request --to Acme-US --dry-run", "profiles", "journal", "completion fish",
    )  # fmt: skip
    assert not any(loaded.values()), loaded
    assert not find_loaded(("rich",), "connections")["connections"]


def test_the_screen_is_built_before_the_tenant_is_loaded() -> None:
    code = (
        "import sys; from entity_connections.cli.tenant_options import TenantOptions\n"
        "from entity_connections.cli.tenant.fake_workspace import make_fake_workspace\n"
        "from entity_connections.tui.app import ConnectionsApp\n"
        "ConnectionsApp(make_fake_workspace(TenantOptions(scenario='acme', user='alice')))\n"
        "print(*(name for name in ('httpx', 'pydantic', 'starlette') if name in sys.modules))"
    )
    done = run_code(code)
    assert (done.returncode, done.stdout.strip()) == (0, "")


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_its_help_and_its_line_in_the_list(home: Path, command: str) -> None:
    done = run(home, command, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: entity-connections {command} ")
    assert f"  {command}  " in run(home, "--help").stdout


@pytest.mark.parametrize("names", [(), ("request",), ("journal", "verify"), ("help",)])
def test_help_shows_what_the_option_shows(home: Path, names: tuple[str, ...]) -> None:
    done = run(home, "help", *names)
    assert (done.returncode, done.stdout) == (0, run(home, *names, "--help").stdout)


def test_a_crash_report_holds_no_values() -> None:
    code = (
        "import sys; from entity_connections.cli.tenant.session import TenantSession\n"
        "def broken(*_, **__):\n"
        "    client_secret = ''.join(('not/a+', 'secret'))\n"
        "    raise RuntimeError('broken \\x1b]0;x\\x07 on purpose')\n"
        "TenantSession.read_entities = broken\n"
        "from entity_connections.cli import main; main()"
    )
    done = run_code(code, "entities")
    assert (done.returncode, done.stdout) == (70, "")
    assert "an error in the program itself" in done.stderr
    assert "broken ]0;x on purpose" in done.stderr
    assert "not/a+secret" not in done.stderr


def test_a_deleted_current_folder_is_reported(tmp_path: Path) -> None:
    code = "import os, sys; os.rmdir(os.getcwd()); from entity_connections.cli import main; main()"
    (tmp_path / "gone").mkdir()
    done = subprocess.run(
        # -P: as for the installed command, the current folder is no place of modules.
        [sys.executable, "-P", "-c", code, "entities", "--tenant", "t.db"], cwd=tmp_path / "gone",
        capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "app")},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert "the current folder is gone" in done.stderr
