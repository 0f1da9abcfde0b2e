"""Somebody else in the same tenant, who acts while you look elsewhere."""

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, NamedTuple
from urllib.parse import urlencode

from starlette.types import ASGIApp, Message

from entity_connections.domain.ids import hyphenate_id, normalize_id
from entity_connections.fake.scenarios.model import CONNECTED, PENDING, User

_TRIES = 8
_TASTE = {"accept": 4, "request": 3, "deny": 2, "disconnect": 1}
"""How much rather the one than the other."""


class _Move(NamedTuple):
    kind: str
    method: str
    path: str
    body: dict[str, str]


class Colleague:
    """Uses the tenant as everybody does, over its API: its rules hold here, too."""

    def __init__(self, app: ASGIApp, users: Callable[[], Sequence[User]]) -> None:
        self._app = app
        self._users = users

    async def act(self, dice: Random) -> None:
        """Change one connection, as a user and in an entity that the dice choose."""
        for _ in range(_TRIES):
            if await self._try(dice):
                return

    async def _try(self, dice: Random) -> bool:
        user = dice.choice(self._users())
        form = {
            "grant_type": "client_credentials",
            "client_id": user.client_id,
            "client_secret": user.client_secret,
        }
        signed_in = await self._call(
            "POST", "/oauth/token", urlencode(form), "application/x-www-form-urlencoded"
        )
        entities = [
            normalize_id(part.removeprefix("entity."))
            for part in signed_in.get("scope", "").split()
            if part.startswith("entity.")
        ]
        if not entities:
            return False
        acting = dice.choice(entities)
        credentials = {
            "authorization": f"Bearer {signed_in['access_token']}",
            "zuora-entity-ids": hyphenate_id(acting),
        }
        listed = await self._call(
            "GET", "/v1/entity-connections", query="pageSize=300", headers=credentials
        )
        moves = _moves(acting, entities, listed.get("entityConnections", []))
        kinds = [kind for kind in _TASTE if any(one.kind == kind for one in moves)]
        if not kinds:
            return False
        kind = dice.choices(kinds, [_TASTE[one] for one in kinds])[0]
        move = dice.choice([one for one in moves if one.kind == kind])
        done = await self._call(
            move.method, move.path, json.dumps(move.body), "application/json", headers=credentials
        )
        return done.get("success") is True

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
        sent = bytearray()

        async def receive() -> Message:
            return {"type": "http.request", "body": content.encode(), "more_body": False}

        async def send(message: Message) -> None:
            sent.extend(message.get("body", b""))

        heads = {"content-type": media_type, **(headers or {})}
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "server": ("fake-tenant.localhost", 80),
            "root_path": "",
            "path": path,
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in heads.items()],
        }
        await self._app(scope, receive, send)
        found = json.loads(sent)
        return found if isinstance(found, dict) else {}


def _moves(acting: str, entities: Sequence[str], rows: Sequence[dict[str, str]]) -> list[_Move]:
    def put(kind: str, id_: str) -> _Move:
        return _Move(kind, "PUT", f"/v1/entity-connections/{id_}/{kind}", {})

    moves = []
    asked = {acting}
    for row in rows:
        living = row["status"] in (PENDING, CONNECTED)
        if living and row["sourceEntityId"] == acting:
            asked.add(row["targetEntityId"])
        if row["status"] == PENDING and row["targetEntityId"] == acting:
            moves += [put("accept", row["id"]), put("deny", row["id"])]
        if row["status"] == CONNECTED:
            moves.append(put("disconnect", row["id"]))
    moves += [
        _Move("request", "POST", "/v1/entity-connections", {"targetEntityId": id_})
        for id_ in entities
        if id_ not in asked
    ]
    return moves
