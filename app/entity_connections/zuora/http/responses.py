"""What an answer of Zuora means: its content, or one error of the tree (contract F)."""

import json
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote

from entity_connections.domain import errors
from entity_connections.domain.errors import Reason, ZuoraError
from entity_connections.domain.secret import SecretValue
from entity_connections.domain.text import clean
from entity_connections.zuora.http.rate_limit import retry_after

_CATEGORIES: dict[str, type[ZuoraError]] = {
    "10": errors.Forbidden,
    "11": errors.Unauthenticated,
    "40": errors.NotFound,
    "50": errors.RateLimited,
    "60": errors.ServerError,
    "61": errors.ServerError,
    "70": errors.RateLimited,
    "99": errors.ServerError,
}
_PASSING = (errors.RateLimited, errors.ServerError)
_STATUSES: dict[int, type[ZuoraError]] = {
    401: errors.Unauthenticated,
    403: errors.Forbidden,
    404: errors.NotFound,
}
_PLAIN: dict[int, type[ZuoraError]] = {
    408: errors.NoResponse,
    409: errors.Conflict,
    429: errors.RateLimited,
}
"""Statuses that say more than any code: they speak of the call, not of what it asked."""

Body = dict[str, object]


class Answer(NamedTuple):
    """An answer that came back whole.

    Attributes:
        headers: by name, in any case.
        body: decompressed.
        hidden: the secret that was sent; no text made of the answer holds it.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    hidden: SecretValue


def content(answer: Answer) -> Body:
    """Return the fields of a successful answer.

    Raises:
        ZuoraError: the answer is a refusal, or is not what Zuora documents.
    """
    body = _json(answer)
    success = body.get("success", body.get("Success"))
    ok = 200 <= answer.status < 300
    if not ok and success is True and answer.status < 500:
        raise bad(answer, f"It says success, and HTTP {answer.status}.")
    if not ok or success is False or "Errors" in body or "FaultCode" in body:
        raise _refusal(answer, body, stated=success is False)
    if success not in (True, None):
        raise bad(answer, "It does not say clearly whether it worked.")
    return body


def done(answer: Answer) -> Body:
    """Return the fields of an answer to a write that says in so many words that it worked.

    Raises:
        ZuoraError: the answer is a refusal, or is not what Zuora documents.
    """
    body = content(answer)
    if body.get("success") is not True:
        raise bad(answer, "It does not say whether it worked.")
    return body


def bad(answer: Answer, sentence: str) -> ZuoraError:
    """Return the error for an answer that is not what Zuora documents."""
    return errors.InvalidResponse(
        f"Zuora's answer cannot be used: {sentence}", (), request_id_of(answer)
    )


def request_id_of(answer: Answer) -> str:
    """Return Zuora's name of the call, to quote to its support, or ""."""
    return _shown(answer, answer.headers.get("Zuora-Request-Id", ""), 64)


def _refusal(answer: Answer, body: Body, *, stated: bool) -> ZuoraError:
    """Return the error that a refusing answer stands for, whatever shape it has (contract F1)."""
    listed = body.get("reasons", body.get("Errors"))
    parts = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    if "FaultCode" in body:
        parts.append({"code": body["FaultCode"], "message": body.get("FaultMessage")})
    reasons = tuple(
        Reason(_text(answer, one, "code", "Code"), _text(answer, one, "message", "Message"))
        for one in parts
    )
    sentence = clean(" ".join(one.message for one in reasons if one.message), 1_000)
    sentence = sentence or _text(answer, body, "message", "error_description", "error")
    sentence = sentence or f"Zuora answered HTTP {answer.status} without a reason."
    request_id = request_id_of(answer) or _text(answer, body, "requestId", "processId")
    stated = (stated or bool(reasons)) and answer.status < 500 and answer.status not in _PLAIN
    seconds = retry_after(answer.status, answer.headers)
    kind = _kind(answer.status, reasons)
    return kind(sentence, reasons, request_id, seconds, stated=stated)


def _kind(status: int, reasons: tuple[Reason, ...]) -> type[ZuoraError]:
    """The category of a code says more than most statuses."""
    if status >= 500:
        return errors.ServerError
    if status in _PLAIN:
        return _PLAIN[status]
    kinds = [_CATEGORIES.get(one.code[-2:]) if one.code.isdecimal() else None for one in reasons]
    # What passes says nothing beside what stays, and "busy" nothing beside trouble.
    staying = [kind for kind in kinds if kind not in _PASSING]
    if staying or not kinds:
        return next(filter(None, staying), _STATUSES.get(status, errors.Refused))
    return errors.ServerError if errors.ServerError in kinds else errors.RateLimited


def _json(answer: Answer) -> Body:
    if 300 <= answer.status < 400:
        raise bad(answer, "it sends us elsewhere, which is never followed.")
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        body = None
    if isinstance(body, dict):
        return body
    if not 200 <= answer.status < 300:
        return {}  # a gateway's page: the status alone must tell
    if answer.body.lstrip()[:1] == b"<":
        raise bad(answer, "it is a web page. Is this address Zuora's, and is the network open?")
    raise bad(answer, "it is not a JSON object, or not a whole one.")


def _text(answer: Answer, fields: Body, *names: str) -> str:
    """Return the first of some fields that is a text or a number; what does not fit is left out."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool):
            return _shown(answer, str(value))
    return ""


def _shown(answer: Answer, text: str, limit: int = 255) -> str:
    """Return a text from outside as it may be shown: a server may echo what it was sent."""
    secret = answer.hidden.get_secret_value()
    spellings = {secret, quote(secret, safe="")} if secret else set()
    longest = max(map(len, spellings), default=0)
    # Cleaned first: what vanishes may have stood within the secret. Cut last: a part of it
    # at the end would not be known for what it is.
    room = 4 * (limit + longest)
    shown = clean(text[:room], room)
    for spelling in spellings:
        shown = shown.replace(spelling, "*****")
    return clean(shown[: len(shown) - longest] if len(text) > room else shown, limit)
