"""How the domain looks: signs, words and tones, as literal text, never as markup."""

from collections.abc import Sequence
from functools import lru_cache

from textual.content import Content
from textual.style import Style

from entity_connections.domain.actions import REQUEST, STANDARD_USER, DisabledReason
from entity_connections.domain.actions.default_action import default_action
from entity_connections.domain.connections import (
    CONNECTED,
    DISCONNECTED,
    PENDING,
    Direction,
)
from entity_connections.domain.errors import ZuoraError
from entity_connections.domain.rows import NOT_CONNECTED, Row
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.screen_state import Progress
from entity_connections.tui.commands import (
    COMMANDS,
    Command,
    CommandContext,
    disabled_reason,
    in_key_bar,
    write_reason,
)
from entity_connections.tui.widgets.grid.grid import Cell, Column, Item

SIGNS = {
    CONNECTED: ("●", "good", "Both sides agreed: products can be shared."),
    PENDING: ("◐", "wait", "Requested; the target has not answered yet."),
    DISCONNECTED: ("✕", "end", "It was ended or denied."),
    None: ("○", "mute", "There is no connection yet."),
}
"""Sign, tone and meaning of each status; one we do not know wears a question mark."""

_KINDS = {
    State.CONFIRMED: "good",
    State.REFUSED: "bad",
    State.STALE: "why",
    State.UNKNOWN: "unknown",
    State.NOT_APPLIED: "bad",
    State.SUPERSEDED: "unknown",
}
MUTED = "$foreground-muted"
LATER = 4
"""How many outcomes of earlier writes are told in full."""
_SENDING = Cell("… sending", "wait")
_UNKNOWN = Cell("? outcome unknown", "warn")


def columns(direction: Direction) -> list[Column]:
    """Return the columns of a tab."""
    counterpart = "Target entity" if direction is Direction.OUTBOUND else "Source entity"
    return [
        Column("counterpart", counterpart, 16, weight=3),
        Column("under", "Under", 16, weight=2, hide_below=96),
        Column("status", "Status", 17),
        Column("action", "Action", 20, weight=2, sortable=False),
    ]


def sign_and_word(status: str | None) -> tuple[str, str]:
    """Return sign and word of a status in one text, and its tone."""
    sign, tone, _ = SIGNS.get(status, ("?", "warn", ""))
    word = NOT_CONNECTED if status is None else status.strip() or "(no word)"
    return f"{sign} {word}", tone


def item(row: Row, situation: CommandContext, progress: Progress | None) -> Item:
    """Return the line of the grid for a row; `situation` need not be about this one."""
    text, tone = sign_and_word(row.status)
    status, action = Cell(text, tone), _action(row, situation)
    if progress is Progress.SENDING:
        status, action = _SENDING, Cell("")
    elif progress is Progress.UNKNOWN:
        action = _UNKNOWN
    name = Cell(row.counterpart.title, "" if row.counterpart.listed else "mute")
    parent = Cell(row.parent.title if row.parent else "")
    return Item(row.key, (name, parent, status, action))


def _action(row: Row, situation: CommandContext) -> Cell:
    """Return the action that makes sense on a row; it looks like a link only if it is possible."""
    action = default_action(row, situation.accessible_ids)
    if action is not None:
        refusal = write_reason(action, row, situation)
        return (
            Cell(refusal.brief or action.label, "mute") if refusal else Cell(action.label, "action")
        )
    reason = REQUEST.disabled_reason(row, situation.accessible_ids)
    return Cell(reason.brief if reason and row.direction is Direction.OUTBOUND else "", "mute")


def link(content: Content, command_id: str) -> Content:
    """Return content that carries out a command when it is clicked."""
    return content.stylize(Style.from_meta({"@click": f"screen.command('{command_id}')"}))


def detail(situation: CommandContext) -> Content:
    """Return two lines about a row: the connection; what can be done, and what else there is."""
    row = situation.row
    if row is None:
        return Content("\n")
    # One style a line, and no word that is not needed: each costs at every step of the cursor.
    status, _ = sign_and_word(row.status)
    head = [f"{row.source.title} → {row.target.title}", status]
    head += [f"other direction: {sign_and_word(row.reverse.status)[0]}"] if row.reverse else []
    more = [row.connection.id] if row.connection else []
    more.append(_next_step(row, situation))
    more += [f"older: {one.status} {one.id}" for one in row.other_records]
    return Content(f" {' · '.join(head)}\n") + Content.styled(f" {' · '.join(more)}", MUTED)


