"""`entity-connections web` in a process, and the processes of its sessions."""

import asyncio
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.cli.tenant import PROGRAM, environ


class Serving(NamedTuple):
    """A running server.

    Attributes:
        process: of the server; the processes of sessions do not write to its pipes.
        url: its address.
    """

    process: subprocess.Popen[str]
    url: str

    def sessions(self) -> list[int]:
        """Return the ids of the processes of its sessions."""
        return children(self.process.pid)

    async def read_to_end(self) -> tuple[str, str]:
        """Return what the server still writes until it ends."""
        return await asyncio.to_thread(self.process.communicate, timeout=10)


@contextmanager
def serving(
    home: Path, *arguments: str, before: Sequence[str] = (), **more: str
) -> Iterator[Serving]:
    """Run a server on a free port; check at the end that it leaves no process behind."""
    with subprocess.Popen(
        [*PROGRAM, *before, "web", "--port", "0", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ(home, **more),
    ) as process:  # fmt: skip
        assert process.stdout is not None
        try:
            ready = process.stdout.readline()
            assert " is at http://" in ready, ready
            yield Serving(process, ready.partition(" is at ")[2].split(" until")[0])
        finally:
            left = children(process.pid)
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            finally:
                process.kill()
            assert wait_until_ended(left)


def children(pid: int) -> list[int]:
    """Return the ids of the child processes of a process."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for path in lists for child in path.read_text().split()]


def wait_until_ended(pids: Sequence[int], timeout: float = 5) -> bool:
    """Return whether all processes end in time."""
    deadline = time.monotonic() + timeout
    while any(map(_is_running, pids)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except OSError:
        return False
