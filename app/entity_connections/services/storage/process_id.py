"""Which program has recorded an entry, "host:pid:token", and whether it still runs."""

import os
import socket
import sys
import uuid

_TOKEN = uuid.uuid4().hex[:8]
"""Tells this program from an earlier one with the same process id, as in a new container."""


def make_process_id() -> str:
    """Return that of this program."""
    return f"{socket.gethostname()}:{os.getpid()}:{_TOKEN}"


def find_host(process_id: str) -> str:
    """Return the name of the machine."""
    return process_id.partition(":")[0]


def is_running(process_id: str) -> bool:
    """Return whether the program runs on this machine, as far as can be told."""
    host, pid, *_ = f"{process_id}:".split(":")
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
    return True
