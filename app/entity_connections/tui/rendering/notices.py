"""The notice above the key bar: what happened, and what to do about it."""

from collections.abc import Sequence
from enum import Enum, auto
from typing import NamedTuple

from textual.content import Content

from entity_connections.domain.errors import ZuoraError
from entity_connections.services.operations.execute import Outcome, Result

MAX_KEYS = 12
"""Keys that a notice names; hundreds may be waiting."""
MAX_OUTCOMES = 4
"""Outcomes of earlier writes that a notice has room for."""


class Kind(Enum):
    """The kind of a notice; the value is its CSS class."""

    SUCCESS = "success"
    INFO = "info"
    ERROR = "error"
    UNKNOWN = "unknown"


class Lifetime(Enum):
    """When a notice disappears, unless escape or another notice comes first."""

    UNTIL_REPLACED = auto()
    UNTIL_CURSOR_MOVES = auto()
    UNTIL_LIST_CHANGES = auto()
    """A change of the list may contradict the notice. A move of the cursor clears it, too."""
    UNTIL_READ = auto()
    """The notice tells why nothing could be read."""


class Notice(NamedTuple):
    """A notice.

    Attributes:
        kind: its kind.
        lines: what happened, then what to do about it, a sentence each.
        lifetime: when it disappears.
    """

    kind: Kind
    lines: tuple[str, ...]
    lifetime: Lifetime


_SIGNS = {Kind.SUCCESS: "✓", Kind.INFO: "i", Kind.ERROR: "!", Kind.UNKNOWN: "?"}
_RESULT_KINDS = {
    Result.CONFIRMED: Kind.SUCCESS,
    Result.REFUSED: Kind.ERROR,
    Result.OVERTAKEN: Kind.INFO,
    Result.UNKNOWN: Kind.UNKNOWN,
    Result.NOT_DONE: Kind.ERROR,
    Result.SUPERSEDED: Kind.UNKNOWN,
}
_PASSING_KINDS = (Kind.SUCCESS, Kind.INFO)


def make_notice(kind: Kind, *lines: str, lifetime: Lifetime | None = None) -> Notice:
    """Return a notice; by default, success and information pass with a move of the cursor."""
    if lifetime is None:
        passing = kind in _PASSING_KINDS
        lifetime = Lifetime.UNTIL_CURSOR_MOVES if passing else Lifetime.UNTIL_REPLACED
    return Notice(kind, lines, lifetime)


def render_notice(notice: Notice) -> Content:
    """Return the sign of the kind and the lines."""
    first, *more = notice.lines
    rest = [Content(f"\n{line}") for line in more if line]
    return Content.assemble((f"{_SIGNS[notice.kind]} ", "bold"), first, *rest)


def make_outcome_notice(outcome: Outcome) -> Notice:
    """Return what became of a write that the user has just confirmed."""
    kind, error = _RESULT_KINDS[outcome.result], outcome.error
    lifetime = Lifetime.UNTIL_LIST_CHANGES if kind in _PASSING_KINDS else None
    if error is None or outcome.result is Result.CONFIRMED:
        return make_notice(kind, outcome.sentence, lifetime=lifetime)
    write = f"{outcome.order.action.label}, {outcome.order.pair}"
    sentence = f"{error.title} ({write}): {outcome.sentence}"
    return make_notice(kind, sentence, *list_error_hints(error), lifetime=lifetime)


def make_resolved_notice(outcomes: Sequence[Outcome]) -> Notice:
    """Return what became of writes whose outcome was unknown."""
    kinds = {_RESULT_KINDS[outcome.result] for outcome in outcomes}
    worst = next(
        kind for kind in (Kind.UNKNOWN, Kind.ERROR, Kind.INFO, Kind.SUCCESS) if kind in kinds
    )
    lines = [outcome.sentence for outcome in outcomes[:MAX_OUTCOMES]]
    if hidden := len(outcomes) - len(lines):
        lines.append(f"And {hidden} more: the journal (J) has them all.")
    return make_notice(worst, *lines)


def list_error_hints(error: ZuoraError) -> tuple[str, ...]:
    """Return what to do about an error, and what to quote to Zuora Support (or "")."""
    return (
        error.hint,
        f"code {error.codes}" if error.codes else "",
        f"request id {error.request_id}" if error.request_id else "",
    )


def format_keys(keys: Sequence[str]) -> str:
    """Return the first keys of a sequence."""
    return " ".join(keys[:MAX_KEYS]) + (" …" if len(keys) > MAX_KEYS else "")
