"""The banner: a wait, an error, a low rate limit, warnings about a list."""

import asyncio
import re
from datetime import UTC, datetime

import pytest
from entity_connections.domain.errors import Forbidden, Unauthenticated, Unreachable
from entity_connections.services.refresh_interval import refresh_interval
from entity_connections.services.request_log import RateLimit, RequestLog, RetryDelay
from entity_connections.tui.rendering.banner import BannerState, render_banner
from entity_connections.zuora.http.retry import RetryPolicy

from tests.acme import US, client
from tests.tui.open_screen import (
    FAST,
    HOLD_READS,
    HOLD_WRITES,
    REFRESHING,
    ScreenDriver,
    TenantSetup,
    open_screen,
)
from tests.tui.snapshots import Snapshot

RATE_LIMIT = "rate-limit=12,retry-after=12,calls=reads"
RETRIES = TenantSetup(retry_policy=RetryPolicy())
OFFLINE = Unreachable("No connection to Zuora could be opened.")
WAIT = RetryDelay("rate limited", 1012.0)


@pytest.mark.parametrize(
    ("state", "width", "line"),
    [
        (BannerState(), 80, ""),
        (BannerState(slow_seconds=4.0, waits_for="the keyring"), 80,
         "No answer from the keyring for 4 s yet; escape gives up"),
        (
            BannerState((WAIT,), 1000.1, failure=OFFLINE, rate_limit="Short.", warnings=("x",)),
            80,
            "Rate limited, trying again in 12 s; escape gives up",
        ),
        (BannerState(delays=(WAIT,), loop_time=1000.1), 40, "Rate limited, trying again in 12 s"),
        (BannerState(delays=(WAIT, RetryDelay("busy", 1002.0)), loop_time=1000.1), 80,
         "Busy, trying again in 2 s; escape gives up"),
        (BannerState(delays=(WAIT,), loop_time=1013.0), 80,
         "Rate limited, trying again in 0 s; escape gives up"),
        (
            BannerState(failure=OFFLINE, age="3 h ago", rate_limit="Short."),
            80,
            "Offline: Zuora cannot be reached. Rows read 3 h ago; trying again by itself",
        ),
        (BannerState(failure=OFFLINE, age="3 h ago"), 58,
         "Offline: Zuora cannot be reached. Rows read 3 h ago"),
        (BannerState(failure=OFFLINE), 80,
         "Offline: Zuora cannot be reached; trying again by itself"),
        (BannerState(failure=Forbidden("No."), age="2 min ago"), 80,
         "Not refreshed: Not permitted. Rows read 2 min ago; trying again by itself"),
        (BannerState(failure=Unauthenticated("No.")), 80,
         "Not refreshed: Zuora does not accept the credentials; ctrl+r tries again"),
        (BannerState(rate_limit="Calls are short.", warnings=("x",)), 80, "Calls are short."),
        (BannerState(warnings=("2 connections could not be read.", "More.")), 80,
         "2 connections could not be read. More."),
    ],
)  # fmt: skip
def test_the_banner_shows_one_thing_at_a_time(state: BannerState, width: int, line: str) -> None:
    assert render_banner(state, width).plain == line


