"""The line that shows how far a run of many writes is."""

from collections import Counter

from textual.content import Content

from entity_connections.services.operations.operation import State
from entity_connections.services.operations.runs import Run, name_outcome
from entity_connections.tui.rendering.text import MUTED

BAR_WIDTH = 20
"""Cells of the bar."""


def render_progress(run: Run | None, width: int) -> Content:
    """Return the line for `width` cells; an empty one while no run is under way."""
    if run is None or run.ended:
        return Content()
    filled = BAR_WIDTH * run.sent // run.total
    counts = [f"{run.sent} of {run.total} writes sent"]
    counts += [f"{run.requested_pairs} requested"] if run.requested_pairs else []
    words = Counter(
        name_outcome(operation)
        for ends, operation in run.newest.items()
        if operation.state not in (State.PLANNED, State.SENT) and not run.awaits_accept(ends)
    )
    counts += [f"{count} {word}" for word, count in words.items()]
    hint = "escape stops it" if run.sent < run.total else ""
    if run.stopping:
        sent = sum(operation.state is State.SENT for operation in run.newest.values())
        hint = f"stops after the {sent} under way"
    bar = Content.assemble(("█" * filled, "$primary"), ("·" * (BAR_WIDTH - filled), MUTED))
    parts = [
        Content(f"{run.plan.action.label} "),
        bar,
        Content(f" {' · '.join(counts)}"),
        Content.styled(f"  {hint}", MUTED),
    ]
    if sum(part.cell_length for part in parts) > width:
        parts.remove(bar)
        room = width - parts[0].cell_length - parts[2].cell_length  # how to stop it is never cut
        parts[1] = parts[1].truncate(max(0, room), ellipsis=True)
    return Content("").join(parts)
