"""Runs a command on Windows, for the secret that it prints."""

import subprocess
from subprocess import DEVNULL, PIPE, SubprocessError
from threading import Thread
from time import monotonic
from typing import IO

from entity_connections.settings.secrets.parsing import MAX_OUTPUT


def run_command(arguments: list[str], timeout: float) -> bytes:
    """Run a command in this program's console and return its output.

    Raises:
        OSError: it cannot be run.
        SubprocessError: it failed, or printed more than MAX_OUTPUT bytes.
        TimeoutError: it did not end within `timeout` seconds; it is killed with its children.
    """
    deadline = monotonic() + timeout
    process = subprocess.Popen(arguments, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL)  # noqa: S603
    outputs: list[bytes] = []
    # select does not take pipes there, and a child left behind may hold this one open for ever.
    reader = Thread(target=_read, args=(process.stdout, outputs), daemon=True)
    reader.start()
    try:
        reader.join(timeout)
        if not outputs:
            raise TimeoutError
        if len(outputs[0]) > MAX_OUTPUT:
            raise SubprocessError(f"printed more than {MAX_OUTPUT:,} bytes")
        try:
            status = process.wait(max(0.0, deadline - monotonic()))
        except subprocess.TimeoutExpired:
            raise TimeoutError from None
        if status:
            raise SubprocessError(f"failed with exit status {status}")
    finally:
        if process.poll() is None:
            kill = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
            subprocess.run(kill, capture_output=True, check=False)  # noqa: S603
            process.wait()
    return outputs[0]


def _read(pipe: IO[bytes], outputs: list[bytes]) -> None:
    with pipe:
        outputs.append(pipe.read(MAX_OUTPUT + 1))
