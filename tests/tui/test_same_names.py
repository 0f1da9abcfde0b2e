"""The screen in a tenant where display names do not tell entities apart."""

from entity_connections.walkthrough.screenshot import take_screenshot
from textual.widgets import Button, Input

from tests.tui.open_screen import SIZES, ScreenDriver, open_screen
from tests.tui.snapshots import Snapshot, svg_lines

TENANT = "tests/same_names.toml"
"""Relative, so that the pictures show no path of this machine."""
NORTH = "Acme-Europe (in Acme-Americas)"
SOUTH = "ACME-Europe (Acme-EU-Production-South)"
EUROPE = "Acme-Europe (in Acme Corporation)"


def list_lines(ui: ScreenDriver, part: str) -> list[str]:
    """Return the lines of the screen that hold a text, in lower case."""
    lines = [line.lower() for line in svg_lines(take_screenshot(ui.app))]
    return [line for line in lines if part in line]


async def test_rows(snap: Snapshot) -> None:
    async with open_screen(TENANT) as ui:
        await ui.snap_sizes(snap, SIZES[1:])


async def test_no_two_rows_show_the_same_name() -> None:
    async with open_screen(TENANT) as ui:
        for size in ((60, 20), (80, 24), (200, 50)):
            await ui.resize(size)
            slot = ui.rows.slots[0]
            lines = ui.rows.render_lines(ui.rows.size.region)[1 : len(ui.rows.items) + 1]
            names = [line.text[slot.start : slot.start + slot.width].lower() for line in lines]
            assert len({name.strip() for name in names}) == 9, size


async def test_the_switcher(snap: Snapshot) -> None:
    async with open_screen(TENANT, size=(80, 24)) as ui:
        await ui.press("e")
        snap(ui.app)


async def test_the_technical_name_finds_an_entity_and_is_shown_then() -> None:
    async with open_screen(TENANT, size=(80, 24)) as ui:
        for key in ("e", "ctrl+p", "slash"):
            await ui.press(key)
            assert not list_lines(ui, "north)  acme-eu"), key
            await ui.type("production-north")
            assert list_lines(ui, ")  acme-eu"), key
            await ui.press("escape")


async def test_the_question_and_its_button_tell_which(snap: Snapshot) -> None:
    async with open_screen(TENANT, size=(80, 24)) as ui:
        await ui.press("2")
        labels = set()
        for name in (NORTH, SOUTH):
            await ui.press_on(name, "a")
            assert len(list_lines(ui, name.lower())) > 0
            labels.add(str(ui.app.screen.query_one("#yes", Button).label).casefold())
            if name == SOUTH:
                snap(ui.app)
            await ui.press("n")
        assert len(labels) == 2
        await ui.press_on(NORTH, "a", "y")
        assert f"{NORTH} → Acme Corporation is Connected." in ui.notice


async def test_the_title_is_typed_to_disconnect(snap: Snapshot) -> None:
    async with open_screen(TENANT, size=(80, 24)) as ui:
        await ui.press_on(EUROPE, "x")
        snap(ui.app)
        for typed in ("Acme-Europe", SOUTH, NORTH):
            ui.app.screen.query_one(Input).value = typed
            await ui.settle()
            assert ui.app.screen.query_one("#yes", Button).disabled
        ui.app.screen.query_one(Input).value = EUROPE
        await ui.settle()
        await ui.press("enter")
        assert f"Acme Corporation → {EUROPE} is Disconnected." in ui.notice
        await ui.press("J")
        assert list_lines(ui, f"acme corporation → {EUROPE.lower()} is disconnected.")


async def test_the_header_and_the_detail_name_the_acting_entity() -> None:
    async with open_screen(TENANT, size=(80, 24)) as ui:
        await ui.act_in(SOUTH)
        assert "ACME-Europe (Acme…roduction-South) ▾" in ui.text("header")
        await ui.move_to(EUROPE)
        lines = ui.text("detail").splitlines()
        assert "ACME-Europe (A…uction-South) → Acme-Europe (i… Corporation)" in lines[0]
        assert lines[0].endswith("○ Not connected")
        assert len(lines[0]) <= 80
