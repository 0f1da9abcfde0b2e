"""What a response means: its fields and rate limit, or one error (contract E2, F, G)."""

import html
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from entity_connections.domain import errors
from entity_connections.domain.clock import describe_clock, is_clock_off, now
from entity_connections.domain.errors import Reason, ZuoraError
from entity_connections.domain.secret import Secret
from entity_connections.domain.text import clean
from entity_connections.services.request_log import RateLimit

_BY_CATEGORY: dict[str, type[ZuoraError]] = {
    "10": errors.Forbidden,
    "11": errors.Unauthenticated,
    "40": errors.NotFound,
    "50": errors.RateLimited,
    "60": errors.ServerError,
    "61": errors.ServerError,
    "70": errors.RateLimited,
    "99": errors.ServerError,
}
_BY_STATUS: dict[int, type[ZuoraError]] = {
    401: errors.Unauthenticated,
    403: errors.Forbidden,
    404: errors.NotFound,
}
_BY_STATUS_ALONE: dict[int, type[ZuoraError]] = {
    408: errors.NoResponse,
    409: errors.Conflict,
    429: errors.RateLimited,
}
"""Statuses about the call itself: they count more than any code in the body."""
_MEANING_ALONE = {401, *_BY_STATUS_ALONE}
"""Statuses below 500 that say enough without a body."""

_REQUEST_CATEGORIES = {"20", "21", "22", "23", "27", "45", "90"}
"""Categories of codes that say that the request itself is wrong (contract F3)."""
_NAMES_BODY = re.compile(r"\b(?<!response )(body|content[- ]type|media[- ]type)\b", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]{1,9}")
_JSON_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_ENCODED = re.compile(r"[\\%&⏎\s]")
"""What a text holds that `_decode` changes."""
_MASK = b"*****"
_WINDOW = re.compile(r"([0-9]{1,9}) *; *w=([0-9]{1,9})")
"""A limit of the `RateLimit-Limit` header, and the seconds of its window (contract G)."""

_GATEWAY_HINT = (
    "Try again in a moment; if it lasts, check the address and the proxy, then tell Zuora Support"
    " the time or the request id."
)
_AMBIGUOUS = "The answer holds a field twice."

Body = dict[str, object]


class Response(NamedTuple):
    """A complete response.

    Attributes:
        headers: by name, case-insensitive.
        body: decompressed.
        secrets: what the server knows of the user; no text made of the response repeats it.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    secrets: tuple[Secret, ...]

    def mask_secrets(self) -> "Response":
        """Return the response without the secrets in its body, if they are longer than a word."""
        body = self.body
        for secret in self.secrets:
            if len(value := secret.get_secret_value().encode()) >= 8:
                body = body.replace(value, _MASK)
        return self._replace(body=body)


def parse_success(response: Response) -> Body:
    """Parse a response that does not report a failure."""
    body = _parse_json(response)
    success = body.get("success")
    ok = 200 <= response.status < 300
    if not isinstance(success, bool | None) or (success and 300 <= response.status < 500):
        raise invalid_response(response, "The answer does not say clearly whether the call worked.")
    if not ok or success is False or (success is None and body.get("reasons")):
        raise _create_refusal(response, body)
    return body


def parse_write(response: Response) -> Body:
    """Parse a response to a write, which must report success explicitly."""
    body = parse_success(response)
    if body.get("success") is not True:
        raise invalid_response(response, "The answer does not say whether the write worked.")
    return body


def invalid_response(response: Response, sentence: str) -> ZuoraError:
    """Create the error for a response that is not what Zuora documents."""
    return errors.InvalidResponse(sentence, (), request_id_of(response))


def request_id_of(response: Response) -> str:
    """Read Zuora's id of the call, to quote to Zuora Support, or ""."""
    return _clean_text(response, response.headers.get("Zuora-Request-Id", ""), 64)


