"""The screen on lists that cannot be read whole."""

import re

import pytest
from entity_connections.tui.rendering.empty_states import render_empty_state

from tests.tui.open_screen import FAST, ScreenDriver, open_screen
from tests.tui.snapshots import Snapshot

UNREADABLE = "unreadable-record=2"


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_rows_without_a_readable_connection_are_unknown(
    snap: Snapshot, size: tuple[int, int]
) -> None:
    async with open_screen(size=size) as ui:
        ui.fake.faults.on(UNREADABLE)
        await ui.press("ctrl+r")
        await ui.move_to("Acme-US")
        assert ui.status_and_action("Acme-US") == ("◇ Unknown", "not all read")
        assert ui.status_and_action("Acme-Europe") == ("● Connected", "Disconnect")
        assert "Not connected" not in "".join(ui.cell(name, "status") for name in ui.row_names())
        snap(ui.app, f"{size[0]}-{size[1]}")


async def test_a_request_on_an_unknown_row_is_disabled_with_the_reason(ui: ScreenDriver) -> None:
    ui.fake.faults.on(UNREADABLE)
    await ui.press("ctrl+r")
    await ui.move_to("Acme-US")
    for key in ("r", "enter"):
        await ui.press(key)
        assert ui.shows_main_screen
        assert "It is not known whether Acme Corporation → Acme-US" in ui.notice
    await ui.press("x")
    assert "It is not known whether Acme Corporation → Acme-US is connected" in ui.notice


async def test_unknown_rows_are_filtered_and_sorted_as_such(ui: ScreenDriver) -> None:
    ui.fake.faults.on(UNREADABLE)
    await ui.press("ctrl+r")
    await ui.type_into("slash", "unknown")
    names = ui.row_names()
    assert "Acme-US" in names
    assert "Acme-Europe" not in names
    await ui.press("escape")
    await ui.type_into("slash", "not connected")
    assert ui.row_names() == []


async def test_a_tab_without_rows_is_not_called_empty_where_a_part_is_missing(
    ui: ScreenDriver,
) -> None:
    ui.fake.faults.on("list-empty,times=1")
    await ui.press("ctrl+r", "2")
    assert ui.state.snapshot is not None
    assert ui.row_names() == []
    text = render_empty_state(ui.state).plain
    assert "No entity shares to this one" not in text
    assert "a second reading must confirm it. ctrl+r reads it again." in text
    assert "0 or more" in ui.text("tabs")


async def test_a_list_that_is_empty_once_offers_no_request() -> None:
    async with open_screen(timing=FAST) as ui:
        ui.fake.faults.on("list-empty,times=1")
        await ui.press("ctrl+r")
        assert ui.status_and_action("Acme-Europe") == ("◇ Unknown", "not all read")
        assert "a second reading must confirm it" in ui.banner
        await ui.press("ctrl+r")
        assert ui.cell("Acme-Europe", "status") == "● Connected"
        assert ui.banner == ""


async def test_a_list_that_lags_is_read_again_until_escape_gives_up(snap: Snapshot) -> None:
    timing = FAST._replace(lag_delays=(40.0,))
    async with open_screen(size=(80, 24), timing=timing) as ui:
        await ui.press("2")
        await ui.move_to("Acme-Japan")
        ui.fake.faults.on("list-lags=60")
        await ui.press("a")
        await ui.pilot.press("y")
        waits = "The list proves nothing yet, reading it again in 40 s; escape gives up"
        await ui.wait_until(lambda: ui.banner == waits)
        assert ui.status_and_action("Acme-Japan") == ("… sending", "")
        await ui.press("escape")
        assert "Zuora answered success, but no list shows it." in ui.notice
        assert "◇ outcome unknown" in ui.status_and_action("Acme-Japan")
        snap(ui.app)
        ui.fake.faults.off()
        await ui.press("ctrl+r")
        assert "Acme-Japan → Acme Corporation is Connected." in ui.notice


async def test_a_write_that_was_applied_and_answered_by_a_gateway_is_confirmed() -> None:
    for fault in ("committed-then-401", "committed-then-page=403"):
        async with open_screen() as ui:
            await ui.move_to("Acme-US")
            ui.fake.faults.on(fault)
            await ui.press("r", "y")
            assert "Requested: Acme Corporation → Acme-US is Pending" in ui.notice
            assert ui.cell("Acme-US", "status") == "◐ Pending"


async def test_connections_with_an_unknown_status_may_wait(ui: ScreenDriver) -> None:
    assert "2 waiting" in ui.text("tabs")
    ui.fake.faults.on("unknown-status=2,times=1")
    await ui.press("ctrl+r")
    assert re.search(r"\d waiting( for you)? ◇ \d may wait", ui.text("tabs"))
    ui.fake.faults.on("unknown-status=1")
    await ui.press("ctrl+r")
    assert "4 may wait" in ui.text("tabs")
