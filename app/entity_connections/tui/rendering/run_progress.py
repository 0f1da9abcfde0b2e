"""The line that shows how far a run of many writes is."""

from textual.content import Content

from entity_connections.services.operations.operation import State
from entity_connections.services.operations.runs import Run
from entity_connections.tui.rendering.text import MUTED

BAR_WIDTH = 20
"""Cells of the bar."""
_COUNTED = {
    State.CONFIRMED: "done",
    State.REFUSED: "refused",
    State.NOT_SENT: "not sent",
    State.STALE: "overtaken",
    State.UNKNOWN: "unknown",
}


def render_progress(run: Run | None, width: int) -> Content:
    """Return the line for `width` cells; an empty one while no run is under way."""
    if run is None or run.ended:
        return Content()
    filled = BAR_WIDTH * run.sent // run.total
    states = run.count_states()
    requested = run.requested_pairs
    states[State.CONFIRMED] -= requested
    counts = [f"{run.sent} of {run.total} writes sent"]
    counts += [f"{requested} requested"] if requested else []
    counts += [f"{states[state]} {word}" for state, word in _COUNTED.items() if states[state]]
    hint = "escape stops it"
    if run.stopping:
        hint = f"stops after the {states[State.SENT]} under way"
    bar = Content.assemble(("█" * filled, "$primary"), ("·" * (BAR_WIDTH - filled), MUTED))
    parts = [
        Content(f"{run.plan.action.label} "),
        bar,
        Content(f" {' · '.join(counts)}"),
        Content.styled(f"  {hint}", MUTED),
    ]
    if sum(part.cell_length for part in parts) > width:
        parts.remove(bar)
    return Content("").join(parts)
