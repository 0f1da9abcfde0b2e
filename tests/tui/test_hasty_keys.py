"""Keys and clicks that come faster than the screen: each waits for what it is meant for."""

import asyncio
from typing import TYPE_CHECKING

import pytest
from entity_connections.cli.tenant.targets import fake_target
from entity_connections.domain.connections import Connection, Direction
from entity_connections.domain.list_result import ListResult
from entity_connections.services.zuora_api import ZuoraApi
from entity_connections.tui.app import ConnectionsApp
from entity_connections.tui.dialogs.action_confirmation import ActionConfirmation
from entity_connections.tui.dialogs.picker import Picker
from entity_connections.tui.input.input_queue import MAX_WAITING
from entity_connections.tui.widgets.grid.grid import Grid
from entity_connections.walkthrough.keys import event
from entity_connections.walkthrough.virtual_time import stage
from entity_connections.zuora.client import ZuoraClient
from textual import events
from textual.pilot import Pilot

from tests.services.faults import Faulty
from tests.tui.story import Story, story

if TYPE_CHECKING:
    from textual.screen import Screen


@pytest.mark.parametrize("key", ["e", "r", "slash", "ctrl+l", "escape", "ctrl+q"])
def test_keys_before_the_screen_is_there_do_no_harm(
    key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with stage(still=True) as here:
        app = ConnectionsApp(fake_target("acme", "alice"))

        async def hasty(_pilot: Pilot[object]) -> None:
            app.post_message(event(key))
            await asyncio.sleep(1)
            app.exit()

        here.runner.run(app.run_async(headless=True, auto_pilot=hasty))
    assert app.return_code == 0
    assert capsys.readouterr() == ("", "")


class Held(Faulty):
    """An adapter whose lists come when they are let go."""

    def __init__(self, zuora: ZuoraClient) -> None:
        super().__init__(zuora)
        self.lists = asyncio.Event()
        self.lists.set()

    async def list_connections(
        self, acting_id: str, direction: Direction | None = None
    ) -> ListResult[Connection]:
        await self.lists.wait()
        return await super().list_connections(acting_id, direction)


def hold(zuora: ZuoraApi) -> Held:
    assert isinstance(zuora, ZuoraClient)
    return Held(zuora)


def adapter(told: Story) -> Held:
    zuora = told.desk.access.tenant.zuora
    assert isinstance(zuora, Held)
    return zuora


PROCEDURE = ["e", *"americas", "enter", "/", *"europe", "enter", "r"]


@pytest.mark.asyncio
async def test_the_procedure_in_one_burst() -> None:
    async with story() as told:
        await told.press_at_once(*PROCEDURE)
        question = told.app.screen
        assert isinstance(question, ActionConfirmation)
        assert question.order.pair == "Acme-Americas → Acme-Europe"
        await told.press("y")
        await told.press_at_once("g", "a")
        await told.press("y")
        assert told.lines("top").startswith("Acme-Europe ▾")
        assert told.row("Acme-Americas")[2] == "● Connected"


@pytest.mark.asyncio
async def test_keys_after_yes_wait_for_its_outcome_and_for_the_other_list() -> None:
    async with story(wrap=hold) as told:
        await told.press_at_once(*PROCEDURE)
        await told.press()
        adapter(told).lists.clear()
        told.app.post_message(event("y"))
        told.app.post_message(event("g"))
        told.app.post_message(event("a"))
        await told.until(lambda: "waiting for Zuora" in told.notice)
        assert told.lines("top").startswith("Acme-Americas ▾")
        adapter(told).lists.set()
        await told.settle()
        question = told.app.screen
        assert isinstance(question, ActionConfirmation)
        assert question.order.pair == "Acme-Americas → Acme-Europe"
        assert question.order.action.name == "ACCEPT"


@pytest.mark.asyncio
async def test_escape_overtakes_what_waits_for_zuora() -> None:
    async with story(wrap=hold) as told:
        adapter(told).lists.clear()
        for key in ["ctrl+r", "r", "down"]:
            told.app.post_message(event(key))
        await told.until(lambda: "r down: waiting for Zuora" in told.notice)
        told.app.post_message(event("escape"))
        await told.until(lambda: told.app.input.is_empty)
        assert told.on_top
        adapter(told).lists.set()
        await told.settle()
        assert told.on_top


@pytest.mark.asyncio
async def test_what_is_not_possible_takes_the_keys_behind_it_along() -> None:
    async with story() as told:
        await told.to("Acme-UK")
        await told.press_at_once("g", "r", "y")
        assert told.on_top
        assert told.lines("top").startswith("Acme Corporation ▾")
        assert "Other side: Acme-UK is not provisioned yet." in told.notice
        assert "typed after it: r y." in told.notice


@pytest.mark.asyncio
async def test_more_keys_than_are_kept_are_told() -> None:
    async with story() as told:
        await told.press_at_once("e", *"x" * (MAX_WAITING + 20))
        assert isinstance(told.app.screen, Picker)
        await told.press("escape")
        assert "too many keys at once" in told.notice


@pytest.mark.asyncio
@pytest.mark.parametrize("opening", ["e", "t", "u", "F", "ctrl+p"])
async def test_two_enters_choose_once(opening: str) -> None:
    async with story() as told:
        await told.press_at_once(opening, "enter", "enter")
        assert told.app.is_running
        assert told.screen.is_mounted


@pytest.mark.asyncio
async def test_two_enters_in_the_typed_question_send_once() -> None:
    async with story(wrap=hold) as told:
        await told.to("Acme-Europe")
        await told.press("x")
        await told.type("Acme-Europe")
        await told.press_at_once("enter", "enter")
        assert adapter(told).writes == ["disconnect"]
        assert told.row("Acme-Europe")[2] == "✕ Disconnected"


@pytest.mark.asyncio
async def test_the_second_click_of_a_double_click_is_not_for_the_screen_under_a_dialog() -> None:
    async with story(size=(80, 24)) as told:
        await told.press("e")
        screens: list[Screen[object]] = []
        told.app.screen_change_signal.subscribe(told.screen, screens.append)
        grid = told.app.screen.query_one(Grid)
        row = next(n for n, item in enumerate(grid.items) if "Acme-Brazil" in item.cells[0].text)
        actions = next(s for s in told.screen.view.rows._slots if s.column.key == "action")
        x, y = actions.start + 4, grid.region.y + 1 + row  # an action of the screen under it
        for kind in (events.MouseDown, events.MouseUp) * 2:
            told.app.post_message(
                kind(None, x, y, 0, 0, 1, False, False, False, screen_x=x, screen_y=y)
            )
        await told.settle()
        assert told.lines("top").startswith("Acme-Brazil ▾")
        assert screens == [told.screen]
        assert told.notice == ""
        assert told.cursor == "Acme Corporation"


@pytest.mark.asyncio
async def test_keys_that_are_left_when_the_program_ends_are_for_nobody() -> None:
    async with story() as told:
        await told.press("ctrl+q")
    assert told.app.screen_stack == []
    told.app.input._waiting.append(event("e"))
    await told.app.input._handle_first(asyncio.Event())
    assert told.app.input.clear() == ["e"]
