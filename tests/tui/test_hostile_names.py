"""Names and statuses that attack the screen change nothing and run nothing, anywhere."""

import re
from itertools import cycle
from pathlib import Path

import pytest

from tests.tui.open_screen import SIZES, ScreenDriver, open_screen
from tests.tui.snapshots import Snapshot, visible_text


async def test_rows(snap: Snapshot) -> None:
    """Every name on one line of its own, in its column, brackets and all."""
    async with open_screen("hostile") as ui:
        await ui.snap_sizes(snap, SIZES[1:3])


async def test_a_click_on_a_name_runs_nothing_of_it() -> None:
    async with open_screen("hostile") as ui:
        for place, item in enumerate(ui.rows.items):
            await ui.pilot.click("#rows", offset=(6, place + 1))
            assert ui.rows.cursor_key == item.key
        await ui.pilot.click("#detail", offset=(30, 1))
        await ui.settle()
        assert ui.app.is_running


async def test_every_dialog_about_every_name() -> None:
    async with open_screen("hostile", size=(80, 24)) as ui:
        await ui.press("2")
        for item, possible, impossible in zip(
            list(ui.rows.items), cycle("ad"), cycle("rx"), strict=False
        ):
            ui.rows.cursor_key = item.key
            await ui.press(possible)
            assert not ui.shows_main_screen
            await ui.press("n", impossible)
            assert ui.notice
        await ui.press("e")
        await ui.type("[")
        await ui.press("escape", "ctrl+p")
        await ui.type("hostile")
        await ui.press("escape")
        assert ui.app.is_running


async def test_an_outcome_shows_a_hostile_name_as_text() -> None:
    async with open_screen("hostile") as ui:
        await ui.press("2")
        await ui.press_on("[@click=app.quit]x[/]", "a", "y")
        assert "[@click=app.quit]x[/] → Global [red]Hostile[/] is Connected." in ui.notice
        await ui.press("g")
        assert "[@click=app.quit]x[/] ▾" in ui.text("header")


async def test_a_status_from_outside_is_shown_as_a_word_with_no_action() -> None:
    async with open_screen("hostile", size=(200, 60)) as ui:
        actions = {item.cells["status"].text: item.cells["action"].text for item in ui.rows.items}
        assert actions["◇ [/]"] == ""
        assert actions["◇ (no word)"] == ""
        assert actions["◇ Connected⏎Pending"] == ""
        ui.rows.cursor_key = next(
            item.key for item in ui.rows.items if item.cells["status"].text == "◇ Suspended"
        )
        await ui.press("x")
        assert 'Zuora calls this connection "Suspended"' in ui.notice


async def test_logs_show_names_as_text() -> None:
    async with open_screen("hostile", size=(80, 24)) as ui:
        for row in ui.state.tab.rows():
            ui.rows.cursor_key = row.key
            await ui.press("r")
            await ui.press(*([] if ui.shows_main_screen else ["y"]))
        assert ui.screen.workspace.journal.read_entries()
        await ui.press("J", *["down"] * 8, "escape", "ctrl+l", *["down"] * 8, "c", "escape")
        assert ui.shows_main_screen


LONG_NAMES = """
users = [{ name = "alice", administrator = ["*"] }]
entities = [{ name = "Globe" }, { name = "Blank", parent = "Globe", display_name = "LONG" },
            { name = "Words", parent = "Globe", display_name = "WORDS" }]
connections = [{ source = "Blank", target = "Globe", status = "Pending" },
               { source = "Words", target = "Globe", status = "Pending" }]
""".replace("LONG", "Überlänge" * 11).replace("WORDS", "an entity " * 10)


@pytest.mark.parametrize("size", SIZES[2:])
async def test_long_names_are_cut_so_that_every_sentence_has_its_end(
    size: tuple[int, int], tmp_path: Path
) -> None:
    scenario = tmp_path / "long.toml"
    scenario.write_text(LONG_NAMES)
    async with open_screen(str(scenario), size=size) as ui:
        for key in ("home", "end"):
            await ui.press("2", key)
            assert "waits for you: a accepts, d denies." in visible_text(ui.app)
            await ui.press("w", key)
            assert "will be able to share products to Globe." in get_words(ui)
            await ui.press("escape", "1", key, "R")
            pair = r"Globe → (.+): Request in Globe, then Accept in \1 It is requested"
            assert re.search(pair, get_words(ui))
            await ui.press("n")


@pytest.mark.parametrize("size", SIZES[2:])
async def test_a_refused_answer_says_what_to_do_whatever_the_names(
    size: tuple[int, int], tmp_path: Path
) -> None:
    scenario = tmp_path / "long.toml"
    scenario.write_text(LONG_NAMES)
    async with open_screen(str(scenario), size=size, faults=["refusal=30,calls=writes"]) as ui:
        await ui.press("w", "a", "y")
        assert "Read the list again and look at what the connection has become." in get_words(ui)


def get_words(ui: ScreenDriver) -> str:
    """Return what is on the screen, as if its lines were one."""
    return " ".join(visible_text(ui.app).replace("│", " ").split())
