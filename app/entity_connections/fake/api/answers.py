"""The two shapes of an answer: what was asked for, or a refusal (contract F)."""

import json
from collections.abc import Mapping, Sequence
from enum import IntEnum

from starlette.responses import Response

_RESOURCE = 500000
"""Zuora publishes no resource number for entities or connections; this one means unknown."""
_NOT_SIGNED_IN = 90000011
_BY_CATEGORY = {10: 403, 30: 400, 40: 404}
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)


class Category(IntEnum):
    """The last two digits of an error code (contract F3)."""

    PERMISSION = 10
    AUTHENTICATION = 11
    INVALID_VALUE = 20
    UNKNOWN_FIELD = 21
    MISSING_FIELD = 22
    QUERY = 27
    RULE = 30
    NOT_FOUND = 40
    METHOD = 45
    CONTENTION = 50
    INTERNAL = 60
    CONCURRENCY = 70
    MALFORMED = 90


class Refusal(Exception):
    """The server says no.

    HTTP 200 is the default: Zuora reports what its rules forbid inside a
    successful answer, and keeps other statuses for calls it cannot process.

    Attributes:
        category: Decides the code.
        messages: Sentences for the person; one reason each.
        status: The HTTP status.
        headers: Sent with the answer.
    """

    def __init__(
        self,
        category: Category,
        *messages: str,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(*messages)
        self.category = category
        self.messages = messages
        self.status = status
        self.headers = headers

    @property
    def code(self) -> int:
        """The eight digits: six for the resource, two for the category."""
        if self.category is Category.AUTHENTICATION:
            return _NOT_SIGNED_IN
        return _RESOURCE * 100 + self.category


def answer(
    body: Mapping[str, object], *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Return `body` as JSON."""
    return _response(_ENCODER.encode(body), status, headers)


def answer_list(name: str, rows: Sequence[str], **more: object) -> Response:
    """Return rows that are JSON already under a name, and what else there is after them."""
    return _response(f'{{"{name}":[{",".join(rows)}],{_ENCODER.encode(more)[1:]}', 200, None)


def _response(text: str, status: int, headers: Mapping[str, str] | None) -> Response:
    r"""Return JSON in UTF-8.

    Half of a surrogate pair has no UTF-8; it is sent as the escape `\udXXX`,
    which JSON allows.
    """
    content = text.encode("utf-8", "backslashreplace")
    return Response(content, status, headers, media_type="application/json; charset=utf-8")


def refused(refusal: Refusal, request_id: str, *, by_status: bool = False) -> Response:
    """Return `refusal` in Zuora's shape; `request_id` is what to quote to support.

    With `by_status`, what the rules forbid is told by the HTTP status, too.
    """
    body = {
        "success": False,
        "processId": request_id.replace("-", "")[:16].upper(),
        "reasons": [{"code": refusal.code, "message": text} for text in refusal.messages],
        "requestId": request_id,
    }
    status = refusal.status
    if by_status and status == 200:
        status = _BY_CATEGORY.get(refusal.category, status)
    return answer(body, status=status, headers=refusal.headers)
