"""Runs a command on Linux or macOS, for the secret that it prints."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from select import select
from subprocess import SubprocessError
from time import monotonic
from typing import IO

from entity_connections.settings.secrets.parsing import MAX_OUTPUT
from entity_connections.settings.secrets.posix_terminal import open_terminal, preserve_terminal

if sys.platform == "win32":
    raise ImportError("Windows has no process groups.")

_GROUP_LEADER = ("/bin/sh", "-c", "read -r _; kill -KILL 0")
"""Kills its process group when its input ends: also when this program is killed."""


def run_command(arguments: list[str], timeout: float) -> bytes:
    """Run a command in a process group that has the terminal, and return its output.

    Raises:
        KeyboardInterrupt: ctrl+c was pressed.
        OSError: it cannot be run.
        SubprocessError: it failed, or printed more than MAX_OUTPUT bytes.
        TimeoutError: it did not end within `timeout` seconds.
    """
    try:
        with preserve_terminal(), _process_group() as leader:
            return _run(arguments, leader, monotonic() + timeout)
    except _LeaderEndedError:
        # The terminal sends ctrl+c to the whole group.
        if leader.returncode in (-signal.SIGINT, -signal.SIGQUIT):
            raise KeyboardInterrupt from None
    raise SubprocessError("ended its process group")


class _LeaderEndedError(Exception):
    pass


def _run(arguments: list[str], leader: "subprocess.Popen[bytes]", deadline: float) -> bytes:
    """Return the output of a command that runs in the process group of `leader`."""
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
                        raise SubprocessError(f"printed more than {MAX_OUTPUT:,} bytes")
                elif has_ended:  # a process that it leaves behind may hold its output open
                    break
                if monotonic() > deadline:
                    raise TimeoutError
            if process.returncode:
                _wait(0.1, leader.stdout)  # ctrl+c ends both, in any order
                raise SubprocessError(f"failed with exit status {process.returncode}")
        finally:
            for pid in _find_descendants(process.pid):  # they may have groups of their own
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
            if process.poll() is None:
                _kill_group(process.pid)  # only some programs make a group of their own
            process.kill()
    return output


def _wait(seconds: float, leader_output: IO[bytes], *outputs: IO[bytes]) -> bool:
    """Wait for output, and return whether there is any; _LeaderEndedError where the leader ends."""
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
    command = ["ps", "-A", "-o", "ppid=,pid="]
    with suppress(OSError):
        processes = subprocess.run(command, capture_output=True, check=False)  # noqa: S603
        children: dict[int, list[int]] = {}
        for line in processes.stdout.splitlines():
            parent, child = map(int, line.split())
            children.setdefault(parent, []).append(child)
        pids = [pid]
        for parent in pids:
            pids += children.get(parent, [])
        return pids[1:]
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
