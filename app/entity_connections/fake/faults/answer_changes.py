"""The faults that change the JSON of an answer after the call was carried out."""

import json
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import URL, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
    "no-expires-in": _remove_expiry,
    "success-twice": _add_false,
}
"""The names of the faults, each with what it does to the body of an answer."""
_FALSE_TOO = "success again"
"""A key that becomes a second "success" in the text."""


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
            return
        body = _change_body(message["body"], faults, url)
        MutableHeaders(raw=start["headers"])["Content-Length"] = str(len(body))
        await send(start)
        await send({**message, "body": body})

    await app(scope, receive, send_changed)


def _change_body(text: bytes, faults: Sequence[FaultSetting], url: URL) -> bytes:
    if not text:  # the answer to HEAD
        return text
    body = json.loads(text)
    for fault in faults:
        CHANGES[fault.name](body, int(fault.value), url)
    return json.dumps(body).replace(f'"{_FALSE_TOO}"', '"success"').encode()


def _page(url: URL) -> int:
    return int(dict(parse_qsl(url.query)).get("page", 1))


def _records(body: dict[str, Any]) -> list[dict[str, Any]]:
    return next((body[name] for name in _LIST_NAMES if name in body), [])


def _select(body: dict[str, Any], every: int) -> list[dict[str, Any]]:
    every = max(1, every)
    return _records(body)[every - 1 :: every]
