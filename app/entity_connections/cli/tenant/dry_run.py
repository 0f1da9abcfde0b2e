"""`--dry-run`: the exact request, captured where the adapter would send it."""

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from entity_connections.cli.output import echo, echo_json, info
from entity_connections.cli.tenant.session import TenantSession
from entity_connections.services.operations.operation import Operation
from entity_connections.zuora.auth import Credentials
from entity_connections.zuora.client import ZuoraClient

_ABSENT = "(absent)"
_LEFT_OUT = {"host", "connection", "content-length"}
"""Said by the URL, or of the way there only."""

Message = dict[str, Any]


async def print_requests(
    session: TenantSession, operations: Sequence[Operation], *, as_json: bool
) -> None:
    """Print what would be sent for each operation, without its secrets; nothing leaves."""
    captured = [await _capture(operation, session.resolved.base_url) for operation in operations]
    if as_json:
        echo_json(captured)
        return
    for operation, request in zip(operations, captured, strict=True):
        info(f"{operation.action.label}: {operation.pair}. Nothing is sent:")
        echo(f"{request['method']} {request['url']}")
        for name, value in request["headers"].items():
            echo(f"{name}: {value}")
        echo(f"\n{json.dumps(request['body'])}\n")


async def _capture(operation: Operation, base_url: str) -> Message:
    """Return the request that the adapter makes, sent to a server that only keeps it."""
    server = _CaptureServer()
    async with ZuoraClient.in_process(server, Credentials.from_text(_ABSENT, _ABSENT)) as zuora:
        await operation.action.send(zuora, operation.row, operation.key, "")
    request = server.request
    return request | {"url": base_url.rstrip("/") + request["url"]}


class _CaptureServer:
    """An ASGI server that issues a worthless token and keeps the one other request."""

    def __init__(self) -> None:
        self.request: Message = {}

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
                _format_header(name.decode("latin-1")): value.decode("latin-1")
                for name, value in scope["headers"]
                if name.decode("latin-1").lower() not in _LEFT_OUT
            }
            self.request = {
                "method": scope["method"],
                "url": path,
                "headers": headers,
                "body": json.loads(body),
            }
        data = json.dumps(answer).encode()
        heads = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": heads})
        await send({"type": "http.response.body", "body": data})


def _format_header(name: str) -> str:
    return "-".join(part.capitalize() for part in name.split("-"))