def parse_rate_limit(headers: Mapping[str, str], at: datetime) -> RateLimit | None:
    """Read the `RateLimit-*` headers; None if they are missing or invalid.

    `RateLimit-Limit` begins with the limit closest to exhaustion, and Zuora tells what remains
    of that one only; the list behind it has the window of each. `at` is when it was sent.
    """
    limits = headers.get("RateLimit-Limit", "")
    limit = _NUMBER.match(limits)
    remaining = _NUMBER.match(headers.get("RateLimit-Remaining", ""))
    reset = _NUMBER.match(headers.get("RateLimit-Reset", ""))
    if not limit or not remaining:
        return None
    seconds = float(reset[0]) if reset else None
    window = dict(_WINDOW.findall(limits)).get(limit[0])
    return RateLimit(int(limit[0]), int(remaining[0]), seconds, at, int(window) if window else None)


def parse_server_time(headers: Mapping[str, str]) -> datetime | None:
    """Read the `Date` header, in UTC; None if it is missing, or no date of this century."""
    return _parse_date(headers.get("Date", ""))


@lru_cache(maxsize=8)  # the responses of one second have the same
def _parse_date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
        return date.astimezone(UTC) if date.tzinfo and 2000 <= date.year < 2100 else None
    except (ValueError, TypeError, OverflowError):
        return None


def _parse_retry_after(response: Response) -> float | None:
    """Read how many seconds to wait: `Retry-After` as seconds or date, else `RateLimit-Reset`."""
    headers = response.headers
    value = headers.get("Retry-After", "")
    if not value and response.status == 429:
        value = headers.get("RateLimit-Reset", "")
    if _NUMBER.fullmatch(value):
        return float(value)
    until = _parse_date(value)
    if until is None:
        return None
    present = parse_server_time(headers) or now()  # the date is by the server's clock
    return max(0.0, (until - present).total_seconds())


def _create_refusal(response: Response, body: Body) -> ZuoraError:
    """Create the error for a refusal, whatever shape it has (contract F1)."""
    status = response.status
    rows = body.get("reasons")
    if isinstance(rows, list) and any(isinstance(row, _AmbiguousObject) for row in rows):
        raise invalid_response(response, _AMBIGUOUS)
    reasons = tuple(
        Reason(_find_text(response, row, "code"), _find_text(response, row, "message"))
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, dict)
    )
    messages = [_end_sentence(reason.message) for reason in reasons]
    sentence = clean(" ".join(filter(None, messages)), 1_000)
    sentence = sentence or _end_sentence(
        _find_text(response, body, "message", "error_description", "detail", "error", "title")
    )
    refuses_body = _refuses_body(status, reasons, sentence)
    class_ = errors.BodyRefused if refuses_body else _error_class(status, reasons)
    date = parse_server_time(response.headers)
    if class_ is errors.Unauthenticated and date and is_clock_off(date):
        sentence = f"{sentence or _describe_status(status)} {describe_clock(date)}"
    # A refusal of Zuora's says why.
    stated = any(map(any, reasons)) or (body.get("success") is False and bool(sentence))
    unprocessed = refuses_body or (
        stated
        and status < 500
        and status not in (408, 409)
        and class_ is not errors.Unauthenticated  # a server in between may ask for credentials
    )
    return class_(
        sentence or _describe_status(status),
        reasons,
        request_id_of(response) or _find_text(response, body, "requestId", "processId"),
        _parse_retry_after(response),
        maybe_applied=not unprocessed,
        # Zuora repeats such a refusal for the same key (contract E3).
        needs_new_key=unprocessed and status not in _BY_STATUS_ALONE,
    )


def _end_sentence(text: str) -> str:
    """Return a text of Zuora's with a full stop, because another sentence may follow."""
    text = text.strip()
    return text if not text or text.endswith((".", "!", "?", "…")) else f"{text}."


def _describe_status(status: int) -> str:
    """Return what a status means that comes without a reason."""
    if status in (502, 503, 504):
        return f"Zuora is down (HTTP {status})."
    if status >= 500:
        return f"Zuora failed (HTTP {status})."
    return f"Zuora answered HTTP {status} without a reason."


def _refuses_body(status: int, reasons: tuple[Reason, ...], sentence: str) -> bool:
    """Return whether the form of the body was refused before the call began (contract E1, F4).

    HTTP 415 says so whatever the code. With HTTP 400 a code of another kind, such as one about a
    rule of business, counts more than the sentence.
    """
    if status == 415:
        return True
    if {reason.code[-2:] for reason in reasons if reason.code} - _REQUEST_CATEGORIES:
        return False
    return status == 400 and _NAMES_BODY.search(sentence) is not None


