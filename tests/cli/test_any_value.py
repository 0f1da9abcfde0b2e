"""Whatever is given for an option or an argument, the program ends with a sentence of its own.

The commands are walked, so that a new option is tried without anybody remembering it.
"""

import io
import os
import re
import signal
import socket
import sys
import unicodedata
from collections.abc import Callable, Iterator
from itertools import cycle, product
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock

import click
import pytest
from entity_connections.cli import program as cli
from entity_connections.cli.exit_codes import ExitCode

from tests.cli.all_commands import COMMANDS

EMPTY = ("", " ", "\t\n", "\N{NO-BREAK SPACE}")
NEVER = (  # no value of any option, and refused wherever it is given
    *EMPTY,
    "caf\udce9",  # as sys.argv has a byte that is not UTF-8
    "x" * 100_000,
    "a\0b",
    "a\x1b]0;owned\x07b",
    "a\nentity-connections: all is well",
    "a\x9b31mb",
    "a\N{RIGHT-TO-LEFT OVERRIDE}b",
    "a\N{LINE SEPARATOR}b",
)
ODD = (
    "9" * 400, "9" * 5_000, "99999999999999999999", "-1", "-99999999999999999999", "1e999", "nan",
    "0", "a..b", "x" * 300, "x" * 4_000, f"{'x' * 300}.toml", "loop.toml", "=", ",", "%s{0}$HOME",
    "~nobody-here", "/dev/null", "/dev/full", "/proc/self/mem", "no-such-folder/x.toml", ".",
    "[::1", "http://[::1", "999999d", "0001-01-01", "latency=nan", "latency=1e999",
    f"drop,times={'9' * 5_000}", "drop,share=,calls=", "denied=", "\N{GRINNING FACE}é",
)  # fmt: skip
PROGRESS = re.compile(r"\r *\r([\d,]+ of [^\r]*)?")
"""The line that shows how far a command is, and its end."""
UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Categories of characters that act on a terminal or cannot be seen."""
REAL = {"walkthrough": "disconnect", "scenario": "acme", "file": "new.toml", "path": "new.toml"}
"""What is given by type to what must be given, while something else is tried."""


def takes_value(parameter: click.Parameter) -> bool:
    return not (isinstance(parameter, click.Option) and (parameter.is_flag or parameter.count))


def values_for(
    parameter: click.Parameter, command: click.Command, values: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the values to try; an option of several commands shares them out among four."""
    commands = [
        other for _, other in COMMANDS if parameter.opts in [known.opts for known in other.params]
    ]
    step = min(len(commands), 4)
    return values[commands.index(command) % step :: step]


def arguments_with(command: click.Command, tried: click.Parameter, value: str) -> list[str]:
    """Return a value for what is tried, and beside it what else must be given."""
    options, rest = [], []
    for parameter in command.params:
        if parameter is not tried and not parameter.required:
            continue
        word = value
        if parameter is not tried:
            choices = getattr(parameter.type, "choices", ["acme"])
            word = REAL.get(parameter.type.name, choices[0])
        if isinstance(parameter, click.Argument):
            rest += ["--", word]
        else:
            options.append(f"{parameter.opts[0]}={word}")
    return [*options, *rest]


def flags(command: click.Command) -> list[list[str]]:
    """Return no flag, each that lets a command go further, and all of them."""
    each = [
        [option.opts[0]]
        for option in command.params
        if isinstance(option, click.Option) and option.is_flag and not option.is_eager
    ]
    return [[], *each, [name for names in each for name in names]]


@pytest.fixture(autouse=True)
def _stay_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let nothing be served, played or looked up, and nothing be found of the developer's own."""
    for name in list(os.environ):
        if name.startswith(("ZUORA_", "ENTITY_", "XDG_", "TEXTUAL")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "loop.toml").symlink_to("loop.toml")
    look_up = socket.getaddrinfo

    def look_up_numbers(*args: Any, **kwargs: Any) -> Any:
        return look_up(*args[:5], **(kwargs | {"flags": socket.AI_NUMERICHOST}))

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.get_terminal_size", lambda *_: os.terminal_size((80, 24)))
    monkeypatch.setattr("socket.getaddrinfo", look_up_numbers)
    monkeypatch.setattr("uvicorn.Server.run", lambda _, sockets: sockets[0].close())
    monkeypatch.setattr("entity_connections.web.server.serve_until_stopped", AsyncMock())
    monkeypatch.setattr("entity_connections.tui.terminal.run.run_app", lambda *_: 0)
    monkeypatch.setattr("entity_connections.walkthrough.player.play", lambda *_: 0)
    monkeypatch.setattr("getpass.getpass", interrupt)
    monkeypatch.setattr("entity_connections.walkthrough.recording.record", interrupt)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


