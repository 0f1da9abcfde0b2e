"""What surrounds every call: identifiers, rate limits, compression (contract E1, E2, G)."""

import re
import zlib
from collections.abc import Callable
from typing import NamedTuple

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from entity_connections.domain.ids import hyphenate_id
from entity_connections.fake.api.answers import Category, Refusal, answer, refused
from entity_connections.fake.api.limits import Meter
from entity_connections.fake.api.token_meter import TokenMeter

_TRACK_ID = re.compile(r"[ !#-&(-9<-~]{1,64}")  # printable ASCII without " ' : ;
_COMPRESSED_ABOVE = 1000
_CONCURRENT_CALLS = 40


class Call(NamedTuple):
    """One call under way: its identifier and the headers its answer will carry."""

    request_id: str
    headers: dict[str, str]


def call_of(request: Request) -> Call:
    """Return the call that `request` belongs to."""
    call: Call = request.state.call
    return call


class Envelope:
    """ASGI middleware that puts every answer, good or bad, into Zuora's envelope."""

    def __init__(
        self, app: ASGIApp, *, new_trace: Callable[[], str], api: Meter, tokens: TokenMeter
    ) -> None:
        self._app = app
        self._new_trace = new_trace
        self._api = api
        self._tokens = tokens
        self._in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call; anything but HTTP passes untouched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._in_flight += 1
        try:
            call = Call(hyphenate_id(self._new_trace()), {})
            call.headers["Zuora-Request-Id"] = call.request_id
            asked = Headers(scope=scope)
            sealed = _sealing(send, call, asked)
            stop = self._meter(scope, call) or _bad_track_id(asked, call)
            if stop is None and "fault" in scope:  # the fault lab answers in our place
                stop = scope["fault"](call.request_id)
            if stop is not None:
                await stop(scope, receive, sealed)
            else:
                scope.setdefault("state", {})["call"] = call
                await self._app(scope, receive, sealed)
        finally:
            self._in_flight -= 1

    def _meter(self, scope: Scope, call: Call) -> Response | None:
        path = scope["path"]
        if path == "/oauth/token":
            client = scope.get("client")
            reading = self._tokens.count(client[0] if client else None)
            call.headers["X-RateLimit-Limit-minute"] = str(reading.limit)
            call.headers["X-RateLimit-Remaining-minute"] = str(reading.remaining)
        elif path.startswith("/v1/"):
            reading = self._api.count()
            call.headers["RateLimit-Limit"] = f"{reading.limit}, {self._api.quota}"
            call.headers["RateLimit-Remaining"] = str(reading.remaining)
            call.headers["RateLimit-Reset"] = str(reading.reset)
            call.headers["Concurrency-Limit-Type"] = "Default"
            call.headers["Concurrency-Limit-Limit"] = str(_CONCURRENT_CALLS)
            remaining = max(0, _CONCURRENT_CALLS - self._in_flight)
            call.headers["Concurrency-Limit-Remaining"] = str(remaining)
        else:
            return None
        return _too_many(reading.reset) if reading.exceeded else None


def _too_many(seconds: int) -> Response:
    # The one answer without `success`, and with a bare two-digit code (contract F1).
    message = f"Too many calls. The limit is renewed in {seconds} seconds."
    return answer({"reasons": [{"code": 70, "message": message}]}, status=429)


def _bad_track_id(headers: Headers, call: Call) -> Response | None:
    given = headers.get("zuora-track-id")
    if not given or _TRACK_ID.fullmatch(given):
        return None
    message = (
        "Zuora-Track-Id takes at most 64 ASCII characters "
        "without colon, semicolon, double quote and quote."
    )
    return refused(Refusal(Category.INVALID_VALUE, message, status=400), call.request_id)


def _sealing(send: Send, call: Call, asked: Headers) -> Send:
    start: Message = {}

    async def sealed(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
            return
        raw = start["headers"]
        there = {name for name, _ in raw}
        for name, value in call.headers.items():
            known = name.lower().encode()
            if known not in there:  # a replayed answer brings its own
                raw.append((known, value.encode()))
        headers = MutableHeaders(raw=raw)
        track_id = asked.get("zuora-track-id", "")
        if _TRACK_ID.fullmatch(track_id):
            headers["Zuora-Track-Id"] = track_id
        body = message.get("body", b"")
        if len(body) > _COMPRESSED_ABOVE and _takes_gzip(asked):
            message["body"] = _gzip(body)
            headers["Content-Encoding"] = "gzip"
            headers["Content-Length"] = str(len(message["body"]))
        await send(start)
        await send(message)

    return sealed


def _takes_gzip(asked: Headers) -> bool:
    for part in asked.get("accept-encoding", "").lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() == "gzip":
            return not re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", weight)
    return False


def _gzip(body: bytes) -> bytes:
    packer = zlib.compressobj(level=1, wbits=31)
    return packer.compress(body) + packer.flush()
