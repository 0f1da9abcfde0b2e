"""ASGI middleware that applies the faults that are on."""

from collections.abc import Callable
from functools import partial
from http.client import responses

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from entity_connections.domain.ids import hyphenate_id
from entity_connections.fake.api.middleware import FAULT
from entity_connections.fake.api.responses import rate_limit_response, refusal_response
from entity_connections.fake.api.routes import LISTED_CONNECTIONS
from entity_connections.fake.faults.active_faults import ActiveFaults
from entity_connections.fake.faults.answer_changes import CHANGES, call_and_change
from entity_connections.fake.faults.catalogue import FaultSetting
from entity_connections.fake.faults.control_endpoint import PATH as CONTROL_PATH
from entity_connections.fake.faults.lagging_list import ConnectionHistory
from entity_connections.fake.faults.other_administrator import change_one_connection
from entity_connections.fake.refusal import Category, Refusal
from entity_connections.fake.state.tenant_state import TenantState

Trigger = Callable[[str], FaultSetting | None]
"""Takes the name of a fault, and returns it if it triggers on the call."""

_GATEWAY_FAULTS = ("time-out", "gateway-page")
"""The faults in which a gateway answers and the tenant is not called."""
_COMMITTED_FAULTS = (
    "committed-then-504", "committed-then-page", "committed-then-429", "committed-then-401", "drop",
)  # fmt: skip
"""The faults in which the tenant carries out the call, and its answer does not arrive."""
_REFUSAL_FAULTS = ("rate-limit", "concurrency", "expired-token", "refusal")
"""The faults in which the tenant refuses the call."""
_EXPIRED_TOKEN = Refusal(
    Category.AUTHENTICATION, "This resource is protected, please sign in first.", status=401
)


class FaultMiddleware:
    """Applies the faults to the calls; the control path is never affected."""

    def __init__(self, app: ASGIApp, faults: ActiveFaults, state: TenantState) -> None:
        self._app = app
        self._faults = faults
        self._state = state
        self._history = ConnectionHistory(state)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call; raise `ConnectionError` when a fault refuses or drops the connection."""
        self._update_history()
        if not self._faults or scope["path"] == CONTROL_PATH:
            await self._app(scope, receive, send)
            return
        try:
            await self._answer(scope, receive, send)
        finally:
            self._update_history()

    def _update_history(self) -> None:
        if self._faults.is_on("list-lags"):
            self._history.record()
        else:
            self._history.forget()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        trigger = partial(
            self._faults.trigger,
            method=scope["method"],
            path=scope["path"],
            token=Headers(scope=scope).get("authorization", ""),
        )
        if trigger("another-administrator"):
            random = self._faults.random("another-administrator")
            change_one_connection(self._state, random)
        if fault := trigger("latency"):
            await self._faults.delay(fault.name, fault.value)
        if fault := trigger("jitter"):
            seconds = self._faults.random(fault.name).random() * fault.value
            await self._faults.delay(fault.name, seconds)
        if trigger("offline"):
            raise ConnectionRefusedError("The fault offline has refused the connection.")
        for name in _GATEWAY_FAULTS:
            if fault := trigger(name):
                await self._answer_as_gateway(fault, scope, receive, send)
                return
        for name in _REFUSAL_FAULTS:
            if fault := trigger(name):
                scope[FAULT] = _create_refusal(fault)
                break
        await self._call(trigger, scope, receive, send)

    async def _call(self, trigger: Trigger, scope: Scope, receive: Receive, send: Send) -> None:
        if trigger("lost"):
            raise ConnectionResetError("The fault lost has closed the connection.")
        if fault := trigger("list-lags"):
            scope[LISTED_CONNECTIONS] = self._history.read(fault.value)
        for name in _COMMITTED_FAULTS:
            if fault := trigger(name):
                await self._app(scope, receive, _discard)
                await self._answer_instead(fault, scope, receive, send)
                return
        changes = [fault for name in CHANGES if (fault := trigger(name))]
        app = partial(call_and_change, self._app, changes) if changes else self._app
        if trigger("truncated"):
            await app(scope, receive, partial(_send_half, send))
            raise ConnectionResetError("The fault truncated has closed the connection.")
        await app(scope, receive, send)

    async def _answer_instead(
        self, fault: FaultSetting, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if fault.name == "drop":
            raise ConnectionResetError("The fault drop has closed the connection.")
        if fault.name == "committed-then-401":
            request_id = hyphenate_id(self._state.new_trace())
            response = refusal_response(_EXPIRED_TOKEN, request_id)
            response.headers["Zuora-Request-Id"] = request_id
            await response(scope, receive, send)
        elif fault.name == "committed-then-429":
            await rate_limit_response(1, _retry_after(fault))(scope, receive, send)
        else:
            await self._answer_as_gateway(fault, scope, receive, send)

    async def _answer_as_gateway(
        self, fault: FaultSetting, scope: Scope, receive: Receive, send: Send
    ) -> None:
        status = int(fault.value)
        if fault.name in ("time-out", "committed-then-504"):
            await self._faults.delay(fault.name, fault.value)
            status = 504
        title = f"{status} {responses.get(status, 'Unknown')}"
        page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
        await HTMLResponse(page, status, _retry_after(fault))(scope, receive, send)


def _create_refusal(fault: FaultSetting) -> Refusal | Response:
    headers = _retry_after(fault)
    match fault.name:
        case "rate-limit":
            headers |= {"RateLimit-Remaining": "0", "RateLimit-Reset": f"{fault.value:.0f}"}
            return rate_limit_response(fault.value, headers)
        case "concurrency":
            headers |= {"Concurrency-Limit-Remaining": "0"}
            message = "Too many requests are running at once."
            return Refusal(Category.CONCURRENCY, message, status=429, headers=headers)
        case "refusal":
            message = "The fault refusal has refused the call."
            return Refusal(int(fault.value), message, headers=headers)
    return _EXPIRED_TOKEN


def _retry_after(fault: FaultSetting) -> dict[str, str]:
    return {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}


async def _discard(_message: Message) -> None:
    pass


async def _send_half(send: Send, message: Message) -> None:
    if message["type"] == "http.response.body":
        body = message["body"]
        message = {**message, "body": body[: len(body) // 2], "more_body": True}
    await send(message)
