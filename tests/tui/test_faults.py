"""Bad days on purpose: switched on the screen, under a watermark that stays."""

import pytest
from entity_connections.domain.risk import Risk

from tests.tui.snapshots import Snapshot, visible_text
from tests.tui.story import Place, story

pytestmark = pytest.mark.asyncio
sizes = pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 36)], ids=str)


@sizes
async def test_a_fault_is_switched_on_and_named_all_the_time(
    snap: Snapshot, size: tuple[int, int]
) -> None:
    """The watermark takes the place of the path; nothing hides it, whatever is on the screen."""
    async with story(size=size) as told:
        await told.press("F")
        await told.type("latency")
        await told.press("enter")
        snap(told.app)
        for key in ("i", "o", "escape", "slash", "escape"):
            await told.press(key)
            assert "FAULTS ON: latency " in told.lines("top")
        assert told.screen.target.fault_switches is not None
        assert told.screen.target.fault_switches.list_active() == {"latency"}


@pytest.mark.parametrize("key", ["question_mark", "J", "ctrl+l", "e", "F", "t", "u", "x", "ctrl+p"])
async def test_no_dialog_hides_the_watermark(key: str) -> None:
    async with story(size=(80, 24)) as told:
        told.fake.faults.on("latency=0.001")
        await told.to("Acme-Europe" if key == "x" else "Acme-US")
        await told.press("ctrl+r", key)
        assert not told.on_top
        assert "FAULTS ON: latency" in visible_text(told.app)


async def test_no_terminal_is_too_small_for_the_watermark() -> None:
    async with story(size=(40, 10)) as told:
        told.fake.faults.on("latency=0.001")
        told.screen.do_refresh()
        await told.settle()
        text = visible_text(told.app)
        assert "FAULTS ON" in text
        assert "This terminal is too small." in text


async def test_the_choice(snap: Snapshot) -> None:
    """Every fault in a sentence, with a mark on those that are on."""
    async with story(size=(120, 36)) as told:
        told.fake.faults.on("drop")
        await told.press("F")
        snap(told.app)


async def test_a_bad_day_comes_and_goes() -> None:
    async with story() as told:
        await told.press("F")
        await told.type("http-502")
        await told.press("enter")
        await told.pilot.press("ctrl+r")
        await told.until(lambda: "trying again in" in told.lines("banner"))
        await told.press("escape")
        assert "Zuora has trouble" in told.notice
        await told.press("F")
        await told.type("http-502")
        await told.press("enter")
        assert "FAULTS" not in told.lines("top")
        await told.press("ctrl+r")
        assert not told.lines("banner")


async def test_a_real_tenant_has_none() -> None:
    async with story(place=Place(risk=Risk.SANDBOX)) as told:
        await told.press("F")
        assert told.on_top
        assert "Only a fake tenant has bad days on purpose" in told.notice
