"""ASGI middleware that applies the faults that are on."""

import asyncio
from collections.abc import Callable
from functools import partial

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from entity_connections.fake.api.middleware import FAULT
from entity_connections.fake.api.responses import rate_limit_response
from entity_connections.fake.faults.active_faults import ActiveFaults
from entity_connections.fake.faults.catalogue import FaultSetting
from entity_connections.fake.faults.control_endpoint import PATH as CONTROL_PATH
from entity_connections.fake.faults.other_administrator import OtherAdministrator
from entity_connections.fake.rules.refusal import Category, Refusal

Trigger = Callable[[str], FaultSetting | None]
"""Takes the name of a fault, and returns it if it triggers on the call."""

_GATEWAY_FAULTS = {"time-out": 504, "http-502": 502, "http-503-retry-after": 503, "http-503": 503}
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
        """Answer one call.

        Raises:
            ConnectionResetError: A fault drops the connection.
        """
        if not self._faults or scope["path"] == CONTROL_PATH:
            await self._app(scope, receive, send)
            return
        trigger = partial(
            self._faults.trigger,
            method=scope["method"],
            path=scope["path"],
            token=Headers(scope=scope).get("authorization", ""),
        )
        if trigger("another-administrator"):
            self._other_administrator.act(self._faults.random("another-administrator"))
        if fault := trigger("latency"):
            await asyncio.sleep(fault.value)
        if fault := trigger("jitter"):
            await asyncio.sleep(self._faults.random("jitter").random() * fault.value)
        for name, status in _GATEWAY_FAULTS.items():
            if fault := trigger(name):
                await asyncio.sleep(fault.value if name == "time-out" else 0)
                await _gateway_response(status, _retry_after(fault))(scope, receive, send)
                return
        for name, create_refusal in _REFUSAL_FAULTS.items():
            if fault := trigger(name):
                scope[FAULT] = create_refusal(fault)
                break
        await self._call(trigger, scope, receive, send)

    async def _call(self, trigger: Trigger, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry out the call, and pass on its answer, a part of it or none."""
        if trigger("http-504"):
            await self._app(scope, receive, _discard)
            await _gateway_response(504)(scope, receive, send)
        elif trigger("drop"):
            await self._app(scope, receive, _discard)
            raise ConnectionResetError("The fault drop has closed the connection.")
        elif trigger("truncated"):
            await self._app(scope, receive, partial(_send_half, send))
            raise ConnectionResetError("The fault truncated has closed the connection.")
        else:
            await self._app(scope, receive, send)


def _gateway_response(status: int, headers: dict[str, str] | None = None) -> Response:
    # A gateway in front of Zuora answers HTML, without Zuora's headers.
    title = f"{status} {_GATEWAY_REASONS[status]}"
    page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return HTMLResponse(page, status, headers)


def _retry_after(fault: FaultSetting) -> dict[str, str]:
    return {"Retry-After": f"{fault.value:.0f}"} if fault.name.endswith("-retry-after") else {}


def _rate_limit_refusal(fault: FaultSetting) -> Response:
    headers = {"RateLimit-Remaining": "0", "RateLimit-Reset": f"{fault.value:.0f}"}
    return rate_limit_response(fault.value, headers | _retry_after(fault))


def _concurrency_refusal(fault: FaultSetting) -> Refusal:
    message = "Too many requests are running at once."
    headers = {"Concurrency-Limit-Remaining": "0", **_retry_after(fault)}
    return Refusal(Category.CONCURRENCY, message, status=429, headers=headers)


def _expired_token_refusal(_fault: FaultSetting) -> Refusal:
    message = "This resource is protected, please sign in first."
    return Refusal(Category.AUTHENTICATION, message, status=401)


_REFUSAL_FAULTS: dict[str, Callable[[FaultSetting], Refusal | Response]] = {
    "rate-limit-retry-after": _rate_limit_refusal,
    "rate-limit": _rate_limit_refusal,
    "concurrency-retry-after": _concurrency_refusal,
    "concurrency": _concurrency_refusal,
    "expired-token": _expired_token_refusal,
}


async def _discard(_message: Message) -> None:
    pass


async def _send_half(send: Send, message: Message) -> None:
    """Send a message, but only half of a body."""
    if message["type"] == "http.response.body":
        body = message["body"]
        message = {**message, "body": body[: len(body) // 2], "more_body": True}
    await send(message)
