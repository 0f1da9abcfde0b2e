"""Doing a POST once however often it arrives (contract E3)."""

import json
import sqlite3
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from entity_connections.fake.api import body
from entity_connections.fake.api.answers import Category, Refusal, refused
from entity_connections.fake.api.envelope import call_of
from entity_connections.fake.rules.choices import Refusals, ReusedKey
from entity_connections.fake.rules.policy import Policy
from entity_connections.fake.state.database import transaction

_LIFETIME = 24 * 3600
_LONGEST = 254
"""The guide says less than 255 where the specification says 255: the stricter one."""


def check_no_key(request: Request) -> None:
    """Let a request pass that carries no key, as every PUT and DELETE must.

    Raises:
        Refusal: It carries one; a live tenant was seen to refuse that.
    """
    if "idempotency-key" in request.headers:
        message = f"{request.method} is not supported with the Idempotency-Key header."
        raise Refusal(Category.INVALID_VALUE, message, status=400)


class Once:
    """Runs changes in a transaction that also stores their answer under the key."""

    def __init__(
        self, db: sqlite3.Connection, policy: Callable[[], Policy], clock: Callable[[], float]
    ) -> None:
        self._db = db
        self._policy = policy
        self._clock = clock
        self._running: set[str] = set()

    async def run(
        self, request: Request, entity_id: str, change: Callable[[bytes], Response]
    ) -> Response:
        """Answer `request` by `change`, or as the first time if its key is known.

        Args:
            request: The call; its body is read here.
            entity_id: The acting entity.
            change: Takes the body; may raise `Refusal`, which is stored like a success.

        Raises:
            Refusal: The key is malformed, in use (409) or belongs to another call (422).
        """
        key = _key(request)
        if key is None:
            raw = await body.read(request)
            with transaction(self._db):
                return self._answered(request, change, raw)
        if key in self._running:
            message = "The first request with this Idempotency-Key is still running."
            raise Refusal(Category.CONTENTION, message, status=409)
        self._running.add(key)
        try:
            raw = await body.read(request)
            with transaction(self._db):
                return self._stored(request, key, entity_id, raw) or self._first(
                    request, key, entity_id, raw, change
                )
        finally:
            self._running.discard(key)

    def _stored(self, request: Request, key: str, entity_id: str, raw: bytes) -> Response | None:
        self._db.execute("DELETE FROM stored_answer WHERE expires <= ?", (self._clock(),))
        row = self._db.execute(
            "SELECT call, asked, status, headers, body FROM stored_answer WHERE key = ?", (key,)
        ).fetchone()
        if row is None:
            return None
        call, asked, status, headers, content = row
        other_body = (
            asked != _asked(entity_id, raw) and self._policy().reused_key is ReusedKey.REFUSED
        )
        if call != _call(request) or other_body:
            message = "This Idempotency-Key belongs to another request."
            raise Refusal(Category.INVALID_VALUE, message, status=422)
        return Response(content, status, json.loads(headers))

    def _first(
        self,
        request: Request,
        key: str,
        entity_id: str,
        raw: bytes,
        change: Callable[[bytes], Response],
    ) -> Response:
        response = self._answered(request, change, raw)
        headers = {**call_of(request).headers, **response.headers}
        self._db.execute(
            "INSERT INTO stored_answer VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                key,
                _call(request),
                _asked(entity_id, raw),
                response.status_code,
                json.dumps(headers),
                response.body,
                self._clock() + _LIFETIME,
            ),
        )
        return response

    def _answered(
        self, request: Request, change: Callable[[bytes], Response], raw: bytes
    ) -> Response:
        try:
            return change(raw)
        except Refusal as refusal:
            by_status = self._policy().refusals is Refusals.HTTP_4XX
            return refused(refusal, call_of(request).request_id, by_status=by_status)


def _key(request: Request) -> str | None:
    given = request.headers.getlist("idempotency-key")
    if not given:
        return None
    if len(given) > 1 or not 1 <= len(given[0]) <= _LONGEST:
        message = f"Idempotency-Key takes one value of 1 to {_LONGEST} characters."
        raise Refusal(Category.INVALID_VALUE, message, status=400)
    return given[0]


def _call(request: Request) -> str:
    query = request.scope["query_string"].decode("latin-1")
    return f"{request.method} {request.scope['path']}?{query}"


def _asked(entity_id: str, raw: bytes) -> bytes:
    return entity_id.encode() + b" " + raw
