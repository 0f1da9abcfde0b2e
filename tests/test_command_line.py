"""The command line: what it says, how it ends, and what it does not load."""

import subprocess
import sys

import pytest

from app import __version__

HEAVY = ("textual", "rich", "httpx", "pydantic", "starlette", "sqlite3")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "app", *arguments]
    return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)


def test_version() -> None:
    done = run("--version")
    assert (done.returncode, done.stdout) == (0, f"entity-connections {__version__}\n")


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help(option: str) -> None:
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


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_nothing_heavy_is_loaded_for_a_short_answer(option: str) -> None:
    code = (
        "import sys; from app.cli import main; sys.argv[1:] = [sys.argv[1]]\n"
        "try: main()\n"
        f"finally: print(*(one for one in {HEAVY} if one in sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, option], capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stderr.strip() == ""


def test_the_screen_is_built_before_the_tenant_is_loaded() -> None:
    code = (
        "import sys; from app.cli import fake_target; from app.tui.app import ConnectionsApp\n"
        "ConnectionsApp(fake_target('acme', 'alice'))\n"
        "print(*(one for one in ('httpx', 'pydantic', 'starlette') if one in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == ""
    assert done.returncode == 0
