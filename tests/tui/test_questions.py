"""Questions before harm: what they say, what answers them, and when they withdraw."""

import asyncio

import pytest
from entity_connections.domain.actions import Action
from entity_connections.domain.connections import Connection
from entity_connections.services.operations.operation import Order
from entity_connections.services.workspace import UserSession
from entity_connections.tui.dialogs import confirmation
from entity_connections.tui.dialogs.action_confirmation import ActionConfirmation
from entity_connections.tui.terminal.input_parser import InputDropped
from entity_connections.tui.widgets.grid.grid import Grid
from textual.content import Content
from textual.widgets import Button, Static

from tests.acme import CANADA, CORPORATION, client
from tests.tui.snapshots import Snapshot
from tests.tui.story import Story, story

pytestmark = pytest.mark.asyncio
JAPAN_TO_CORPORATION = "8a8082555b3c70de015b44a61f0a2b09"


def asked(told: Story) -> ActionConfirmation:
    assert isinstance(told.app.screen, ActionConfirmation)
    return told.app.screen


def keys(told: Story) -> str:
    return str(asked(told).query_one("#keys", Static).content)


def refuses(told: Story) -> bool:
    return asked(told).query_one("#yes", Button).disabled


@pytest.mark.parametrize("theme", ["dark", "light"])
async def test_request(snap: Snapshot, theme: str) -> None:
    """Source, target and direction; the yes names verb and object; the focus is on No."""
    async with story(size=(80, 24), theme=theme) as told:
        await told.to("Acme-US")
        await told.press("r")
        snap(told.app)
        assert told.app.focused is asked(told).query_one("#no")


async def test_deny(snap: Snapshot) -> None:
    """What follows from it stands in a sentence."""
    async with story(size=(80, 24)) as told:
        await told.press("i", "d")
        snap(told.app)


async def test_disconnect(snap: Snapshot) -> None:
    """It cannot be undone, says so, and wants the counterpart's name typed."""
    async with story(size=(80, 24)) as told:
        await told.to("Acme-Europe")
        await told.press("x")
        snap(told.app)
        await told.type("y")
        assert refuses(told)
        await told.press("backspace", "enter")
        assert refuses(told)
        await told.type("Acme-Europe")
        assert not refuses(told)
        await told.press("enter")
        assert told.row("Acme-Europe")[2] == "✕ Disconnected"


async def test_the_opening_key_never_answers() -> None:
    async with story() as told:
        await told.to("Acme-US")
        await told.press("r", "r", "r")
        assert asked(told)
        await told.press("n")
        assert told.row("Acme-US")[2] == "○ Not connected"


async def test_enter_answers_no() -> None:
    async with story() as told:
        await told.to("Acme-US")
        await told.press("enter", "enter")
        assert told.on_top
        assert told.row("Acme-US")[2] == "○ Not connected"


@pytest.mark.parametrize("key", ["y", "enter"])
async def test_a_key_that_comes_too_early_is_told_so(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confirmation, "GUARD", 3600)
    async with story() as told:
        await told.to("Acme-US")
        await told.pilot.press("r")
        await told.until(lambda: not told.on_top)
        assert refuses(told)
        await told.pilot.press(key)
        await told.until(lambda: "too early" in keys(told))
        asked(told).armed = True
        await told.settle()
        assert not refuses(told)
        assert "too early" in keys(told)  # it stays to be read
        await told.press("y")
        assert told.row("Acme-US")[2] == "◐ Pending"


async def test_no_is_never_too_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confirmation, "GUARD", 3600)
    async with story() as told:
        await told.to("Acme-US")
        await told.pilot.press("r", "escape")
        await told.until(lambda: told.on_top)
        assert told.row("Acme-US")[2] == "○ Not connected"


async def test_a_cut_off_sequence_of_the_terminal_begins_the_guard_anew() -> None:
    async with story() as told:
        await told.to("Acme-US")
        await told.press("r")
        assert not refuses(told)
        question, armed = asked(told), [True]
        question.watch(question, "armed", lambda value: armed.append(value), init=False)
        told.app.post_message(InputDropped())
        await told.until(lambda: armed == [True, False, True])


