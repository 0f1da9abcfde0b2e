"""The fake tenant on a socket, against a bare Starlette application under the same uvicorn.

Each server is a process of its own; ten clients of raw sockets load it, so that
what is measured is the server.
"""

import asyncio
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import NamedTuple
from urllib.parse import urlencode

import uvicorn
from entity_connections.domain.connections import CONNECTED, DISCONNECTED, PENDING, Connection
from entity_connections.domain.ids import hyphenate_id
from entity_connections.fake.scenarios.builtin import acme
from entity_connections.fake.server import create_server
from entity_connections.fake.tenant import open_tenant
from entity_connections.listening_socket import listen
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.bench.figures import Budget, Figure
from tests.bench.programs import Contest

CLIENTS = 10
MANY = 50_000
_PATH = "/v1/entity-connections"


class Measured(NamedTuple):
    """What one load found: ms per answer as the server gives them out, and as one waits."""

    each: float
    p50: float
    p99: float
    size: int


def measure(contest: Contest) -> Iterator[Figure]:
    """Yield throughput and latency of the list of connections, each the median of short rounds."""
    if contest.with_itself:
        return
    runs = range(contest.runs)
    few, large = f"{_PATH}?pageSize=30", f"{_PATH}?pageSize=300"
    with _serving("acme") as port:
        size = _load(port, few, 0.2).size
        with _serving("constant", str(size)) as bare:
            pairs = [(_load(port, few).each, _load(bare, few).each) for _ in runs]
    ours, floor = (median(side) for side in zip(*pairs, strict=True))
    yield Figure("fake tenant, a call", "ms", ours, Budget(1 / 0.6, "times"), floor)
    with _serving("few") as port, _serving("many") as many:
        p99 = median(_load(port, large).p99 for _ in runs)
        yield Figure("fake tenant, list of 300, p99", "ms", p99, Budget(25, "alone"))
        p99 = median(_load(port, large, coding="gzip").p99 for _ in runs)
        yield Figure("the same, compressed", "ms", p99, Budget(25, "alone"))
        for page in (1, 30):
            deep = f"{large}&page={page}"
            pairs = [
                (_load(many, deep, clients=1).p50, _load(port, large, clients=1).p50) for _ in runs
            ]
            ours, floor = (median(side) for side in zip(*pairs, strict=True))
            yield Figure(f"page {page} of {MANY:,}", "ms", ours, Budget(2, "times"), floor)


def _load(
    port: int, path: str, seconds: float = 0.4, coding: str = "identity", clients: int = CLIENTS
) -> Measured:
    return asyncio.run(_loaded(port, path, seconds, coding, clients))


async def _loaded(port: int, path: str, seconds: float, coding: str, clients: int) -> Measured:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    form = urlencode({
        "grant_type": "client_credentials",
        "client_id": "000a11ce-fa4e-4000-8000-00000000cafe",
        "client_secret": "not/a+secret=alice",
    }).encode()  # fmt: skip
    kind = "Content-Type: application/x-www-form-urlencoded"
    head = f"POST /oauth/token HTTP/1.1\r\nHost: x\r\n{kind}\r\nContent-Length: {len(form)}\r\n\r\n"
    writer.write(head.encode() + form)
    token = json.loads(await _answer(reader))["access_token"]
    writer.close()
    request = (
        f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nAccept: */*\r\n"
        f"Zuora-Entity-Ids: {hyphenate_id(acme.CORPORATION)}\r\nAccept-Encoding: {coding}\r\n\r\n"
    ).encode()
    times: list[float] = []
    size = len(await _talk(port, request, time.perf_counter(), []))
    started = time.perf_counter()
    await asyncio.gather(*(_talk(port, request, started + seconds, times) for _ in range(clients)))
    elapsed = time.perf_counter() - started
    times.sort()
    p50, p99 = median(times), times[int(len(times) * 0.99)]
    return Measured(elapsed / len(times) * 1000, p50 * 1000, p99 * 1000, size)


async def _talk(port: int, request: bytes, until: float, times: list[float]) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = b""
    while not body or time.perf_counter() < until:
        began = time.perf_counter()
        writer.write(request)
        body = await _answer(reader)
        times.append(time.perf_counter() - began)
    writer.close()
    return body


async def _answer(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(head.decode("latin-1"))
    length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
    return await reader.readexactly(int(length))


@contextmanager
def _serving(*what: str) -> Iterator[int]:
    command = [sys.executable, "-m", "tests.bench.fake_server", *what]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


def _connections(number: int) -> tuple[Connection, ...]:
    """So many records, a fifth of them of one entity; every pair alive at most once."""
    entities = [entity.id for entity in acme.scenario().entities] + [
        f"{n:032x}" for n in range(497)
    ]
    found, alive = [], set()
    for n in range(number):
        ends = entities[n * 7 % 512], entities[(n * 11 + n // 512 + 1) % 512]
        if n % 5 == 0:
            ends = (entities[0], entities[1 + n // 5 % 511])
        if ends[0] == ends[1]:
            ends = (ends[0], entities[entities.index(ends[0]) - 1])
        status = DISCONNECTED if ends in alive else (CONNECTED, PENDING)[n % 2]
        alive.add(ends)
        found.append(Connection(f"{0xC0 << 120 | n:032x}", *ends, status))
    return tuple(found)


def _constant(size: int) -> Starlette:
    row = {"id": "c" * 32, "success": True}
    body = json.dumps([row] * (size // 40), separators=(",", ":")).ljust(size).encode()
    token = json.dumps({"access_token": "c" * 32}).encode()

    async def answer(request: Request) -> Response:
        return Response(token if request.method == "POST" else body, media_type="application/json")

    return Starlette(routes=[Route("/oauth/token", answer, methods=["POST"]), Route(_PATH, answer)])


def main(what: str, size: str = "0") -> None:
    """Serve what is named on a free port and print its number."""
    listening = listen("127.0.0.1", 0)
    number = listening.getsockname()[1]
    if what == "constant":
        asyncio.run(_plainly(_constant(int(size)), listening))
        return
    scenario = acme.scenario()
    if what != "acme":
        rows = _connections(1_600 if what == "few" else MANY)
        scenario = scenario._replace(connections=rows)
    print(number, flush=True)
    create_server(open_tenant(scenario).asgi).run(sockets=[listening])


async def _plainly(app: Starlette, listening: socket.socket) -> None:
    server = uvicorn.Server(uvicorn.Config(
        app, http="h11", ws="none", access_log=False, log_config=None, lifespan="off"
    ))  # fmt: skip
    print(listening.getsockname()[1], flush=True)
    await server.serve([listening])


if __name__ == "__main__":
    main(*sys.argv[1:])
