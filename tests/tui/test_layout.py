"""The panes of the main screen: tree, counts of the statuses, detail, key bar, messages."""

import re

import pytest
from entity_connections.services.storage.journal import Journal
from entity_connections.tui.rendering.notices import Kind
from entity_connections.tui.widgets.text_lines import TextLines
from textual.geometry import Region

from tests.tui.open_screen import HOLD_READS, SIZES, ScreenDriver, TenantSetup, open_screen
from tests.tui.snapshots import Snapshot, visible_text

WIDE = (160, 48)


def list_regions(ui: ScreenDriver) -> list[Region]:
    view = ui.screen.view
    return [view.rows.region, view.detail.region, view.tabs.region, view.key_bar.region]


def find_line(ui: ScreenDriver, text: str) -> str:
    return next(line for line in visible_text(ui.app).split("\n") if text in line)


async def test_a_wide_screen_has_a_tree_with_counts_and_the_acting_entity() -> None:
    async with open_screen(size=WIDE) as ui:
        assert find_line(ui, "▸ Acme Corporation").split("│")[1].split() == [
            "▏▸", "Acme", "Corporation", "2", "5",
        ]  # fmt: skip
        assert "├ Acme-Canada         1" in visible_text(ui.app)
        await ui.resize((129, 48))
        assert ui.screen.view.entity_tree is None
        assert "Entities" not in visible_text(ui.app)


async def test_a_screen_that_grows_gets_the_tree_and_one_that_shrinks_keeps_the_focus() -> None:
    async with open_screen(size=(80, 24)) as ui:
        await ui.resize(WIDE)
        assert "▸ Acme Corporation" in visible_text(ui.app)
        await ui.press("e")
        await ui.resize((80, 24))
        await ui.press("down")
        assert ui.cursor == "Acme-Canada"


async def test_e_finds_an_entity_in_the_tree_and_escape_leaves_it() -> None:
    async with open_screen(size=WIDE) as ui:
        await ui.type_into("e", "germ")
        assert "Acme-Germany ▾" in ui.text("header")
        await ui.press("e")
        await ui.type("japan")
        await ui.press("escape", "down")
        assert "Acme-Germany ▾" in ui.text("header")
        assert "├ Acme-Japan" in visible_text(ui.app), "the tree is whole again"


async def test_a_closed_entity_of_the_tree_says_why() -> None:
    async with open_screen(size=WIDE) as ui:
        await ui.click_entity("Acme-Australia")
        assert "You have no access to Acme-Australia" in ui.notice
        assert "Acme Corporation ▾" in ui.text("header")


async def test_a_click_on_a_count_shows_only_that_status_and_escape_shows_all(
    ui: ScreenDriver,
) -> None:
    await ui.click_word("counts", "Pending")
    assert ui.row_names() == ["Acme-Canada"]
    await ui.click_word("counts", "Disconnected")
    assert ui.row_names() == ["Acme-Canada", "Acme-Nordics"]
    assert "2 of 14" in ui.text("tabs")
    await ui.click_word("counts", "Pending")
    assert ui.row_names() == ["Acme-Nordics"]
    await ui.press("escape")
    assert len(ui.row_names()) == 14


async def test_f_shows_one_status_after_the_other_then_all(ui: ScreenDriver) -> None:
    shown = []
    for _ in range(5):
        await ui.press("f")
        shown.append({ui.cell(name, "status") for name in ui.row_names()})
    assert shown[:4] == [
        {"◐ Pending"}, {"● Connected"}, {"✕ Disconnected"}, {"○ Not connected"},
    ]  # fmt: skip
    assert len(shown[4]) == 4


async def test_counts_are_those_of_the_words_in_the_filter(ui: ScreenDriver) -> None:
    await ui.press("slash")
    await ui.type("europe")
    assert "● 3 Connected  ✕ 1 Disconnected  ○ 2 Not connected" in ui.text("counts")


async def test_rows_are_a_tree_and_name_their_parents_when_they_are_filtered(
    ui: ScreenDriver,
) -> None:
    assert "├─ Acme-US " in find_line(ui, "Acme-US ")
    await ui.press("s")
    assert "Acme-US  in Acme-Americas" in find_line(ui, "Acme-US ")
    assert "├─" not in find_line(ui, "Acme-US ")


