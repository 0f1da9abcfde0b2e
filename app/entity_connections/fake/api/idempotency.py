"""Carrying out a POST once, however often it arrives under one Idempotency-Key (contract E3)."""

import json
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from entity_connections.fake.api.requests import read_body
from entity_connections.fake.refusal import Category, Refusal, invalid_value
from entity_connections.fake.state.database import transaction
from entity_connections.fake.state.tenant_state import TenantState

Respond = Callable[[bytes], Response]
"""Carries out a change, given the body of its request; it raises no `Refusal`."""

_LIFETIME = 24 * 3600
"""Seconds for which a response is stored."""
_MAX_KEY_LENGTH = 254
"""Zuora's guide says less than 255, its specification 255: this is the stricter one."""


class IdempotencyStore:
    """Carries out changes in a transaction that also stores their response under the key."""

    def __init__(self, state: TenantState) -> None:
        self._state = state
        self._running_keys: set[str] = set()

    async def run(self, request: Request, entity_id: str, respond: Respond) -> Response:
        """Return the response to a POST, PUT or DELETE, or the stored one if its key is known.

        A key that is malformed, in use (409) or of another request (422) raises `Refusal`.
        """
        key = _parse_key(request)
        if key is None:
            body = await read_body(request)
            with transaction(self._state.db):
                return respond(body)
        if key in self._running_keys:
            message = "The first request with this Idempotency-Key is still running."
            raise Refusal(Category.CONTENTION, message, status=409)
        self._running_keys.add(key)
        try:
            body = await read_body(request)
            url = f"{request.scope['path']}?{request.scope['query_string'].decode('latin-1')}"
            entity_and_body = entity_id.encode() + b" " + body
            with transaction(self._state.db):
                response = self._load(key, url, entity_and_body)
                if response is None:
                    response = respond(body)
                    headers = {**request.state.call_headers, **response.headers}
                    for name in ("Date", "Zuora-Track-Id"):  # the next call brings its own
                        headers.pop(name, None)
                    expires = self._state.clock() + _LIFETIME
                    self._state.db.execute(
                        "INSERT INTO stored_response VALUES (?, ?, ?, ?, ?, ?, ?)",
                        (key, url, entity_and_body, response.status_code, json.dumps(headers),
                         response.body, expires),
                    )  # fmt: skip
                return response
        finally:
            self._running_keys.discard(key)

    def _load(self, key: str, url: str, entity_and_body: bytes) -> Response | None:
        self._state.db.execute(
            "DELETE FROM stored_response WHERE expires <= ?", (self._state.clock(),)
        )
        row = self._state.db.execute(
            "SELECT status, headers, content, url = ?, entity_and_body = ?"
            " FROM stored_response WHERE key = ?",
            (url, entity_and_body, key),
        ).fetchone()
        if row is None:
            return None
        status, headers, content, is_same_url, is_same_body = row
        may_differ = self._state.policy().reused_key == "replayed"
        if not is_same_url or not (is_same_body or may_differ):
            raise invalid_value("This Idempotency-Key belongs to another request.", status=422)
        return Response(content, status, json.loads(headers))


def _parse_key(request: Request) -> str | None:
    keys = request.headers.getlist("idempotency-key")
    if not keys:
        return None
    if request.method != "POST":  # a live tenant was seen to refuse it
        raise invalid_value(f"{request.method} is not supported with the Idempotency-Key header.")
    if len(keys) > 1 or not 1 <= len(keys[0]) <= _MAX_KEY_LENGTH:
        raise invalid_value(
            f"Idempotency-Key takes one value of 1 to {_MAX_KEY_LENGTH} characters."
        )
    return keys[0]
