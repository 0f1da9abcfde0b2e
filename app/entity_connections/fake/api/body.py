"""Reading what a caller sent, without trusting any of it."""

import json
import zlib
from collections.abc import Collection
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from entity_connections.fake.api.answers import Category, Refusal

_LIMIT = 64 * 1024
"""Far above any documented body, far below anything that hurts."""


async def read(request: Request) -> bytes:
    """Return the body, unpacked if it came with `Content-Encoding: gzip`.

    Raises:
        Refusal: It is too large, packed in another way, damaged, or broken off.
    """
    raw = bytearray()
    try:
        async for chunk in request.stream():
            raw += chunk
            if len(raw) > _LIMIT:
                raise _too_large()
    except ClientDisconnect:
        raise _malformed("The caller went away before the body was complete.") from None
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding in ("", "identity"):
        return bytes(raw)
    if coding != "gzip":
        raise _unsupported("The only Content-Encoding is gzip.")
    return _unpacked(bytes(raw))


def json_object(request: Request, raw: bytes, fields: Collection[str]) -> dict[str, object]:
    """Return `raw` as a JSON object that has no fields but `fields`; nothing at all is `{}`.

    Raises:
        Refusal: It is not JSON, not an object, has other fields, or calls itself
            something other than JSON.
    """
    if not raw:
        return {}
    if _media_type(request) not in ("", "application/json"):
        raise _unsupported("The body must be application/json.")
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise _malformed("The body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise Refusal(Category.INVALID_VALUE, "The body must be a JSON object.", status=400)
    unknown = [f"The body has an unknown field {name[:64]}." for name in body if name not in fields]
    if unknown:
        raise Refusal(Category.UNKNOWN_FIELD, *unknown[:10], status=400)
    return body


def form(request: Request, raw: bytes) -> dict[str, str]:
    """Return `raw` as the fields of an HTML form (contract A1).

    Raises:
        Refusal: It is not `application/x-www-form-urlencoded`.
    """
    if _media_type(request) != "application/x-www-form-urlencoded":
        raise _unsupported("The body must be application/x-www-form-urlencoded.")
    return dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True))


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _unpacked(raw: bytes) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        body = unpacker.decompress(raw, _LIMIT + 1)
    except zlib.error:
        raise _malformed("The body is not valid gzip.") from None
    if len(body) > _LIMIT:
        raise _too_large()
    if not unpacker.eof:
        raise _malformed("The gzip body is cut off.")
    return body


def _malformed(message: str) -> Refusal:
    return Refusal(Category.MALFORMED, message, status=400)


def _too_large() -> Refusal:
    return Refusal(Category.INVALID_VALUE, f"The body is over {_LIMIT} bytes.", status=413)


def _unsupported(message: str) -> Refusal:
    return Refusal(Category.INVALID_VALUE, message, status=415)
