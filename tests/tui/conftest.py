"""What every test of the screen needs."""

import time
from collections.abc import AsyncIterator

import pytest
from textual.widgets import Input

from tests.tui.open_screen import ScreenDriver, open_screen


@pytest.fixture(autouse=True)
def _stable_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Switch off what moves by itself or depends on the developer's terminal."""
    monkeypatch.setattr("textual.constants.TEXTUAL_ANIMATIONS", "none")
    monkeypatch.setattr(Input, "_toggle_cursor", lambda _: None)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    for name in ("NO_COLOR", "TEXTUAL_THEME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLORTERM", "truecolor")


@pytest.fixture
async def ui() -> AsyncIterator[ScreenDriver]:
    """The screen on the scenario `acme`; with anything else a test calls `open_screen` itself."""
    async with open_screen() as driver:
        yield driver
