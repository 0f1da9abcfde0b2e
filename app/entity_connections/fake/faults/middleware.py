"""ASGI middleware that applies the faults that are on."""

import asyncio

from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from entity_connections.fake.api.middleware import FAULT
from entity_connections.fake.api.responses import rate_limit_response
from entity_connections.fake.faults.active_faults import ActiveFaults
from entity_connections.fake.faults.catalogue import FaultSetting
from entity_connections.fake.faults.control_endpoint import PATH as CONTROL_PATH
from entity_connections.fake.faults.other_administrator import OtherAdministrator
from entity_connections.fake.rules.refusal import Category, Refusal

CLOSE_CONNECTION = "entity_connections.close_connection"
"""ASGI extension: a function that sends what is written and closes the connection.

Without it, as inside one process, `ConnectionResetError` is raised instead, or the body ends early.
"""
IS_STOPPING = "entity_connections.is_stopping"
"""ASGI extension: a function that returns whether the server is about to stop."""

_POLL_INTERVAL = 0.1
"""Seconds between two looks whether the server is about to stop."""
_GATEWAY_REASONS = {
    502: "Bad Gateway",
    503: "Service Temporarily Unavailable",
    504: "Gateway Time-out",
}


class FaultMiddleware:
    """Applies the faults to the calls; the control path is never affected."""

    def __init__(
        self, app: ASGIApp, faults: ActiveFaults, other_administrator: OtherAdministrator
    ) -> None:
        self._app = app
        self._faults = faults
        self._other_administrator = other_administrator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        if self._faults and scope["type"] == "http" and scope["path"] != CONTROL_PATH:
            await _FaultyCall(self._faults, scope, receive, send).answer(
                self._app, self._other_administrator
            )
        else:
            await self._app(scope, receive, send)


class _FaultyCall:
    """One call while faults are on."""

    def __init__(self, faults: ActiveFaults, scope: Scope, receive: Receive, send: Send) -> None:
        self._faults = faults
        self._scope = scope
        self._receive = receive
        self._send = send
        self._extensions = scope.get("extensions", {})
        self._is_api_call = scope["path"].startswith("/v1/")

    async def answer(self, app: ASGIApp, other_administrator: OtherAdministrator) -> None:
        name = "another-administrator"
        if self._is_api_call and self._faults.count_call() and self._trigger(name):
            other_administrator.act(self._faults.random(name))
        await self._delay()
        if time_out := self._trigger("time-out"):
            await self._wait(_seconds(time_out))
            await self._respond(_gateway_response(504))
        elif response := self._gateway_error():
            await self._respond(response)
        else:
            await self._call(app)

    async def _delay(self) -> None:
        seconds = 0.0
        if latency := self._trigger("latency"):
            seconds += _seconds(latency)
        if jitter := self._trigger("jitter"):
            seconds += self._faults.random("jitter").random() * _seconds(jitter)
        await self._wait(seconds)

    def _gateway_error(self) -> Response | None:
        """Return what a gateway answers for the tenant, which is not called."""
        if self._trigger("http-502"):
            return _gateway_response(502)
        if fault := self._trigger("http-503-retry-after"):
            return _gateway_response(503, {"Retry-After": f"{_seconds(fault):.0f}"})
        return _gateway_response(503) if self._trigger("http-503") else None

    async def _call(self, app: ASGIApp) -> None:
        """Call the tenant, and lose or damage its response if a fault says so."""
        refusal = self._refusal()
        if refusal is not None:
            self._scope[FAULT] = refusal
        if self._trigger("http-504"):
            await app(self._scope, self._receive, _discard)
            await self._respond(_gateway_response(504))
        elif self._trigger("drop"):
            await app(self._scope, self._receive, _discard)
            await self._drop_connection()
        elif self._trigger("truncated"):
            await app(self._scope, self._receive, self._send_half)
            if CLOSE_CONNECTION in self._extensions:
                await self._drop_connection()
        else:
            await app(self._scope, self._receive, self._send)

    def _refusal(self) -> Refusal | Response | None:
        """Return what the tenant answers instead of carrying out the call."""
        if fault := self._trigger("rate-limit-retry-after"):
            return _rate_limit_fault(_seconds(fault), retry_after=True)
        if fault := self._trigger("rate-limit"):
            return _rate_limit_fault(_seconds(fault), retry_after=False)
        if fault := self._trigger("concurrency-retry-after"):
            return _concurrency_refusal({"Retry-After": f"{_seconds(fault):.0f}"})
        if self._trigger("concurrency"):
            return _concurrency_refusal({})
        headers = dict(self._scope["headers"])
        token = headers.get(b"authorization", b"").decode("latin-1")
        is_expired = self._is_api_call and self._faults.count_token_call(token)
        if is_expired and self._trigger("expired-token"):
            message = "This resource is protected, please sign in first."
            return Refusal(Category.AUTHENTICATION, message, status=401)
        return None

    def _trigger(self, name: str) -> FaultSetting | None:
        return self._faults.trigger(name, self._scope["method"], self._scope["path"])

    async def _wait(self, seconds: float) -> None:
        """Wait, but no longer than until the server stops."""
        is_stopping = self._extensions.get(IS_STOPPING, lambda: False)
        while seconds > 0 and not is_stopping():
            await asyncio.sleep(min(seconds, _POLL_INTERVAL))
            seconds -= _POLL_INTERVAL

    async def _respond(self, response: Response) -> None:
        await response(self._scope, self._receive, self._send)

    async def _send_half(self, message: Message) -> None:
        """Send a message, but only half of a body."""
        can_close = CLOSE_CONNECTION in self._extensions
        if message["type"] == "http.response.body":
            body = message.get("body", b"")
            message = {**message, "body": body[: len(body) // 2], "more_body": can_close}
        elif not can_close:  # in one process nothing may contradict the length of the body
            headers = [pair for pair in message["headers"] if pair[0].lower() != b"content-length"]
            message = {**message, "headers": headers}
        await self._send(message)

    async def _drop_connection(self) -> None:
        close = self._extensions.get(CLOSE_CONNECTION)
        if close is None:
            raise ConnectionResetError("The fault has dropped the connection.")
        close()
        while (await self._receive())["type"] != "http.disconnect":
            pass  # the rest of the body


def _seconds(fault: FaultSetting) -> float:
    return fault.value or 0.0


def _gateway_response(status: int, headers: dict[str, str] | None = None) -> Response:
    # A gateway in front of Zuora answers HTML, without Zuora's headers.
    title = f"{status} {_GATEWAY_REASONS[status]}"
    page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return HTMLResponse(page, status, headers)


def _rate_limit_fault(seconds: float, *, retry_after: bool) -> Response:
    headers = {"RateLimit-Remaining": "0", "RateLimit-Reset": f"{seconds:.0f}"}
    return rate_limit_response(seconds, headers, retry_after=retry_after)


def _concurrency_refusal(headers: dict[str, str]) -> Refusal:
    return Refusal(
        Category.CONCURRENCY,
        "Too many requests are running at once.",
        status=429,
        headers={"Concurrency-Limit-Remaining": "0", **headers},
    )


async def _discard(_message: Message) -> None:
    pass
