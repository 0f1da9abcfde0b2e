"""The faults that change the JSON of an answer after the call was carried out."""

import json
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from starlette.datastructures import URL, MutableHeaders, QueryParams
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from entity_connections.domain.connections import CONNECTED, DISCONNECTED
from entity_connections.fake.faults.catalogue import FaultSetting

Record = dict[str, Any]

_FALSE_TOO = "success again"
_STATUS_TOO = "status again"
"""Keys that become a second "success" and a second "status" in the text."""


def _find_other_status(record: Record) -> str:
    return CONNECTED if record["status"] == DISCONNECTED else DISCONNECTED


_RECORD_CHANGES: dict[str, Callable[[Record], Record]] = {
    "unreadable-record": dict.fromkeys,
    "unknown-status": lambda _: {"status": "On Hold"},
    "status-twice": lambda record: {_STATUS_TOO: _find_other_status(record)},
    "invalid-target": lambda _: {"targetEntityId": "-"},
    "new-id": lambda record: {"id": f"{'e' * 8}{record['id'][8:]}"},
    "other-entities": lambda _: {"sourceEntityId": "e" * 32, "targetEntityId": "f" * 32},
}
"""The faults that change every VALUE-th record, each with the new fields of a record."""
CHANGES = (
    "list-empty", "endless-pages", *_RECORD_CHANGES, "record-twice", "partial-content",
    "no-expires-in", "success-twice",
)  # fmt: skip
"""The names of the faults."""


async def call_and_change(
    app: ASGIApp, faults: Sequence[FaultSetting], scope: Scope, receive: Receive, send: Send
) -> None:
    """Carry out a call, and send its answer as faults of `CHANGES` change it."""
    url = URL(scope=scope)
    headers = [header for header in scope["headers"] if header[0] != b"accept-encoding"]
    scope = {**scope, "headers": headers}  # an answer that is not compressed
    if any(fault.name == "endless-pages" for fault in faults):
        scope["query_string"] = url.remove_query_params("page").query.encode()
    start: Message = {}

    async def send_changed(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
            if any(fault.name == "partial-content" for fault in faults):
                start["status"] = HTTPStatus.PARTIAL_CONTENT
            return
        body = message["body"]
        if body:  # not the answer to HEAD
            body = _change_body(json.loads(body), faults, url)
        MutableHeaders(raw=start["headers"])["Content-Length"] = str(len(body))
        await send(start)
        await send({**message, "body": body})

    await app(scope, receive, send_changed)


def _change_body(body: Record, faults: Sequence[FaultSetting], url: URL) -> bytes:
    records: list[Record] = body.get("entityConnections") or body.get("entities") or []
    for fault in faults:
        every = max(1, int(fault.value))
        match fault.name:
            case "list-empty":
                records.clear()
                body.pop("nextPage", None)
            case "endless-pages":
                page = int(QueryParams(url.query).get("page", 1))
                for record in records[: int(fault.value)] if page > 1 else ():
                    record["id"] = f"{page:08x}{record['id'][8:]}"
                body["nextPage"] = str(url.include_query_params(page=page + 1))
            case "record-twice":
                chosen = records[every - 1 :: every]
                records += [record | {"status": _find_other_status(record)} for record in chosen]
            case "partial-content":
                del records[every - 1 :: every]
            case "no-expires-in":
                body.pop("expires_in", None)
            case "success-twice":
                body[_FALSE_TOO] = False
            case name:
                for record in records[every - 1 :: every]:
                    record.update(_RECORD_CHANGES[name](record))
    text = json.dumps(body).replace(f'"{_FALSE_TOO}"', '"success"')
    return text.replace(f'"{_STATUS_TOO}"', '"status"').encode()
