"""Production: read-only at the start, unlocked on purpose, and in sight all the time."""

import pytest
from entity_connections.domain.risk import Risk
from entity_connections.services.write_lock import WriteLock
from entity_connections.tui.commands import COMMANDS_BY_ID
from entity_connections.tui.dialogs.confirmation import Confirmation
from textual.widgets import Button, Static

from tests.tui.open_screen import ScreenDriver, TenantSetup, open_screen
from tests.tui.snapshots import Snapshot


def production(**lock: bool) -> TenantSetup:
    return TenantSetup(Risk.PRODUCTION, "acme-production", WriteLock(**(lock or {"locked": True})))


def refuses(ui: ScreenDriver) -> bool:
    assert isinstance(ui.app.screen, Confirmation)
    return ui.app.screen.query_one("#yes", Button).disabled


async def test_locked(snap: Snapshot) -> None:
    """PRODUCTION and READ-ONLY in the top line, in colour; the key bar greys the four actions."""
    async with open_screen(setup=production()) as ui:
        await ui.snap_sizes(snap)
        assert "PRODUCTION acme-pr" in ui.text("header")
        assert " · READ-ONLY" in ui.text("header")


async def test_unlocked(snap: Snapshot) -> None:
    """That writes are unlocked stands out from everything else on the screen."""
    async with open_screen(setup=production(locked=False)) as ui:
        await ui.snap_sizes(snap)
        assert " · UNLOCKED" in ui.text("header")


async def test_unlocked_in(snap: Snapshot) -> None:
    """As loud in every theme."""
    async with open_screen(size=(80, 24), setup=production(locked=False)) as ui:
        for theme in ("light", "high-contrast", "colour-blind-safe"):
            ui.app.theme = theme
            await ui.settle()
            snap(ui.app, theme)


async def test_unlocked_without_colour(snap: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    """The words tell it, and the reversed cells."""
    monkeypatch.setenv("NO_COLOR", "1")
    async with open_screen(size=(80, 24), setup=production(locked=False)) as ui:
        snap(ui.app)


async def test_sandbox(snap: Snapshot) -> None:
    """A sandbox has a colour of its own, and no word about writes: they are open."""
    async with open_screen(size=(80, 24), setup=TenantSetup(Risk.SANDBOX, "acme-sandbox")) as ui:
        snap(ui.app)
        assert "SANDBOX acme-sandbox  Acme Corporation" in ui.text("header")


async def test_the_longest_name_pushes_nothing_of_this_away() -> None:
    place = TenantSetup(Risk.PRODUCTION, "p" * 64, WriteLock(locked=True))
    async with open_screen(size=(60, 20), setup=place) as ui:
        line = ui.text("header").rstrip()
        assert "PRODUCTION pppp" in line
        assert " · READ-ONLY  Acme Corporation ▾" in line
        assert len(line) <= 58


async def test_unlocking(snap: Snapshot) -> None:
    """A question says what it means, and wants the profile's name typed."""
    async with open_screen(setup=production()) as ui:
        await ui.press("U")
        await ui.snap_sizes(snap)
        assert refuses(ui)
        await ui.press("enter")
        assert refuses(ui)
        keys = ui.app.screen.query_one("#keys", Static)
        assert str(keys.content) == "That is not acme-production · escape no"
        await ui.type("acme-production")
        assert not refuses(ui)
        await ui.press("enter")
        assert ui.shows_main_screen
        assert "UNLOCKED" in ui.text("header")
        assert ui.notice == "✓ Writes are unlocked until you quit; U locks them again."
        await ui.press_on("Acme-US", "r", "y")
        assert ui.cell("Acme-US", "status") == "◐ Pending"


async def test_it_stays_locked_unless_the_name_was_typed() -> None:
    async with open_screen(setup=production()) as ui:
        await ui.type_into("U", "acme-prod")
        await ui.press("escape")
        assert ui.shows_main_screen
        assert "READ-ONLY" in ui.text("header")
        await ui.press("U")
        await ui.pilot.click("#no")
        await ui.settle()
        assert ui.screen.workspace.lock.locked


async def test_locking_again_asks_nothing() -> None:
    async with open_screen(setup=production(locked=False)) as ui:
        unlock = COMMANDS_BY_ID["unlock"]
        assert unlock.get_label(ui.screen.view.context) == "Lock writes again"
        await ui.press("U")
        assert ui.shows_main_screen
        assert "READ-ONLY" in ui.text("header")
        assert unlock.get_label(ui.screen.view.context) == "Unlock writes"
        await ui.press("r")
        assert ui.shows_main_screen
        assert "Writes are locked" in ui.notice
        assert "Press U" in ui.notice


async def test_rows_are_found_by_the_word_that_they_show() -> None:
    async with open_screen(setup=production()) as ui:
        await ui.press("/", *"locked", "enter")
        assert len(ui.rows.items) == 9
        assert {item.cells["action"].text for item in ui.rows.items} == {"locked"}
        await ui.type_into("U", "acme-production")
        assert not ui.rows.items


async def test_rows_are_marked_before_writes_are_unlocked_for_them() -> None:
    async with open_screen(setup=production()) as ui:
        await ui.press("*")
        assert "✓ 10 marked" in ui.text("counts")
        assert "Press U to unlock them." in ui.text("detail")
        await ui.type_into("U", "acme-production")
        assert "x disconnects 4" in ui.text("detail")


async def test_a_click_on_the_word_unlocks_too() -> None:
    async with open_screen(setup=production()) as ui:
        await ui.click_word("header", "READ-ONLY")
        assert isinstance(ui.app.screen, Confirmation)


@pytest.mark.parametrize("risk", [Risk.PRODUCTION, Risk.SANDBOX])
async def test_a_read_only_profile_cannot_be_unlocked(risk: Risk) -> None:
    async with open_screen(setup=TenantSetup(risk, "audit", WriteLock(permanent=True))) as ui:
        assert "READ-ONLY" in ui.text("header")
        await ui.move_to("Acme-US")
        assert ui.cell("Acme-US", "action") == "read-only"
        assert "U " not in ui.text("detail") + ui.text("keys")
        for key in ("U", "r"):
            await ui.press(key)
            assert ui.shows_main_screen
            assert "This profile is read-only" in ui.notice
        await ui.press_on("Acme-Europe", "enter")
        assert "x ends" not in ui.notice
        assert "This profile is read-only" in ui.notice


async def test_where_nothing_is_locked_nothing_is_unlocked(ui: ScreenDriver) -> None:
    await ui.press("U")
    assert "Writes are not locked here" in ui.notice
    assert "U Unlock" not in ui.text("keys")
