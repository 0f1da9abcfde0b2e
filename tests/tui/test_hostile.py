"""Names and statuses that attack the screen change nothing and run nothing, anywhere."""

import pytest
from entity_connections.tui.dialogs.action_confirmation import typed_name
from rich.cells import cell_len

from tests.tui.snapshots import Snapshot
from tests.tui.story import Story, story

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=str)
async def test_rows(snap: Snapshot, size: tuple[int, int]) -> None:
    """Every name on one line of its own, in its column, brackets and all."""
    async with story("hostile", size=size) as told:
        snap(told.app)


async def test_a_click_on_a_name_runs_nothing_of_it() -> None:
    async with story("hostile") as told:
        for place, item in enumerate(told.screen.view.rows.items):
            await told.pilot.click("#rows", offset=(6, place + 1))
            assert told.screen.view.rows.cursor_key == item.key
        await told.pilot.click("#detail", offset=(30, 1))
        await told.settle()
        assert told.app.is_running


async def test_every_dialog_about_every_name() -> None:
    async with story("hostile", size=(80, 24)) as told:
        await told.press("i")
        for item in list(told.screen.view.rows.items):
            told.screen.view.rows.cursor_key = item.key
            for key in ("a", "d", "r", "x", "g"):
                if key in "ad":
                    await told.press(key)
                    assert not told.on_top
                    await told.press("n")
                elif key in "rx":
                    await told.press(key)
                    assert told.notice
            assert _widest(told) <= 80
        await told.press("e")
        await told.type("[")
        await told.press("escape", "ctrl+p")
        await told.type("hostile")
        await told.press("escape")
        assert told.app.is_running


async def test_an_outcome_about_a_hostile_name_is_told_in_full() -> None:
    async with story("hostile") as told:
        await told.press("i")
        await told.to("[@click=app.quit]x[/]")
        await told.press("a", "y")
        assert "[@click=app.quit]x[/] → Global [red]Hostile[/] is Connected." in told.notice
        await told.press("g")
        assert told.lines("top").startswith("[@click=app.quit]x[/] ▾")


async def test_what_to_type_can_always_be_typed() -> None:
    async with story("hostile") as told:
        for entity in told.desk.session.tenant.hierarchy:
            name = typed_name(entity).name
            assert name.isascii()
            assert 0 < len(name) <= 40


async def test_a_status_from_outside_is_shown_as_a_word_with_no_action() -> None:
    async with story("hostile", size=(200, 60)) as told:
        statuses = {item.cells[2].text: item.cells[3].text for item in told.screen.view.rows.items}
        assert statuses["? [/]"] == ""
        assert statuses["? (no word)"] == ""
        assert statuses["? Connected⏎Pending"] == ""


def _widest(told: Story) -> int:
    lines = told.app.screen._compositor.render_strips()
    return max(cell_len(line.text) for line in lines)


async def test_the_panes_show_names_as_text() -> None:
    async with story("hostile", size=(80, 24)) as told:
        for row in told.desk.rows():
            told.screen.view.rows.cursor_key = row.key
            await told.press("r")
            await told.press(*([] if told.on_top else ["y"]))
        assert told.screen.target.journal.read_entries()
        await told.press("J", *["down"] * 8, "escape", "ctrl+l", *["down"] * 8, "c", "escape")
        assert told.on_top
