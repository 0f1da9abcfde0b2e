"""The main screen at every size, in every state, in every theme."""

import pytest
from entity_connections.domain.text_search import fold
from entity_connections.fake.scenarios.catalogue import SCENARIOS
from entity_connections.tui.widgets.too_small import TooSmall
from textual.geometry import Region

from tests.acme import CORPORATION, US, client
from tests.tui.open_screen import FAST, REFRESHING, SIZES, ScreenDriver, TenantSetup, open_screen
from tests.tui.snapshots import Snapshot


async def test_outbound(ui: ScreenDriver, snap: Snapshot) -> None:
    """Every state a row can have; at 160 columns and more there are three panes."""
    await ui.snap_sizes(snap, ((200, 60), *SIZES))


async def test_inbound(snap: Snapshot) -> None:
    """What waits comes first; the tab counts it; signs and words besides colour."""
    async with open_screen(size=(80, 24)) as ui:
        await ui.press("2")
        for theme in ("dark", "light", "high-contrast", "colour-blind-safe"):
            ui.app.theme = theme
            await ui.settle()
            snap(ui.app, theme)


async def test_no_color(snap: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shades of grey only, and nothing lost."""
    monkeypatch.setenv("NO_COLOR", "1")
    async with open_screen(size=(80, 24)) as ui:
        snap(ui.app)


async def test_of_sixteen_colours_the_cursor_row_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not every colour can be read on that of the cursor."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("COLORTERM", raising=False)
    async with open_screen() as ui:
        cursor_row, other_row = (
            {segment.style.color for segment in strip if segment.style}
            for strip in ui.rows.render_lines(Region(0, 2, 80, 2))
        )
        assert len(cursor_row) == 1 < len(other_row)


async def test_too_small(snap: Snapshot) -> None:
    """A terminal that is too small shows how large it should be."""
    async with open_screen(size=(40, 10)) as ui:
        snap(ui.app)
        await ui.resize((80, 24))
        assert ui.screen.query_one(TooSmall).display is False


async def test_panes_and_theme_that_are_chosen_are_remembered() -> None:
    saved: list[tuple[str, str]] = []

    def save(key: str, value: str) -> str:
        saved.append((key, value))
        return ""

    async with open_screen(save_choice=save) as ui:
        await ui.press("p")
        assert "Entities" in ui.text("tabs")
        await ui.type_into("u", "bruno")
        assert "Entities" in ui.text("tabs")
        await ui.press("p")
        assert "Entities" not in ui.text("tabs")
        await ui.type_into("t", "light")
        assert saved == [("panes", "always"), ("panes", "never"), ("theme", "light")]
        await ui.resize((109, 36))
        await ui.press("p")
        assert "Three panes take 110 columns" in ui.notice


async def test_a_choice_that_cannot_be_remembered_holds_until_the_end() -> None:
    async with open_screen(save_choice=lambda *_: "The disk is full.") as ui:
        await ui.press("p")
        assert "Entities" in ui.text("tabs")
        assert ui.notice.endswith("This is not remembered. The disk is full.")


@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_every_scenario_opens_and_can_be_walked_through(scenario: str) -> None:
    async with open_screen(scenario, size=(80, 24)) as ui:
        await ui.press("down", "2", "down", "1", "e", "down", "escape", "question_mark", "escape")
        assert ui.shows_main_screen


async def test_global_500_shows_its_511_rows() -> None:
    async with open_screen("global-500") as ui:
        assert len(ui.row_names()) == 511
        await ui.press("end")
        assert ui.rows.scroll_offset.y > 400


async def test_sorting_by_key_and_by_click_starts_at_the_top(ui: ScreenDriver) -> None:
    await ui.move_to("Acme-Japan")
    in_tree = ui.row_names()
    await ui.press("s")
    assert ui.row_names() == sorted(in_tree, key=fold)
    assert ui.cursor == "Acme Ibérica"
    grid = ui.rows
    await ui.pilot.click(grid, offset=(4, 0))
    await ui.settle()
    assert ui.row_names() == sorted(in_tree, key=fold, reverse=True)
    assert ui.cursor == "Acme-US"
    await ui.pilot.click(grid, offset=(4, 0))
    await ui.settle()
    assert ui.row_names() == in_tree
    assert ui.cursor == in_tree[0]


@pytest.mark.parametrize("user", ["alice", "carol"])
async def test_every_word_on_a_row_finds_it(user: str) -> None:
    async with open_screen(user=user) as ui:
        for tab in "12":
            await ui.press(tab)
            for item in ui.rows.items:
                texts = {key: item.cells[key].text for key in ("counterpart", "status", "action")}
                status = texts["status"].partition(" ")[2]  # without its sign
                for typed in (status, *texts["counterpart"].split(), *texts["action"].split()):
                    ui.state.tab.set_filter(typed)
                    found = [row.key for row in ui.state.tab.visible_rows()]
                    assert item.key in found, typed
                ui.state.tab.set_filter("")
                await ui.settle()


async def test_what_a_filter_found_out_of_sight_is_shown_beside_the_name() -> None:
    async with open_screen(size=(80, 24)) as ui:
        await ui.press("slash")
        await ui.type("c07e2b01")
        assert ui.row_names() == ["Acme-Canada"]
        (row,) = ui.rows.render_lines(Region(0, 1, 78, 1))
        assert "Acme-Canada  …c07e2b01" in row.text


async def test_a_refresh_right_after_a_cursor_key_keeps_the_cursor(ui: ScreenDriver) -> None:
    await ui.move_to("Acme-US")
    ui.rows.action_move(1)
    ui.screen.view.redraw()
    assert ui.cursor == "Acme-Canada"
    await ui.settle()
    assert ui.cursor == "Acme-Canada"
    await ui.press("2")
    assert ui.cursor == "Acme-Germany"
    await ui.press("1")
    assert ui.cursor == "Acme-Canada"


async def test_the_notice_of_a_write_disappears_when_another_program_changes_the_list() -> None:
    timing = FAST._replace(shared_interval=0.2)
    async with open_screen(setup=TenantSetup(shared=True), timing=timing) as ui:
        await ui.press_on("Acme-US", "r", "y")
        assert "is Pending until Acme-US accepts" in ui.notice
        waiting = (await client(ui.fake).list_connections(US)).items
        asked = next(connection for connection in waiting if connection.source_id == CORPORATION)
        await client(ui.fake).deny(US, asked.id)
        await ui.wait_until(lambda: ui.cell("Acme-US", "status") == "✕ Disconnected")
        assert ui.notice == ""


async def test_it_refreshes_by_itself_while_the_terminal_has_the_focus() -> None:
    async with open_screen(timing=REFRESHING) as ui:
        ui.app.app_focus = False
        await ui.settle()
        await client(ui.fake).request_connection(CORPORATION, US, "k")
        await ui.settle()
        assert ui.cell("Acme-US", "status") == "○ Not connected"
        ui.app.app_focus = True
        await ui.wait_until(lambda: ui.cell("Acme-US", "status") == "◐ Pending")


async def test_a_column_without_room_is_not_sorted_by() -> None:
    async with open_screen(size=(80, 24)) as ui:
        await ui.press("s", "s")
        assert ui.rows.sorting == ("status", False)


async def test_the_connection_id_can_be_copied(ui: ScreenDriver) -> None:
    await ui.press_on("Acme-Americas", "c")
    assert ui.app.clipboard == "8a80825555a3c7a10155b466736c5c3f"
    await ui.press_on("Acme-US", "c")
    assert "no connection in this row yet" in ui.notice
