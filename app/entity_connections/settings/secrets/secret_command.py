"""A client secret printed by a command, such as that of a password manager."""

import os
import shlex
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from select import select
from time import monotonic
from typing import IO

from entity_connections.domain.secret import Secret
from entity_connections.domain.text import clean
from entity_connections.settings.errors import SettingsError
from entity_connections.settings.secrets.parsing import parse_secret
from entity_connections.settings.secrets.terminal import open_terminal, preserve_terminal

TIMEOUT = 30.0
"""Seconds the command may take: the user may have to type a password or touch a key first."""
MAX_OUTPUT = 65_536
"""Most bytes the command may print."""

_GROUP_LEADER = ("/bin/sh", "-c", "read -r _; kill -KILL 0")
"""Kills its process group when its input ends: also when this program is killed."""


def get_program(command: str) -> str:
    """Return the program of a command, without the arguments, which may be secret."""
    return clean(shlex.split(command)[0], 64)


def run_secret_command(command: str, timeout: float = TIMEOUT) -> Secret:
    """Run a command and return the first line it prints.

    It runs without a shell and without input, but can ask the user on the terminal. What it
    prints on stderr is discarded, because that might hold the secret. After `timeout` seconds,
    and when this program ends, it is killed together with the processes that it has started.
    """
    name = f"secret_command ({get_program(command)} …)"
    try:
        with preserve_terminal(), _process_group() as leader:
            output = _run(shlex.split(command), leader, monotonic() + timeout)
    except _CommandError as error:
        problem = str(error)
    except _LeaderEndedError:
        # The terminal sends ctrl+c to the whole group.
        if leader.returncode in (-signal.SIGINT, -signal.SIGQUIT):
            raise KeyboardInterrupt from None
        problem = "ended its process group"
    except TimeoutError:
        problem = f"took longer than {timeout:g} seconds"
    except OSError as error:
        problem = f"cannot be run: {error.strerror}"
    else:
        return parse_secret(output, f"The output of the {name}")
    # Raised outside the handlers: the exceptions there hold the arguments.
    raise SettingsError(f"The {name} {problem}. Run it by hand to see why.")


class _CommandError(Exception):
    """The command ran and failed."""


class _LeaderEndedError(Exception):
    """The leader of the process group has ended."""


def _run(arguments: list[str], leader: "subprocess.Popen[bytes]", deadline: float) -> bytes:
    """Return the output of a command that runs in the process group of `leader`.

    Raises:
        _LeaderEndedError: the leader has ended.
        TimeoutError: the command did not end before `deadline`.
    """
    output = b""
    with subprocess.Popen(  # noqa: S603 - the command is in the user's own file
        arguments,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        process_group=leader.pid,
    ) as process:
        assert process.stdout and leader.stdout  # noqa: S101, PT018 - both are pipes
        try:
            open_outputs = [process.stdout]
            while True:
                has_ended = process.poll() is not None
                wait = 0.0 if has_ended else 0.02
                if _wait(wait, leader.stdout, *open_outputs):
                    data = os.read(process.stdout.fileno(), MAX_OUTPUT)
                    output += data
                    if not data:
                        open_outputs.clear()
                    if len(output) > MAX_OUTPUT:
                        raise _CommandError(f"printed more than {MAX_OUTPUT:,} bytes")
                elif has_ended:  # a process that it leaves behind may hold its output open
                    break
                if monotonic() > deadline:
                    raise TimeoutError
            if process.returncode:
                _wait(0.1, leader.stdout)  # ctrl+c ends both, in any order
                raise _CommandError(f"failed with exit status {process.returncode}")
        finally:
            for pid in _find_descendants(process.pid):  # they may have groups of their own
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
            if process.poll() is None:
                _kill_group(process.pid)  # only some programs make a group of their own
            process.kill()
    return output


def _wait(seconds: float, leader_output: IO[bytes], *outputs: IO[bytes]) -> bool:
    """Wait until there is output; return whether there is any.

    Raises:
        _LeaderEndedError: the output of the leader has ended.
    """
    ready, _, _ = select([leader_output, *outputs], [], [], max(0.0, seconds))
    if leader_output in ready:
        raise _LeaderEndedError
    return bool(ready)


@contextmanager
def _process_group() -> Iterator["subprocess.Popen[bytes]"]:
    """Make a process group that has the terminal; yield its leader, and kill all of it at the end.

    The terminal sends ctrl+c to this group, and not to this program. ctrl+z is ignored, because
    it would stop the group, and this program would wait for it.
    """
    stop_handler = signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    try:
        with subprocess.Popen(  # noqa: S603 - no input of others
            _GROUP_LEADER,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            process_group=0,
        ) as leader:
            try:
                with _terminal_for(leader.pid):
                    yield leader
            finally:
                _kill_group(leader.pid)
    finally:
        signal.signal(signal.SIGTSTP, stop_handler)


def _find_descendants(pid: int) -> list[int]:
    """Return the processes below a process that runs, as far as their parents still run, too."""
    with suppress(OSError):
        listed = subprocess.run(["ps", "-A", "-o", "ppid=,pid="], capture_output=True, check=False)  # noqa: S607
        children: dict[int, list[int]] = {}
        for line in listed.stdout.splitlines():
            parent, child = map(int, line.split())
            children.setdefault(parent, []).append(child)
        found = [pid]
        for parent in found:
            found += children.get(parent, [])
        return found[1:]
    return []


def _kill_group(group: int) -> None:
    with suppress(ProcessLookupError, PermissionError):  # macOS: not permitted once all have ended
        os.killpg(group, signal.SIGKILL)


@contextmanager
def _terminal_for(group: int) -> Iterator[None]:
    """Give the terminal to a process group, if this program has it, and then take it back."""
    with open_terminal() as terminal:
        if terminal is None:
            yield
            return
        try:
            os.tcsetpgrp(terminal, group)
            yield
        finally:
            # Otherwise this signal stops a program that takes the terminal from another group.
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
            with suppress(OSError):  # the terminal is gone
                os.tcsetpgrp(terminal, os.getpgrp())
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTTOU})
