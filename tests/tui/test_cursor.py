"""Where the cursor is after an action, a refresh, a filter and g; and who put it there."""

import asyncio

import pytest
from entity_connections.domain.connections import Connection, Direction
from entity_connections.domain.errors import Unreachable
from entity_connections.domain.list_result import ListResult
from entity_connections.services.zuora_api import ZuoraApi
from entity_connections.tui.dialogs.action_confirmation import ActionConfirmation

from tests.acme import CORPORATION, GERMANY, JAPAN, client
from tests.tui.story import Story, story

pytestmark = pytest.mark.asyncio


async def only_not_connected(told: Story, name: str) -> None:
    """Filter the rows as the README says, and put the cursor on one."""
    await told.press("slash")
    await told.type("not connected")
    await told.press("enter")
    await told.to(name)


async def ids(told: Story, acting_id: str) -> dict[tuple[str, str], str]:
    """The status of every pair of an entity, by the server."""
    found = (await client(told.fake).list_connections(acting_id)).found
    return {(record.source_id, record.target_id): record.status for record in found}


async def test_request_and_accept_with_a_filter_hit_one_and_the_same_pair() -> None:
    async with story() as told:
        await only_not_connected(told, "Acme-Mexico")
        before = told.names()
        await told.press("r", "y")
        assert told.row("Acme-Mexico")[2] == "◐ Pending"
        assert (told.cursor, told.names()) == ("Acme-Mexico", before)
        await told.press("g")
        assert told.lines("top").startswith("Acme-Mexico ▾")
        assert told.cursor == "Acme Corporation"
        await told.press("a", "y")
        assert told.row("Acme Corporation")[2] == "● Connected"
        others = await ids(told, CORPORATION)
        assert (others[JAPAN, CORPORATION], others[GERMANY, CORPORATION]) == ("Pending", "Pending")

        await told.press("g")
        assert told.lines("top").startswith("Acme Corporation ▾")
        assert told.screen.view.needle.value == "not connected"
        assert (told.cursor, told.names()) == ("Acme-Mexico", before)
        assert told.row("Acme-Mexico")[2] == "● Connected"
        await told.press("g", "g")
        assert (told.cursor, told.names()) == ("Acme-Mexico", before)

        await told.press("down")
        assert "Acme-Mexico" not in told.names(), "it was left"


async def test_a_row_that_was_acted_on_stays_in_an_order_that_would_move_it() -> None:
    async with story() as told:
        await told.press("i", "a", "y")
        assert told.names() == ["Acme-Germany", "Acme-Japan", "Acme-US", "Acme-Brazil"]
        assert (told.cursor, told.row("Acme-Germany")[2]) == ("Acme-Germany", "● Connected")
        await told.press("ctrl+r")
        assert told.names()[0] == "Acme-Germany"
        await told.press("down")
        assert told.names()[0] == "Acme-Japan"


async def test_the_other_side_without_a_connection_is_the_row_it_would_be() -> None:
    async with story() as told:
        await told.to("Acme-Mexico")
        await told.press("g")
        assert told.cursor == "Acme Corporation"
        assert told.row("Acme Corporation")[2:] == ["○ Not connected", ""]
        assert "Acme Corporation → Acme-Mexico · ○ Not connected" in told.lines("detail")
        assert told.lines("tabs").endswith("▸Share From (Inbound) 0 ")
        for key in "adrx":
            await told.press(key)
            assert told.on_top
            assert told.notice
        await told.press("g")
        assert told.lines("top").startswith("Acme Corporation ▾")
        assert told.cursor == "Acme-Mexico"


async def test_g_is_an_ordinary_one_from_another_row_and_still_finds_back() -> None:
    async with story() as told:
        await told.press("slash")
        await told.type("europe")
        await told.press("enter")
        await told.to("Acme-Europe")
        await told.press("g", "o")
        await told.to("Acme-Japan")
        await told.press("g")
        assert told.lines("top").startswith("Acme-Japan ▾")
        await told.press("g")
        assert told.lines("top").startswith("Acme-Europe ▾")
        assert told.cursor == "Acme-Japan"
        await told.press("i")
        await told.to("Acme Corporation")
        await told.press("g")
        assert told.screen.view.needle.value == "europe"
        assert told.cursor == "Acme-Europe"


class Stuck:
    """The adapter, whose lists wait for `go`, or fail."""

    def __init__(self, zuora: ZuoraApi) -> None:
        self.zuora = zuora
        self.go = asyncio.Event()
        self.go.set()
        self.down = False

    def __getattr__(self, name: str) -> object:
        return getattr(self.zuora, name)

    async def list_connections(
        self, acting_id: str, direction: Direction | None = None
    ) -> ListResult[Connection]:
        await self.go.wait()
        if self.down:
            raise Unreachable("No connection to Zuora came about.")
        return await self.zuora.list_connections(acting_id, direction)


