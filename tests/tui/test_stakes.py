"""Production: read-only at the start, unlocked on purpose, and in sight all the time."""

import pytest
from entity_connections.domain.risk import Risk
from entity_connections.services.write_lock import WriteLock
from entity_connections.tui.commands import BY_ID, label
from entity_connections.tui.dialogs.unlock_confirmation import UnlockConfirmation
from textual.widgets import Button, Static

from tests.tui.snapshots import Snapshot
from tests.tui.story import Place, Story, story

pytestmark = pytest.mark.asyncio
sizes = pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 36), (160, 48)], ids=str)


def production(**lock: bool) -> Place:
    return Place(Risk.PRODUCTION, "acme-production", WriteLock(**(lock or {"locked": True})))


def refuses(told: Story) -> bool:
    assert isinstance(told.app.screen, UnlockConfirmation)
    return told.app.screen.query_one("#yes", Button).disabled


@sizes
async def test_locked(snap: Snapshot, size: tuple[int, int]) -> None:
    """PRODUCTION and READ-ONLY in the top line, in colour; the key bar greys the four actions."""
    async with story(size=size, place=production()) as told:
        snap(told.app)
        assert "PRODUCTION acme-pro" in told.lines("top")
        assert " · READ-ONLY" in told.lines("top")


@sizes
async def test_unlocked(snap: Snapshot, size: tuple[int, int]) -> None:
    """WRITES UNLOCKED stands out from everything else on the screen."""
    async with story(size=size, place=production(locked=False)) as told:
        snap(told.app)
        assert " · WRITES UNLOCKED" in told.lines("top")


@pytest.mark.parametrize("theme", ["light", "high-contrast", "colour-blind-safe"])
async def test_unlocked_in(snap: Snapshot, theme: str) -> None:
    """As loud in every theme."""
    async with story(size=(80, 24), theme=theme, place=production(locked=False)) as told:
        snap(told.app)


async def test_unlocked_without_colour(snap: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    """The words tell it, and the reversed cells."""
    monkeypatch.setenv("NO_COLOR", "1")
    async with story(size=(80, 24), place=production(locked=False)) as told:
        snap(told.app)


async def test_sandbox(snap: Snapshot) -> None:
    """A sandbox has a colour of its own, and no word about writes: they are open."""
    async with story(size=(80, 24), place=Place(Risk.SANDBOX, "acme-sandbox")) as told:
        snap(told.app)
        assert "SANDBOX acme-sandbox · alice" in told.lines("top")


async def test_the_longest_name_pushes_nothing_of_this_away() -> None:
    place = Place(Risk.PRODUCTION, "p" * 64, WriteLock(locked=True))
    async with story(size=(60, 20), place=place) as told:
        line = told.lines("top").split("\n")[0]
        assert "PRODUCTION pppp" in line
        assert line.endswith("READ-ONLY")
        assert len(line) == 58
        assert line.startswith("Acme Corpor")


@pytest.mark.parametrize(("name", "key"), [("Acme-US", "r"), ("Acme-Europe", "x")])
async def test_an_action_says_why_and_how_instead_of_asking(name: str, key: str) -> None:
    async with story(place=production()) as told:
        await told.to(name)
        await told.press(key)
        assert told.on_top
        assert "Writes are locked" in told.notice
        assert "Press U" in told.notice


@sizes
async def test_unlocking(snap: Snapshot, size: tuple[int, int]) -> None:
    """A question says what it means, and wants the profile's name typed."""
    async with story(size=size, place=production()) as told:
        await told.press("U")
        snap(told.app)
        assert refuses(told)
        await told.press("enter")
        assert refuses(told)
        keys = told.app.screen.query_one("#keys", Static)
        assert str(keys.content) == "That is not acme-production · escape no"
        await told.type("acme-production")
        assert not refuses(told)
        await told.press("enter")
        assert told.on_top
        assert "WRITES UNLOCKED" in told.lines("top")
        assert told.notice == "✓ Writes are unlocked until you quit; U locks them again."
        await told.to("Acme-US")
        await told.press("r", "y")
        assert told.row("Acme-US")[2] == "◐ Pending"


async def test_it_stays_locked_unless_the_name_was_typed() -> None:
    async with story(place=production()) as told:
        await told.press("U")
        await told.type("acme-prod")
        await told.press("enter", "escape")
        assert told.on_top
        assert "READ-ONLY" in told.lines("top")
        await told.press("U")
        await told.pilot.click("#no")
        await told.settle()
        assert told.screen.target.lock.locked


async def test_nothing_is_unlocked_unseen_on_a_terminal_that_is_too_small() -> None:
    async with story(size=(80, 24), place=production()) as told:
        await told.press("U")
        await told.type("acme-production")
        await told.pilot.resize_terminal(40, 10)
        await told.press("enter")
        assert told.screen.target.lock.locked


async def test_locking_again_asks_nothing() -> None:
    async with story(place=production(locked=False)) as told:
        await told.press("U")
        assert told.on_top
        assert "READ-ONLY" in told.lines("top")


async def test_the_command_is_called_what_it_does() -> None:
    async with story(place=production()) as told:
        unlock = BY_ID["unlock"]
        assert label(unlock, told.screen.view.situation()) == "Unlock writes"
        told.screen.target.lock.unlock()
        assert label(unlock, told.screen.view.situation()) == "Lock writes again"


async def test_a_click_on_the_word_unlocks_too() -> None:
    async with story(place=production()) as told:
        await told.click_word("top", "READ-ONLY")
        assert isinstance(told.app.screen, UnlockConfirmation)


@pytest.mark.parametrize("risk", list(Risk))
async def test_a_read_only_profile_cannot_be_unlocked(risk: Risk) -> None:
    async with story(place=Place(risk, "audit", WriteLock(permanent=True))) as told:
        assert "READ-ONLY" in told.lines("top")
        assert "U Unlock" not in told.lines("keys")
        await told.press("U")
        assert told.on_top
        assert "This profile is read-only" in told.notice
        await told.to("Acme-US")
        await told.press("r")
        assert "This profile is read-only" in told.notice


async def test_where_nothing_is_locked_nothing_is_unlocked() -> None:
    async with story() as told:
        await told.press("U")
        assert "Writes are not locked here" in told.notice
        assert "U Unlock" not in told.lines("keys")
