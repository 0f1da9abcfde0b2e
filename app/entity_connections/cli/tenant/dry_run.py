"""`--dry-run`: the exact request, captured where the adapter would send it."""

import json
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from entity_connections.cli.output import echo, info
from entity_connections.cli.tenant.real_workspace import get_profile
from entity_connections.cli.tenant.results import Results
from entity_connections.cli.tenant.session import TenantSession
from entity_connections.domain.connections import PENDING, Connection
from entity_connections.services.operations.operation import Operation
from entity_connections.zuora.auth import Credentials
from entity_connections.zuora.client import ZuoraClient

_FAKE_BASE_URL = "http://fake-tenant.localhost"
_ABSENT = "(absent)"
_ID_OF_REQUEST = "id-of-the-request"
_LEFT_OUT = {"host", "connection", "content-length"}
"""Headers that the URL says, or that are about the way there only."""


async def print_requests(
    session: TenantSession, operations: Sequence[Operation], results: Results
) -> None:
    """Print what would be sent for each operation, without its secrets; nothing leaves."""
    fake = session.options.fake
    base_url = _FAKE_BASE_URL if fake else get_profile(session.options).base_url
    for operation in operations:
        request = await _capture(operation, base_url)
        results.add_planned(operation, request)
        if results.as_json:
            continue
        info(f"{operation.action.label}: {operation.pair}. Nothing is sent:")
        echo(f"{request['method']} {request['url']}")
        for name, value in request["headers"].items():
            echo(f"{name}: {value}")
        echo(f"\n{json.dumps(request['body'])}\n")


async def _refuse_repetition() -> bool:
    return False


async def _capture(operation: Operation, base_url: str) -> dict[str, Any]:
    """Return the request that the adapter makes, sent to a server that only keeps it."""
    captured: dict[str, Any] = {}

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if request.url.path == "/oauth/token":
            answer = {"access_token": _ABSENT, "token_type": "bearer", "expires_in": 3600}
        else:
            answer = {"success": True, "id": "0" * 32}
            captured["method"] = request.method
            captured["url"] = base_url.rstrip("/") + request.url.path
            captured["headers"] = {
                name.title(): value
                for name, value in request.headers.items()
                if name not in _LEFT_OUT
            }
            captured["body"] = await request.json()
        await JSONResponse(answer)(scope, receive, send)

    row = operation.row
    if operation.follows:  # Zuora gives the record its id when it is requested
        record = Connection(_ID_OF_REQUEST, *operation.ends, PENDING)
        row = row._replace(connection=record, other_records=())
    async with ZuoraClient.in_process(serve, Credentials.from_text(_ABSENT, _ABSENT)) as zuora:
        await operation.action.send(zuora, row, operation.key, "", _refuse_repetition)
    return captured
