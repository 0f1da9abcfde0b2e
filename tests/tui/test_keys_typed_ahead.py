"""Keys and clicks typed ahead: each waits until it can reach what it is meant for."""

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest
from entity_connections.cli.tenant.fake_workspace import make_fake_workspace
from entity_connections.cli.tenant_options import TenantOptions
from entity_connections.services.storage.hash_chain import Verification
from entity_connections.services.storage.journal import Journal
from entity_connections.tui.app import ConnectionsApp
from entity_connections.tui.dialogs.action_confirmation import ActionConfirmation
from entity_connections.tui.dialogs.picker import Picker
from entity_connections.tui.input_queue import MAX_WAITING
from entity_connections.tui.widgets.grid.grid import Grid
from entity_connections.walkthrough.key_events import key_event
from entity_connections.walkthrough.virtual_time import virtual_time
from textual import events
from textual.pilot import Pilot

from tests.acme import write_names
from tests.tui.open_screen import HOLD_READS, TIMEOUT, ScreenDriver, TenantSetup, open_screen

if TYPE_CHECKING:
    from textual.screen import Screen


@pytest.mark.parametrize("key", ["e", "r", "slash", "ctrl+l", "escape", "ctrl+q"])
def test_keys_before_the_first_frame_do_no_harm(
    key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with virtual_time(frozen=True) as (runner, _):
        app = ConnectionsApp(make_fake_workspace(TenantOptions(scenario="acme", user="alice")))

        async def hasty(_pilot: Pilot[object]) -> None:
            app.post_message(key_event(key))
            await asyncio.sleep(1)
            app.exit()

        runner.run(app.run_async(headless=True, auto_pilot=hasty))
    assert app.return_code == 0
    assert capsys.readouterr() == ("", "")


PROCEDURE = ["e", *"americas", "enter", "/", *"europe", "enter", "r"]


async def test_keys_after_yes_wait_for_its_outcome_and_for_the_other_list(ui: ScreenDriver) -> None:
    await ui.press_at_once(*PROCEDURE)
    await ui.press()
    ui.fake.faults.on(HOLD_READS)
    ui.app.post_message(key_event("y"))
    ui.app.post_message(key_event("g"))
    ui.app.post_message(key_event("a"))
    await ui.wait_until(lambda: "waiting for Zuora" in ui.notice)
    assert "Acme-Americas ▾" in ui.text("header")
    ui.fake.faults.off("latency")
    await ui.settle()
    question = ui.app.screen
    assert isinstance(question, ActionConfirmation)
    assert question.operation.pair == "Acme-Americas → Acme-Europe"
    assert question.operation.action.id == "accept"


async def test_escape_overtakes_keys_that_wait_for_zuora(ui: ScreenDriver) -> None:
    ui.fake.faults.on(HOLD_READS)
    for key in ["ctrl+r", "r", "down"]:
        ui.app.post_message(key_event(key))
    await ui.wait_until(lambda: "r down: waiting for Zuora" in ui.notice)
    ui.app.post_message(key_event("escape"))
    await ui.wait_until(lambda: ui.app.input.is_empty)
    assert ui.shows_main_screen
    ui.fake.faults.off("latency")
    await ui.settle()
    assert ui.shows_main_screen


async def test_an_impossible_command_drops_the_keys_typed_after_it(ui: ScreenDriver) -> None:
    await ui.move_to("Acme-UK")
    await ui.press_at_once("g", "r", "y")
    assert ui.shows_main_screen
    assert "Acme Corporation ▾" in ui.text("header")
    assert "Other side: Acme-UK is not provisioned yet." in ui.notice
    assert "typed after it: r y." in ui.notice


async def test_dropped_keys_are_listed_in_a_notice(ui: ScreenDriver) -> None:
    await ui.press_at_once("e", *"x" * (MAX_WAITING + 20))
    assert isinstance(ui.app.screen, Picker)
    await ui.press("escape")
    assert "too many keys at once" in ui.notice


async def test_a_key_typed_right_after_the_one_that_opens_a_dialog_reaches_the_dialog() -> None:
    async with open_screen(size=(80, 24)) as ui:
        before = ui.cursor
        await ui.press_at_once("question_mark", "end")
        text = ui.app.screen.query_one("#dialog")
        await ui.wait_until(lambda: text.is_vertical_scroll_end and text.scroll_y > 0)
        await ui.press("escape")
        await ui.press_at_once("ctrl+l", "end")
        grid = ui.app.screen.query_one(Grid)
        assert grid.cursor_key == grid.items[-1].key
        await ui.press("escape")
        assert ui.cursor == before


async def test_keys_wait_for_the_journal_that_is_being_read() -> None:
    may_read = threading.Event()

    class SlowJournal(Journal):
        def verify(self) -> Verification:
            may_read.wait(TIMEOUT)
            return super().verify()

    setup = TenantSetup(journal=SlowJournal(None, "acme"))
    async with open_screen(setup=setup) as ui:
        for name in ("Acme-US", "Acme-Brazil"):
            await ui.press_on(name, "r", "y")
        for key in ("J", "end"):
            ui.app.post_message(key_event(key))
        await ui.wait_until(lambda: not ui.shows_main_screen)
        may_read.set()
        await ui.settle()
        grid = ui.app.screen.query_one(Grid)
        assert grid.cursor_key == grid.items[-1].key != grid.items[0].key


async def test_two_enters_in_the_typed_question_send_once(ui: ScreenDriver) -> None:
    await ui.press_on("Acme-Europe", "x")
    await ui.type("Acme-Europe")
    await ui.press_at_once("enter", "enter")
    assert write_names(ui.state.session.request_log) == ["disconnect"]
    assert ui.cell("Acme-Europe", "status") == "✕ Disconnected"


async def test_the_second_click_of_a_double_click_does_not_reach_the_screen_under_a_dialog() -> (
    None
):
    async with open_screen(size=(80, 24)) as ui:
        await ui.press("e")
        screens: list[Screen[object]] = []
        ui.app.screen_change_signal.subscribe(ui.screen, screens.append)
        grid = ui.app.screen.query_one(Grid)
        names = [item.cells["text"].text.strip() for item in grid.items]
        action = next(slot for slot in ui.rows.slots if slot.column.key == "action")
        # Under the dialog, at the same place, is an action of the main screen.
        x, y = action.start + 4, grid.region.y + names.index("Acme-Brazil")
        for kind in (events.MouseDown, events.MouseUp) * 2:
            ui.app.post_message(
                kind(None, x, y, 0, 0, 1, False, False, False, screen_x=x, screen_y=y)
            )
        await ui.settle()
        assert "Acme-Brazil ▾" in ui.text("header")
        assert screens == [ui.screen]
        assert ui.notice == ""
        assert ui.cursor == "Acme Corporation"


async def test_keys_typed_after_quitting_are_ignored() -> None:
    async with open_screen() as ui:
        await ui.press("ctrl+q")
    assert ui.app.screen_stack == []
    await ui.app.input.put(key_event("e"))
    assert ui.app.input.clear() == ["e"]
