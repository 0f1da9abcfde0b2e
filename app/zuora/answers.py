"""What an answer of Zuora means: its content, or one error of the tree (contract F)."""

import json
from email.utils import parsedate_to_datetime
from typing import TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from app.domain import errors
from app.domain.errors import Reason, ZuoraError
from app.domain.text import clean
from app.zuora.wire import Envelope

_CATEGORIES: dict[str, type[ZuoraError]] = {
    "10": errors.Forbidden,
    "11": errors.Unauthenticated,
    "40": errors.NotFound,
    "50": errors.Busy,
    "60": errors.ServerTrouble,
    "61": errors.ServerTrouble,
    "70": errors.Busy,
    "99": errors.ServerTrouble,
}
_STATUSES: dict[int, type[ZuoraError]] = {
    401: errors.Unauthenticated,
    403: errors.Forbidden,
    404: errors.NotFound,
    408: errors.NoAnswer,
    409: errors.StillAtWork,
    429: errors.Busy,
}

Model = TypeVar("Model", bound=BaseModel)


def content(response: httpx.Response, model: type[Model]) -> Model:
    """Return the body of a successful answer as `model`.

    Raises:
        ZuoraError: the answer is a refusal, or is not what Zuora documents.
    """
    body = _json(response)
    envelope = Envelope.model_validate(body)
    if not response.is_success or envelope.success is False or "Errors" in body:
        raise refusal(response, envelope)
    return _parse(response, body, model)


def refusal(response: httpx.Response, envelope: Envelope) -> ZuoraError:
    """Return the error that a refusing answer stands for."""
    reasons = tuple(Reason(one.code, one.message) for one in envelope.reasons)
    sentence = " ".join(one.message for one in reasons if one.message)
    sentence = sentence or envelope.message or _plain(response)
    request_id = request_id_of(response) or envelope.request_id or envelope.process_id
    kind = _kind(response.status_code, reasons)
    if issubclass(kind, errors.Busy):
        return kind(sentence, reasons, request_id, _retry_after(response))
    return kind(sentence, reasons, request_id)


def request_id_of(response: httpx.Response) -> str:
    """Return Zuora's name of the call, to quote to its support, or ""."""
    return clean(response.headers.get("Zuora-Request-Id", ""), 64)


def _kind(status: int, reasons: tuple[Reason, ...]) -> type[ZuoraError]:
    """The category of a code says more than the status, except where the server broke."""
    if status >= 500:
        return errors.ServerTrouble
    for reason in reasons:
        kind = _CATEGORIES.get(reason.code[-2:]) if reason.code.isdecimal() else None
        if kind is not None:
            return kind
    return _STATUSES.get(status, errors.Refused)


def _json(response: httpx.Response) -> dict[str, object]:
    if response.is_redirect:
        raise _bad(response, "The address redirects elsewhere, which is never followed.")
    try:
        body = json.loads(response.content)
    except (ValueError, RecursionError):
        body = None
    if isinstance(body, dict):
        return body
    if not response.is_success:
        return {}  # a gateway's page: the status alone must tell
    raise _bad(response, "The answer is not a JSON object.")


def _parse(response: httpx.Response, body: object, model: type[Model]) -> Model:
    try:
        return model.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        raise _bad(response, f"Field {clean(where, 80)}: {clean(first['msg'], 120)}.") from None


def _bad(response: httpx.Response, sentence: str) -> ZuoraError:
    return errors.BadAnswer(sentence, request_id=request_id_of(response))


def _plain(response: httpx.Response) -> str:
    return f"Zuora answered HTTP {response.status_code} without a reason."


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds to wait: `Retry-After` as seconds or date, else `RateLimit-Reset` (contract G)."""
    value = response.headers.get("Retry-After") or response.headers.get("RateLimit-Reset") or ""
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        until = parsedate_to_datetime(value)
        now = parsedate_to_datetime(response.headers.get("Date", ""))
        return max(0.0, (until - now).total_seconds())
    except (ValueError, TypeError):  # no date, or one with and one without a time zone
        return None
