"""`entity-connections web` in a process of its own, and the processes of its visitors."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.cli.tenant import PROGRAM, environ


class Serving(NamedTuple):
    """A server of the screen.

    Attributes:
        process: it; only it writes to the pipes.
        url: where it is.
    """

    process: subprocess.Popen[str]
    url: str

    @property
    def host(self) -> str:
        """Return what a browser says as its Host."""
        return self.url.partition("//")[2]

    def visitors(self) -> list[int]:
        """Return the processes it runs for its visitors."""
        return children(self.process.pid)


@contextmanager
def serving(
    home: Path, *arguments: str, before: Sequence[str] = (), **more: str
) -> Iterator[Serving]:
    """Serve the screen on a free port of this machine, and see that nothing is left of it."""
    with subprocess.Popen(
        [*PROGRAM, *before, "web", "--port", "0", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ(home, **more),
    ) as process:  # fmt: skip
        assert process.stdout is not None
        try:
            told = process.stdout.readline()
            assert " is at http://" in told, told
            yield Serving(process, told.partition(" is at ")[2].split(" until")[0])
        finally:
            left = children(process.pid)
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            finally:
                process.kill()
            assert gone(left)


def children(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    listed = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(one) for task in listed for one in task.read_text().split()]


def gone(pids: Sequence[int], timeout: float = 5) -> bool:
    """Return whether no such process runs any more, after some seconds at most."""
    deadline = time.monotonic() + timeout
    while left := [pid for pid in pids if _runs(pid)]:
        if time.monotonic() > deadline:
            for pid in left:
                os.kill(pid, signal.SIGKILL)
            return False
        time.sleep(0.02)
    return True


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except OSError:
        return False