def _next_step(row: Row, situation: CommandContext) -> str:
    """Say what can be done. It names nobody: what stays the same is not sent again."""
    if situation.moved_reason:
        return "the cursor was moved here: an arrow key or a click takes a row"
    if situation.sending:
        return "an action is being sent"
    if situation.unknown:
        return "the last action's outcome is unknown"
    action = default_action(row, situation.accessible_ids)
    if action is not None:
        refusal = write_reason(action, row, situation)
        return _refused(row, situation, refusal) if refusal else action.key_hint
    if row.status == PENDING:
        return "an administrator of the target accepts or denies it"
    if row.direction is Direction.INBOUND and row.status == DISCONNECTED:
        return "only the source can request it again"
    reason = REQUEST.disabled_reason(row, situation.accessible_ids)
    return reason.reason if reason else ""


def _refused(row: Row, situation: CommandContext, refusal: DisabledReason) -> str:
    """Say why the action that would make sense cannot be done."""
    if situation.read_only:
        return refusal.reason
    if situation.role == STANDARD_USER:
        whom = "it waits for an administrator" if row.waits_for_acting else refusal.brief
        return f"{whom}; you are a {situation.role}"
    return "read-only until U unlocks writes"


def key_bar(situation: CommandContext, width: int) -> Content:
    """Return the keys that matter here, greyed where they are impossible now."""
    shown = tuple(command for command in COMMANDS if in_key_bar(command, situation))
    return _key_bar(tuple((one, disabled_reason(one, situation) is None) for one in shown), width)


@lru_cache(maxsize=64)
def _key_bar(commands: tuple[tuple[Command, bool], ...], width: int) -> Content:
    possible = dict(commands)
    shown = list(possible)
    # What goes first where room is short: what the help and the palette tell too, then what
    # is impossible anyway. What stays, stays in its place.
    least = [command for id_ in _EXPENDABLE for command in shown if command.id == id_]
    least += sorted((one for one in shown if one.action), key=lambda one: possible[one])
    while least and _key_bar_width(shown) > width:
        shown.remove(least.pop(0))
    parts = []
    for command in shown:
        key, word = command.key_name, f" {command.short}  "
        if possible[command]:
            words = Content.assemble((key, "$text-accent"), word)
        else:
            words = Content.styled(key + word, "dim")
        parts.append(link(words, command.id))
    return Content("").join([Content(" "), *parts]).rstrip()


_EXPENDABLE = ("palette", "other_side", "filter")


def _key_bar_width(shown: list[Command]) -> int:
    return sum(len(one.key_name) + len(one.short) + 3 for one in shown) - 2


def notice(kind: str, sentence: str, *more: str) -> Content:
    """Return a message: a sign for its kind, a sentence, and what else helps."""
    sign = {"good": "✓", "why": "i", "bad": "!", "unknown": "?"}[kind]
    rest = [Content(f"\n{line}") for line in more if line]
    return Content.assemble((f"{sign} ", "bold"), sentence, *rest)


def told(outcome: Operation) -> tuple[str, ...]:
    """Return what became of an order: the kind of message, a sentence, and what else helps."""
    kind, sentence, error = _KINDS[outcome.state], outcome.sentence, outcome.error
    if error is None or outcome.state is State.CONFIRMED:
        return kind, sentence
    asked = f"{outcome.action.label}, {outcome.pair}"
    return kind, f"{error.title} ({asked}): {sentence}", *error_lines(error)


def told_later(outcomes: Sequence[Operation]) -> tuple[str, ...]:
    """Return what became of writes whose outcome was unknown: the kind of message, and lines."""
    kinds = [_KINDS[one.state] for one in outcomes]
    worst = next(kind for kind in ("unknown", "bad", "why", "good") if kind in kinds)
    lines = [one.sentence for one in outcomes[:LATER]]
    hidden = len(outcomes) - len(lines)
    lines += [f"And {hidden} more: the journal (J) has them all."] if hidden else []
    return worst, *lines


def error_lines(error: ZuoraError) -> tuple[str, ...]:
    """Return what to do about an error, and what to quote to Zuora Support."""
    return (
        error.hint,
        f"code {error.codes}" if error.codes else "",
        f"request id {error.request_id}" if error.request_id else "",
    )
