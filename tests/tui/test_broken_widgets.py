"""An error in a widget of Textual's closes that part of the screen and nothing else."""

import pytest
from entity_connections.services.tenant import Tenant
from textual import events
from textual.widgets import Input
from textual.worker import WorkerFailed

from tests.tui.open_screen import open_screen

pytestmark = pytest.mark.asyncio
WORD = "an error in Textual"


def broken(*_: object) -> None:
    raise ValueError("broken on purpose")


async def test_in_a_dialog_and_in_the_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_screen() as ui:
        for key in ("e", "/"):
            await ui.press(key)
            await ui.type("us")
            with monkeypatch.context() as patch:
                patch.setattr(Input, "insert_text_at_cursor", broken)
                ui.app.post_message(events.Paste("x"))
                await ui.wait_until(lambda: ui.shows_main_screen and WORD in ui.notice)
                await ui.settle()
            await ui.press("escape")
            assert not ui.notice
        await ui.act_in("Acme-Americas")
        assert "Acme-Americas ▾" in ui.text("header")
        await ui.press("/")
        await ui.type("canada")
        await ui.press("enter")
        assert ui.cursor == "Acme-Canada"


async def test_before_a_binding_of_textual_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_screen() as ui:
        await ui.press("e")
        await ui.type("ameri")
        monkeypatch.setattr(Input, "action_delete_left", broken)
        await ui.press("backspace")
        assert ui.shows_main_screen
        assert WORD in ui.notice


async def test_an_error_in_our_own_code_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entity_connections.tui.widgets.grid.grid.Grid.action_move", broken)
    with pytest.raises(ValueError, match="broken on purpose"):
        async with open_screen() as ui:
            await ui.press("e", "down")


async def test_an_error_in_a_worker_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    async def read_behind_a_dialog() -> None:
        async with open_screen() as ui:
            await ui.press("e")
            monkeypatch.setattr(Tenant, "read", broken)
            ui.screen.reader.read(ui.state)
            await ui.app.workers.wait_for_complete()

    with pytest.raises(WorkerFailed, match="broken on purpose"):
        await read_behind_a_dialog()
