"""Two `serve` of one tenant file: when one is killed, no change that it has answered is lost."""

import json
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, Semaphore
from typing import Any
from uuid import uuid4

import httpx
from entity_connections.fake.scenarios.builtin.empty import GLOBAL, LABS, NORTH, SOUTH, STUDIO
from entity_connections.fake.tenant_file import open_file

from tests.cli.tenant import PROGRAM

CONNECTIONS = "/v1/entity-connections"
LOGIN = {"apiAccessKeyId": "alice@novera.example", "apiSecretAccessKey": "not/a+secret=alice"}
STATUSES = ["Pending", "Connected", "Disconnected"]


class Caller:
    """Changes connections of one pair through one server, and remembers what was answered.

    Attributes:
        ids: The id that was answered to the request under each key.
        statuses: The last answered status of each connection.
        answered: Counts the answered requests.
    """

    def __init__(self, url: str, source: str, target: str) -> None:
        self.client = httpx.Client(base_url=url, headers=LOGIN, trust_env=False, timeout=30)
        self.source, self.target = source, target
        self.last_key = ""
        self.ids: dict[str, str] = {}
        self.statuses: dict[str, str] = {}
        self.answered = Semaphore(0)

    def run(self, is_over: Event) -> None:
        """Request, accept and disconnect again and again."""
        with self.client:
            while not is_over.is_set():
                self.last_key = str(uuid4())
                id_ = self.request(self.last_key)
                self.ids[self.last_key], self.statuses[id_] = id_, "Pending"
                self.answered.release()
                for action, status in (("accept", "Connected"), ("disconnect", "Disconnected")):
                    self.call("PUT", f"{CONNECTIONS}/{id_}/{action}", self.target, {})
                    self.statuses[id_] = status

    def request(self, key: str) -> str:
        body = {"targetEntityId": self.target}
        answer = self.call("POST", CONNECTIONS, self.source, body, **{"Idempotency-Key": key})
        return str(answer["id"])

    def call(self, method: str, path: str, acting: str, body: object, **headers: str) -> Any:
        headers["entityId"] = acting
        answer = self.client.request(method, path, json=body, headers=headers).json()
        assert answer["success"], answer
        return answer


@contextmanager
def serve(path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [*PROGRAM, "serve", "--port", "0", "--json", "--scenario", "empty", "--tenant"]
    with subprocess.Popen([*command, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, json.loads(process.stdout.readline())["base_url"]
        finally:
            process.kill()


def test_a_killed_server_loses_no_answered_change(tmp_path: Path) -> None:
    path = tmp_path / "shared.tenant"
    with serve(path) as (_, other_url), ThreadPoolExecutor() as threads:
        for target, requests in ((NORTH, 1), (SOUTH, 4), (LABS, 12)):
            is_over = Event()
            with serve(path) as (killed, url):
                callers = [Caller(url, GLOBAL, target), Caller(other_url, NORTH, STUDIO)]
                runs = [threads.submit(caller.run, is_over) for caller in callers]
                for _ in range(requests):
                    assert callers[0].answered.acquire(timeout=30)
                killed.kill()
                assert isinstance(runs[0].exception(30), httpx.TransportError)
            is_over.set()
            assert runs[1].exception(30) is None  # callers of the other server notice nothing
            statuses, stored_ids = read_file(path)
            assert set(stored_ids.values()) == statuses.keys()
            for caller in callers:
                assert caller.ids.items() <= stored_ids.items()
                for id_, status in caller.statuses.items():
                    assert STATUSES.index(statuses[id_]) >= STATUSES.index(status)
            key, again = callers[0].last_key, Caller(other_url, GLOBAL, target)
            with again.client:
                if key in stored_ids:  # a repeated request changes nothing
                    assert again.request(key) == stored_ids[key]


def read_file(path: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Return the status of each connection in the file, and the id stored under each key."""
    with closing(open_file(path)) as db:
        statuses = dict(db.execute("SELECT id, status FROM connection"))
        stored = db.execute("SELECT key, content FROM stored_response")
        return statuses, {key: json.loads(content)["id"] for key, content in stored}
