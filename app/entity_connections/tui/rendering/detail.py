"""The row under the cursor in words: its status, what comes next, what the journal knows of it."""

from collections.abc import Sequence
from itertools import pairwise

from rich.cells import cell_len
from textual.content import Content

from entity_connections.domain.actions import (
    ACCEPT,
    ACTIONS,
    CONNECT,
    DENY,
    DISCONNECT,
    REQUEST,
    Action,
    DisabledReason,
)
from entity_connections.domain.actions.default_action import default_action, filter_enabled
from entity_connections.domain.clock import now
from entity_connections.domain.connections import CONNECTED, DISCONNECTED, PENDING, Direction
from entity_connections.domain.rows import Row, name_status
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.runs import Progress
from entity_connections.services.storage.journal_entry import Entry
from entity_connections.services.workspace import STANDARD_USER
from entity_connections.tui.commands.acting_entity import get_other_side_reason
from entity_connections.tui.commands.command import MARKS_HIDDEN, CommandContext
from entity_connections.tui.commands.row_actions import get_write_reason
from entity_connections.tui.rendering.header import format_age
from entity_connections.tui.rendering.rows import TONE_COLORS, format_status
from entity_connections.tui.rendering.text import MUTED, fit_sentence
from entity_connections.tui.widgets.grid.layout import MIN_PAIR_WIDTH, cut_pair

LABEL_WIDTH = 9
"""Cells of the labels at the left of the detail."""
MAX_HISTORY = 6
"""Entries of the journal that are shown."""

_DOES = {
    REQUEST: "requests",
    CONNECT: "connects",
    ACCEPT: "accepts",
    DENY: "denies",
    DISCONNECT: "disconnects",
}
_DONE = {REQUEST: "requested", ACCEPT: "accepted", DENY: "denied", DISCONNECT: "disconnected"}
_ACTIONS_TO = {PENDING: (REQUEST,), CONNECTED: (ACCEPT,), DISCONNECTED: (DENY, DISCONNECT)}
"""By status, the actions that lead to it."""

_IN_PROGRESS = {
    Progress.PLANNED: "It is sent later in this run; escape stops the run.",
    Progress.SENDING: "An action is being sent.",
    Progress.UNKNOWN: "Outcome unknown: ctrl+r reads the list again, J shows more.",
}


def render_detail(context: CommandContext, history: Sequence[Entry], width: int) -> Content:
    """Return the detail for a pane beside the rows, `width` cells wide but for a blank at its left.

    `history` is what the journal holds of the pair in this direction, newest first.
    """
    row = context.row
    if row is None:
        return Content()
    journal = map(_render_entry, _drop_repeated(history)[:MAX_HISTORY])
    ids = [("Id", f"{row.connection.id}  c copies")] if row.connection else []
    ids += [("Older", f"{record.status} {record.id}") for record in row.other_records]
    ids.append(("Entity", row.counterpart.id))
    gap = ("", Content())
    fields = [
        ("Status", _render_status(row, history)),
        ("Back", _render_back(row)),
        gap,
        ("Next", Content(describe_next(context))),
        gap,
        *([("Journal", Content("\n").join(journal)), gap] if history else []),
        *((label, Content.styled(text, MUTED)) for label, text in ids),
    ]
    head = Content.styled(f"{row.source.title} → {row.target.title}", "bold").wrap(width)
    lines = [*head, Content()]
    for label, value in fields:
        for at, line in enumerate(value.wrap(max(8, width - LABEL_WIDTH)) or [Content()]):
            lines.append(Content.styled(f"{'' if at else label:<{LABEL_WIDTH}}", MUTED) + line)
    return Content("\n").join(Content(" ") + line for line in lines)


def _drop_repeated(history: Sequence[Entry]) -> list[Entry]:
    """Return the entries without those of which the next one is the repetition that worked."""
    repeated = {
        entry.id
        for newer, entry in pairwise(history)
        if newer.action is entry.action
        and newer.outcome == State.CONFIRMED.value
        and entry.outcome in (State.SUPERSEDED.value, State.REPEATED.value)
    }
    return [entry for entry in history if entry.id not in repeated]


def render_short_detail(context: CommandContext, history: Sequence[Entry], width: int) -> Content:
    """Return two lines for a pane under the rows: the status of the pair, and what comes next.

    Where the status would not fit beside the titles, the time since when it is so is left out,
    and the titles are cut.
    """
    row = context.row
    if row is None:
        return Content("\n")
    status = _render_status(row, history)
    if status.cell_length + 3 + min(cell_len(row.pair), MIN_PAIR_WIDTH) > width:
        status = _render_status(row, ())
    pair = cut_pair(row.source, row.target, max(MIN_PAIR_WIDTH, width - status.cell_length - 3))
    # Few styles: each is sent again at every step of the cursor.
    head = Content.styled(f" {pair}  ", "bold") + status
    label = " Next: "
    sentence = fit_sentence(describe_next(context), (row.source, row.target), width - len(label))
    following = Content(label + sentence)
    if row.connection:
        id_ = Content.styled(f"  {row.connection.id}  c copies", MUTED)
        if following.cell_length + id_.cell_length <= width:
            following += id_
    return head + Content("\n") + following


def _color_status(state: str) -> Content:
    status = format_status(state)
    return Content.styled(status.text, TONE_COLORS[status.tone])


