"""Reading and checking the query and the body of a request."""

import json
import re
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from entity_connections.fake.refusal import Category, Refusal, invalid_value

_MAX_BODY = 64 * 1024
"""Bytes of a body; far above any documented one."""
_REQUIREMENTS = {
    "page": (re.compile("[1-9][0-9]{0,8}"), "must be a whole number from 1"),
    "pageSize": (re.compile("[1-9][0-9]?|[12][0-9]{2}|300"), "must be from 1 to 300"),
    "type": (re.compile("inbound|outbound"), "must be inbound or outbound"),
    "provisioned": (re.compile("true|false"), "must be true or false"),
}
"""Parameter -> the values that it takes, as a pattern and in words."""


def parse_query(request: Request, *names: str) -> dict[str, str]:
    """Return the query parameters; `names` are those that the list has.

    A `Refusal` has one reason for each mistake.
    """
    query = request.query_params
    mistakes = []
    for name, value in query.multi_items():
        if name not in names:
            mistakes.append(f"{name[:64]} is not a parameter of this list.")
        elif len(query.getlist(name)) > 1:
            mistakes.append(f"{name} is given more than once.")
        elif not _REQUIREMENTS[name][0].fullmatch(value):
            mistakes.append(f"{name} {_REQUIREMENTS[name][1]}.")
    if "page" in query and "pageSize" not in query:
        mistakes.append("page is valid only together with pageSize.")
    if mistakes:
        raise Refusal(Category.QUERY, *mistakes[:10], status=400)
    return dict(query)


async def read_body(request: Request) -> bytes:
    """Return the body; raise `Refusal` when it is compressed, too large or not complete."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise invalid_value("The body must not be compressed.", status=415)
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > _MAX_BODY:
                raise invalid_value(f"The body is over {_MAX_BODY} bytes.", status=413)
    except ClientDisconnect:
        raise _malformed("The body is not complete.") from None
    return body


def parse_json_object(request: Request, body: bytes, *fields: str) -> dict[str, object]:
    """Return `body` as a JSON object that may have these fields; an empty body is `{}`.

    A body or Content-Type that is not JSON, and other fields, raise `Refusal`.
    """
    if not body:
        return {}
    if _media_type(request) not in ("", "application/json"):
        raise invalid_value("The body must be application/json.", status=415)
    try:
        values = json.loads(body)
    except (ValueError, RecursionError):
        raise _malformed("The body is not valid JSON.") from None
    if not isinstance(values, dict):
        raise invalid_value("The body must be a JSON object.")
    unknown = [f"The body has an unknown field {name[:64]}." for name in values.keys() - fields]
    if unknown:
        raise Refusal(Category.UNKNOWN_FIELD, *unknown[:10], status=400)
    return values


def check_no_fields(request: Request, body: bytes, form: str) -> None:
    """Raise `Refusal` when a PUT without fields has not the form that `put-body` wants."""
    has_type = "content-type" in request.headers
    if not has_type and form in ("typed", "object", "empty"):
        raise invalid_value("The Content-Type must be application/json.", status=415)
    if form == "nothing" and (has_type or body):
        raise invalid_value("Neither a body nor a Content-Type is taken here.", status=415)
    if form == "object" and not body:
        raise _malformed("The request body is missing.")
    if form == "empty" and body:
        raise _malformed("The request body must be empty.")
    parse_json_object(request, body)


def parse_form(request: Request, body: bytes) -> dict[str, str]:
    """Return `body` as the fields of an HTML form; raise `Refusal` when it is none."""
    if _media_type(request) != "application/x-www-form-urlencoded":
        raise invalid_value("The body must be application/x-www-form-urlencoded.", status=415)
    return dict(parse_qsl(body.decode("utf-8", "replace")))


def _malformed(message: str) -> Refusal:
    return Refusal(Category.MALFORMED, message, status=400)


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
