"""What every call has in common: request id, track id and rate limits (contract E1, E2, G)."""

import re
from collections.abc import Callable
from typing import NamedTuple

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from entity_connections.domain.ids import hyphenate_id
from entity_connections.fake.api.rate_limits import Meter, TokenMeter
from entity_connections.fake.api.responses import rate_limit_response, refusal_response
from entity_connections.fake.rules.refusal import Refusal, invalid_value

FAULT = "entity_connections.fault"
"""Key of the ASGI scope: a `Response` or `Refusal` to answer instead of carrying out the call."""

_TRACK_ID = re.compile(r"[ !#-&(-9<-~]{1,64}")  # printable ASCII without " ' : ;
_CONCURRENCY_LIMIT = 40


class Call(NamedTuple):
    """A call under way: its request id, and headers for its response."""

    request_id: str
    headers: dict[str, str]


def current_call(request: Request) -> Call:
    """Return the call that `request` belongs to."""
    call: Call = request.state.call
    return call


class ZuoraMiddleware:
    """ASGI middleware that gives every response Zuora's headers and enforces the rate limits."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        new_request_id: Callable[[], str],
        api_meter: Meter,
        token_meter: TokenMeter,
    ) -> None:
        self._app = app
        self._new_request_id = new_request_id
        self._api_meter = api_meter
        self._token_meter = token_meter
        self._calls_in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call; anything but HTTP is passed on unchanged."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._calls_in_flight += 1
        try:
            call = Call(hyphenate_id(self._new_request_id()), {})
            call.headers["Zuora-Request-Id"] = call.request_id
            track_id = Headers(scope=scope).get("zuora-track-id", "")
            refused = self._count_call(scope, call) or _check_track_id(track_id)
            answer = refused or scope.get(FAULT)
            if isinstance(answer, Refusal):
                answer = refusal_response(answer, call.request_id)
            if answer is None:
                scope.setdefault("state", {})["call"] = call
            app = answer or self._app
            await app(scope, receive, _send_with_headers(send, call, track_id))
        finally:
            self._calls_in_flight -= 1

    def _count_call(self, scope: Scope, call: Call) -> Response | None:
        """Count the call and add the headers about its limit; return HTTP 429 if it is exceeded."""
        path = scope["path"]
        if path == "/oauth/token":
            client = scope.get("client")
            reading = self._token_meter.count(client[0] if client else None)
            call.headers["X-RateLimit-Limit-minute"] = str(reading.limit)
            call.headers["X-RateLimit-Remaining-minute"] = str(reading.remaining)
        elif path.startswith("/v1/"):
            reading = self._api_meter.count()
            call.headers["RateLimit-Limit"] = f"{reading.limit}, {self._api_meter.quota}"
            call.headers["RateLimit-Remaining"] = str(reading.remaining)
            call.headers["RateLimit-Reset"] = str(reading.reset)
            call.headers["Concurrency-Limit-Type"] = "Default"
            call.headers["Concurrency-Limit-Limit"] = str(_CONCURRENCY_LIMIT)
            remaining = max(0, _CONCURRENCY_LIMIT - self._calls_in_flight)
            call.headers["Concurrency-Limit-Remaining"] = str(remaining)
        else:
            return None
        return rate_limit_response(reading.reset) if reading.exceeded else None


def _check_track_id(track_id: str) -> Refusal | None:
    if not track_id or _TRACK_ID.fullmatch(track_id):
        return None
    return invalid_value(
        "Zuora-Track-Id takes at most 64 ASCII characters "
        "without colon, semicolon, double quote and quote."
    )


def _send_with_headers(send: Send, call: Call, track_id: str) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message["headers"])
            for name, value in call.headers.items():
                headers.setdefault(name, value)  # a stored response brings its own
            if _TRACK_ID.fullmatch(track_id):
                headers["Zuora-Track-Id"] = track_id
        await send(message)

    return send_with_headers