async def test_what_is_below_the_acting_entity_names_it_and_no_line_leads_nowhere() -> None:
    async with open_screen(size=(120, 36)) as ui:
        await ui.act_in("Acme-Europe")
        assert "│   │     Acme-UK  in Acme-Europe" in find_line(ui, "Acme-UK")
        assert "│   │  ├─ Acme-US   " in find_line(ui, "Acme-US")
        await ui.act_in("Acme Corporation")
        assert "│   Acme-Europe   " in find_line(ui, "Acme-Europe  "), "all is below the root"


async def test_the_frame_shows_which_pane_has_the_focus() -> None:
    async with open_screen(size=WIDE) as ui:
        starts = []
        for key in ("e", "escape"):
            await ui.press(key)
            spans = ui.screen.query_one("#tabs", TextLines).content.spans
            starts.append(min(span.start for span in spans if span.style == "$primary"))
        assert starts == [0, ui.screen.view.widths.tree + 1]


async def test_the_detail_says_what_comes_next_and_who_did_what() -> None:
    async with open_screen(size=WIDE, setup=TenantSetup(journal=Journal(None, "acme"))) as ui:
        await ui.press_on("Acme-US", "r", "y")
        detail = " ".join(ui.text("detail").split())
        assert "Status ◐ Pending, requested just now" in detail
        assert "Next Acme-US must accept. g goes there, a accepts." in detail
        assert "requested by alice@acme.example, just now" in detail
        assert ui.text("keys").startswith(" g Accept there")
        await ui.press("g")
        assert ui.text("keys").startswith(" a Accept")


async def test_a_small_detail_leaves_out_since_when_rather_than_cutting_it() -> None:
    async with open_screen(size=(60, 20)) as ui:
        await ui.press_on("Acme-Mexico", "r", "y")
        assert ui.text("detail") == (
            " Acme Corporation → Acme-Mexico  ◐ Pending\n"
            " Next: Acme-Mexico must accept. g goes there, a accepts."
        )
        await ui.resize((80, 24))
        assert "◐ Pending, requested just now" in ui.text("detail")


async def test_titles_and_user_stay_while_the_lists_are_read() -> None:
    for size, title in (((60, 20), "1 Share To"), ((80, 24), "1 Share To (Outbound)")):
        async with open_screen(size=size, faults=[HOLD_READS], ready=lambda _: True) as ui:
            assert f" {title} ├" in ui.text("tabs")
            ui.fake.faults.off("latency")
            await ui.settle()
            assert f" {title} 14 ├" in ui.text("tabs")
            before = "alice@acme" in ui.text("header")
            await ui.press("w", "escape")
            assert "◐ 5 for you" in ui.text("header")
            assert ("alice@acme" in ui.text("header")) == before


async def test_a_message_moves_nothing(ui: ScreenDriver) -> None:
    for size in SIZES:
        await ui.resize(size)
        before = list_regions(ui)
        for keys in (["x"], ["slash", "u"], ["escape"], ["f"], ["escape"]):
            await ui.press(*keys)
            assert list_regions(ui) == before, (size, keys)
        assert ui.screen.view.notice_bar.region.bottom <= ui.screen.view.key_bar.region.y


@pytest.mark.parametrize("size", [(60, 20), (160, 48)])
async def test_a_long_message_lies_in_the_frame_and_covers_no_cursor(size: tuple[int, int]) -> None:
    async with open_screen("global-500", size=size) as ui:
        await ui.press("end")
        ui.screen.view.notice_bar.show_notice(Kind.ERROR, *["A sentence of five words."] * 12)
        await ui.settle()
        lines = visible_text(ui.app).split("\n")
        cursor, top, lower_edge = (
            next(at for at, line in enumerate(lines) if sign in line) for sign in "▌┌╰"
        )
        assert cursor < top
        assert "".join(lines[top:lower_edge]).count("five") == 12
        await ui.resize((2, 1))
        await ui.resize(size)
        await ui.press("escape")
        assert "┌" not in visible_text(ui.app)


