"""The dialog that offers what a run has not sent whose program was killed."""

from entity_connections.domain.clock import format_moment
from entity_connections.services.operations.interrupted import InterruptedRun
from entity_connections.tui.dialogs.picker import Choice, Picker

RESUME, FORGET = "resume", "forget"
"""The results; None leaves the run for the next start."""


def make_interrupted_run_dialog(run: InterruptedRun) -> Picker:
    """Return the dialog that asks what becomes of an interrupted run."""
    first, *others = dict.fromkeys(operation.pair for operation in run.operations)
    pairs = f"{first} and {len(others)} more" if others else first
    count = len(run.operations)
    writes = "1 write was" if count == 1 else f"{count} writes were"
    choices = [
        Choice(RESUME, "Go on with it", f"{writes} never sent: {pairs}", tone="warn"),
        Choice(FORGET, "Forget it", "What was sent before stays in the journal"),
    ]
    return Picker(f"Interrupted at {format_moment(run.at)}: go on? (escape asks again)", choices)
