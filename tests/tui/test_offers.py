"""Rows, hints and keys offer what can be done, and nothing else."""

import pytest
from entity_connections.domain.risk import Risk
from entity_connections.services.write_lock import WriteLock
from entity_connections.tui.commands import COMMANDS, disabled_reason
from textual.content import Content

from tests.tui.story import Place, Story, story

pytestmark = pytest.mark.asyncio
OFFERS = ("r requests", "a accepts", "d denies", "x ends", "waits for you")
TABS = pytest.mark.parametrize("tab", ["o", "i"])


def links(told: Story) -> list[str]:
    """The words of the Action column that look like something to click."""
    return [
        cell.text
        for item in told.screen.view.rows.items
        for cell in item.cells
        if cell.tone == "action"
    ]


def bright(told: Story) -> set[str]:
    """The keys of actions that the key bar does not grey."""
    content = told.screen.view.keys.content
    assert isinstance(content, Content)
    return {
        content.plain[span.start : span.end]
        for span in content.spans
        if span.style == "$text-accent" and content.plain[span.start : span.end] in "radx"
    }


async def assert_nothing_is_offered(told: Story) -> None:
    """Look at every row of the tab."""
    assert links(told) == []
    for name in told.names():
        await told.to(name)
        await told.pilot.pause(0.05)
        assert bright(told) == set()
        assert not any(offer in told.lines("detail") for offer in OFFERS)
        situation = told.screen.view.situation()
        assert all(disabled_reason(command, situation) for command in COMMANDS if command.action)


@TABS
@pytest.mark.parametrize(
    ("place", "user"),
    [
        (Place(), "carol"),
        (Place(Risk.SANDBOX, "audit", WriteLock(permanent=True)), "alice"),
        (Place(Risk.PRODUCTION, "acme", WriteLock(locked=True)), "alice"),
    ],
    ids=["standard user", "read-only", "locked"],
)
async def test_nothing_that_cannot_be_done_is_offered(place: Place, user: str, tab: str) -> None:
    async with story(place=place, user=user) as told:
        await told.press(tab)
        await assert_nothing_is_offered(told)


async def test_a_standard_user_is_told_whom_it_takes() -> None:
    async with story(user="carol") as told:
        assert told.row("Acme-US")[3] == "no access"
        assert told.row("Acme-Europe")[3] == "administrators only"
        await told.press("i")
        assert told.row("Acme-Germany")[3] == "administrators only"
        whom = "It waits for an administrator of Acme Corporation; you are a standard user."
        await told.pilot.pause(0.05)
        hint = "it waits for an administrator; you are a standard user"
        assert told.lines("detail").endswith(hint)
        for key in ("a", "d", "enter"):
            await told.press(key)
            assert told.on_top
            assert whom in told.notice
            await told.press("escape")
        await told.click_cell("Acme-Germany", "action")
        assert told.on_top


async def test_a_locked_row_says_so_and_how_to_unlock() -> None:
    async with story(place=Place(Risk.PRODUCTION, "acme", WriteLock(locked=True))) as told:
        await told.pilot.pause(0.05)
        assert told.cursor == "Acme-US"
        assert told.row("Acme-US")[3] == "locked"
        assert "U unlocks writes" in told.lines("detail")
        assert links(told) == []
        told.screen.target.lock.unlock()
        told.screen.view.draw()
        assert "Request Connection" in links(told)
        await told.pilot.pause(0.05)
        assert bright(told) == {"r"}


async def test_a_read_only_profile_offers_no_way_to_unlock() -> None:
    async with story(place=Place(Risk.SANDBOX, "audit", WriteLock(permanent=True))) as told:
        await told.pilot.pause(0.05)
        assert told.row("Acme-US")[3] == "read-only"
        assert "U " not in told.lines("detail") + told.lines("keys")
        await told.to("Acme-Europe")
        await told.press("enter")
        assert "x ends" not in told.notice
        assert "This profile is read-only" in told.notice


async def test_where_nobody_knows_the_role_nothing_is_forbidden() -> None:
    async with story(place=Place(Risk.SANDBOX, "acme"), user="carol") as told:
        await told.press("i")
        assert told.row("Acme-Germany")[3] == "Accept"
