"""The responses of the API: JSON data, or a refusal in Zuora's shape (contract F)."""

import json
from collections.abc import Mapping, Sequence

from starlette.responses import Response

from entity_connections.fake.refusal import Refusal

_STATUS_BY_CATEGORY = {10: 403, 30: 400, 40: 404}


def json_response(
    body: Mapping[str, object], *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Return `body` as JSON."""
    return _encode_text(_to_json(body), status, headers)


def list_response(name: str, rows: Sequence[str], fields: Mapping[str, object]) -> Response:
    """Return rows, each of them JSON text already, under `name`, followed by other fields."""
    return _encode_text(f'{{"{name}":[{",".join(rows)}],{_to_json(fields)[1:]}')


def refusal_response(refusal: Refusal, request_id: str, *, by_status: bool = False) -> Response:
    """Return a refusal in Zuora's shape.

    `by_status` says whether what the rules forbid has an HTTP status other than 200.
    """
    body = {
        "success": False,
        "processId": request_id.replace("-", "")[:16].upper(),
        "reasons": [{"code": refusal.code, "message": message} for message in refusal.messages],
        "requestId": request_id,
    }
    status = refusal.status
    if by_status and status == 200:
        status = _STATUS_BY_CATEGORY.get(refusal.category, status)
    return json_response(body, status=status, headers=refusal.headers)


def rate_limit_response(seconds: float, headers: Mapping[str, str] | None = None) -> Response:
    """Return HTTP 429: the rate limit is exceeded, and renewed in `seconds`.

    It is the only response without `success`, and its code has two digits (contract F1).
    """
    message = f"Too many calls. The limit is renewed in {seconds:.0f} seconds."
    body = {"reasons": [{"code": 70, "message": message}]}
    return json_response(body, status=429, headers=headers)


def _to_json(body: Mapping[str, object]) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _encode_text(
    text: str, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    # Half of a surrogate pair has no UTF-8; JSON allows it as the escape `\udXXX`.
    content = text.encode("utf-8", "backslashreplace")
    return Response(content, status, headers, media_type="application/json; charset=utf-8")
