"""The fault another-administrator: another user who changes connections meanwhile."""

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, NamedTuple
from urllib.parse import urlencode

from starlette.types import ASGIApp, Message

from entity_connections.domain.ids import hyphenate_id, normalize_id
from entity_connections.fake.model import CONNECTED, PENDING, User

_MAX_ATTEMPTS = 8
_WEIGHTS = {"accept": 4, "request": 3, "deny": 2, "disconnect": 1}
"""How likely each action is, relative to the others."""


class _Change(NamedTuple):
    action: str
    method: str
    path: str
    body: dict[str, str]


class OtherAdministrator:
    """Changes connections over the tenant's own API, so that all rules hold."""

    def __init__(self, app: ASGIApp, users: Callable[[], Sequence[User]]) -> None:
        self._app = app
        self._users = users

    async def act(self, random: Random) -> None:
        """Change one connection, as a random user in a random entity, if any change is allowed."""
        for _ in range(_MAX_ATTEMPTS):
            if await self._try_to_act(random):
                return

    async def _try_to_act(self, random: Random) -> bool:
        user = random.choice(self._users())
        form = {
            "grant_type": "client_credentials",
            "client_id": user.client_id,
            "client_secret": user.client_secret,
        }
        token = await self._call(
            "POST", "/oauth/token", urlencode(form), "application/x-www-form-urlencoded"
        )
        entity_ids = [
            normalize_id(part.removeprefix("entity."))
            for part in token.get("scope", "").split()
            if part.startswith("entity.")
        ]
        if not entity_ids:
            return False
        acting_id = random.choice(entity_ids)
        headers = {
            "authorization": f"Bearer {token['access_token']}",
            "zuora-entity-ids": hyphenate_id(acting_id),
        }
        answer = await self._call(
            "GET", "/v1/entity-connections", query="pageSize=300", headers=headers
        )
        changes = _possible_changes(acting_id, entity_ids, answer.get("entityConnections", []))
        actions = [
            action for action in _WEIGHTS if any(change.action == action for change in changes)
        ]
        if not actions:
            return False
        action = random.choices(actions, [_WEIGHTS[action] for action in actions])[0]
        change = random.choice([change for change in changes if change.action == action])
        answer = await self._call(
            change.method, change.path, json.dumps(change.body), headers=headers
        )
        return answer.get("success") is True

    async def _call(
        self,
        method: str,
        path: str,
        content: str = "",
        media_type: str = "application/json",
        *,
        query: str = "",
        headers: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        """Call the tenant over ASGI and return the JSON object of its response."""
        response = bytearray()

        async def receive() -> Message:
            return {"type": "http.request", "body": content.encode(), "more_body": False}

        async def send(message: Message) -> None:
            response.extend(message.get("body", b""))

        all_headers = {"content-type": media_type, **(headers or {})}
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "server": ("fake-tenant.localhost", 80),
            "root_path": "",
            "path": path,
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in all_headers.items()],
        }
        await self._app(scope, receive, send)
        body = json.loads(response)
        return body if isinstance(body, dict) else {}


def _possible_changes(
    acting_id: str, entity_ids: Sequence[str], connections: Sequence[dict[str, str]]
) -> list[_Change]:
    def put(action: str, connection: dict[str, str]) -> _Change:
        path = f"/v1/entity-connections/{connection['id']}/{action}"
        return _Change(action, "PUT", path, {})

    changes = []
    requested_ids = {acting_id}
    for connection in connections:
        status = connection["status"]
        if status in (PENDING, CONNECTED) and connection["sourceEntityId"] == acting_id:
            requested_ids.add(connection["targetEntityId"])
        if status == PENDING and connection["targetEntityId"] == acting_id:
            changes += [put("accept", connection), put("deny", connection)]
        if status == CONNECTED:
            changes.append(put("disconnect", connection))
    changes += [
        _Change("request", "POST", "/v1/entity-connections", {"targetEntityId": id_})
        for id_ in entity_ids
        if id_ not in requested_ids
    ]
    return changes
