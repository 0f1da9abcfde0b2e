"""What every call has in common: request id, track id and rate limits (contract E1, E2, G)."""

import re
from collections import defaultdict
from email.utils import formatdate
from functools import partial

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from entity_connections.domain.ids import hyphenate_id
from entity_connections.fake.api.rate_limits import (
    TOKEN_LIMITS,
    TOKEN_LIMITS_PER_ADDRESS,
    Limits,
    Meter,
    find_most_exhausted,
)
from entity_connections.fake.api.responses import rate_limit_response, refusal_response
from entity_connections.fake.refusal import Refusal, invalid_value
from entity_connections.fake.state.tenant_state import TenantState

FAULT = "entity_connections.fault"
"""Key of the ASGI scope: a `Response` or `Refusal` to answer instead of carrying out the call."""

_TRACK_ID = re.compile(r"[ !#-&(-9<-~]{1,64}")  # printable ASCII without " ' : ;
_CONCURRENCY_LIMIT = 40


def ignore_trailing_slash(app: ASGIApp, state: TenantState) -> ASGIApp:
    """Return an application without slashes at the end of paths, unless the policy refuses them."""

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removesuffix("/")
        if path != scope["path"] and state.policy().trailing_slash == "ignored":
            scope = {**scope, "path": path}
        await app(scope, receive, send)

    return call


class ZuoraMiddleware:
    """ASGI middleware that gives every response Zuora's headers and enforces the rate limits.

    The application finds these headers in `request.state.call_headers`.
    """

    def __init__(self, app: ASGIApp, state: TenantState, limits: Limits) -> None:
        self._app = app
        self._state = state
        self._api_meter = Meter(limits, state.clock)
        self._token_meter = Meter(TOKEN_LIMITS, state.clock)
        self._address_meters = defaultdict[str, Meter](
            lambda: Meter(TOKEN_LIMITS_PER_ADDRESS, state.clock)
        )
        self._calls_in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        headers = {
            "Date": formatdate(self._state.clock(), usegmt=True),
            "Zuora-Request-Id": hyphenate_id(self._state.new_trace()),
        }
        scope.setdefault("state", {})["call_headers"] = headers
        track_id = Headers(scope=scope).get("zuora-track-id", "")
        self._calls_in_flight += 1
        try:
            app = self._count_call(scope, headers) or scope.get(FAULT, self._app)
            if _TRACK_ID.fullmatch(track_id):
                headers["Zuora-Track-Id"] = track_id
            elif track_id:
                app = invalid_value(
                    "Zuora-Track-Id takes at most 64 ASCII characters "
                    "without colon, semicolon, double quote and quote."
                )
            if isinstance(app, Refusal):
                app = refusal_response(app, headers["Zuora-Request-Id"])
            await app(scope, receive, partial(_send_with_headers, send, headers))
        finally:
            self._calls_in_flight -= 1

    def _count_call(self, scope: Scope, headers: dict[str, str]) -> ASGIApp | None:
        """Count the call and add the headers about its limit; return HTTP 429 if it is exceeded."""
        if scope["path"] == "/oauth/token":
            readings = [self._token_meter.count()]
            if self._state.policy().token_limit == "per-address":  # noqa: S105 - no password
                address, _port = scope.get("client") or ("", 0)
                readings.append(self._address_meters[address].count())
            reading = find_most_exhausted(readings)
            headers["X-RateLimit-Limit-minute"] = str(reading.limit)
            headers["X-RateLimit-Remaining-minute"] = str(max(0, reading.remaining))
        elif scope["path"].startswith("/v1/"):
            reading = self._api_meter.count()
            headers["RateLimit-Limit"] = f"{reading.limit}, {self._api_meter.quota}"
            headers["RateLimit-Remaining"] = str(max(0, reading.remaining))
            headers["RateLimit-Reset"] = str(reading.reset)
            headers["Concurrency-Limit-Type"] = "Default"
            headers["Concurrency-Limit-Limit"] = str(_CONCURRENCY_LIMIT)
            remaining = max(0, _CONCURRENCY_LIMIT - self._calls_in_flight)
            headers["Concurrency-Limit-Remaining"] = str(remaining)
        else:
            return None
        return rate_limit_response(reading.reset) if reading.remaining < 0 else None


async def _send_with_headers(send: Send, headers: dict[str, str], message: Message) -> None:
    if message["type"] == "http.response.start":
        answer_headers = MutableHeaders(scope=message)
        for name, value in headers.items():
            answer_headers.setdefault(name, value)  # a stored response brings its own
    await send(message)
