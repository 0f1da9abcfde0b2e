"""Where the cursor is after an action, a refresh, a filter and g; and who put it there."""

from entity_connections.domain.connections import Direction
from entity_connections.tui.dialogs.action_confirmation import ActionConfirmation

from tests.acme import CORPORATION, GERMANY, JAPAN, client
from tests.tui.open_screen import HOLD_READS, ScreenDriver, open_screen


async def only_not_connected(ui: ScreenDriver, name: str) -> None:
    """Filter the rows as the README says, and put the cursor on one."""
    await ui.type_into("slash", "not connected")
    await ui.move_to(name)


async def read_statuses(ui: ScreenDriver, acting_id: str) -> dict[tuple[str, str], str]:
    """The status of every pair of an entity, by the server."""
    records = (await client(ui.fake).list_connections(acting_id)).items
    return {(record.source_id, record.target_id): record.status for record in records}


async def test_request_and_accept_with_a_filter_change_the_same_pair(ui: ScreenDriver) -> None:
    await only_not_connected(ui, "Acme-Mexico")
    before = ui.row_names()
    await ui.press("r", "y")
    assert ui.cell("Acme-Mexico", "status") == "◐ Pending"
    assert (ui.cursor, ui.row_names()) == ("Acme-Mexico", before)
    await ui.press("g")
    assert "Acme-Mexico ▾" in ui.text("header")
    assert ui.cursor == "Acme Corporation"
    await ui.press("a", "y")
    assert ui.cell("Acme Corporation", "status") == "● Connected"
    others = await read_statuses(ui, CORPORATION)
    assert (others[JAPAN, CORPORATION], others[GERMANY, CORPORATION]) == ("Pending", "Pending")

    await ui.press("g")
    assert "Acme Corporation ▾" in ui.text("header")
    assert ui.screen.view.filter_input.value == "not connected"
    assert (ui.cursor, ui.row_names()) == ("Acme-Mexico", before)
    assert ui.cell("Acme-Mexico", "status") == "● Connected"
    await ui.press("g", "g")
    assert (ui.cursor, ui.row_names()) == ("Acme-Mexico", before)

    await ui.press("down")
    assert "Acme-Mexico" not in ui.row_names(), "it was left"


async def test_a_row_stays_in_place_after_an_action(ui: ScreenDriver) -> None:
    await ui.press("2", "a", "y")
    assert ui.row_names() == ["Acme-Germany", "Acme-Japan", "Acme-US", "Acme-Brazil"]
    assert (ui.cursor, ui.cell("Acme-Germany", "status")) == ("Acme-Germany", "● Connected")
    await ui.press("ctrl+r")
    assert ui.row_names()[0] == "Acme-Germany"
    await ui.press("down")
    assert ui.row_names()[0] == "Acme-Japan"


async def test_the_other_side_shows_a_row_for_a_pair_without_a_connection(ui: ScreenDriver) -> None:
    await ui.press_on("Acme-Mexico", "g")
    assert ui.cursor == "Acme Corporation"
    assert ui.status_and_action("Acme Corporation") == ("○ Not connected", "")
    assert "Acme Corporation → Acme-Mexico  ○ Not connected" in ui.text("detail")
    assert "┤ 2 Share From (Inbound) 0 ├" in ui.text("tabs")
    for key in "adrx":
        await ui.press(key)
        assert ui.shows_main_screen
        assert ui.notice
    await ui.press("g")
    assert "Acme Corporation ▾" in ui.text("header")
    assert ui.cursor == "Acme-Mexico"


async def test_g_goes_back_only_from_the_row_it_came_to(ui: ScreenDriver) -> None:
    await ui.type_into("slash", "europe")
    await ui.press_on("Acme-Europe", "g", "1")
    await ui.press_on("Acme-Japan", "g")
    assert "Acme-Japan ▾" in ui.text("header")
    await ui.press("g")
    assert "Acme-Europe ▾" in ui.text("header")
    assert ui.cursor == "Acme-Japan"
    await ui.press("2")
    await ui.press_on("Acme Corporation", "g")
    assert ui.screen.view.filter_input.value == "europe"
    assert ui.cursor == "Acme-Europe"


async def test_g_works_while_nothing_can_be_read(ui: ScreenDriver) -> None:
    await only_not_connected(ui, "Acme-Mexico")
    ui.fake.faults.on(HOLD_READS)
    for there in ("Acme-Mexico", "Acme Corporation") * 2:
        await ui.pilot.press("g")
        await ui.wait_until(lambda there=there: f" {there} ▾" in ui.text("header"))  # type: ignore[misc]
    assert ui.cursor == "Acme-Mexico"
    ui.fake.faults.on("offline")
    ui.fake.faults.off("latency")
    await ui.settle()
    await ui.press("g")
    assert ui.row_names() == []
    await ui.press("a")
    assert ui.shows_main_screen
    await ui.press("g")
    assert (ui.cursor, ui.screen.view.filter_input.value) == ("Acme-Mexico", "not connected")


