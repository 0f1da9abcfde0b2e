"""Workers of the app, by groups: closing a dialog cancels none of them."""

from collections.abc import Awaitable, Callable
from typing import Any

from textual.app import App

ENTERING, READING, READING_LISTS = "enter", "read", "read lists"
PLANNING, WRITING, RECORDING, FORGETTING = "plan", "write", "record", "forget"
HISTORY = "history"


def start_worker(
    app: App[Any], work: Callable[[], Awaitable[None]], group: str, *, exclusive: bool = False
) -> None:
    """Start a worker; an exclusive one cancels the others of its group."""
    app.run_worker(work, group=group, exclusive=exclusive)


def is_running(app: App[Any], *groups: str) -> bool:
    """Return whether a worker of one of the groups runs."""
    return any(worker.group in groups and worker.is_running for worker in app.workers)