async def test_delay(snap: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    """How long, why, and that escape gives up; nothing else has moved."""
    async with open_screen(setup=RETRIES) as ui:
        monkeypatch.setattr("entity_connections.tui.rendering.banner.ceil", lambda _: 12)
        ui.fake.faults.on(RATE_LIMIT)
        await ui.pilot.press("ctrl+r")
        await ui.wait_until(lambda: bool(ui.state.session.request_log.delays))
        await ui.snap_sizes(snap)
        await ui.press("escape")
        assert ui.banner.startswith("Not refreshed: Zuora is busy.")


async def test_who_gives_up_before_a_write_learns_how_long_the_limit_lasts() -> None:
    async with open_screen(setup=RETRIES) as ui:
        await ui.move_to("Acme-US")
        ui.fake.faults.on(RATE_LIMIT)
        await ui.pilot.press("r", "y")
        await ui.wait_until(lambda: bool(ui.state.session.request_log.delays))
        await ui.press("escape")
        sentences = (
            r"You gave up waiting\. Zuora allows no more calls for \d+ s\. Nothing was sent\."
        )
        assert re.search(sentences, ui.notice)


async def test_escape_in_the_filter_ends_a_delay() -> None:
    async with open_screen(setup=RETRIES) as ui:
        ui.fake.faults.on(RATE_LIMIT)
        await ui.pilot.press("ctrl+r", "slash", "u", "s")
        await ui.wait_until(lambda: bool(ui.state.session.request_log.delays))
        await ui.press("escape")
        assert not ui.state.session.request_log.delays
        assert ui.screen.view.filter_input.value == "us"


async def test_the_banner_counts_down() -> None:
    async with open_screen(setup=RETRIES) as ui:
        ui.fake.faults.on(RATE_LIMIT)
        await ui.pilot.press("ctrl+r")
        await ui.wait_until(lambda: bool(ui.state.session.request_log.delays))
        first = ui.banner
        await ui.wait_until(lambda: ui.banner != first)
        assert "trying again in 1" in ui.banner
        await ui.press("escape")


async def test_offline_and_back(snap: Snapshot) -> None:
    """The rows stay, greyed; one line says why and that it tries again; no other message."""
    async with open_screen(timing=REFRESHING) as ui:
        before = ui.rows.region
        ui.fake.faults.on("offline")
        await ui.wait_until(lambda: bool(ui.banner))
        reads = ui.count_lists()
        await ui.wait_until(lambda: ui.count_lists() > reads + 2)
        assert ui.rows.region == before, "the banner takes no row away"
        await ui.snap_sizes(snap)
        assert not ui.notice
        assert ui.rows.stale
        ui.fake.faults.off()
        await ui.wait_until(lambda: not ui.banner and not ui.rows.stale)
        assert "updated just now" in ui.age


async def test_the_notice_about_a_failure_disappears_with_it(ui: ScreenDriver) -> None:
    ui.fake.faults.on("offline")
    await ui.press("ctrl+r")
    assert "Zuora cannot be reached: No connection" in ui.notice
    ui.fake.faults.off()
    ui.screen.reader.read(ui.state)
    await ui.settle()
    assert not ui.notice
    assert not ui.banner


async def test_that_nothing_was_read_is_said_only_until_something_is(ui: ScreenDriver) -> None:
    ui.fake.faults.on("offline")
    await ui.press("e", *"europe", "enter")
    await ui.press("r")
    assert "Nothing has been read yet." in ui.notice
    ui.fake.faults.off()
    ui.screen.reader.read(ui.state)
    await ui.settle()
    assert len(ui.row_names()) > 1
    assert not ui.notice


@pytest.mark.parametrize(
    ("fault", "named"), [("expired-token=0", False), ("rate-limit=3600,retry-after=3600", True)]
)
async def test_refused_credentials_and_a_named_time_stop_the_refresh(
    fault: str, named: bool
) -> None:
    async with open_screen(timing=REFRESHING) as ui:
        ui.fake.faults.on(fault)
        await ui.wait_until(lambda: bool(ui.banner))
        assert ("trying again at" in ui.banner) is named
        reads = ui.count_lists()
        await asyncio.sleep(0.8)  # four intervals
        assert ui.count_lists() == reads
        ui.fake.faults.off()
        await ui.press("ctrl+r")
        assert not ui.banner
        await ui.wait_until(lambda: ui.count_lists() > reads + 2)


async def test_a_slow_answer_is_shown_and_can_be_given_up() -> None:
    async with open_screen(timing=FAST._replace(slow_after=0.05)) as ui:
        ui.fake.faults.on(HOLD_READS)
        await ui.pilot.press("ctrl+r")
        await ui.wait_until(lambda: "No answer from Zuora for" in ui.banner)
        await ui.pilot.press("escape")
        await ui.settle()
        assert "You gave up waiting." in ui.notice
        assert ui.banner.startswith("Offline")
        ui.fake.faults.off("latency")
        await ui.press("ctrl+r")
        assert not ui.banner
        assert not ui.notice


async def test_a_write_without_an_answer_is_shown_and_keys_go_on_to_work() -> None:
    async with open_screen(timing=FAST._replace(slow_after=0.05)) as ui:
        await ui.move_to("Acme-US")
        ui.fake.faults.on(HOLD_WRITES)
        await ui.pilot.press("r", "y")
        await ui.wait_until(lambda: "No answer from Zuora for" in ui.banner)
        assert "escape gives up" in ui.banner
        await ui.pilot.press("ctrl+c")
        await ui.wait_until(lambda: "A write is being sent." in ui.notice)
        ui.fake.faults.off("latency")
        await ui.settle()
        assert not ui.banner
        assert "Pending" in ui.notice


async def test_who_gives_up_waiting_for_a_write_learns_what_the_list_shows() -> None:
    async with open_screen(timing=FAST._replace(slow_after=0.05)) as ui:
        await ui.move_to("Acme-US")
        ui.fake.faults.on(HOLD_WRITES)
        await ui.pilot.press("r", "y")
        await ui.wait_until(lambda: "No answer from Zuora for" in ui.banner)
        await ui.pilot.press("escape")
        await ui.settle()
        assert "You gave up waiting." in ui.notice
        [entry] = ui.screen.workspace.journal.read_entries()
        assert "The list still shows no connection" in entry.sentence
        assert "unknown" in " ".join(ui.status_and_action("Acme-US"))


async def test_a_start_that_failed_is_repeated_automatically() -> None:
    async with open_screen(faults=["offline"], timing=REFRESHING) as ui:
        assert ui.banner.startswith("Offline: Zuora cannot be reached; trying again")
        ui.fake.faults.off()
        await ui.wait_until(lambda: ui.screen.state is not None and bool(ui.row_names()))
        await ui.wait_until(lambda: not ui.banner)


async def test_low_rate_limit(snap: Snapshot) -> None:
    """What is left, until when, and how often it refreshes now."""
    request_log = RequestLog()
    async with open_screen(size=(120, 36), setup=TenantSetup(request_log=request_log)) as ui:
        request_log.rate_limit = RateLimit(50_000, 400, None, datetime(2026, 11, 22, tzinfo=UTC))
        request_log.changed()
        await ui.settle()
        snap(ui.app)
        assert "400 of 50,000 calls left" in ui.banner
        assert refresh_interval(request_log.rate_limit) == 300


async def test_list_warnings(snap: Snapshot) -> None:
    """The good rows are there, with a count of what could not be read."""
    async with open_screen(size=(80, 24)) as ui:
        ui.fake.state.db.execute("UPDATE connection SET id = 'no id ' || seq WHERE seq <= 2")
        await ui.press("ctrl+r")
        snap(ui.app)
        assert len(ui.row_names()) == 14


async def test_a_write_that_was_refused_offline_is_not_sent_later() -> None:
    async with open_screen(timing=REFRESHING) as ui:
        await ui.move_to("Acme-US")
        ui.fake.faults.on("offline")
        await ui.press("r", "y")
        assert "Nothing was sent." in ui.notice
        ui.fake.faults.off()
        await ui.wait_until(lambda: not ui.banner)
        assert ui.cell("Acme-US", "status") == "○ Not connected"
        connections = (await client(ui.fake).list_connections(US)).items
        assert not any(
            connection.target_id == US and connection.status == "Pending"
            for connection in connections
        )
