"""The procedure of Zuora's own page: request in the source, accept in the target."""

import pytest
from entity_connections.tui.widgets.grid.grid import Grid

from tests.tui.open_screen import open_screen

pytestmark = pytest.mark.asyncio
sizes = pytest.mark.parametrize("size", [(60, 20), (160, 48)], ids=str)


@sizes
async def test_two_entities_are_connected_by_keyboard(size: tuple[int, int]) -> None:
    async with open_screen(size=size) as ui:
        await ui.act_in("Acme-Americas")
        await ui.press("o")
        await ui.move_to("Acme-Europe")
        assert ui.status_and_action("Acme-Europe") == ("○ Not connected", "Request Connection")
        await ui.press("r", "y")
        assert ui.status_and_action("Acme-Europe") == ("◐ Pending", "waiting for Acme-Europe")
        assert ui.notice.startswith("✓ Requested: Acme-Americas → Acme-Europe is Pending")

        await ui.act_in("Acme-Europe")
        await ui.press("i")
        assert "2 waiting" in ui.text("tabs")
        await ui.move_to("Acme-Americas")
        assert ui.status_and_action("Acme-Americas") == ("◐ Pending", "Accept")
        await ui.press("a", "y")
        assert ui.status_and_action("Acme-Americas") == ("● Connected", "Disconnect")
        assert "1 waiting" in ui.text("tabs")


@sizes
async def test_two_entities_are_connected_by_mouse(size: tuple[int, int]) -> None:
    async with open_screen(size=size) as ui:
        await ui.click_word("header", "Acme Corporation")
        await ui.click_grid(ui.app.screen.query_one("#choices", Grid), "Acme-Americas", "text")
        await ui.click_word("tabs", "Share To (Outbound)")
        await ui.click_cell("Acme-Europe", "action")
        await ui.pilot.click("#yes")
        await ui.settle()
        assert ui.cell("Acme-Europe", "status") == "◐ Pending"

        await ui.click_word("header", "Acme-Americas")
        await ui.click_grid(ui.app.screen.query_one("#choices", Grid), "Acme-Europe", "text")
        await ui.click_word("tabs", "Share From (Inbound)")
        await ui.click_cell("Acme-Americas", "action")
        await ui.pilot.click("#yes")
        await ui.settle()
        assert ui.cell("Acme-Americas", "status") == "● Connected"


async def test_the_other_side_is_one_key_away() -> None:
    async with open_screen() as ui:
        await ui.act_in("Acme-Americas")
        await ui.move_to("Acme-Europe")
        await ui.press("r", "y", "g")
        assert ui.text("header").startswith("Acme-Europe ▾")
        assert ui.cursor == "Acme-Americas"
        await ui.press("enter", "y")
        assert ui.cell("Acme-Americas", "status") == "● Connected"


async def test_the_other_side_finds_a_pair_that_its_old_list_does_not_hold() -> None:
    async with open_screen() as ui:
        await ui.press("i")  # Acme Corporation is seen before there is anything from Acme-Americas
        await ui.act_in("Acme-Americas")
        await ui.press("o")
        await ui.move_to("Acme Corporation")
        await ui.press("r", "y", "g")
        assert ui.text("header").startswith("Acme Corporation ▾")
        assert ui.cursor == "Acme-Americas"
        await ui.press("down", "ctrl+r")
        assert ui.cursor != "Acme-Americas"
