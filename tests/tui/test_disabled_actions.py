"""Rows, hints and keys offer what can be done, and nothing else."""

import pytest
from entity_connections.domain.risk import Risk
from entity_connections.services.write_lock import WriteLock
from entity_connections.tui.commands.row_actions import ACTION_COMMANDS
from textual.content import Content

from tests.tui.open_screen import ScreenDriver, TenantSetup, open_screen

OFFERS = ("r requests", "a accepts", "d denies", "x ends", "waits for you")


def links(ui: ScreenDriver) -> list[str]:
    """The words of the Action column that look like something to click."""
    return [
        cell.text
        for item in ui.rows.items
        for cell in item.cells.values()
        if cell.tone in ("link", "harm")
    ]


def bright(ui: ScreenDriver) -> set[str]:
    """The keys of actions that the key bar does not grey."""
    content = ui.screen.view.key_bar.content
    assert isinstance(content, Content)
    return {
        content.plain[span.start : span.end]
        for span in content.spans
        if span.style in ("bold $link", "bold $text-error")
        and content.plain[span.start : span.end] in "radx"
    }


async def assert_nothing_is_offered(ui: ScreenDriver) -> None:
    """Look at every row of the tab."""
    assert links(ui) == []
    for name in ui.row_names():
        await ui.move_to(name)
        assert bright(ui) == set()
        assert not any(offer in ui.text("detail") for offer in OFFERS)
        context = ui.screen.view.context
        assert all(command.get_disabled_reason(context) for command in ACTION_COMMANDS.values())


@pytest.mark.parametrize(
    ("place", "user"),
    [
        (TenantSetup(), "carol"),
        (TenantSetup(Risk.SANDBOX, "audit", WriteLock(permanent=True)), "alice"),
        (TenantSetup(Risk.PRODUCTION, "acme", WriteLock(locked=True)), "alice"),
    ],
    ids=["standard user", "read-only", "locked"],
)
async def test_impossible_actions_are_not_offered(place: TenantSetup, user: str) -> None:
    async with open_screen(setup=place, user=user) as ui:
        for tab in "12":
            await ui.press(tab)
            await assert_nothing_is_offered(ui)


async def test_a_standard_user_sees_that_an_administrator_is_needed() -> None:
    async with open_screen(user="carol") as ui:
        assert ui.cell("Acme-US", "action") == "no access"
        assert ui.cell("Acme-Europe", "action") == "administrators only"
        await ui.press("2")
        assert ui.cell("Acme-Germany", "action") == "administrators only"
        whom = "Only an administrator of Acme Corporation can answer it; you are a standard user."
        hint = "Only an administrator can answer it; you are a standard user."
        assert hint in ui.text("detail")
        for key in ("a", "d", "enter"):
            await ui.press(key)
            assert ui.shows_main_screen
            assert whom in ui.notice
            await ui.press("escape")
        await ui.click_cell("Acme-Germany", "action")
        assert ui.shows_main_screen


async def test_a_locked_row_shows_how_to_unlock() -> None:
    async with open_screen(
        setup=TenantSetup(Risk.PRODUCTION, "acme", WriteLock(locked=True))
    ) as ui:
        assert ui.cursor == "Acme-US"
        assert ui.cell("Acme-US", "action") == "locked"
        assert "U unlocks writes" in ui.text("detail")
        assert links(ui) == []
        ui.screen.workspace.lock.unlock()
        ui.screen.view.redraw()
        assert "Request Connection" in links(ui)
        await ui.settle()
        assert bright(ui) == {"r"}


async def test_an_unknown_role_disables_nothing() -> None:
    async with open_screen(setup=TenantSetup(Risk.SANDBOX, "acme"), user="carol") as ui:
        await ui.press("2")
        assert ui.cell("Acme-Germany", "action") == "Accept"
