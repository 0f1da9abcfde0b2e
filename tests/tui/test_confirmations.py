"""The questions before an action: their text, their answers, and when they are invalidated."""

import asyncio

import pytest
from entity_connections.domain.actions import REQUEST
from entity_connections.services.operations.operation import Operation
from entity_connections.tui.dialogs.action_confirmation import ActionConfirmation
from entity_connections.tui.terminal.input_parser import InputDropped
from entity_connections.tui.widgets.grid.grid import Grid
from textual.widgets import Button, Static

from tests.acme import CANADA, CORPORATION, client
from tests.tui.open_screen import FAST, ScreenDriver, open_screen
from tests.tui.snapshots import Snapshot

JAPAN_TO_CORPORATION = "8a8082555b3c70de015b44a61f0a2b09"


def get_confirmation(ui: ScreenDriver) -> ActionConfirmation:
    assert isinstance(ui.app.screen, ActionConfirmation)
    return ui.app.screen


def get_key_line(ui: ScreenDriver) -> str:
    return str(get_confirmation(ui).query_one("#keys", Static).content)


def yes_is_disabled(ui: ScreenDriver) -> bool:
    return get_confirmation(ui).query_one("#yes", Button).disabled


@pytest.mark.parametrize("theme", ["dark", "light"])
async def test_request(snap: Snapshot, theme: str) -> None:
    """Source, target and direction; the yes names verb and object; the focus is on No."""
    async with open_screen(size=(80, 24), theme=theme) as ui:
        await ui.press_on("Acme-US", "r")
        snap(ui.app)
        assert ui.app.focused is get_confirmation(ui).query_one("#no")


async def test_the_answer_with_the_focus_is_seen_without_colours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with open_screen(size=(80, 24)) as ui:
        await ui.press_on("Acme-US", "r", "right")
        answers = get_confirmation(ui).query(Button)
        assert [bool(answer.visual_style.reverse) for answer in answers] == [False, True]


async def test_deny(snap: Snapshot) -> None:
    """What follows from it stands in a sentence."""
    async with open_screen(size=(80, 24)) as ui:
        await ui.press("2", "d")
        snap(ui.app)


async def test_disconnect(snap: Snapshot) -> None:
    """It cannot be undone, says so, and wants the counterpart's name typed."""
    async with open_screen(size=(80, 24)) as ui:
        await ui.press_on("Acme-Europe", "x")
        snap(ui.app)
        await ui.type("y")
        assert yes_is_disabled(ui)
        await ui.press("backspace", "enter")
        assert yes_is_disabled(ui)
        await ui.type("Acme-Europe")
        assert not yes_is_disabled(ui)
        await ui.press("enter")
        assert ui.cell("Acme-Europe", "status") == "✕ Disconnected"


async def test_other_keys_never_answer_and_open_nothing(ui: ScreenDriver) -> None:
    await ui.press_on("Acme-US", "r", "r", "r", "ctrl+p")
    assert get_confirmation(ui)
    await ui.press("n")
    assert ui.cell("Acme-US", "status") == "○ Not connected"


async def test_enter_answers_no(ui: ScreenDriver) -> None:
    await ui.press_on("Acme-US", "enter", "enter")
    assert ui.shows_main_screen
    assert ui.cell("Acme-US", "status") == "○ Not connected"


@pytest.mark.parametrize("key", ["y", "enter"])
async def test_an_early_answer_is_refused_with_a_reason(key: str) -> None:
    async with open_screen(timing=FAST._replace(answer_delay=3600)) as ui:
        await ui.move_to("Acme-US")
        await ui.pilot.press("r")
        await ui.wait_until(lambda: not ui.shows_main_screen)
        assert yes_is_disabled(ui)
        await ui.pilot.press(key)
        await ui.wait_until(lambda: "too early" in get_key_line(ui))
        get_confirmation(ui).answerable = True
        await ui.settle()
        assert not yes_is_disabled(ui)
        assert "too early" in get_key_line(ui)  # it stays to be read
        await ui.press("y")
        assert ui.cell("Acme-US", "status") == "◐ Pending"


async def test_no_is_never_too_early() -> None:
    async with open_screen(timing=FAST._replace(answer_delay=3600)) as ui:
        await ui.move_to("Acme-US")
        await ui.pilot.press("r", "escape")
        await ui.wait_until(lambda: ui.shows_main_screen)
        assert ui.cell("Acme-US", "status") == "○ Not connected"


async def test_dropped_input_restarts_the_answer_delay(ui: ScreenDriver) -> None:
    await ui.press_on("Acme-US", "r")
    assert not yes_is_disabled(ui)
    question, changes = get_confirmation(ui), [True]
    question.watch(question, "answerable", lambda value: changes.append(value), init=False)
    ui.app.post_message(InputDropped())
    await ui.wait_until(lambda: changes == [True, False, True])


async def test_a_restart_begins_the_whole_delay_anew() -> None:
    async with open_screen(timing=FAST._replace(answer_delay=0.2)) as ui:
        await ui.press_on("Acme-US", "r")
        confirmation = get_confirmation(ui)
        for _ in range(3):
            confirmation.restart_answer_delay()
            await ui.pilot.pause(0.1)
            assert not confirmation.answerable


