"""The dialog of the calls: the last calls, newest first, and each as a command."""

import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from entity_connections.domain import clock
from entity_connections.services.request_log import ApiCall, RateLimit, RequestLog
from entity_connections.tui.dialogs.calls_dialog import CallsDialog
from entity_connections.tui.rendering.shell_command import format_call
from textual.widgets import Static

from tests.acme import CORPORATION, EUROPE, US
from tests.tui.open_screen import ScreenDriver, TenantSetup, open_screen
from tests.tui.snapshots import Snapshot

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
RECORD = "8a8082555b3c70de015b44a61f0a2b09"


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be the day of the calls."""
    seconds = (NOON + timedelta(minutes=1)).timestamp()
    present = SimpleNamespace(time=lambda: seconds, monotonic=time.monotonic)
    monkeypatch.setattr(clock, "current", present)


def call(second: int, method: str, path: str, acting_id: str = "", **more: object) -> ApiCall:
    made = ApiCall(
        at=NOON + timedelta(seconds=second),
        method=method,
        path=path,
        acting_id=acting_id,
        track_id=f"3f6c9f0e-0000-4000-8000-{second:012d}",
        key="",
        attempt=1,
        seconds=0.132,
        status=200,
        request_id=f"{0x7A << 120 | second:032x}",
    )
    return made._replace(**more)  # type: ignore[arg-type]


def a_day() -> RequestLog:
    """A token, two lists, a request that came at a bad moment, an accept without an answer."""
    request_log = RequestLog()
    lists, key = "/v1/entity-connections?pageSize=300&page=1", "b2f1-key"
    request_log.calls.extend(
        (
            call(1, "POST", "/oauth/token"),
            call(2, "GET", "/v1/entities", CORPORATION, seconds=1.21),
            call(3, "GET", lists, CORPORATION),
            call(4, "POST", "/v1/entity-connections", CORPORATION, key=key, status=429,
                 trouble="Zuora is busy", codes="70"),
            call(9, "POST", "/v1/entity-connections", CORPORATION, key=key, attempt=2),
            call(11, "PUT", f"/v1/entity-connections/{RECORD}/accept", EUROPE, status=None,
                 request_id="", trouble="No answer from Zuora", seconds=30.0),
        )
    )  # fmt: skip
    request_log.rate_limit = RateLimit(50_000, 49_877, 720.0, NOON)
    return request_log


def get_dialog(ui: ScreenDriver) -> CallsDialog:
    assert isinstance(ui.app.screen, CallsDialog)
    return ui.app.screen


def calls(ui: ScreenDriver) -> list[str]:
    return [item.cells["call"].text for item in get_dialog(ui).grid.items]


def details(ui: ScreenDriver) -> str:
    record = get_dialog(ui).record
    return " · ".join(record.details) if record else ""


def answer(ui: ScreenDriver) -> str:
    return str(get_dialog(ui).query_one("#message", Static).content)


async def test_a_call_of_another_day_has_its_day() -> None:
    request_log = RequestLog()
    yesterday = NOON - timedelta(days=1)
    request_log.calls.append(call(0, "GET", "/v1/entities", CORPORATION, at=yesterday))
    async with open_screen(setup=TenantSetup(request_log=request_log)) as ui:
        while len(request_log.calls) > 1:
            request_log.calls.pop()  # without those of this very start
        await ui.press("ctrl+l")
        assert [item.cells["at"].text for item in get_dialog(ui).grid.items] == ["11-21"]
        assert f"at {yesterday.astimezone():%Y-%m-%d %H:%M:%S}" in details(ui)


async def test_list(snap: Snapshot) -> None:
    """Time, call, answer and milliseconds of each; all ids of one; what is left of the budget."""
    request_log = a_day()
    async with open_screen(setup=TenantSetup(request_log=request_log)) as ui:
        request_log.calls = a_day().calls  # without those of this very start
        request_log.rate_limit = a_day().rate_limit
        await ui.press("ctrl+l")
        await ui.snap_sizes(snap)
        assert calls(ui)[0] == f"PUT /v1/entity-connections/{RECORD}/accept"
        assert "in Acme-Europe" in details(ui)
        await ui.press("escape")
        assert ui.shows_main_screen


async def test_nothing_asked_yet(snap: Snapshot) -> None:
    """It says so, and does not look like a failure."""
    request_log = RequestLog()
    async with open_screen(size=(80, 24), setup=TenantSetup(request_log=request_log)) as ui:
        request_log.calls.clear()
        request_log.rate_limit = None
        await ui.press("ctrl+l")
        snap(ui.app)
        await ui.press("c", "y")
        assert ui.app.clipboard == ""


async def test_it_follows_while_it_is_open_and_the_cursor_stays_on_its_call() -> None:
    request_log = RequestLog()
    async with open_screen(setup=TenantSetup(request_log=request_log)) as ui:
        request_log.calls = a_day().calls
        await ui.press("ctrl+l")
        request_log.add(call(20, "GET", "/v1/entities"))
        await ui.settle()
        assert calls(ui)[0] == "GET /v1/entities"
        assert "track id 3f6c9f0e-0000-4000-8000-000000000020" in details(ui)
        await ui.press("down")
        request_log.add(call(21, "GET", "/v1/entities"))
        await ui.settle()
        assert "track id 3f6c9f0e-0000-4000-8000-000000000011" in details(ui)


async def test_no_secret_and_no_token_is_in_it(ui: ScreenDriver) -> None:
    await ui.press_on("Acme-US", "r", "y", "ctrl+l")
    assert any("/v1/entities" in path for path in calls(ui))
    everything = repr(get_dialog(ui).records)
    everything += repr(ui.screen.view.request_log and list(ui.screen.view.request_log.calls))
    for user in ui.fake.users:
        assert user.client_secret not in everything
    assert "earer" not in everything


async def test_the_filter_narrows_by_everything_that_is_known() -> None:
    request_log = RequestLog()
    async with open_screen(setup=TenantSetup(request_log=request_log)) as ui:
        request_log.calls = a_day().calls
        await ui.press("ctrl+l", "slash")
        await ui.type("b2f1-key 429")
        assert calls(ui) == ["POST /v1/entity-connections"]
        await ui.press("escape")
        assert len(calls(ui)) == 6
        await ui.press("escape")
        assert ui.shows_main_screen


async def test_a_call_is_copied_as_a_command(snap: Snapshot) -> None:
    """The whole command is shown, since a terminal may refuse its clipboard."""
    request_log = RequestLog()
    async with open_screen(
        size=(80, 24), setup=TenantSetup(request_log=request_log), user="alice"
    ) as ui:
        request_log.calls, request_log.rate_limit = a_day().calls, None
        await ui.press("ctrl+l", "c")
        demo = "--scenario acme --user alice"
        assert ui.app.clipboard == (f"entity-connections accept {demo} --entity {EUROPE} {RECORD}")
        assert ui.app.clipboard in answer(ui)
        snap(ui.app)
        await ui.press("end", "up", "up", "c")
        assert ui.app.clipboard == f"entity-connections connections {demo} --entity {CORPORATION}"
        await ui.press("y")
        assert ui.app.clipboard == f"{0x7A << 120 | 3:032x}"


async def test_a_request_is_copied_with_the_target_that_only_the_journal_knows(
    ui: ScreenDriver,
) -> None:
    await ui.press_on("Acme-US", "r", "y", "ctrl+l")
    await ui.type_into("slash", "post entity-connections")
    await ui.press("c")
    assert ui.app.clipboard == (
        f"entity-connections request --scenario acme --user alice --from {CORPORATION} --to {US}"
    )


async def test_copying_reports_a_missing_command_or_id() -> None:
    request_log = RequestLog()
    async with open_screen(setup=TenantSetup(request_log=request_log)) as ui:
        request_log.calls.clear()
        request_log.calls.append(
            call(1, "GET", "/v1/users/alice/accessible-entities", request_id="")
        )
        await ui.press("ctrl+l", "c")
        assert answer(ui) == "There is no command for this call."
        await ui.press("y")
        assert answer(ui) == "Zuora gave this call no request id."
        assert ui.app.clipboard == ""


@pytest.mark.parametrize(
    ("method", "path", "words"),
    [
        ("GET", "/v1/entities", f"entities --entity {US}"),
        ("GET", "/v1/entity-connections?type=inbound&pageSize=300",
         f"connections --entity {US} --direction inbound"),
        ("GET", "/v1/entity-connections?type=$(reboot)", f"connections --entity {US}"),
        ("PUT", f"/v1/entity-connections/{RECORD}/deny", f"deny --entity {US} {RECORD}"),
        ("PUT", f"/v1/entity-connections/{RECORD}/disconnect",
         f"disconnect --entity {US} {RECORD}"),
        ("POST", "/oauth/token", "doctor"),
    ],
)  # fmt: skip
async def test_each_kind_of_call_has_its_command(method: str, path: str, words: str) -> None:
    acting = "" if words == "doctor" else US
    command = format_call(call(1, method, path, acting), ("--profile", "a b"))
    name, *arguments = words.split(" ")
    assert command == " ".join(["entity-connections", name, "--profile 'a b'", *arguments])


async def test_a_request_without_a_line_in_the_journal_has_none() -> None:
    assert format_call(call(1, "POST", "/v1/entity-connections", US), ()) is None
