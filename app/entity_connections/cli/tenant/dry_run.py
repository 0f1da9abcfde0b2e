"""`--dry-run`: the exact request, caught where the adapter would hand it to the network."""

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from entity_connections.cli.output import narrate, say, say_json
from entity_connections.cli.tenant.session import Session
from entity_connections.domain.actions import Action
from entity_connections.services.operations.operation import Order
from entity_connections.zuora.auth import credentials
from entity_connections.zuora.client import ZuoraClient

_ABSENT = "(absent)"
_LEFT_OUT = {"host", "connection", "content-length"}
"""Said by the URL, or of the way there only."""

Message = dict[str, Any]


async def show(session: Session, orders: Sequence[Order], *, as_json: bool) -> None:
    """Print what would be sent for each order, without its secrets; nothing leaves."""
    caught = [await _caught(order, session.way.base_url) for order in orders]
    if as_json:
        say_json(caught)
        return
    for order, request in zip(orders, caught, strict=True):
        narrate(f"{order.action.label}: {order.pair}. Nothing is sent:")
        say(f"{request['method']} {request['url']}")
        for name, value in request["headers"].items():
            say(f"{name}: {value}")
        say(f"\n{json.dumps(request['body'])}\n")


async def _caught(order: Order, base_url: str) -> Message:
    """Let the adapter make the request, with no credentials, to a server that only looks."""
    server = _Onlooker()
    row, key = order.row, order.key
    async with ZuoraClient.in_process(server, credentials(_ABSENT, _ABSENT)) as zuora:
        match order.action:
            case Action.REQUEST:
                await zuora.request_connection(row.acting.id, row.target.id, key)
            case Action.ACCEPT:
                await zuora.accept(row.acting.id, order.connection_id)
            case Action.DENY:
                await zuora.deny(row.acting.id, order.connection_id)
            case Action.DISCONNECT:
                await zuora.disconnect(row.acting.id, order.connection_id)
    seen = server.seen
    return seen | {"url": base_url.rstrip("/") + seen["url"]}


class _Onlooker:
    """A server that gives a token without worth, and remembers what else it is asked."""

    def __init__(self) -> None:
        self.seen: Message = {}

    async def __call__(
        self,
        scope: Any,
        receive: Callable[[], Awaitable[Any]],
        send: Callable[[Any], Awaitable[None]],
    ) -> None:
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        path: str = scope["raw_path"].decode("ascii")
        answer: Message = {"success": True, "id": "0" * 32}
        if path == "/oauth/token":
            answer = {"access_token": _ABSENT, "token_type": "bearer", "expires_in": 3600}
        else:
            headers = {
                _written(name.decode("latin-1")): value.decode("latin-1")
                for name, value in scope["headers"]
                if name.decode("latin-1").lower() not in _LEFT_OUT
            }
            self.seen = {
                "method": scope["method"],
                "url": path,
                "headers": headers,
                "body": json.loads(body),
            }
        data = json.dumps(answer).encode()
        heads = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": heads})
        await send({"type": "http.response.body", "body": data})


def _written(name: str) -> str:
    return "-".join(part.capitalize() for part in name.split("-"))
