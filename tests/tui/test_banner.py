"""One line for what holds for a while: a wait, being offline, a short budget, odd records."""

import asyncio
from collections.abc import Callable  # noqa: TC003 - the annotation of an attribute
from datetime import UTC, datetime

import pytest
from entity_connections.domain.connections import Connection, Direction
from entity_connections.domain.errors import (
    Forbidden,
    RateLimited,
    Unauthenticated,
    Unreachable,
    ZuoraError,
)
from entity_connections.domain.list_result import ListResult
from entity_connections.domain.zuora_api import ZuoraApi
from entity_connections.services.refresh_interval import refresh_interval
from entity_connections.services.request_log import RateLimit, RequestLog, RetryDelay
from entity_connections.tui import auto_refresh as refreshing
from entity_connections.tui.screens import connections_view as desk_view
from entity_connections.tui.widgets import banner as banner_module
from entity_connections.tui.widgets.banner import Standing, banner

from tests.acme import US, client
from tests.tui.snapshots import Snapshot
from tests.tui.story import Place, Wrap, story

sizes = pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 36), (160, 48)], ids=str)
OFFLINE = Unreachable("No connection to Zuora came about.")
WAIT = RetryDelay("rate limited", 1012.0)


class Weather:
    """The adapter on a bad day: its lists wait, fail, or carry warnings for as long as told."""

    def __init__(self) -> None:
        self.zuora: ZuoraApi | None = None
        self.error: ZuoraError | None = None
        self.warnings: tuple[str, ...] = ()
        self.pause: Callable[[], RetryDelay] | None = None
        self.traffic = RequestLog()
        self.lists = 0

    def __call__(self, zuora: ZuoraApi) -> ZuoraApi:
        self.zuora = zuora
        return self  # type: ignore[return-value]

    def __getattr__(self, name: str) -> object:
        return getattr(self.zuora, name)

    async def list_connections(
        self, acting_id: str, direction: Direction | None = None
    ) -> ListResult[Connection]:
        self.lists += 1
        if self.pause is not None and not await self.traffic.wait(self.pause()):
            raise RateLimited("Too many requests.")
        if self.error is not None:
            raise self.error
        assert self.zuora is not None
        found = await self.zuora.list_connections(acting_id, direction)
        return found._replace(warnings=self.warnings)


def far_off() -> RetryDelay:
    return RetryDelay("rate limited", asyncio.get_running_loop().time() + 11.5)


@pytest.mark.parametrize(
    ("standing", "width", "line"),
    [
        (Standing(), 80, ""),
        (
            Standing(
                waits=(WAIT,), clock=1000.1, failure=OFFLINE, budget="Short.", warnings=("x",)),
            80,
            "Rate limited, trying again in 12 s; escape gives up",
        ),
        (Standing(waits=(WAIT,), clock=1000.1), 40, "Rate limited, trying again in 12 s"),
        (Standing(waits=(WAIT, RetryDelay("busy", 1002.0)), clock=1000.1), 80,
         "Busy, trying again in 2 s; escape gives up"),
        (Standing(waits=(WAIT,), clock=1013.0), 80,
         "Rate limited, trying again in 0 s; escape gives up"),
        (
            Standing(failure=OFFLINE, age="3 h ago", budget="Short."),
            80,
            "Offline: Zuora cannot be reached. Rows read 3 h ago; trying again by itself",
        ),
        (Standing(failure=OFFLINE, age="3 h ago"), 58,
         "Offline: Zuora cannot be reached. Rows read 3 h ago"),
        (Standing(failure=OFFLINE), 80, "Offline: Zuora cannot be reached; trying again by itself"),
        (Standing(failure=Forbidden("No."), age="2 min ago"), 80,
         "Not refreshed: Not permitted. Rows read 2 min ago; trying again by itself"),
        (Standing(failure=Unauthenticated("No.")), 80,
         "Not refreshed: Zuora does not accept the credentials; ctrl+r tries again"),
        (Standing(budget="Calls are short.", warnings=("x",)), 80, "Calls are short."),
        (Standing(warnings=("2 connections could not be read.", "More.")), 80,
         "2 connections could not be read. More."),
    ],
)  # fmt: skip
def test_one_thing_at_a_time(standing: Standing, width: int, line: str) -> None:
    assert banner(standing, width).plain == line


