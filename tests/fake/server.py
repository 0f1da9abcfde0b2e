"""A fake tenant with an HTTP client, and with a clock that tests control."""

from collections.abc import Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import Any

import httpx
from entity_connections.fake.api.rate_limits import PRODUCTION_LIMITS, Limits
from entity_connections.fake.faults.active_faults import ActiveFaults
from entity_connections.fake.model import Scenario
from entity_connections.fake.policy import Policy
from entity_connections.fake.tenant import open_tenant

BASE = "https://rest.acme.example"
Json = dict[str, Any]


class Server:
    """An open tenant; `now` is the time of its clock, in seconds."""

    def __init__(
        self,
        scenario: str | Scenario = "acme",
        *,
        path: Path | None = None,
        policy: Policy | None = None,
        limits: Limits = PRODUCTION_LIMITS,
        faults: Sequence[str] = (),
        seed: int = 0,
    ) -> None:
        self.now = 1_800_000_000.0
        self.tenant = open_tenant(
            scenario,
            path=path,
            clock=lambda: self.now,
            limits=limits,
            faults=ActiveFaults(faults, seed=seed),
        )
        if policy is not None:
            self.tenant.policy = policy
        self.users = {user.name: user for user in self.tenant.users}
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.tenant.asgi), base_url=BASE
        )

    async def token(self, username: str, **changes: str) -> httpx.Response:
        """Ask for a token; `changes` replace fields of the form."""
        user = self.users[username]
        form = {
            "grant_type": "client_credentials",
            "client_id": user.client_id,
            "client_secret": user.client_secret,
        } | changes
        fields = {name: value for name, value in form.items() if value}
        return await self.client.post("/oauth/token", data=fields)

    async def sign_in(self, username: str, entity_id: str | None = None) -> "Session":
        """Return a session of a user in an entity, by default the home entity."""
        token = (await self.token(username)).json()["access_token"]
        headers = {
            "Authorization": f"Bearer {token}",
            "Zuora-Entity-Ids": entity_id or self.users[username].home_entity_id,
        }
        return Session(self.client, headers)

    async def find_connection(self, connection_id: str) -> Json | None:
        """Return a connection of the global entity as alice sees it."""
        session = await self.sign_in("alice")
        return next((row for row in await session.list() if row["id"] == connection_id), None)


class Session:
    """A user signed in, who acts in one entity."""

    def __init__(self, client: httpx.AsyncClient, headers: Mapping[str, str]) -> None:
        self._client = client
        self.headers = dict(headers)

    async def call(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **content: Any
    ) -> httpx.Response:
        """Make any call as this user."""
        headers = {**self.headers, **(headers or {})}
        return await self._client.request(method, path, headers=headers, **content)

    async def get(self, path: str, **params: str) -> httpx.Response:
        """Read something."""
        return await self.call("GET", path, params=params or None)

    async def list(self, **params: str) -> list[Json]:
        """Return connections, up to as many as fit on the largest page."""
        answer = await self.get("/v1/entity-connections", pageSize="300", **params)
        rows: list[Json] = answer.json()["entityConnections"]
        return rows

    async def request(self, target_id: str, key: str | None = None) -> httpx.Response:
        """Request a connection, under an idempotency key if one is given."""
        return await self.call(
            "POST",
            "/v1/entity-connections",
            json={"targetEntityId": target_id},
            headers={"Idempotency-Key": key} if key else {},
        )

    async def act(self, action: str, connection_id: str) -> httpx.Response:
        """Accept, deny or disconnect."""
        path = f"/v1/entity-connections/{connection_id}/{action}"
        return await self.call("PUT", path, json={})


def category(answer: httpx.Response) -> int:
    """Return the category of a refusal; fail if `answer` is not one in Zuora's shape."""
    body = answer.json()
    check_shape(answer.status_code, answer.headers, body)
    assert body["success"] is False
    return int(body["reasons"][0]["code"]) % 100


def sentence(answer: httpx.Response) -> str:
    """Return what a refusal says."""
    assert category(answer)
    return str(answer.json()["reasons"][0]["message"])


def check_shape(status: int, headers: Mapping[str, str], body: Json) -> None:
    """Fail unless an answer has one of Zuora's shapes (contract F1)."""
    assert len(headers["zuora-request-id"]) == 36
    if body.get("success", True):
        assert status == 200
        return
    assert status < 500
    assert len(body["processId"]) == 16
    assert body["requestId"] == headers["zuora-request-id"]
    assert body["reasons"]
    for reason in body["reasons"]:
        assert isinstance(reason["code"], int)
        assert 10_000_000 <= reason["code"] <= 99_999_999
        assert reason["message"][-1] == "."


async def raw_call(
    app: Any,
    method: str,
    path: str,
    *,
    query: bytes = b"",
    headers: Sequence[tuple[bytes, bytes]] = (),
    body: bytes | None = b"",
) -> tuple[int, dict[str, str], bytes]:
    """Call `app` over ASGI with bytes that a client would not send.

    When `body` is None the caller disconnects before it has sent one.
    """
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> Json:
        if body is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query,
        "headers": list(headers),
        "scheme": "http",
        "server": ("fake", 80),
        "root_path": "",
        "http_version": "1.1",
    }
    await app(scope, receive, send)
    start, content = sent
    answered = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], answered, content["body"]