async def test_g_goes_and_comes_back_while_nothing_can_be_read() -> None:
    stuck: list[Stuck] = []

    def wrap(zuora: ZuoraApi) -> ZuoraApi:
        stuck.append(Stuck(zuora))
        return stuck[0]  # type: ignore[return-value]

    async with story(wrap=wrap) as told:
        await only_not_connected(told, "Acme-Mexico")
        stuck[0].go.clear()
        for there in ("Acme-Mexico", "Acme Corporation") * 2:
            await told.pilot.press("g")
            await told.until(lambda there=there: told.lines("top").startswith(f"{there} ▾"))  # type: ignore[misc]
        assert told.cursor == "Acme-Mexico"
        stuck[0].down = True
        stuck[0].go.set()
        await told.settle()
        await told.press("g")
        assert told.names() == []
        await told.press("a")
        assert told.on_top
        await told.press("g")
        assert (told.cursor, told.screen.view.needle.value) == ("Acme-Mexico", "not connected")


async def test_what_the_other_end_knows_is_shown_before_the_list_is_there() -> None:
    stuck: list[Stuck] = []

    def wrap(zuora: ZuoraApi) -> ZuoraApi:
        stuck.append(Stuck(zuora))
        return stuck[0]  # type: ignore[return-value]

    async with story(wrap=wrap) as told:
        await told.act_in("Acme-Mexico")
        await told.act_in("Acme Corporation")
        await told.to("Acme-Mexico")
        await told.press("r", "y")
        stuck[0].go.clear()
        await told.pilot.press("g")
        await told.until(lambda: told.lines("top").startswith("Acme-Mexico ▾"))
        assert told.row("Acme Corporation")[2] == "◐ Pending"
        stuck[0].go.set()
        await told.settle()
        assert told.row("Acme Corporation")[2:] == ["◐ Pending", "Accept"]


@pytest.mark.parametrize("key", ["a", "d", "x", "enter", "g"])
async def test_no_key_acts_on_a_row_that_took_the_place_of_one_that_is_gone(key: str) -> None:
    async with story("denied-removed") as told:
        await told.press("i")
        assert told.cursor == "Acme-Germany"
        (gone,) = (row for row in told.desk.rows() if row.key == GERMANY)
        assert gone.connection is not None
        await client(told.fake).deny(CORPORATION, gone.connection.id)
        await told.press("ctrl+r")
        assert told.cursor == "Acme-Japan"
        assert "the cursor was moved here" in told.lines("detail")
        await told.press(key)
        assert told.on_top
        assert "Acme-Germany left the list; the cursor is on Acme-Japan now." in told.notice
        await told.press("up")
        assert not told.notice
        await told.press("a")
        assert isinstance(told.app.screen, ActionConfirmation)


async def test_the_filter_moves_the_cursor_for_good_only_with_enter() -> None:
    async with story() as told:
        await told.press("i")
        await told.press("slash")
        await told.type("japan")
        assert told.cursor == "Acme-Japan"
        told.screen.action_command("accept")
        assert "The filter hides Acme-Germany; the cursor is on Acme-Japan now." in told.notice
        await told.press("escape")
        assert (told.cursor, told.notice) == ("Acme-Germany", "")
        await told.press("slash")
        await told.type("japan")
        await told.press("enter", "escape")
        assert told.cursor == "Acme-Japan"
        await told.press("a")
        assert not told.on_top


async def test_an_empty_tab_gives_the_keys_no_row_that_came_by_itself() -> None:
    async with story("empty") as told:
        await told.press("i")
        source = next(iter(told.desk.rows()), None)
        assert source is None
        told.desk.to_tab(Direction.OUTBOUND)
        other = told.desk.rows()[0].key
        told.desk.to_tab(Direction.INBOUND)
        await client(told.fake).request_connection(other, told.desk.acting_id, "k")
        await told.press("ctrl+r", "a")
        assert told.on_top
        assert "came under the cursor when it came into the list" in told.notice
        await told.press("down", "a")
        assert not told.on_top


async def test_each_tab_shows_the_filter_that_it_has() -> None:
    async with story() as told:
        await told.press("slash")
        await told.type("europe")
        await told.press("enter", "i")
        needle = told.screen.view.needle
        assert (needle.value, needle.display) == ("", False)
        assert len(told.names()) == 4
        await told.press("o")
        assert told.screen.view.needle.value == "europe"
        assert len(told.names()) == 6
        await told.press("escape")
        assert len(told.names()) == 15


async def test_a_tab_opens_on_what_waits_else_on_what_can_be_requested() -> None:
    async with story() as told:
        assert told.cursor == "Acme-US"
        await told.press("i")
        assert told.cursor == "Acme-Germany"
        await told.act_in("Acme-Europe")
        assert told.cursor == "Acme-Nordics"


async def test_enter_never_disconnects_but_says_which_key_does() -> None:
    async with story() as told:
        await told.to("Acme-Europe")
        await told.press("enter")
        assert told.on_top
        assert told.notice == "i Acme Corporation → Acme-Europe is Connected.\nx ends it for good."
        await told.click_cell("Acme-Europe", "action")
        assert isinstance(told.app.screen, ActionConfirmation)
        await told.press("escape")
        await told.to("Acme-US")
        await told.press("enter")
        assert isinstance(told.app.screen, ActionConfirmation)