async def test_invalidated(snap: Snapshot) -> None:
    """It says what the connection has become, and its yes is gone."""
    async with open_screen(size=(80, 24)) as ui:
        await ui.press("2")
        await ui.press_on("Acme-Japan", "a")
        await client(ui.fake).deny(CORPORATION, JAPAN_TO_CORPORATION)
        ui.screen.reader.read(ui.state)
        await ui.settle()
        snap(ui.app)
        await ui.press("y")
        assert get_confirmation(ui).invalidated
        await ui.press("escape")
        assert ui.cell("Acme-Japan", "status") == "✕ Disconnected"


async def test_nothing_is_sent_if_the_row_changed_after_the_answer(ui: ScreenDriver) -> None:
    await ui.press("2")
    await ui.press_on("Acme-Japan", "a")
    await client(ui.fake).deny(CORPORATION, JAPAN_TO_CORPORATION)
    await ui.press("y")
    assert "is Disconnected now; it was Pending when you asked. Nothing was sent." in ui.notice


async def test_a_question_can_be_invalidated_before_it_is_drawn(ui: ScreenDriver) -> None:
    row = ui.state.tab.find(next(row.key for row in ui.state.tab.rows()))
    assert row is not None
    question = ActionConfirmation(ui.screen, Operation.plan(REQUEST, row))
    ui.app.push_screen(question)
    question.invalidated = "It is another one now."
    await ui.settle()
    assert not question.query("#yes, #consequence")
    reason = question.query_one("#reason", Static)
    assert str(reason.content) == "It is another one now. Nothing will be sent."
    await ui.press("y", "enter")
    assert ui.shows_main_screen
    assert not ui.screen.writer.writing


async def test_a_refresh_without_changes_does_not_invalidate(ui: ScreenDriver) -> None:
    await ui.press_on("Acme-US", "r")
    ui.screen.reader.read(ui.state)
    await ui.settle()
    assert not get_confirmation(ui).invalidated
    await ui.press("y")
    assert ui.cell("Acme-US", "status") == "◐ Pending"


async def test_a_double_click_asks_once_and_sends_once(ui: ScreenDriver) -> None:
    await ui.click_grid(ui.rows, "Acme-US", "action", "counterpart", times=2)
    assert len(ui.app.screen_stack) == 2
    await ui.press("y")
    assert ui.shows_main_screen
    assert ui.cell("Acme-US", "status") == "◐ Pending"


async def test_two_quick_clicks_ask_about_one_row_and_no_other(ui: ScreenDriver) -> None:
    for name in ("Acme-US", "Acme-Mexico"):
        items = {item.cells["counterpart"].text: item for item in ui.rows.items}
        ui.rows.cursor_key = key = items[name].key
        ui.rows.post_message(Grid.CellSelected(key, "action"))
    await ui.settle()
    assert len(ui.app.screen_stack) == 2
    assert get_confirmation(ui).operation.row.counterpart.title == "Acme-Mexico"


async def test_a_change_of_user_invalidates_a_question() -> None:
    may_enter = asyncio.Event()
    may_enter.set()

    async def wait(_username: str) -> None:
        await may_enter.wait()

    async with open_screen(before_enter=wait) as ui:
        await ui.move_to("Acme-US")
        may_enter.clear()
        ui.screen.reader.enter("bruno")
        await ui.pilot.press("r")
        await ui.wait_until(lambda: not ui.shows_main_screen)
        may_enter.set()
        await ui.settle()
        assert get_confirmation(ui).invalidated
        await ui.press("y", "escape")
        assert "Acme-Europe ▾" in ui.text("header")
        connections = (await client(ui.fake).list_connections(CORPORATION)).items
        assert not any(
            connection.source_id == CORPORATION
            and connection.status == "Pending"
            and connection.target_id != CANADA
            for connection in connections
        )


async def test_covered_question(snap: Snapshot) -> None:
    """The dialog is covered by a sentence, and neither the key nor the name counts."""
    async with open_screen(size=(80, 24)) as ui:
        await ui.press_on("Acme-Americas", "x")
        await ui.resize((40, 10))
        snap(ui.app)
        await ui.type("Acme-Americas")
        await ui.press("enter")
        await ui.resize((80, 24))
        assert get_confirmation(ui)
        await ui.press("escape")
        assert ui.cell("Acme-Americas", "status") == "● Connected"
        await ui.resize((40, 10))
        await ui.press("down", "r", "y")
        await ui.resize((80, 24))
        assert ui.shows_main_screen
        assert ui.cell("Acme-US", "status") == "○ Not connected"
        assert ui.app.focused is ui.rows


async def test_an_entity_that_is_not_listed_is_named_by_the_end_of_its_id() -> None:
    async with open_screen("hostile") as ui:
        await ui.move_to("Entity 4b7e0f13")
        await ui.type_into("x", "4b7e0f13")
        assert ui.cell("Entity 4b7e0f13", "status") == "✕ Disconnected"


async def test_the_longest_name_fits_into_the_smallest_question() -> None:
    async with open_screen("hostile", size=(60, 20)) as ui:
        await ui.move_to(next(name for name in ui.row_names() if name.startswith("Long Long")))
        await ui.press("x")
        dialog, yes = (ui.app.screen.query_one(id_).region for id_ in ("#dialog", "#yes"))
        assert dialog.contains_region(yes)
        assert ui.app.screen.query_one("#dialog").max_scroll_y == 0


async def test_the_button_names_the_target_in_full_where_there_is_room() -> None:
    async with open_screen("global-500", size=(80, 24)) as ui:
        await ui.press_on("Retail Aurora United States", "r")
        label = ui.app.screen.query_one("#yes", Button).label
        assert str(label) == "Request Connection to Retail Aurora United States"