def _render_status(row: Row, history: Sequence[Entry]) -> Content:
    parts = [_color_status(row.state)]
    since = find_since(row, history)
    if since is not None:
        verb = f"{_DONE[since.action]} " if _DONE[since.action] != row.state.lower() else ""
        parts.append(Content(f", {verb}{format_age(since.at, now())}"))
    if row.uncertain and row.connection:
        parts.append(Content(f" (last read: {row.connection.status})"))
    return Content("").join(parts)


def find_since(row: Row, history: Sequence[Entry]) -> Entry | None:
    """Return what led to the present status, if the journal knows; Zuora gives no dates.

    `history` is what the journal holds of the pair in this direction, newest first.
    """
    done = next((entry for entry in history if entry.outcome == "confirmed"), None)
    if done is None or done.connection_id != row.connection_id:
        return None
    return done if done.action in _ACTIONS_TO.get(row.state, ()) else None


def _render_back(row: Row) -> Content:
    if row.reverse is None:
        return Content.styled("○ nothing", MUTED)
    return _color_status(name_status(row.reverse.status))


def _render_entry(entry: Entry) -> Content:
    if entry.outcome == "confirmed":
        text = f"{_DONE[entry.action]} by {entry.user}"
    else:
        text = f"{entry.action.label} by {entry.user}: {entry.outcome or 'being sent'}"
    return Content(text) + Content.styled(f", {format_age(entry.at, now())}", MUTED)


def describe_next(context: CommandContext) -> str:
    """Return what can be done on the row, in a sentence or two."""
    if context.row is None:
        return ""
    return _describe_hindrance(context) or _describe_offer(context.row, context)


def _describe_hindrance(context: CommandContext) -> str:
    """Return why nothing can be done now, or what became of the last run; "" for neither."""
    if context.cursor_moved_reason:
        return "The cursor moved by itself: choose a row first."
    if context.progress is not None:
        return _IN_PROGRESS[context.progress]
    if (result := context.result) is not None and result.state is not State.CONFIRMED:
        return _describe_result(result)
    if disabled := context.get_running_reason():
        return f"{disabled.reason} {disabled.remedy}"
    if context.marks_hidden:
        return f"{MARKS_HIDDEN.reason} {MARKS_HIDDEN.remedy}"
    return ""


def _describe_result(result: Operation) -> str:
    """Return why a run has not done its operation on the row."""
    error = result.error
    if error is not None and result.state is State.REFUSED and result.is_unsent:
        # Zuora's own answer holds for a moment only: so many seconds until the next call.
        why = "you gave up waiting" if error.gave_up else error.title
        return f"Not done: {why}. Try again."
    return result.sentence or f"{result.action.label} was not sent: the run had stopped."


def _describe_offer(row: Row, context: CommandContext) -> str:
    if context.marked:
        return _describe_marks(context)
    if row.uncertain:
        return row.missing
    action = default_action(row)
    if action is not None:
        refusal = get_write_reason(row, context)
        if refusal:
            return _describe_refusal(row, context, refusal)
        return _describe_action(action, row)
    return _describe_waiting(row, context)


def _describe_marks(context: CommandContext) -> str:
    """Return what the keys of the actions do with the marked rows."""
    marked = context.marked
    counts = {action: len(filter_enabled([action], marked)) for action in ACTIONS}
    enabled = [action for action in ACTIONS if counts[action]]
    rows = "marked row" if len(marked) == 1 else f"{len(marked)} marked rows"
    if not enabled:
        return f"No action is possible on the {rows}."
    if refusal := get_write_reason(marked[0], context):
        return f"{refusal.reason} {refusal.remedy}"
    if all(counts[action] == len(marked) for action in enabled):
        return f"{', '.join(f'{a.key} {_DOES[a]}' for a in enabled)} the {rows}."
    parts = ", ".join(f"{a.key} {_DOES[a]} {counts[a]}" for a in enabled)
    return f"{len(marked)} marked: {parts}."


def _describe_waiting(row: Row, context: CommandContext) -> str:
    """Return who can do something where the user cannot, or why nobody can."""
    if row.status == PENDING:
        if get_other_side_reason(context) is not None:
            return f"An administrator of {row.target.title} must accept."
        can_write = get_write_reason(row, context) is None
        then = ", a accepts" if can_write else ""
        return f"{row.target.title} must accept. g goes there{then}."
    if row.direction is Direction.INBOUND and row.status == DISCONNECTED:
        return f"Only {row.source.title} can request it again."
    reason = REQUEST.disabled_reason(row)
    return reason.reason if reason else ""


def _describe_action(action: Action, row: Row) -> str:
    if action is REQUEST:
        again = " again" if row.status == DISCONNECTED else ""
        return f"r requests it{again}; then {row.target.title} must accept."
    if action is ACCEPT:
        return f"{row.source.title} waits for you: a accepts, d denies."
    return "x ends it for good."


def _describe_refusal(row: Row, context: CommandContext, refusal: DisabledReason) -> str:
    if context.workspace.lock.permanent:
        return refusal.reason
    if context.role == STANDARD_USER:
        does = "answer" if row.waits_for_acting else "change"
        return f"Only an administrator can {does} it; you are a {context.role}."
    return "Read-only until U unlocks writes."
