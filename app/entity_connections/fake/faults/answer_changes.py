"""The faults that change the JSON of an answer after the call was carried out."""

import json
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import URL, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from entity_connections.domain.connections import CONNECTED, DISCONNECTED
from entity_connections.fake.faults.catalogue import FaultSetting

UNKNOWN_STATUS = "On Hold"
_LIST_NAMES = ("entityConnections", "entities")

Change = Callable[[dict[str, Any], int, URL], None]
"""Changes a body, given the value of the fault and the URL of the call."""


def _add_next_page(body: dict[str, Any], new_records: int, url: URL) -> None:
    page = _page(url)
    if page > 1:
        for record in _records(body)[:new_records]:
            record["id"] = f"{page:08x}{record['id'][8:]}"
    body["nextPage"] = str(url.include_query_params(page=page + 1))


def _remove_records(body: dict[str, Any], _value: int, _url: URL) -> None:
    _records(body).clear()
    body.pop("nextPage", None)


def _clear_fields(body: dict[str, Any], every: int, _url: URL) -> None:
    for record in _select(body, every):
        record.update(dict.fromkeys(record))


def _change_ends(body: dict[str, Any], every: int, _url: URL) -> None:
    for record in _select(body, every):
        record.update(sourceEntityId="e" * 32, targetEntityId="f" * 32)


def _clear_target(body: dict[str, Any], every: int, _url: URL) -> None:
    for record in _select(body, every):
        record["targetEntityId"] = "-"


def _leave_out(body: dict[str, Any], every: int, _url: URL) -> None:
    records = _records(body)
    del records[max(1, every) - 1 :: max(1, every)]


def _add_status(body: dict[str, Any], every: int, _url: URL) -> None:
    for record in _select(body, every):
        ended = record["status"] == DISCONNECTED
        record[_STATUS_TOO] = CONNECTED if ended else DISCONNECTED


def _change_status(body: dict[str, Any], every: int, _url: URL) -> None:
    for record in _select(body, every):
        record["status"] = UNKNOWN_STATUS


def _remove_expiry(body: dict[str, Any], _value: int, _url: URL) -> None:
    body.pop("expires_in", None)


def _add_false(body: dict[str, Any], _value: int, _url: URL) -> None:
    body[_FALSE_TOO] = False


CHANGES: dict[str, Change] = {
    "list-empty-once": _remove_records,
    "endless-pages": _add_next_page,
    "unreadable-record": _clear_fields,
    "unknown-status": _change_status,
    "status-twice": _add_status,
    "invalid-target": _clear_target,
    "other-entities": _change_ends,
    "partial-content": _leave_out,
    "no-expires-in": _remove_expiry,
    "success-twice": _add_false,
}
"""The names of the faults, each with what it does to the body of an answer."""
_FALSE_TOO = "success again"
_STATUS_TOO = "status again"
"""Keys that become a second "success" and a second "status" in the text."""


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
        body = _change_body(message["body"], faults, url)
        MutableHeaders(raw=start["headers"])["Content-Length"] = str(len(body))
        await send(start)
        await send({**message, "body": body})

    await app(scope, receive, send_changed)


def _change_body(original: bytes, faults: Sequence[FaultSetting], url: URL) -> bytes:
    if not original:  # the answer to HEAD
        return original
    body = json.loads(original)
    for fault in faults:
        CHANGES[fault.name](body, int(fault.value), url)
    text = json.dumps(body).replace(f'"{_FALSE_TOO}"', '"success"')
    return text.replace(f'"{_STATUS_TOO}"', '"status"').encode()


def _page(url: URL) -> int:
    return int(dict(parse_qsl(url.query)).get("page", 1))


def _records(body: dict[str, Any]) -> list[dict[str, Any]]:
    return next((body[name] for name in _LIST_NAMES if name in body), [])


def _select(body: dict[str, Any], every: int) -> list[dict[str, Any]]:
    every = max(1, every)
    return _records(body)[every - 1 :: every]