async def test_the_other_side_shows_cached_rows_while_its_list_is_read(ui: ScreenDriver) -> None:
    await ui.act_in("Acme-Mexico")
    await ui.act_in("Acme Corporation")
    await ui.press_on("Acme-Mexico", "r", "y")
    ui.fake.faults.on(HOLD_READS)
    await ui.pilot.press("g")
    await ui.wait_until(lambda: "Acme-Mexico ▾" in ui.text("header"))
    assert ui.cell("Acme Corporation", "status") == "◐ Pending"
    ui.fake.faults.off("latency")
    await ui.settle()
    assert ui.status_and_action("Acme Corporation") == ("◐ Pending", "Accept")


async def test_no_action_on_a_row_that_got_the_cursor_from_a_deleted_row() -> None:
    async with open_screen("denied-removed") as ui:
        await ui.press("2")
        assert ui.cursor == "Acme-Germany"
        (gone,) = (row for row in ui.state.tab.rows() if row.key == GERMANY)
        assert gone.connection is not None
        await client(ui.fake).deny(CORPORATION, gone.connection.id)
        await ui.press("ctrl+r")
        assert ui.cursor == "Acme-Japan"
        assert "The cursor moved by itself" in ui.text("detail")
        for key in ("a", "d", "x", "enter", "g"):
            await ui.press(key)
            assert ui.shows_main_screen
            assert "Acme-Germany left the list; the cursor is on Acme-Japan now." in ui.notice, key
            await ui.press("escape")
            assert not ui.notice
        await ui.press("a", "up")
        assert not ui.notice
        await ui.press("a")
        assert isinstance(ui.app.screen, ActionConfirmation)


async def test_the_filter_moves_the_cursor_for_good_only_with_enter(ui: ScreenDriver) -> None:
    await ui.press("2")
    await ui.press("slash")
    await ui.type("japan")
    assert ui.cursor == "Acme-Japan"
    ui.screen.action_run_command("accept")
    assert "The filter hides Acme-Germany; the cursor is on Acme-Japan now." in ui.notice
    await ui.press("escape")
    assert (ui.cursor, ui.notice) == ("Acme-Germany", "")
    await ui.type_into("slash", "japan")
    await ui.press("escape")
    assert ui.cursor == "Acme-Japan"
    await ui.press("a")
    assert not ui.shows_main_screen


async def test_a_filter_by_status_chooses_the_row_under_the_cursor_as_enter_does() -> None:
    async with open_screen() as ui:
        await ui.press("f", "g")
        assert "Acme-Canada ▾" in ui.text("header")
    async with open_screen() as ui:
        await ui.click_word("counts", "Disconnected")
        await ui.press("r")
        question = ui.app.screen
        assert isinstance(question, ActionConfirmation)
        assert question.operation.pair == "Acme Corporation → Acme-Nordics"


async def test_no_action_on_the_first_row_of_a_tab_that_was_empty() -> None:
    async with open_screen("empty") as ui:
        await ui.press("2")
        source = next(iter(ui.state.tab.rows()), None)
        assert source is None
        ui.state.switch_tab(Direction.OUTBOUND)
        other = ui.state.tab.rows()[0].key
        ui.state.switch_tab(Direction.INBOUND)
        await client(ui.fake).request_connection(other, ui.state.acting_id, "k")
        await ui.press("ctrl+r", "a")
        assert ui.shows_main_screen
        assert "came under the cursor when it came into the list" in ui.notice
        await ui.press("down", "a")
        assert not ui.shows_main_screen


async def test_each_tab_has_its_own_filter(ui: ScreenDriver) -> None:
    await ui.type_into("slash", "europe")
    await ui.press("2")
    assert ui.screen.view.filter_input.value == ""
    assert len(ui.row_names()) == 4
    await ui.press("1")
    assert ui.screen.view.filter_input.value == "europe"
    assert len(ui.row_names()) == 6
    assert "6 of 14" in ui.text("tabs")
    await ui.press("escape")
    assert len(ui.row_names()) == 14


async def test_the_cursor_starts_on_a_waiting_row_else_on_one_to_request(ui: ScreenDriver) -> None:
    assert ui.cursor == "Acme-US"
    await ui.press("2")
    assert ui.cursor == "Acme-Germany"
    await ui.act_in("Acme-Europe")
    assert ui.cursor == "Acme-Nordics"


async def test_enter_never_disconnects_but_names_the_key_that_does(ui: ScreenDriver) -> None:
    await ui.press_on("Acme-Europe", "enter")
    assert ui.shows_main_screen
    assert ui.notice == "i Acme Corporation → Acme-Europe is Connected. x ends it for good."
    await ui.click_cell("Acme-Europe", "action")
    assert isinstance(ui.app.screen, ActionConfirmation)
    await ui.press("escape")
    await ui.press_on("Acme-US", "enter")
    assert isinstance(ui.app.screen, ActionConfirmation)


async def test_a_tab_shows_the_row_with_the_cursor_though_the_other_was_scrolled() -> None:
    async with open_screen("global-500", size=(80, 24)) as ui:
        await ui.press("2", "end")
        name = ui.cursor
        await ui.press("1")
        await ui.move_to(name)  # the same entity at the other end
        ui.rows.scroll_to(y=0, animate=False)
        await ui.settle()
        await ui.press("2")
        top = ui.rows.scroll_offset.y
        row = ui.row_names().index(ui.cursor)
        assert top <= row < top + ui.rows.size.height