def _error_class(status: int, reasons: tuple[Reason, ...]) -> type[ZuoraError]:
    if status >= 500:
        return errors.ServerError
    if status in _BY_STATUS_ALONE:
        return _BY_STATUS_ALONE[status]
    classes = {_BY_CATEGORY.get(reason.code[-2:]): None for reason in reasons}
    # A permanent reason counts more than a temporary one, an error more than a limit.
    temporary = {errors.ServerError, errors.RateLimited}
    if classes and classes.keys() <= temporary:
        return errors.ServerError if errors.ServerError in classes else errors.RateLimited
    permanent = [class_ for class_ in classes if class_ and class_ not in temporary]
    return permanent[0] if permanent else _BY_STATUS.get(status, errors.Refused)


def _parse_json(response: Response) -> Body:
    if 300 <= response.status < 400:
        raise _create_web_page_error(response)
    try:
        body = json.loads(response.body, object_pairs_hook=_make_object)
    except (ValueError, RecursionError):
        body = None
    if isinstance(body, _AmbiguousObject):
        raise invalid_response(response, _AMBIGUOUS)
    if isinstance(body, dict):
        return body
    if not response.body and (response.status >= 500 or response.status in _MEANING_ALONE):
        return {}
    if response.status >= 400 or response.body.lstrip()[:1] == b"<":
        raise _create_web_page_error(response)
    sentence = "The answer is not a JSON object. Is this address Zuora's, and is the network open?"
    raise invalid_response(response, sentence)


def _create_web_page_error(response: Response) -> ZuoraError:
    status = response.status
    is_page = response.body.lstrip()[:1] == b"<"
    what = "A web page" if is_page else "Something else"
    if status < 400 and (location := response.headers.get("Location")):
        what = f"A redirect{_describe_host(response, location)}"
    error = errors.WebPage(
        f"{what} answered (HTTP {status}), not Zuora."
        if is_page or status < 500
        else _describe_status(status),
        (),
        request_id_of(response),
        _parse_retry_after(response),
    )
    error.status = status
    if status >= 500:  # of a gateway with Zuora behind it
        error.hint = _GATEWAY_HINT
    return error


def _describe_host(response: Response, location: str) -> str:
    """Return to which host a `Location` leads; "" where it names none."""
    try:
        host = urlsplit(location).hostname
    except ValueError:
        return ""
    return f" to {_clean_text(response, host)}" if host else ""


class _AmbiguousObject(Body):
    """An empty object in place of one that holds a field twice: nobody knows which value counts."""


def _make_object(pairs: list[tuple[str, object]]) -> Body:
    body = dict(pairs)
    return body if len(body) == len(pairs) else _AmbiguousObject()


def _find_text(response: Response, fields: Body, *names: str) -> str:
    """Find the first of some fields that is a text or a number; "" if none is."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool):
            return _clean_text(response, str(value))
    return ""


def _clean_text(response: Response, text: str, limit: int = 255) -> str:
    """Clean a text of a response and mask the secrets, which a server may echo."""
    # Clean first: characters that vanish may stand within the secret. Cut last: the first
    # half of a secret at the end of the text would not be recognized.
    cleaned = clean(text, 4 * len(text))
    secrets = [secret.get_secret_value() for secret in response.secrets]
    for secret in sorted(filter(None, secrets), key=len, reverse=True):  # one may hold another
        cleaned = cleaned.replace(secret, _MASK.decode())
    if _ENCODED.search(cleaned):
        decoded = _decode(cleaned)
        if any(secret in decoded for secret in map(_decode, secrets) if secret):
            return _MASK.decode()
    return clean(cleaned, limit)


def _decode(text: str) -> str:
    """Undo how a text is written in URLs, HTML and JSON, also twice, and leave out the blanks.

    The sign for the end of a line, which `clean` has put in, is left out, too.
    """
    for _ in range(3):
        text = html.unescape(unquote(_JSON_ESCAPE.sub(_decode_json, text)))
    return "".join(text.replace("⏎", "").split())


def _decode_json(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16)) if escape[1] else escape[2]