@sizes
@pytest.mark.asyncio
async def test_a_wait(
    snap: Snapshot, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """How long, why, and that escape gives up; nothing else has moved."""
    weather = Weather()
    place = Place(traffic=weather.traffic)
    async with story(size=size, wrap=weather, place=place) as told:
        monkeypatch.setattr(banner_module, "ceil", lambda _: 12)
        weather.pause = far_off
        await told.pilot.press("ctrl+r")
        await told.until(lambda: bool(weather.traffic.waits))
        snap(told.app)
        assert told.screen.view.banner._ticking is not None
        await told.press("escape")
        assert told.lines("banner").startswith("Not refreshed: Zuora is busy.")
        assert told.screen.view.banner._ticking is None


@pytest.mark.asyncio
async def test_a_wait_can_be_given_up_from_within_the_filter() -> None:
    weather = Weather()
    async with story(wrap=weather, place=Place(traffic=weather.traffic)) as told:
        weather.pause = far_off
        await told.pilot.press("ctrl+r", "slash", "u", "s")
        await told.until(lambda: bool(weather.traffic.waits))
        await told.press("escape")
        assert not weather.traffic.waits
        assert told.screen.view.needle.value == "us"


@pytest.mark.asyncio
async def test_it_counts_down() -> None:
    weather = Weather()
    async with story(wrap=weather, place=Place(traffic=weather.traffic)) as told:
        weather.pause = far_off
        await told.pilot.press("ctrl+r")
        await told.until(lambda: bool(weather.traffic.waits))
        [wait] = weather.traffic.waits
        weather.traffic.waits[0] = shorter = wait._replace(until=wait.until - 5)
        told.screen.view.banner.draw()
        assert "trying again in 7 s" in told.lines("banner")
        weather.traffic.waits[0] = wait
        assert shorter != wait
        await told.press("escape")


@sizes
@pytest.mark.asyncio
async def test_offline_and_back(
    snap: Snapshot, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows stay, greyed; one line says why and that it tries again; no other message."""
    monkeypatch.setattr(refreshing, "refresh_interval", lambda _: 0.05)
    weather = Weather()
    async with story(size=size, wrap=weather) as told:
        weather.error = OFFLINE
        await told.until(lambda: bool(told.lines("banner")))
        tried = weather.lists
        await told.until(lambda: weather.lists > tried + 2)
        snap(told.app)
        assert not told.notice
        assert told.screen.view.rows.stale
        weather.error = None
        await told.until(lambda: not told.lines("banner") and not told.screen.view.rows.stale)
        assert "updated just now" in told.lines("top")


@pytest.mark.asyncio
async def test_what_was_said_about_a_failure_goes_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    weather = Weather()
    async with story(wrap=weather) as told:
        weather.error = OFFLINE
        await told.press("ctrl+r")
        assert "Zuora cannot be reached: No connection" in told.notice
        weather.error = None
        told.screen.work.read(told.desk, asked=False)
        await told.settle()
        assert not told.notice
        assert not told.lines("banner")


@pytest.mark.asyncio
async def test_refused_credentials_are_not_tried_again_and_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(refreshing, "refresh_interval", lambda _: 0.01)
    weather = Weather()
    async with story(wrap=weather) as told:
        weather.error = Unauthenticated("They were refused.")
        await told.until(lambda: bool(told.lines("banner")))
        tried = weather.lists
        for _ in range(20):
            await asyncio.sleep(0.01)
            await told.pilot.pause()
        assert weather.lists == tried
        weather.error = None
        await told.press("ctrl+r")
        assert not told.lines("banner")


@pytest.mark.asyncio
async def test_nothing_is_asked_unasked_before_the_time_that_zuora_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(refreshing, "refresh_interval", lambda _: 0.01)
    weather = Weather()
    async with story(wrap=weather) as told:
        weather.error = RateLimited("Wait.", retry_after=3600)
        await told.until(lambda: "trying again at" in told.lines("banner"))
        tried = weather.lists
        for _ in range(20):
            await asyncio.sleep(0.01)
            await told.pilot.pause()
        assert weather.lists == tried
        weather.error = None
        await told.press("ctrl+r")
        assert not told.lines("banner")
        await told.until(lambda: weather.lists > tried + 2)


@pytest.mark.asyncio
async def test_an_answer_that_does_not_come_is_told_of_and_can_be_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (banner_module, desk_view):
        monkeypatch.setattr(module, "SLOW", 0.05)
    silent = asyncio.Event()

    class Silent(Weather):
        async def list_connections(
            self, acting_id: str, direction: Direction | None = None
        ) -> ListResult[Connection]:
            if self.lists:
                await silent.wait()
            return await super().list_connections(acting_id, direction)

    async with story(wrap=Silent()) as told:
        await told.pilot.press("ctrl+r")
        await told.until(lambda: "No answer from Zuora for" in told.lines("banner"))
        await told.pilot.press("escape")
        await told.settle()
        assert "You gave up waiting." in told.notice
        assert told.lines("banner").startswith("Offline")
        silent.set()
        await told.press("ctrl+r")
        assert not told.lines("banner")
        assert not told.notice


@pytest.mark.asyncio
async def test_a_start_that_failed_is_tried_again_by_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(refreshing, "refresh_interval", lambda _: 0.05)
    down = True

    class Down(Weather):
        async def list_accessible_ids(self) -> object:
            if down:
                raise OFFLINE
            assert self.zuora is not None
            return await self.zuora.list_accessible_ids()

    async with story(wrap=Down()) as told:
        assert told.lines("banner").startswith("Offline: Zuora cannot be reached; trying again")
        down = False
        await told.until(lambda: told.screen.desk is not None and bool(told.names()))
        await told.until(lambda: not told.lines("banner"))


@pytest.mark.asyncio
async def test_a_short_budget_slows_the_refreshes_and_says_so(snap: Snapshot) -> None:
    """What is left, until when, and how often it refreshes now."""
    traffic = RequestLog()
    async with story(size=(120, 36), place=Place(traffic=traffic)) as told:
        traffic.budget = RateLimit(50_000, 400, None, datetime(2026, 11, 22, tzinfo=UTC))
        traffic.changed()
        await told.settle()
        snap(told.app)
        assert "400 of 50,000 left" in told.lines("banner")
        assert refresh_interval(traffic.budget) == 300


@pytest.mark.asyncio
async def test_remarks_of_a_list_are_told(snap: Snapshot) -> None:
    """The good rows are there, with a count of what could not be read."""
    weather = Weather()
    weather.warnings = ("2 connections could not be read.",)
    async with story(size=(80, 24), wrap=weather) as told:
        snap(told.app)
        assert len(told.names()) == 15


@pytest.mark.asyncio
async def test_it_takes_no_row_away() -> None:
    weather = Weather()
    async with story(wrap=weather) as told:
        before = told.screen.view.rows.region
        weather.error = OFFLINE
        told.screen.work.read(told.desk, asked=False)
        await told.settle()
        assert told.lines("banner")
        assert told.screen.view.rows.region == before


@pytest.mark.asyncio
async def test_a_write_is_not_sent_by_coming_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refreshing, "refresh_interval", lambda _: 0.05)
    weather = Weather()
    wrap: Wrap = weather
    async with story(wrap=wrap) as told:
        await told.to("Acme-US")
        weather.error = OFFLINE
        await told.press("r", "y")
        assert "Nothing was sent." in told.notice
        weather.error = None
        await told.until(lambda: not told.lines("banner"))
        assert told.row("Acme-US")[2] == "○ Not connected"
        assert not [one for one in (await client(told.fake).list_connections(US)).items
                    if one.target_id == US and one.status == "Pending"]  # fmt: skip