class Stdin(io.TextIOWrapper):
    """What is typed, or piped in, is no text."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__(io.BytesIO(b"\xff\n"), encoding="utf-8", errors="surrogateescape")
        self.isatty = lambda: terminal  # type: ignore[method-assign]
        self.fileno = lambda: 0  # type: ignore[method-assign]


Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs the program and checks that it ends with a sentence."""

    def run(arguments: list[str], *, terminal: bool = False) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["entity-connections", *arguments])
        monkeypatch.setattr(sys, "stdin", Stdin(terminal=terminal))
        monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
        code, message = cli.run(), capsys.readouterr().err
        assert code in set(ExitCode) - {ExitCode.CRASHED, ExitCode.NO_OUTPUT}, (arguments, message)
        assert "Traceback" not in message, arguments
        written = PROGRESS.sub("", message)
        unseen = [char for char in written if unicodedata.category(char) in UNSEEN and char != "\n"]
        assert not unseen, (arguments, unseen)
        assert len(message) < 40_000, arguments
        return code, message

    return run


commands = pytest.mark.parametrize(
    ("names", "command"), COMMANDS, ids=[" ".join(names) for names, _ in COMMANDS]
)


@commands
def test_an_unusable_value_is_refused_everywhere(
    names: tuple[str, ...], command: click.Command, run: Run
) -> None:
    for parameter in filter(takes_value, command.params):
        hint = parameter.get_error_hint(click.Context(command))
        for value in values_for(parameter, command, NEVER):
            code, message = run([*names, *arguments_with(command, parameter, value)])
            assert code == ExitCode.USAGE
            assert message.startswith(f"entity-connections: Invalid value for {hint}: it "), message
            if value in EMPTY:
                assert "is empty" in message


@commands
def test_odd_values_end_with_a_sentence(
    names: tuple[str, ...], command: click.Command, run: Run
) -> None:
    # Flags and the terminal change from value to value, for the sake of time.
    wanted = cycle(product(flags(command), (False, True)))
    for parameter in filter(takes_value, command.params):
        for value in values_for(parameter, command, ODD):
            given_flags, terminal = next(wanted)
            arguments = [*names, *given_flags, *arguments_with(command, parameter, value)]
            run(arguments, terminal=terminal)


@pytest.mark.parametrize(
    "variable",
    ["ZUORA_ENTITY_ID", "ZUORA_CLIENT_ID", "ZUORA_CLIENT_SECRET", "ENTITY_CONNECTIONS_CONFIG_DIR",
     "ENTITY_CONNECTIONS_STATE_DIR", "HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "SSL_CERT_FILE"],
)  # fmt: skip
def test_odd_variables_end_with_a_sentence(
    variable: str, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.setenv("ZUORA_CLIENT_ID", "id")
    monkeypatch.setenv("ZUORA_CLIENT_SECRET", "secret")
    real = ["--base-url", "https://rest.zuora.com"]
    commands = (
        ["profiles"], ["journal"], ["connections"], ["config", "explain", *real],
        ["doctor", *real], ["request", "--to", "Acme-US", "--yes"],
    )  # fmt: skip
    for number, value in enumerate((*NEVER, *ODD[::4])):
        if "\0" in value:
            continue  # no environment holds one
        monkeypatch.setenv(variable, value)
        # The commands take turns, two for each value, for the sake of time.
        for arguments in commands if value in EMPTY else commands[number % 3 :: 3]:
            _, message = run(arguments)
            if variable.startswith("ZUORA") and value in EMPTY and real[0] in arguments:
                refused = f"{variable} in the environment is empty" in message
                assert refused or (variable, arguments[0]) == ("ZUORA_CLIENT_SECRET", "config")
