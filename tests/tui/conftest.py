"""What every story of the screen needs."""

import time

import pytest
from entity_connections.tui.dialogs import confirmation
from entity_connections.tui.screens import connections_view as desk_view


@pytest.fixture(autouse=True)
def _no_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let tests answer a question at once; the guard has tests of its own."""
    monkeypatch.setattr(confirmation, "GUARD", 0.001)


@pytest.fixture(autouse=True)
def _still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what moves by itself or comes from the developer's own terminal."""
    monkeypatch.setattr("textual.constants.TEXTUAL_ANIMATIONS", "none")
    monkeypatch.setattr(desk_view, "REST", 0.001)
    monkeypatch.setattr("textual.widgets.Input._toggle_cursor", lambda _: None)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    for name in ("NO_COLOR", "TEXTUAL_THEME", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
