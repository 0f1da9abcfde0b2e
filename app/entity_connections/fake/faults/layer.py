"""What carries the faults out: an ASGI layer in front of a tenant."""

import asyncio
from collections.abc import Awaitable
from functools import partial

from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from entity_connections.fake.api.answers import Category, Refusal, answer, refused
from entity_connections.fake.faults.catalogue import Setting
from entity_connections.fake.faults.colleague import Colleague
from entity_connections.fake.faults.control import PATH
from entity_connections.fake.faults.lab import Faults

HANG_UP = "entity_connections.hang_up"
"""An extension of the scope: a function that ends the connection once what was sent has left.

`entity_connections.fake.server` offers it. Where it is missing, as in one process, the layer
raises `ConnectionResetError` instead of answering, or ends a body before its time.
"""
LEAVING = "entity_connections.leaving"
"""An extension of the scope: an `asyncio.Event` that is set when the server ends.

Then no answer is held any longer. Where it is missing, who calls in the same
process cancels the call.
"""

_CONCURRENT = "Too many requests are running at once."


class FaultLayer:
    """ASGI middleware; while no fault is on it costs nothing to speak of."""

    def __init__(self, app: ASGIApp, faults: Faults, colleague: Colleague) -> None:
        self._app = app
        self._faults = faults
        self._colleague = colleague

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call, or do to it what is on."""
        # What switches the faults off again must be reached whatever is on.
        if self._faults and scope["type"] == "http" and scope["path"] != PATH:
            await self._troubled(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _troubled(self, scope: Scope, receive: Receive, send: Send) -> None:
        faults, path = self._faults, scope["path"]
        strikes = partial(faults.strikes, method=scope["method"], path=path)
        if path.startswith("/v1/") and faults.somebody_acts() and strikes("another-administrator"):
            await self._colleague.act(faults.dice("another-administrator"))
        late = _seconds(strikes("latency"))
        if (jitter := strikes("jitter")) is not None:
            late += faults.dice("jitter").random() * _seconds(jitter)
        if late:
            await _held(scope, late)
        if (out := strikes("time-out")) is not None:
            await _held(scope, _seconds(out), _gone(receive))
            if _is_leaving(scope):
                await _hang_up(scope, receive)
            else:
                await _gateway(504)(scope, receive, send)
        elif (instead := self._instead(strikes)) is not None:
            await instead(scope, receive, send)
        else:
            self._refuse(scope, strikes)
            await self._answered(strikes, scope, receive, send)

    def _instead(self, strikes: "partial[Setting | None]") -> Response | None:
        """Return what a gateway answers before the call reaches the tenant."""
        if strikes("http-502"):
            return _gateway(502)
        if (one := strikes("http-503-retry-after")) is not None:
            return _gateway(503, retry_after=one)
        return _gateway(503) if strikes("http-503") else None

    def _refuse(self, scope: Scope, strikes: "partial[Setting | None]") -> None:
        """Leave in the scope what the envelope is to answer instead of the application."""
        if (one := strikes("rate-limit-retry-after")) is not None:
            scope["fault"] = lambda _id: _rate_limited(one, told=True)
        elif (other := strikes("rate-limit")) is not None:
            scope["fault"] = lambda _id: _rate_limited(other, told=False)
        elif (crowd := strikes("concurrency-retry-after")) is not None:
            scope["fault"] = partial(_crowded, {"Retry-After": f"{_seconds(crowd):.0f}"})
        elif strikes("concurrency"):
            scope["fault"] = partial(_crowded, {})
        elif scope["path"].startswith("/v1/"):
            token = next((v for k, v in scope["headers"] if k == b"authorization"), b"")
            if self._faults.worn_out(token.decode("latin-1")) and strikes("expired-token"):
                scope["fault"] = _expired

    async def _answered(
        self, strikes: "partial[Setting | None]", scope: Scope, receive: Receive, send: Send
    ) -> None:
        if strikes("http-504"):
            await self._app(scope, receive, _nowhere)
            await _gateway(504)(scope, receive, send)
        elif strikes("drop"):
            await self._app(scope, receive, _nowhere)
            await _hang_up(scope, receive)
        elif strikes("truncated"):
            await self._app(scope, receive, partial(_half, scope, send))
            if HANG_UP in scope.get("extensions", {}):
                await _hang_up(scope, receive)
        else:
            await self._app(scope, receive, send)


def _seconds(one: Setting | None) -> float:
    return one.value or 0.0 if one is not None else 0.0


def _gateway(status: int, *, retry_after: Setting | None = None) -> Response:
    # A gateway in front of Zuora knows nothing of Zuora's shapes.
    words = {502: "Bad Gateway", 503: "Service Temporarily Unavailable", 504: "Gateway Time-out"}
    title = f"{status} {words[status]}"
    page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    headers = {"Retry-After": f"{_seconds(retry_after):.0f}"} if retry_after else None
    return HTMLResponse(page, status, headers)


def _rate_limited(one: Setting, *, told: bool) -> Response:
    # The one answer without `success`, and with a bare two-digit code (contract F1).
    seconds = f"{_seconds(one):.0f}"
    message = f"Too many calls. The limit is renewed in {seconds} seconds."
    headers = {"RateLimit-Remaining": "0", "RateLimit-Reset": seconds}
    return answer(
        {"reasons": [{"code": 70, "message": message}]},
        status=429,
        headers=headers | ({"Retry-After": seconds} if told else {}),
    )


def _crowded(headers: dict[str, str], request_id: str) -> Response:
    headers = {"Concurrency-Limit-Remaining": "0", **headers}
    refusal = Refusal(Category.CONCURRENCY, _CONCURRENT, status=429, headers=headers)
    return refused(refusal, request_id)


def _expired(request_id: str) -> Response:
    message = "This resource is protected, please sign in first."
    return refused(Refusal(Category.AUTHENTICATION, message, status=401), request_id)


async def _nowhere(_message: Message) -> None:
    pass


async def _half(scope: Scope, send: Send, message: Message) -> None:
    """Send a message, but of a body only its first half."""
    cut = HANG_UP in scope.get("extensions", {})
    if message["type"] == "http.response.body":
        body = message.get("body", b"")
        message = {**message, "body": body[: len(body) // 2], "more_body": cut}
    elif not cut:  # a server that checks would not let so few bytes pass for so many
        headers = [pair for pair in message["headers"] if pair[0].lower() != b"content-length"]
        message = {**message, "headers": headers}
    await send(message)


async def _hang_up(scope: Scope, receive: Receive) -> None:
    end = scope.get("extensions", {}).get(HANG_UP)
    if end is None:
        raise ConnectionResetError("The fault lab dropped the answer.")
    end()
    await _gone(receive)


async def _held(scope: Scope, seconds: float, *ends: Awaitable[object]) -> None:
    """Wait `seconds`, or until one of `ends` or the server's own: whichever comes first."""
    leaving = scope.get("extensions", {}).get(LEAVING)
    told = [leaving.wait()] if leaving is not None else []
    waits = [asyncio.ensure_future(one) for one in (asyncio.sleep(seconds), *told, *ends)]
    try:
        over, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for one in over:
            one.result()
    finally:
        for one in waits:
            one.cancel()


def _is_leaving(scope: Scope) -> bool:
    leaving = scope.get("extensions", {}).get(LEAVING)
    return leaving is not None and leaving.is_set()


async def _gone(receive: Receive) -> None:
    """Wait until the caller is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
