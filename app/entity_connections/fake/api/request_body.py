"""Reading and checking the body of a request."""

import json
import zlib
from collections.abc import Collection
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from entity_connections.fake.rules.refusal import Category, Refusal, invalid_value

_MAX_BYTES = 64 * 1024
"""Far above any documented body."""


async def read_body(request: Request) -> bytes:
    """Return the body, decompressed if its `Content-Encoding` is gzip.

    Raises:
        Refusal: The body is too large, incomplete or damaged, or has another encoding.
    """
    raw = bytearray()
    try:
        async for chunk in request.stream():
            raw += chunk
            if len(raw) > _MAX_BYTES:
                raise _body_too_large()
    except ClientDisconnect:
        raise _malformed_body("The caller went away before the body was complete.") from None
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("", "identity"):
        return bytes(raw)
    if encoding != "gzip":
        raise invalid_value("The only Content-Encoding is gzip.", status=415)
    return _decompress(bytes(raw))


def parse_json_object(request: Request, raw: bytes, fields: Collection[str]) -> dict[str, object]:
    """Return `raw` as a JSON object; an empty body is `{}`.

    Args:
        request: The request, for its Content-Type.
        raw: The body.
        fields: The fields that the object may have.

    Raises:
        Refusal: The body or its Content-Type is not JSON, or has other fields.
    """
    if not raw:
        return {}
    if _media_type(request) not in ("", "application/json"):
        raise invalid_value("The body must be application/json.", status=415)
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise _malformed_body("The body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise invalid_value("The body must be a JSON object.")
    unknown = [f"The body has an unknown field {name[:64]}." for name in body if name not in fields]
    if unknown:
        raise Refusal(Category.UNKNOWN_FIELD, *unknown[:10], status=400)
    return body


def parse_form(request: Request, raw: bytes) -> dict[str, str]:
    """Return `raw` as the fields of an HTML form (contract A1).

    Raises:
        Refusal: The Content-Type is not `application/x-www-form-urlencoded`.
    """
    if _media_type(request) != "application/x-www-form-urlencoded":
        raise invalid_value("The body must be application/x-www-form-urlencoded.", status=415)
    return dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True))


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _decompress(raw: bytes) -> bytes:
    decompressor = zlib.decompressobj(wbits=31)
    try:
        body = decompressor.decompress(raw, _MAX_BYTES + 1)
    except zlib.error:
        raise _malformed_body("The body is not valid gzip.") from None
    if len(body) > _MAX_BYTES:
        raise _body_too_large()
    if not decompressor.eof:
        raise _malformed_body("The gzip body is cut off.")
    return body


def _malformed_body(message: str) -> Refusal:
    return Refusal(Category.MALFORMED, message, status=400)


def _body_too_large() -> Refusal:
    return invalid_value(f"The body is over {_MAX_BYTES} bytes.", status=413)
