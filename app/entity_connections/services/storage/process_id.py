"""Which program has recorded an entry, "host:pid:token:start", and whether it still runs."""

import os
import socket
import sys
import uuid
from pathlib import Path

_TOKEN = uuid.uuid4().hex[:8]
"""Tells this program from an earlier one with the same process id, as in a new container."""


def make_process_id() -> str:
    """Return that of this program."""
    return f"{socket.gethostname()}:{os.getpid()}:{_TOKEN}:{_read_start(os.getpid())}"


def find_host(process_id: str) -> str:
    """Return the name of the machine."""
    return process_id.partition(":")[0]


def is_running(process_id: str) -> bool:
    """Return whether the program runs on this machine, as far as can be told."""
    host, pid, _token, start, *_ = f"{process_id}:::".split(":")
    if host != socket.gethostname():
        return False
    if pid == str(os.getpid()):
        return process_id == make_process_id()
    if sys.platform == "win32":
        return True  # there, os.kill ends the program
    try:
        os.kill(int(pid), 0)
    except PermissionError:
        return True
    except (OSError, ValueError, OverflowError):
        return False
    return not start or _read_start(int(pid)) == start


def _read_start(pid: int) -> str:
    """Return when a program started, in Linux's ticks; "" where it has ended, or is not on Linux.

    The id of a program that has ended may be that of another one since, and it has an id for as
    long as its parent has not asked for its exit code.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "XZ" else fields[19]
