"""The two lines about the row under the cursor."""

from rich.cells import cell_len
from textual.content import Content

from entity_connections.domain.actions import REQUEST, DisabledReason
from entity_connections.domain.actions.default_action import default_action
from entity_connections.domain.connections import DISCONNECTED, PENDING, Direction
from entity_connections.domain.rows import Row, name_status
from entity_connections.services.screen_state import Progress
from entity_connections.tui.commands.command import CommandContext
from entity_connections.tui.commands.row_actions import STANDARD_USER, get_write_reason
from entity_connections.tui.rendering.rows import format_status
from entity_connections.tui.rendering.text import MUTED
from entity_connections.tui.widgets.grid.layout import MIN_PAIR_WIDTH, cut_pair


def render_detail(context: CommandContext, width: int) -> Content:
    """Return the connection on the first line, and what can be done on the second.

    The titles are cut where the status would not fit beside them.
    """
    row = context.row
    if row is None:
        return Content("\n")
    # One style for each line: every style is sent again at each step of the cursor.
    status = f" · {format_status(row.state).text}"
    room = max(MIN_PAIR_WIDTH, width - 1 - cell_len(status))
    head = cut_pair(row.source, row.target, room) + status
    if row.reverse:
        head += f" · other direction: {format_status(name_status(row.reverse.status)).text}"
    more = [row.connection.id] if row.connection else []
    if row.connection and row.uncertain:
        more = [f"{row.connection.status} {row.connection.id}"]
    more.append(_make_hint(row, context))
    more += [f"older: {connection.status} {connection.id}" for connection in row.other_records]
    return Content(f" {head}\n") + Content.styled(f" {' · '.join(more)}", MUTED)


def _make_hint(row: Row, context: CommandContext) -> str:
    """Return what can be done; without names, so that unchanged text is not sent again."""
    if context.cursor_moved_reason:
        return "the cursor was moved here: an arrow key or a click takes a row"
    if context.progress is Progress.SENDING:
        return "an action is being sent"
    if context.progress is Progress.UNKNOWN:
        return "the last action's outcome is unknown"
    if row.uncertain:
        return row.missing
    action = default_action(row, context.accessible_ids)
    if action is not None:
        refusal = get_write_reason(row, context)
        return _make_refusal_hint(row, context, refusal) if refusal else action.key_hint
    if row.status == PENDING:
        return "an administrator of the target accepts or denies it"
    if row.direction is Direction.INBOUND and row.status == DISCONNECTED:
        return "only the source can request it again"
    reason = REQUEST.disabled_reason(row, context.accessible_ids)
    return reason.reason if reason else ""


def _make_refusal_hint(row: Row, context: CommandContext, refusal: DisabledReason) -> str:
    if context.workspace.lock.permanent:
        return refusal.reason
    if context.role == STANDARD_USER:
        waits = "it waits for an administrator"
        return f"{waits if row.waits_for_acting else refusal.brief}; you are a {context.role}"
    return "read-only until U unlocks writes"
