"""The procedure of Zuora's own page: request in the source, accept in the target."""

import pytest
from entity_connections.tui.widgets.grid.grid import Grid

from tests.tui.story import story

pytestmark = pytest.mark.asyncio
sizes = pytest.mark.parametrize("size", [(60, 20), (80, 24), (160, 48)], ids=str)


@sizes
async def test_two_entities_are_connected_by_keyboard(size: tuple[int, int]) -> None:
    async with story(size=size) as told:
        await told.act_in("Acme-Americas")
        await told.press("o")
        await told.to("Acme-Europe")
        assert told.row("Acme-Europe")[2:] == ["○ Not connected", "Request Connection"]
        await told.press("r", "y")
        assert told.row("Acme-Europe")[2:] == ["◐ Pending", "waiting for Acme-Europe"]
        assert told.notice.startswith("✓ Requested: Acme-Americas → Acme-Europe is Pending")

        await told.act_in("Acme-Europe")
        await told.press("i")
        assert "2 waiting" in told.lines("tabs")
        await told.to("Acme-Americas")
        assert told.row("Acme-Americas")[2:] == ["◐ Pending", "Accept"]
        await told.press("a", "y")
        assert told.row("Acme-Americas")[2:] == ["● Connected", "Disconnect"]
        assert "1 waiting" in told.lines("tabs")


@sizes
async def test_two_entities_are_connected_by_mouse(size: tuple[int, int]) -> None:
    async with story(size=size) as told:
        await told.click_word("top", "Acme Corporation")
        await told.click_grid(told.app.screen.query_one("#choices", Grid), "Acme-Americas", "text")
        await told.click_word("tabs", "Share To (Outbound)")
        await told.click_cell("Acme-Europe", "action")
        await told.pilot.click("#yes")
        await told.settle()
        assert told.row("Acme-Europe")[2] == "◐ Pending"

        await told.click_word("top", "Acme-Americas")
        await told.click_grid(told.app.screen.query_one("#choices", Grid), "Acme-Europe", "text")
        await told.click_word("tabs", "Share From (Inbound)")
        await told.click_cell("Acme-Americas", "action")
        await told.pilot.click("#yes")
        await told.settle()
        assert told.row("Acme-Americas")[2] == "● Connected"


async def test_the_other_side_is_one_key_away() -> None:
    async with story() as told:
        await told.act_in("Acme-Americas")
        await told.to("Acme-Europe")
        await told.press("r", "y", "g")
        assert told.lines("top").startswith("Acme-Europe ▾")
        assert told.cursor == "Acme-Americas"
        await told.press("enter", "y")
        assert told.row("Acme-Americas")[2] == "● Connected"


async def test_the_other_side_finds_a_pair_that_its_old_list_does_not_hold() -> None:
    async with story() as told:
        await told.press(
            "i"
        )  # Acme Corporation is seen before there is anything from Acme-Americas
        await told.act_in("Acme-Americas")
        await told.press("o")
        await told.to("Acme Corporation")
        await told.press("r", "y", "g")
        assert told.lines("top").startswith("Acme Corporation ▾")
        assert told.cursor == "Acme-Americas"
        await told.press("down", "ctrl+r")
        assert told.cursor != "Acme-Americas"
