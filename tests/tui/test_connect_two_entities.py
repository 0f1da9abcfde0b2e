"""The procedure of Zuora's own page: request in the source, accept in the target."""

import pytest

from tests.tui.open_screen import ScreenDriver, open_screen

sizes = pytest.mark.parametrize("size", [(60, 20), (160, 48)], ids=str)


@sizes
async def test_two_entities_are_connected_by_keyboard(size: tuple[int, int]) -> None:
    async with open_screen(size=size) as ui:
        await ui.act_in("Acme-Americas")
        await ui.press("1")
        await ui.move_to("Acme-Europe")
        assert ui.status_and_action("Acme-Europe") == ("○ Not connected", "Request Connection")
        await ui.press("r", "y")
        assert ui.status_and_action("Acme-Europe") == ("◐ Pending", "waiting for them")
        assert ui.notice.startswith("✓ Requested: Acme-Americas → Acme-Europe is Pending")

        await ui.act_in("Acme-Europe")
        await ui.press("2")
        assert "2 waiting" in ui.text("tabs")
        await ui.move_to("Acme-Americas")
        assert ui.status_and_action("Acme-Americas") == ("◐ Pending", "Accept")
        await ui.press("a", "y")
        assert ui.status_and_action("Acme-Americas") == ("● Connected", "Disconnect")
        assert "1 waiting" in ui.text("tabs")


@sizes
async def test_two_entities_are_connected_by_mouse(size: tuple[int, int]) -> None:
    async with open_screen(size=size) as ui:
        await ui.click_entity("Acme-Americas")
        await ui.click_word("tabs", "Share To")
        await ui.click_cell("Acme-Europe", "action")
        await ui.pilot.click("#yes")
        await ui.settle()
        assert ui.cell("Acme-Europe", "status") == "◐ Pending"

        await ui.click_entity("Acme-Europe")
        await ui.click_word("tabs", "Share From")
        await ui.click_cell("Acme-Americas", "action")
        await ui.pilot.click("#yes")
        await ui.settle()
        assert ui.cell("Acme-Americas", "status") == "● Connected"


async def test_the_other_side_finds_a_pair_that_its_old_list_does_not_hold(
    ui: ScreenDriver,
) -> None:
    await ui.press("2")  # Acme Corporation is seen before there is anything from Acme-Americas
    await ui.act_in("Acme-Americas")
    await ui.press("1")
    await ui.press_on("Acme Corporation", "r", "y", "g")
    assert "Acme Corporation ▾" in ui.text("header")
    assert ui.cursor == "Acme-Americas"
    await ui.press("down", "ctrl+r")
    assert ui.cursor != "Acme-Americas"
