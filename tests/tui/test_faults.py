"""Bad days on purpose: switched on the screen, under a watermark that stays."""

import pytest
from entity_connections.domain.risk import Risk
from entity_connections.tui.commands import COMMANDS_BY_ID
from entity_connections.zuora.http.retry import RetryPolicy

from tests.tui.open_screen import FAST, SIZES, ScreenDriver, TenantSetup, open_screen
from tests.tui.snapshots import Snapshot, visible_text


async def test_watermark(ui: ScreenDriver, snap: Snapshot) -> None:
    """The watermark takes the place of the path; nothing hides it, whatever is on the screen."""
    await ui.type_into("F", "latency")
    await ui.snap_sizes(snap, SIZES[1:])
    for key in ("2", "1", "escape", "slash", "escape"):
        await ui.press(key)
        assert "FAULTS ON: latency " in ui.text("header")
    assert ui.screen.workspace.fault_switches is not None
    assert ui.screen.workspace.fault_switches.list_active() == {"latency": "latency"}


async def test_no_dialog_hides_the_watermark() -> None:
    async with open_screen(size=(80, 24)) as ui:
        ui.fake.faults.on("latency=0.001")
        await ui.press("ctrl+r")
        for key in ("question_mark", "J", "ctrl+l", "e", "F", "t", "u", "x", "ctrl+p"):
            await ui.press_on("Acme-Europe" if key == "x" else "Acme-US", key)
            assert not ui.shows_main_screen, key
            assert "FAULTS ON: latency" in visible_text(ui.app), key
            await ui.press("escape")


@pytest.mark.parametrize(
    ("scenario", "width", "count"),
    [("acme", 80, "◐ 5 for you"), ("acme", 60, "◐ 5"), ("tests/same_names.toml", 60, "◐ 2")],
)
async def test_a_long_fault_leaves_room_for_what_waits(
    scenario: str, width: int, count: str
) -> None:
    fault = "gateway-page=503,share=0.01,after=1000,calls=reads"
    timing = FAST._replace(all_lists_delay=0.01)
    async with open_screen(scenario, size=(width, 24), faults=[fault], timing=timing) as ui:
        await ui.wait_until(lambda: ui.text("header").endswith(f"  {count}"))
        assert "FAULTS ON: g" in ui.text("header")


async def test_no_terminal_is_too_small_for_the_watermark() -> None:
    async with open_screen(size=(40, 10)) as ui:
        ui.fake.faults.on("latency=0.001")
        COMMANDS_BY_ID["refresh"].run(ui.screen)
        await ui.settle()
        text = visible_text(ui.app)
        assert "FAULTS ON" in text
        assert "This terminal is too small." in text


async def test_fault_picker(snap: Snapshot) -> None:
    """Every fault in a sentence, with a mark on those that are on."""
    async with open_screen(size=(120, 36)) as ui:
        ui.fake.faults.on("drop")
        await ui.press("F")
        snap(ui.app)


async def test_a_fault_can_be_switched_on_and_off() -> None:
    async with open_screen(setup=TenantSetup(retry_policy=RetryPolicy())) as ui:
        await ui.press("F")
        await ui.type("gateway-page")
        await ui.type_into("tab", "502")
        await ui.pilot.press("ctrl+r")
        await ui.wait_until(lambda: "trying again in" in ui.banner)
        await ui.press("escape")
        assert "You gave up waiting. A web page answered (HTTP 502), not Zuora." in ui.notice
        await ui.type_into("F", "gateway-page")
        assert "FAULTS" not in ui.text("header")
        await ui.press("ctrl+r")
        assert not ui.banner


async def test_the_options_of_a_fault_are_chosen_in_its_dialog() -> None:
    async with open_screen(size=(80, 24)) as ui:
        await ui.press("F")
        await ui.type("rate-limit")
        await ui.type_into("tab", "3, share=2")
        assert "The share of rate-limit must be a number from 0 to 1." in visible_text(ui.app)
        await ui.press("backspace")
        await ui.type("0.5, times=4, calls=writes")
        await ui.press("enter")
        assert ui.fake.faults.summarize() == "rate-limit=3,share=0.5,times=4,calls=writes"
        assert "RateLimit-Reset says 3 seconds" in ui.notice


async def test_the_description_of_a_fault_can_be_read_whole() -> None:
    async with open_screen(size=(60, 20)) as ui:
        await ui.press("F")
        await ui.type("rate-limit")
        text = " ".join(line.strip(" │") for line in visible_text(ui.app).splitlines())
        assert "HTTP 429, the rate limit: RateLimit-Reset says 5 seconds." in text


async def test_a_real_tenant_has_no_faults() -> None:
    async with open_screen(setup=TenantSetup(risk=Risk.SANDBOX)) as ui:
        await ui.press("F")
        assert ui.shows_main_screen
        assert "Only a fake tenant that is open has faults" in ui.notice
