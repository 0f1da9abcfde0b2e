"""`serve` is stopped in the middle of an answer: soon, and without a word."""

import json
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.cli.tenant import PROGRAM, environ

SIGNALS = [signal.SIGINT, signal.SIGTERM]


@contextmanager
def _stopped_in_the_end(home: Path, number: int, *arguments: str) -> Iterator[str]:
    """Serve; at the end send the signal, and fail unless the server leaves as it should."""
    with subprocess.Popen(
        [*PROGRAM, "serve", "--port", "0", "--json", "--control", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ(home),
    ) as process:  # fmt: skip
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["base_url"]
            process.send_signal(number)
            began = time.monotonic()
            out, err = process.communicate(timeout=10)
        finally:
            process.kill()
    assert time.monotonic() - began < 4
    assert (process.returncode, out) == (0, "")
    assert [line for line in err.splitlines() if "faults are on" not in line] == []


def _held(url: str) -> None:
    """Wait until the one fault has struck: then its call is held."""
    while httpx.get(f"{url}/_faults", trust_env=False).json()["on"]:
        pass


@pytest.mark.parametrize("number", SIGNALS)
def test_a_delayed_answer_does_not_delay_the_stop(home: Path, number: int) -> None:
    with ThreadPoolExecutor() as threads:
        with _stopped_in_the_end(home, number, "--fault", "latency=60,times=1") as url:
            late = threads.submit(httpx.get, f"{url}/v1/entities", timeout=30, trust_env=False)
            _held(url)
            assert not late.done()
        with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
            late.result()


def test_an_incomplete_request_does_not_delay_the_stop(home: Path) -> None:
    with _stopped_in_the_end(home, signal.SIGTERM) as url:
        address = urlsplit(url)
        line = socket.create_connection((address.hostname, address.port or 0), timeout=10)
        line.sendall(
            b"POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\nExpect: 100-continue\r\n\r\n"
        )
        assert line.recv(100).startswith(b"HTTP/1.1 100")  # the tenant waits for the body
    line.close()
