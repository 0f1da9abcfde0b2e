"""The request pane: the last calls, newest first, and each as a command."""

from datetime import UTC, datetime, timedelta

import pytest
from entity_connections.services.request_log import ApiCall, RateLimit, RequestLog
from entity_connections.tui.dialogs.requests_dialog import RequestsDialog
from entity_connections.tui.rendering import shell_command as one_shot
from textual.widgets import Static

from tests.acme import CORPORATION, EUROPE, US
from tests.tui.snapshots import Snapshot
from tests.tui.story import Place, Story, story

pytestmark = pytest.mark.asyncio
sizes = pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 36), (160, 48)], ids=str)
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
RECORD = "8a8082555b3c70de015b44a61f0a2b09"


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
    traffic = RequestLog()
    lists, key = "/v1/entity-connections?pageSize=300&page=1", "b2f1-key"
    traffic.calls.extend(
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
    traffic.budget = RateLimit(50_000, 49_877, 720.0, NOON)
    return traffic


def pane(told: Story) -> RequestsDialog:
    assert isinstance(told.app.screen, RequestsDialog)
    return told.app.screen


def calls(told: Story) -> list[str]:
    return [one.cells[1].text for one in pane(told).grid.items]


def facts(told: Story) -> str:
    record = pane(told).record
    return " · ".join(record.facts) if record else ""


def answer(told: Story) -> str:
    return str(pane(told).query_one("#said", Static).content)


@sizes
async def test_pane(snap: Snapshot, size: tuple[int, int]) -> None:
    """Time, call, answer and milliseconds of each; all ids of one; what is left of the budget."""
    traffic = a_day()
    async with story(size=size, place=Place(traffic=traffic)) as told:
        traffic.calls = a_day().calls  # without those of this very start
        traffic.budget = a_day().budget
        await told.press("ctrl+l")
        snap(told.app)
        assert calls(told)[0] == f"PUT /v1/entity-connections/{RECORD}/accept"
        assert "in Acme-Europe" in facts(told)
        await told.press("escape")
        assert told.on_top


async def test_nothing_asked_yet(snap: Snapshot) -> None:
    """It says so, and does not look like a failure."""
    traffic = RequestLog()
    async with story(size=(80, 24), place=Place(traffic=traffic)) as told:
        traffic.calls.clear()
        traffic.budget = None
        await told.press("ctrl+l")
        snap(told.app)
        await told.press("c", "y")
        assert told.app.clipboard == ""


async def test_it_follows_while_it_is_open_and_the_cursor_stays_on_its_call() -> None:
    traffic = RequestLog()
    async with story(place=Place(traffic=traffic)) as told:
        traffic.calls = a_day().calls
        await told.press("ctrl+l")
        traffic.note(call(20, "GET", "/v1/entities"))
        await told.settle()
        assert calls(told)[0] == "GET /v1/entities"
        assert "track id 3f6c9f0e-0000-4000-8000-000000000020" in facts(told)
        await told.press("down")
        traffic.note(call(21, "GET", "/v1/entities"))
        await told.settle()
        assert "track id 3f6c9f0e-0000-4000-8000-000000000011" in facts(told)


async def test_the_calls_of_this_very_program_are_in_it() -> None:
    async with story() as told:
        await told.press("ctrl+l")
        assert any("/v1/entities" in one for one in calls(told))
        assert any("/v1/entity-connections" in one for one in calls(told))


async def test_no_secret_and_no_token_is_in_it() -> None:
    async with story() as told:
        await told.to("Acme-US")
        await told.press("r", "y", "ctrl+l")
        everything = repr([(one.item, one.what, one.facts) for one in pane(told)._records.values()])
        everything += repr(told.screen.view.traffic and list(told.screen.view.traffic.calls))
        for user in told.fake.users:
            assert user.client_secret not in everything
        assert "earer" not in everything


async def test_the_filter_narrows_by_everything_that_is_known() -> None:
    traffic = RequestLog()
    async with story(place=Place(traffic=traffic)) as told:
        traffic.calls = a_day().calls
        await told.press("ctrl+l", "slash")
        await told.type("b2f1-key 429")
        assert calls(told) == ["POST /v1/entity-connections"]
        await told.press("escape")
        assert len(calls(told)) == 6
        await told.press("escape")
        assert told.on_top


async def test_a_call_is_copied_as_a_command(snap: Snapshot) -> None:
    """The whole command is shown, since a terminal may refuse its clipboard."""
    traffic = RequestLog()
    async with story(size=(80, 24), place=Place(traffic=traffic), user="alice") as told:
        traffic.calls, traffic.budget = a_day().calls, None
        await told.press("ctrl+l", "c")
        demo = "--scenario acme --user alice"
        assert told.app.clipboard == (
            f"entity-connections accept {demo} --entity {EUROPE} {RECORD}"
        )
        assert told.app.clipboard in answer(told)
        snap(told.app)
        await told.press("end", "up", "up", "c")
        assert told.app.clipboard == f"entity-connections connections {demo} --entity {CORPORATION}"
        await told.press("y")
        assert told.app.clipboard == f"{0x7A << 120 | 3:032x}"


async def test_a_request_is_copied_with_the_target_that_only_the_journal_knows() -> None:
    async with story() as told:
        await told.to("Acme-US")
        await told.press("r", "y", "ctrl+l", "slash")
        await told.type("post entity-connections")
        await told.press("enter", "c")
        assert told.app.clipboard == (
            "entity-connections request --scenario acme --user alice "
            f"--from {CORPORATION} --to {US}"
        )


async def test_what_has_no_command_or_no_id_says_so() -> None:
    traffic = RequestLog()
    async with story(place=Place(traffic=traffic)) as told:
        traffic.calls.clear()
        traffic.calls.append(call(1, "GET", "/v1/users/alice/accessible-entities", request_id=""))
        await told.press("ctrl+l", "c")
        assert answer(told) == "There is no command for this call."
        await told.press("y")
        assert answer(told) == "Zuora gave this call no request id."
        assert told.app.clipboard == ""


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
    command = one_shot.of_call(call(1, method, path, acting), ("--profile", "a b"))
    name, *arguments = words.split(" ")
    assert command == " ".join(["entity-connections", name, "--profile 'a b'", *arguments])


async def test_a_request_without_a_line_in_the_journal_has_none() -> None:
    assert one_shot.of_call(call(1, "POST", "/v1/entity-connections", US), ()) is None
