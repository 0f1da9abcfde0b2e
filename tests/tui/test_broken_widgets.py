"""An error in a widget of Textual's closes that part of the screen and nothing else."""

import pytest
from textual import events
from textual.widgets import Input

from tests.tui.story import story

pytestmark = pytest.mark.asyncio
WORD = "an error in Textual"


def broken(*_: object) -> None:
    raise ValueError("broken on purpose")


async def test_in_a_dialog(monkeypatch: pytest.MonkeyPatch) -> None:
    async with story() as told:
        await told.press("e")
        await told.type("ameri")
        monkeypatch.setattr(Input, "_on_paste", broken)
        told.app.post_message(events.Paste("x"))
        await told.until(lambda: told.on_top)
        assert WORD in told.notice
        await told.act_in("Acme-Americas")
        assert told.lines("top").startswith("Acme-Americas ▾")


async def test_in_the_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    async with story() as told:
        await told.press("/")
        await told.type("us")
        with monkeypatch.context() as patch:
            patch.setattr(Input, "_on_paste", broken)
            told.app.post_message(events.Paste("x"))
            await told.until(lambda: WORD in told.notice)
            await told.settle()
        await told.press("/")
        await told.type("canada")
        await told.press("enter")
        assert told.cursor == "Acme-Canada"


async def test_before_a_binding_of_textual_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    async with story() as told:
        await told.press("e")
        await told.type("ameri")
        monkeypatch.setattr(Input, "action_delete_left", broken)
        await told.press("backspace")
        assert told.on_top
        assert WORD in told.notice


async def test_an_error_of_our_own_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entity_connections.tui.widgets.grid.grid.Grid.action_move", broken)
    with pytest.raises(ValueError, match="broken on purpose"):
        async with story() as told:
            await told.press("e", "down")
