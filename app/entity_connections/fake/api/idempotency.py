"""Carrying out a POST once, however often it arrives under one Idempotency-Key (contract E3)."""

import json
import sqlite3
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from entity_connections.fake.api.middleware import current_call
from entity_connections.fake.api.request_body import read_body
from entity_connections.fake.api.responses import refusal_response
from entity_connections.fake.rules.policy import Policy, RefusalStatus, ReusedKey
from entity_connections.fake.rules.refusal import Category, Refusal, invalid_value
from entity_connections.fake.state.database import transaction

_LIFETIME = 24 * 3600
"""Seconds for which a response is stored."""
_MAX_KEY_LENGTH = 254
"""Zuora's guide says less than 255, its specification 255: this is the stricter one."""


def refuse_key(request: Request) -> None:
    """Refuse a PUT or DELETE with an Idempotency-Key, as a live tenant was seen to do.

    Raises:
        Refusal: The request has the header.
    """
    if "idempotency-key" in request.headers:
        raise invalid_value(f"{request.method} is not supported with the Idempotency-Key header.")


class IdempotencyStore:
    """Carries out changes in a transaction that also stores their response under the key."""

    def __init__(
        self, db: sqlite3.Connection, policy: Callable[[], Policy], clock: Callable[[], float]
    ) -> None:
        self._db = db
        self._policy = policy
        self._clock = clock
        self._running_keys: set[str] = set()

    async def run(
        self, request: Request, entity_id: str, change: Callable[[bytes], Response]
    ) -> Response:
        """Return the response of `change`, or the stored one if the key is known.

        Args:
            request: The request, whose body is read here.
            entity_id: The acting entity.
            change: Takes the body. A `Refusal` that it raises is stored like a success.

        Raises:
            Refusal: The key is malformed, in use (409) or belongs to another request (422).
        """
        key = _parse_key(request)
        if key is None:
            body = await read_body(request)
            with transaction(self._db):
                return self._respond(request, change, body)
        if key in self._running_keys:
            message = "The first request with this Idempotency-Key is still running."
            raise Refusal(Category.CONTENTION, message, status=409)
        self._running_keys.add(key)
        try:
            body = await read_body(request)
            with transaction(self._db):
                stored = self._load(request, key, entity_id, body)
                if stored is not None:
                    return stored
                response = self._respond(request, change, body)
                self._save(request, key, entity_id, body, response)
                return response
        finally:
            self._running_keys.discard(key)

    def _respond(
        self, request: Request, change: Callable[[bytes], Response], body: bytes
    ) -> Response:
        try:
            return change(body)
        except Refusal as refusal:
            by_status = self._policy().refusals is RefusalStatus.HTTP_4XX
            request_id = current_call(request).request_id
            return refusal_response(refusal, request_id, by_status=by_status)

    def _load(self, request: Request, key: str, entity_id: str, body: bytes) -> Response | None:
        self._db.execute("DELETE FROM stored_response WHERE expires <= ?", (self._clock(),))
        row = self._db.execute(
            "SELECT url, entity_and_body, status, headers, content FROM stored_response"
            " WHERE key = ?",
            (key,),
        ).fetchone()
        if row is None:
            return None
        url, entity_and_body, status, headers, content = row
        is_same_body = entity_and_body == _entity_and_body(entity_id, body)
        may_differ = self._policy().reused_key is ReusedKey.REPLAYED
        if url != _method_and_url(request) or not (is_same_body or may_differ):
            raise invalid_value("This Idempotency-Key belongs to another request.", status=422)
        return Response(content, status, json.loads(headers))

    def _save(
        self, request: Request, key: str, entity_id: str, body: bytes, response: Response
    ) -> None:
        headers = {**current_call(request).headers, **response.headers}
        self._db.execute(
            "INSERT INTO stored_response VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                key,
                _method_and_url(request),
                _entity_and_body(entity_id, body),
                response.status_code,
                json.dumps(headers),
                response.body,
                self._clock() + _LIFETIME,
            ),
        )


def _parse_key(request: Request) -> str | None:
    keys = request.headers.getlist("idempotency-key")
    if not keys:
        return None
    if len(keys) > 1 or not 1 <= len(keys[0]) <= _MAX_KEY_LENGTH:
        raise invalid_value(
            f"Idempotency-Key takes one value of 1 to {_MAX_KEY_LENGTH} characters."
        )
    return keys[0]


def _method_and_url(request: Request) -> str:
    query = request.scope["query_string"].decode("latin-1")
    return f"{request.method} {request.scope['path']}?{query}"


def _entity_and_body(entity_id: str, body: bytes) -> bytes:
    return entity_id.encode() + b" " + body
