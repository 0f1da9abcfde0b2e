"""Several `serve` of one file: they race, they are killed, and the tenant stays whole."""

import asyncio
import json
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from entity_connections.fake.scenarios.builtin.empty import GLOBAL, LABS, NORTH
from entity_connections.fake.tenant_file import open_file

from tests.cli.tenant import PROGRAM

CONNECTIONS = "/v1/entity-connections"
NUMBERS = count()
LATER = {"Pending": 0, "Connected": 1, "Disconnected": 2}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shared.tenant"


class Person:
    """Somebody with a connection of their own to a server."""

    def __init__(self, url: str) -> None:
        self._login = {
            "apiAccessKeyId": "alice@novera.example",
            "apiSecretAccessKey": "not/a+secret=alice",
        }
        self.client = httpx.AsyncClient(base_url=url, trust_env=False, timeout=30)

    async def call(
        self, method: str, path: str, acting: str, body: object = None, **headers: str
    ) -> Any:
        answer = await self.client.request(
            method, path, json=body, headers={**self._login, "entityId": acting, **headers}
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def request(self, source: str, target: str, key: str = "") -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        return await self.call("POST", CONNECTIONS, source, {"targetEntityId": target}, **headers)

    async def act(self, action: str, acting: str, id_: str) -> Any:
        return await self.call("PUT", f"{CONNECTIONS}/{id_}/{action}", acting, {})

    async def list(self, acting: str) -> dict[str, tuple[str, str, str]]:
        path = f"{CONNECTIONS}?type=inbound&pageSize=300"
        rows = (await self.call("GET", path, acting))["entityConnections"]
        return {id_: tuple(row) for id_, *row in (row.values() for row in rows)}


class Worker:
    """What somebody was told of one pair, and the key of the request that had no answer."""

    def __init__(self, source: str, target: str) -> None:
        self.source, self.target = source, target
        self.statuses: dict[str, str] = {}
        self.keys: dict[str, str] = {}
        self.unanswered = ""
        self.answered = asyncio.Semaphore(0)

    async def work(self, url: str, over: asyncio.Event) -> None:
        """Request, accept and disconnect, again and again, until told or cut off."""
        person = Person(url)
        while not over.is_set():
            key = self.unanswered = f"key {next(NUMBERS)}"
            made = (await person.request(self.source, self.target, key))["id"]
            self.keys[key], self.unanswered = made, ""
            self.statuses[made] = "Pending"
            self.answered.release()
            for action, status in (("accept", "Connected"), ("disconnect", "Disconnected")):
                assert (await person.act(action, self.target, made))["success"]
                self.statuses[made] = status
        await person.client.aclose()

    async def tidy(self, url: str, stored: dict[str, str]) -> None:
        """Send once more what had no answer, and end what is open."""
        person = Person(url)
        if key := self.unanswered:
            made = await person.request(self.source, self.target, key)
            assert made["success"]
            assert made["id"] == stored.get(key, made["id"])
        for id_, row in (await person.list(self.target)).items():
            if row[0] == self.source and row[2] == "Pending":
                assert (await person.act("accept", self.target, id_))["success"]
            if row[0] == self.source and row[2] != "Disconnected":
                assert (await person.act("disconnect", self.target, id_))["success"]
        await person.client.aclose()


@contextmanager
def _serving(path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [*PROGRAM, "serve", "--port", "0", "--json", "--scenario", "empty",
               "--tenant", str(path)]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, json.loads(process.stdout.readline())["base_url"]
        finally:
            process.kill()


def test_a_killed_server_loses_no_answered_change(path: Path) -> None:
    async def a_round(
        killed: subprocess.Popen[str], urls: list[str], requests: int
    ) -> list[Worker]:
        workers = [Worker(GLOBAL, NORTH), Worker(GLOBAL, LABS), Worker(NORTH, LABS)]
        over = asyncio.Event()
        work = [
            asyncio.create_task(worker.work(url, over))
            for worker, url in zip(workers, (urls[0], *urls), strict=True)
        ]
        for worker in workers[:2] * requests:
            await worker.answered.acquire()
        killed.send_signal(signal.SIGKILL)
        cut_off = await asyncio.gather(*work[:2], return_exceptions=True)
        assert all(isinstance(result, httpx.TransportError) for result in cut_off), cut_off
        over.set()
        await work[2]  # whoever is at the other server notices nothing
        return workers

    with _serving(path) as (_, survivor):
        for requests in (1, 4, 12):
            with _serving(path) as (killed, url):
                workers = asyncio.run(a_round(killed, [url, survivor], requests))
            rows, stored = _records(path)
            assert set(stored.values()) == rows.keys()
            living = Counter(row[:2] for row in rows.values() if row[2] != "Disconnected")
            assert set(living.values()) <= {1}
            for worker in workers:
                assert worker.keys.items() <= stored.items()
                for id_, status in worker.statuses.items():
                    assert LATER[rows[id_][2]] >= LATER[status]
                asyncio.run(worker.tidy(survivor, stored))


def _records(path: Path) -> tuple[dict[str, tuple[str, str, str]], dict[str, str]]:
    """Return the connections in the file, and the id stored under each key; it must be whole."""
    with closing(open_file(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        rows = db.execute("SELECT id, source_id, target_id, status FROM connection")
        found = {id_: (source, target, status) for id_, source, target, status in rows}
        stored = db.execute("SELECT key, content FROM stored_response")
        return found, {key: json.loads(body)["id"] for key, body in stored}