async def test_the_key_bar_of_a_small_screen_leaves_out_what_is_impossible() -> None:
    async with open_screen(size=(60, 20)) as ui:
        await ui.move_to("Acme-Americas")
        assert "r Request" in ui.text("keys")
        assert "x Disconnect" in ui.text("keys")
        assert "a Accept" not in ui.text("keys")
        assert ui.text("keys").endswith("e Entity  w Waiting  ? Help")
        await ui.press_on("Acme-Canada", "*")
        for size, others in (((60, 20), "? Help"), ((80, 24), "e Entity  w Waiting  ? Help")):
            await ui.resize(size)
            offered = "g Accept there  r Request 5  R Connect 6"
            assert re.split("   +", ui.text("keys").strip()) == [offered, others]


async def test_the_key_bar_has_all_that_is_possible_where_there_is_room() -> None:
    others = "space Mark  e Entity  w Waiting  ? Help"
    async with open_screen(size=(80, 24)) as ui:
        for name, offered in (
            ("Acme-Americas", "r Request  x Disconnect  g Other side"),
            ("Acme-Canada", "g Accept there  r Request  R Connect"),
        ):
            await ui.move_to(name)
            assert re.split("   +|  (?=space)", ui.text("keys").strip()) == [offered, others]


async def test_the_key_bar_shows_the_keys_of_a_filter_while_letters_go_there() -> None:
    async with open_screen(size=WIDE) as ui:
        for key, enter in (("slash", "Keep"), ("e", "Act in this entity")):
            await ui.press(key)
            assert ui.text("keys").split("  ") == [
                f" enter {enter}", "escape Clear", "↑ ↓ Move", "f1 Help ",
            ]  # fmt: skip
            await ui.press("f1", "escape", "escape")
            assert ui.text("keys").startswith(" r Request")


async def test_tabs_by_tab_and_by_number(ui: ScreenDriver) -> None:
    await ui.press("tab")
    assert "┤ 2 Share From (Inbound)" in ui.text("tabs")
    await ui.press("tab")
    assert "┤ 1 Share To (Outbound)" in ui.text("tabs")
    await ui.press("2")
    assert "┤ 2 Share From (Inbound)" in ui.text("tabs")


async def test_a_tab_leaves_words_out_where_they_would_be_cut() -> None:
    async with open_screen("global-500", size=(60, 20)) as ui:
        assert "◐ 10 waiting ─" in ui.text("tabs")
        await ui.press("f", "f")
        assert "1 Share To 226 of 511 ├── 2 Share From 46 ◐ 10 ─" in ui.text("tabs")


async def test_q_leaves_at_once_unless_a_tenant_in_memory_would_be_lost() -> None:
    async with open_screen() as ui:
        await ui.press("q")
        assert ui.app.return_code == 0
    async with open_screen() as ui:
        await ui.press_on("Acme-US", "r", "y")
        await ui.press("q")
        assert "This demo forgets what you did when it ends." in ui.notice
        await ui.press("down", "q")
        assert ui.app.return_code is None, "another notice, another word"
        await ui.press("q")
        assert ui.app.return_code == 0


async def test_the_tree_has_a_quarter_of_the_width_where_its_names_need_it() -> None:
    async with open_screen("global-500", size=(160, 48)) as ui:
        assert "├ Aurora United States    1 " in visible_text(ui.app)


async def test_many_rows(snap: Snapshot) -> None:
    """Every second of many rows has a faint background; names of all levels can be told apart."""
    async with open_screen("global-500", size=(160, 48), theme="light") as ui:
        snap(ui.app)


async def test_the_filter_gives_way_to_the_counts_of_the_statuses() -> None:
    async with open_screen("global-500", size=(60, 20)) as ui:
        await ui.press("slash", *"aurora", "enter", "asterisk")
        shown = find_line(ui, "marked")
        assert all(sign in shown for sign in "◐●✕○")
        assert "aurora" in shown


async def test_names_have_room_before_the_detail_where_the_terminal_is_wide() -> None:
    async with open_screen("global-500", size=(200, 60)) as ui:
        lines = visible_text(ui.app).splitlines()
        line = next(line for line in lines if "▸ Globex" in line)
        below = lines[lines.index(line) + 1 : -3]
        assert not [line for line in below if "…" in line.split("│ ")[0]]
