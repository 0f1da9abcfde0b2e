"""The notice above the key bar: what happened, and what to do about it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from enum import Enum, auto
from itertools import filterfalse
from typing import NamedTuple

from textual.content import Content

from entity_connections.domain.errors import NoResponse, RateLimited, ZuoraError
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.runs import (
    ALREADY_SO,
    DONE,
    Run,
    is_half_done,
    name_outcome,
)

MAX_KEYS = 12
"""Keys that a notice names; hundreds may be waiting."""


class Kind(Enum):
    """The kind of a notice, the worst one first; the value is its CSS class."""

    UNKNOWN = "unknown"
    ERROR = "error"
    INFO = "info"
    SUCCESS = "success"


class Lifetime(Enum):
    """When a notice disappears, unless escape or another notice comes first."""

    UNTIL_REPLACED = auto()
    UNTIL_CURSOR_MOVES = auto()
    UNTIL_LIST_CHANGES = auto()
    """A change of the list may contradict the notice. A move of the cursor clears it, too."""
    UNTIL_READ = auto()
    """The notice tells why nothing could be read."""


PASSING = (Lifetime.UNTIL_CURSOR_MOVES, Lifetime.UNTIL_LIST_CHANGES)
"""The lifetimes that end when the cursor moves, or the user filters, sorts or marks."""


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


_SIGNS = {Kind.SUCCESS: "✓", Kind.INFO: "i", Kind.ERROR: "!", Kind.UNKNOWN: "◇"}
_STATE_KINDS = {
    State.CONFIRMED: Kind.SUCCESS,
    State.PLANNED: Kind.INFO,
    State.REFUSED: Kind.ERROR,
    State.NOT_SENT: Kind.ERROR,
    State.STALE: Kind.INFO,
    State.IN_PROGRESS: Kind.UNKNOWN,
    State.UNKNOWN: Kind.UNKNOWN,
    State.NOT_APPLIED: Kind.ERROR,
    State.SUPERSEDED: Kind.UNKNOWN,
    State.REPEATED: Kind.INFO,
    State.RELEASED: Kind.UNKNOWN,
}
_PASSING_KINDS = (Kind.SUCCESS, Kind.INFO)


def make_notice(kind: Kind, *lines: str, lifetime: Lifetime | None = None) -> Notice:
    """Return a notice; by default, success and information pass with a move of the cursor."""
    if lifetime is None:
        passing = kind in _PASSING_KINDS
        lifetime = Lifetime.UNTIL_CURSOR_MOVES if passing else Lifetime.UNTIL_REPLACED
    return Notice(kind, lines, lifetime)


def render_notice(notice: Notice, width: int) -> Content:
    """Return the sign of the kind and the lines, one after the other where that takes fewer."""
    sentences = [line for line in notice.lines if line]
    contents = [
        Content.assemble((f"{_SIGNS[notice.kind]} ", "bold"), separator.join(sentences))
        for separator in ("\n", " ")
    ]
    return min(contents, key=lambda content: len(content.wrap(width)))


def make_outcome_notice(operation: Operation) -> Notice:
    """Return the outcome of an operation that the user has just confirmed."""
    kind, error = _STATE_KINDS[operation.state], operation.error
    what = f"{operation.action.label}, {operation.pair}"
    if operation.state is State.UNKNOWN:
        answer = "Zuora answered success, but no list shows it."
        if error is not None:
            answer = "You gave up waiting." if error.gave_up else f"{error.title}."
        hint = f"{answer} The next list may show it: ctrl+r reads it, J shows more."
        return make_notice(kind, f"Outcome unknown: {what}.", hint)
    lines = [operation.sentence]
    if error is not None and operation.state is not State.CONFIRMED:
        lines += list_error_hints(error)
        if operation.entry is not None:
            lines[0] = f"{error.title} ({what}): {operation.sentence}"
        elif isinstance(error, NoResponse | RateLimited):
            lines[1:] = [f"Press {operation.action.key} to try again."]
    lifetime = Lifetime.UNTIL_LIST_CHANGES if kind in _PASSING_KINDS else None
    return make_notice(kind, *lines, lifetime=lifetime)


def make_run_notice(run: Run) -> Notice:
    """Return the outcomes of a run that has ended."""
    outcomes = list(run.newest.values())
    if len(outcomes) == 1 and outcomes[0].sentence:
        return _make_pair_notice(outcomes[0])
    words = Counter(map(name_outcome, filterfalse(is_half_done, outcomes)))
    first = ALREADY_SO if words[ALREADY_SO] == len(outcomes) else DONE
    counts = [f"{words.pop(first, 0)} of {len(outcomes)} {first}"]
    if half_done := sum(map(is_half_done, outcomes)):
        counts.append(f"{half_done} requested but not accepted")
    counts += [f"{count} {word}" for word, count in words.items() if count]
    if run.plan.left_out:
        counts.append(f"{len(run.plan.left_out)} left out")
    lines = [f"{run.plan.action.label}: {', '.join(counts)}."]
    failed = [
        operation
        for operation in outcomes
        if operation.state not in (State.CONFIRMED, State.PLANNED)
    ]
    failed.sort(key=lambda operation: operation.state is not State.UNKNOWN)
    is_unknown = bool(failed) and failed[0].state is State.UNKNOWN
    if run.stopping and not is_unknown and any(operation.is_unsent for operation in outcomes):
        lines.append("You stopped it.")
    if is_unknown:
        lines.append(f"It stopped at {failed[0].pair}: outcome unknown. J shows more.")
    else:
        where = "J shows" if all(operation.entry for operation in failed) else "the detail tells"
        lines.append(_describe_first([_describe_failure(operation) for operation in failed], where))
    if not run.stopping and any(operation.is_unsent for operation in outcomes):
        lines.append("I resumes the run.")
    return make_notice(_find_worst_kind(operation.state for operation in outcomes), *lines)


def _make_pair_notice(operation: Operation) -> Notice:
    """Return what became of a pair; where its accept was not done, its request was."""
    notice = make_outcome_notice(operation)
    if not is_half_done(operation):
        return notice
    pending = ", and is Pending" if operation.state in (State.REFUSED, State.NOT_SENT) else ""
    first, *hints = notice.lines
    return notice._replace(lines=(f"The request was made{pending}; not accepted. {first}", *hints))


def _describe_failure(operation: Operation) -> str:
    sentence = operation.sentence
    return sentence if operation.pair in sentence else f"{operation.pair}: {sentence}"


def _find_worst_kind(states: Iterable[State]) -> Kind:
    kinds = {_STATE_KINDS[state] for state in states}
    return next(kind for kind in Kind if kind in kinds)


def make_resolved_notice(operations: Sequence[Operation]) -> Notice | None:
    """Return the outcomes of operations that were looked up; None if nobody has to know them."""
    operations = [operation for operation in operations if operation.state is not State.REPEATED]
    if not operations:
        return None
    worst = _find_worst_kind(operation.state for operation in operations)
    return make_notice(worst, _describe_first([operation.sentence for operation in operations]))


def _describe_first(sentences: Sequence[str], where: str = "J shows") -> str:
    """Return the first sentence, and how many more there are and where; "" if there are none."""
    more = f" {len(sentences) - 1} more: {where} them." if len(sentences) > 1 else ""
    return sentences[0] + more if sentences else ""


def list_error_hints(error: ZuoraError) -> tuple[str, ...]:
    """Return what to do about an error, and what to quote to Zuora Support (or "")."""
    parts = {"code": error.codes, "request id": error.request_id}
    return error.hint, " · ".join(f"{name} {value}" for name, value in parts.items() if value)


def format_keys(keys: Sequence[str]) -> str:
    """Return the first keys of a sequence."""
    return " ".join(keys[:MAX_KEYS]) + (" …" if len(keys) > MAX_KEYS else "")
