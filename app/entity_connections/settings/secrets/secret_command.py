"""A client secret printed by a command, such as that of a password manager."""

import os
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from entity_connections.domain.secret import SecretValue
from entity_connections.domain.text import clean
from entity_connections.settings.errors import SettingsError
from entity_connections.settings.secrets.parsing import MAX_SECRET_SIZE, parse_secret

TIMEOUT = 30.0
"""Seconds the command may take: the user may have to type a password or touch a key first."""
OUTPUT_TIMEOUT = 1.0
"""Seconds to wait for output after the command has ended: a child of it may keep the pipe open."""


def get_program(command: str) -> str:
    """Return the program of a command, without the arguments, which may be secret.

    Raises:
        SettingsError: it is not a command.
    """
    return clean(_split(command)[0], 64)


def run_secret_command(command: str, timeout: float = TIMEOUT) -> SecretValue:
    """Run a command and return the first line it prints.

    It runs without a shell and without input, but can ask the user on the terminal. What it
    prints on stderr is discarded, because that might hold the secret. After `timeout` seconds it
    is killed together with its children.

    Raises:
        SettingsError: it cannot be run, fails, takes too long, or prints no secret.
        KeyboardInterrupt: the user has ended the command with ctrl+c.
    """
    name = f"secret_command ({get_program(command)} …)"
    process = _start(_split(command), name)
    output = bytearray()
    reader = threading.Thread(target=_read_output, args=(process, output), daemon=True)
    reader.start()
    try:
        with _lend_terminal(process.pid), suppress(subprocess.TimeoutExpired):
            process.wait(timeout)
    finally:
        timed_out = process.returncode is None
        if timed_out:
            _kill_group(process)
        reader.join(OUTPUT_TIMEOUT)
    if timed_out:
        raise SettingsError(f"The {name} took longer than {timeout:g} seconds.")
    if len(output) > MAX_SECRET_SIZE:
        problem = f"printed more than {MAX_SECRET_SIZE:,} bytes: that is no secret"
        raise SettingsError(f"The {name} {problem}.")
    status = process.returncode
    if status == -signal.SIGINT:
        raise KeyboardInterrupt
    if status != 0:
        how = f"exit status {status}" if status > 0 else f"signal {-status}"
        raise SettingsError(f"The {name} failed with {how}. Run it by hand to see why.")
    return parse_secret(bytes(output), f"The output of the {name}")


def _split(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    if not words or not words[0]:
        raise SettingsError(
            "The secret_command is not a command: a quote is missing, or all of it."
        )
    return words


def _start(words: list[str], name: str) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(  # noqa: S603 - the command is in the user's own file
            words,
            bufsize=0,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            process_group=None if sys.platform == "win32" else 0,
        )
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or "not a command"
    # Raised outside the handler: the exception there may hold the arguments.
    raise SettingsError(f"The {name} cannot be run: {problem}.")


def _read_output(process: "subprocess.Popen[bytes]", output: bytearray) -> None:
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    with process.stdout as stdout:  # closing it ends a command that prints without end
        while len(output) <= MAX_SECRET_SIZE and (data := stdout.read(MAX_SECRET_SIZE)):
            output.extend(data)


def _kill_group(process: "subprocess.Popen[bytes]") -> None:
    if sys.platform == "win32":
        process.kill()
    else:
        _signal_group(process.pid, signal.SIGKILL)
    process.wait()


def _signal_group(group: int, signal_number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):  # it has just ended
        os.killpg(group, signal_number)


@contextmanager
def _lend_terminal(group: int) -> Iterator[None]:
    """Give the terminal, if there is one, to a process group, so that it can ask the user.

    Without that the system stops a process of another group that reads from the terminal.
    """
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        yield
        return
    own_group = os.getpgrp()
    try:
        if os.tcgetpgrp(terminal) != own_group:  # this program runs in the background itself
            yield
            return
        _set_foreground(terminal, group)
        _signal_group(group, signal.SIGCONT)  # it may have read too early, and been stopped
        try:
            yield
        finally:
            _set_foreground(terminal, own_group)
    finally:
        os.close(terminal)


def _set_foreground(terminal: int, group: int) -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
    try:
        os.tcsetpgrp(terminal, group)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