async def test_only_the_last_of_several_guards_arms_a_question(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with story() as told:
        await told.to("Acme-US")
        await told.press("r")
        question = asked(told)
        monkeypatch.setattr(confirmation, "GUARD", 0.05)
        question.restart_guard()
        question.restart_guard()
        await told.pilot.pause(0.02)
        monkeypatch.setattr(confirmation, "GUARD", 3600)
        question.restart_guard()
        await told.pilot.pause(0.09)
        assert not question.armed


async def test_a_question_overtaken_by_another_administrator_withdraws(snap: Snapshot) -> None:
    """It says what the connection has become, and its yes is gone."""
    async with story(size=(80, 24)) as told:
        await told.press("i")
        await told.to("Acme-Japan")
        await told.press("a")
        await client(told.fake).deny(CORPORATION, JAPAN_TO_CORPORATION)
        told.screen.work.read(told.desk)
        await told.settle()
        snap(told.app)
        await told.press("y")
        assert asked(told).invalidated
        await told.press("escape")
        assert told.row("Acme-Japan")[2] == "✕ Disconnected"


async def test_a_change_between_answer_and_sending_is_told_and_nothing_is_sent() -> None:
    async with story() as told:
        await told.press("i")
        await told.to("Acme-Japan")
        await told.press("a")
        await client(told.fake).deny(CORPORATION, JAPAN_TO_CORPORATION)
        await told.press("y")
        assert (
            "is Disconnected now; it was Pending when you asked. Nothing was sent." in told.notice
        )


async def test_a_question_invalidated_before_it_is_drawn_draws_itself_so() -> None:
    async with story() as told:
        row = told.desk.find(next(row.key for row in told.desk.rows()))
        assert row is not None
        question = ActionConfirmation(Order.on(Action.REQUEST, row), Content("DEMO acme"))
        told.app.push_screen(question)
        question.invalidated = "It is another one now."
        await told.settle()
        assert not question.query("#yes, #consequence")
        reason = question.query_one("#reason", Static)
        assert str(reason.content) == "It is another one now. Nothing will be sent."
        await told.press("y", "enter")
        assert told.on_top
        assert not told.screen.work.writing


async def test_a_refresh_that_changes_nothing_leaves_the_question_alone() -> None:
    async with story() as told:
        await told.to("Acme-US")
        await told.press("r")
        told.screen.work.read(told.desk)
        await told.settle()
        assert not asked(told).invalidated
        await told.press("y")
        assert told.row("Acme-US")[2] == "◐ Pending"


async def test_a_double_click_asks_once_and_sends_once() -> None:
    async with story() as told:
        place = told.names().index("Acme-US")
        x = next(one.start for one in told.screen.view.rows._slots if one.column.key == "action")
        await told.pilot.click("#rows", offset=(x + 1, place + 1), times=2)
        await told.settle()
        assert len(told.app.screen_stack) == 2
        await told.press("y")
        assert told.on_top
        assert told.row("Acme-US")[2] == "◐ Pending"


async def test_two_quick_clicks_ask_about_one_row_and_no_other() -> None:
    async with story() as told:
        x = next(one.start for one in told.screen.view.rows._slots if one.column.key == "action")
        grid = told.screen.view.rows
        for name in ("Acme-US", "Acme-Mexico"):
            key = next(one.key for one in grid.items if one.cells[0].text == name)
            grid.cursor_key = key
            grid.post_message(Grid.CellClicked(grid, key, "action"))
        await told.settle()
        assert x
        assert len(told.app.screen_stack) == 2
        assert asked(told).order.row.counterpart.title == "Acme-Mexico"


async def test_a_question_does_not_outlive_its_user() -> None:
    async with story() as told:
        await told.to("Acme-US")
        enter, slow = told.screen.target.enter, asyncio.Event()

        async def slowly(user: str) -> UserSession:
            await slow.wait()
            return await enter(user)

        told.screen.work._target = told.screen.target._replace(enter=slowly)
        told.screen.work.enter("bruno")
        await told.pilot.press("r")
        await told.until(lambda: not told.on_top)
        slow.set()
        await told.settle()
        assert asked(told).invalidated
        await told.press("y", "escape")
        assert told.lines("top").startswith("Acme-Europe ▾")
        assert not any(one.source_id == CORPORATION for one in await _pending(told))


async def _pending(told: Story) -> list[Connection]:
    listed = await client(told.fake).list_connections(CORPORATION)
    return [one for one in listed.found if one.status == "Pending" and one.target_id != CANADA]


async def test_nothing_is_answered_unseen_on_a_terminal_that_is_too_small(snap: Snapshot) -> None:
    """The dialog is covered by a sentence, and neither the key nor the name counts."""
    async with story(size=(80, 24)) as told:
        await told.to("Acme-Americas")
        await told.press("x")
        await told.pilot.resize_terminal(40, 10)
        await told.settle()
        snap(told.app)
        await told.type("Acme-Americas")
        await told.press("enter")
        await told.pilot.resize_terminal(80, 24)
        await told.settle()
        assert asked(told)
        await told.press("escape")
        assert told.row("Acme-Americas")[1:][1] == "● Connected"
        await told.pilot.resize_terminal(40, 10)
        await told.press("down", "r", "y")
        await told.pilot.resize_terminal(80, 24)
        await told.settle()
        assert told.on_top
        assert told.row("Acme-US")[2] == "○ Not connected"
        assert told.app.focused is told.screen.view.rows


async def test_a_wrong_name_is_answered() -> None:
    async with story() as told:
        await told.to("Acme-Europe")
        await told.press("x")
        await told.type("acme-asia")
        await told.press("enter")
        assert keys(told) == "That is not Acme-Europe · escape no"


async def test_an_entity_that_is_not_listed_is_named_by_the_end_of_its_id() -> None:
    async with story() as told:
        await told.to("Entity 4b7e0f13")
        await told.press("x")
        await told.type("4b7e0f13")
        await told.press("enter")
        assert told.row("Entity 4b7e0f13")[2] == "✕ Disconnected"


async def test_the_palette_stays_away_from_a_question() -> None:
    async with story() as told:
        await told.to("Acme-US")
        await told.press("r", "ctrl+p")
        assert asked(told)
