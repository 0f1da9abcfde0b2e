"""What is sent again, after which pause, and when it is given up (contract E3, F4, G)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from entity_connections.domain import errors
from entity_connections.domain.errors import ZuoraError
from entity_connections.services.request_log import RequestLog, RetryDelay
from entity_connections.zuora.client import ZuoraClient
from entity_connections.zuora.http.patience import Patience

from tests.zuora.hurry import Hurried
from tests.zuora.server import ENTITY, Answer, ScriptedServer, no, page, yes

pytestmark = pytest.mark.asyncio
KEY = "0f6d9c1e"
WHOLE = Patience(chance=lambda: 1.0)
"""Every pause is as long as it may be."""
MOST, KNOCKS = WHOLE.attempts, WHOLE.knocks


async def read(client: ZuoraClient) -> None:
    await client.list_entities(ENTITY)


async def post(client: ZuoraClient) -> None:
    await client.request_connection(ENTITY, "b" * 32, KEY)


async def put(client: ZuoraClient) -> None:
    await client.accept(ENTITY, "1")


RATE = httpx.Response(429, json={"reasons": [{"code": 70, "message": "Too many calls."}]})
BOTH = httpx.Response(200, json={"success": False, "reasons": [{"code": 61}, {"code": 30}]})
LOCKED = httpx.Response(200, json={"success": False, "reasons": [{"code": 50}, {"code": 61}]})
TROUBLE = httpx.Response(200, json={"success": False, "reasons": [{"code": 50}, {"code": 60}]})
TRIES: list[tuple[str, Answer, tuple[int, int, int]]] = [
    ("unreachable", httpx.ConnectError("x"), (KNOCKS, KNOCKS, KNOCKS)),
    ("connecting takes too long", httpx.ConnectTimeout("x"), (KNOCKS, KNOCKS, KNOCKS)),
    ("no answer", httpx.ReadTimeout("x"), (KNOCKS, KNOCKS, 1)),
    ("cut while sending", httpx.WriteError("x"), (KNOCKS, KNOCKS, 1)),
    ("cut while answering", httpx.RemoteProtocolError("x"), (KNOCKS, KNOCKS, 1)),
    ("500", httpx.Response(500), (MOST, MOST, 1)),
    ("503", httpx.Response(503), (MOST, MOST, 1)),
    ("504 that says success", httpx.Response(504, json={"success": True}), (MOST, MOST, 1)),
    ("504 that says failure", no(50000060, status=504), (MOST, MOST, 1)),
    ("rate limit", RATE, (MOST, MOST, MOST)),
    ("concurrency limit", no(50000070, status=429), (MOST, MOST, MOST)),
    ("409", httpx.Response(409), (1, MOST, 1)),
    ("stated: locked", no(50000050), (MOST, 1, MOST)),
    ("stated: internal error", no(50000060), (MOST, 1, 1)),
    ("stated: temporary error", no(50000061), (MOST, 1, MOST)),
    ("stated: concurrency", no(50000070), (MOST, 1, MOST)),
    ("stated: another system", no(50000099), (MOST, 1, 1)),
    ("stated: temporary, and a rule", BOTH, (1, 1, 1)),
    ("stated: locked, and temporary", LOCKED, (MOST, 1, MOST)),
    ("stated: locked, and an internal error", TROUBLE, (MOST, 1, 1)),
    ("a business rule", no(50000030), (1, 1, 1)),
    ("no permission", no(50000010, status=403), (1, 1, 1)),
    ("malformed", no(50000090, status=400), (1, 1, 1)),
    ("not JSON", httpx.Response(200, text="yes"), (1, 1, 1)),
    ("a redirect", httpx.Response(307, headers={"Location": "/v1"}), (1, 1, 1)),
    ("success and failure", httpx.Response(400, json={"success": True}), (1, 1, 1)),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "tries"), [row[1:] for row in TRIES], ids=[r[0] for r in TRIES])
@pytest.mark.parametrize("which", [0, 1, 2], ids=["read", "post", "put"])
async def test_how_often_a_call_is_sent(
    answer: Answer, tries: tuple[int, int, int], which: int
) -> None:
    operations: list[Callable[[ZuoraClient], Awaitable[None]]] = [read, post, put]
    server = ScriptedServer(*[answer] * 9, patience=WHOLE, traffic=Hurried())
    with pytest.raises(ZuoraError):
        await operations[which](server.client)
    assert len(server.calls) == tries[which]
    assert {call.headers.get("Idempotency-Key") for call in server.calls} == {
        KEY if operations[which] is post else None
    }
    track_ids = {call.headers["Zuora-Track-Id"] for call in server.calls}
    assert len(track_ids) == 1, "one call has one name, however often it is tried"
    assert len(server.tokens) == 1


async def test_the_pauses_grow_and_end_with_the_tries() -> None:
    traffic = Hurried()
    server = ScriptedServer(*[httpx.Response(503)] * 9, patience=WHOLE, traffic=traffic)
    with pytest.raises(errors.ServerError):
        await read(server.client)
    assert traffic.pauses == [("Zuora has trouble", float(pause)) for pause in (1, 2, 4, 8)]


async def test_a_pause_is_anything_from_nothing_to_its_longest() -> None:
    assert [Patience(chance=lambda: 0.5).pause(tries, None) for tries in (1, 2, 9)] == [0.5, 1, 30]
    assert WHOLE.pause(99, None) == 60.0
    assert Patience(chance=lambda: 0.0).pause(3, 7.0) == 7.0
    assert WHOLE.pause(9, 7.0) == 60.0


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (no(50000070, status=429, Retry_After="120"), 120.0),
        (no(50000070, status=429, RateLimit_Reset="7"), 7.0),
        (httpx.Response(503, headers={"Retry-After": "9"}), 9.0),
        (httpx.Response(503, headers={"RateLimit-Reset": "9"}), 1.0),
        (
            no(
                50000070,
                status=429,
                Date="Sun, 22 Nov 2026 10:00:00 GMT",
                Retry_After="Sun, 22 Nov 2026 10:00:30 GMT",
            ),
            30.0,
        ),
    ],
)
async def test_zuora_says_how_long_to_wait(answer: httpx.Response, seconds: float) -> None:
    traffic = Hurried()
    server = ScriptedServer(answer, yes(entities=[]), patience=WHOLE, traffic=traffic)
    await read(server.client)
    assert [pause for _, pause in traffic.pauses] == [seconds]


async def test_a_date_without_the_servers_own_is_measured_by_our_clock() -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    traffic = Hurried()
    refused = no(50000070, status=429, Retry_After=until)
    server = ScriptedServer(refused, yes(entities=[]), patience=WHOLE, traffic=traffic)
    await read(server.client)
    ((_, pause),) = traffic.pauses
    assert 50 < pause <= 60


async def test_a_pause_that_is_asked_for_too_long_is_given_up_at_once_with_its_length() -> None:
    traffic = Hurried()
    server = ScriptedServer(
        no(50000070, status=429, Retry_After="1200"), patience=WHOLE, traffic=traffic
    )
    with pytest.raises(errors.RateLimited, match="Zuora asks to wait 20 min first"):
        await read(server.client)
    assert not traffic.pauses


async def test_no_try_begins_after_the_total_time() -> None:
    patience = WHOLE._replace(total=5.0)
    traffic = Hurried()
    answers = [no(50000070, status=429, Retry_After="6")]
    server = ScriptedServer(*answers, patience=patience, traffic=traffic)
    with pytest.raises(errors.RateLimited):
        await read(server.client)
    assert not traffic.pauses


async def test_a_wait_can_be_seen_and_given_up() -> None:
    traffic = RequestLog()
    seen: list[str] = []

    def look() -> None:
        seen.extend(wait.reason for wait in traffic.waits)
        if traffic.waits:
            asyncio.get_running_loop().call_soon(traffic.give_up)

    traffic.changed = look
    server = ScriptedServer(RATE, yes(entities=[]), patience=WHOLE, traffic=traffic)
    with pytest.raises(errors.RateLimited, match="Too many calls"):
        await read(server.client)
    assert seen == ["rate limited"]
    assert not traffic.waits
    assert len(server.calls) == 1


async def test_what_is_locked_while_it_waits_is_not_sent_again() -> None:
    class Locking(Hurried):
        async def wait(self, wait: RetryDelay) -> bool:
            server.client.lock.lock()
            return await super().wait(wait)

    server = ScriptedServer(RATE, yes(), patience=WHOLE, traffic=Locking())
    with pytest.raises(errors.RateLimited):
        await put(server.client)
    assert len(server.calls) == 1


@pytest.mark.parametrize("operation", [post, put])
async def test_while_locked_nothing_is_sent_not_even_for_a_token(
    operation: Callable[[ZuoraClient], Awaitable[None]],
) -> None:
    server = ScriptedServer()
    server.client.lock.lock()
    with pytest.raises(errors.ReadOnlyError):
        await operation(server.client)
    assert not server.calls
    assert not server.tokens


@pytest.mark.parametrize(
    ("last", "kind"),
    [
        (httpx.ConnectError("x"), errors.Unreachable),
        (no(50000030), errors.Refused),
        (no(50000061), errors.ServerError),
        (RATE, errors.RateLimited),
    ],
)
async def test_after_a_lost_answer_no_later_one_makes_the_outcome_known(
    last: Answer, kind: type[ZuoraError]
) -> None:
    """The first try may have made the connection that the second one meets."""
    server = ScriptedServer(httpx.ReadTimeout("x"), *[last] * 9, patience=WHOLE, traffic=Hurried())
    with pytest.raises(kind) as caught:
        await post(server.client)
    assert not caught.value.outcome_known
    assert not caught.value.stated


async def test_a_lost_answer_is_found_by_the_same_key() -> None:
    server = ScriptedServer(
        httpx.ReadTimeout("x"),
        httpx.Response(409),
        yes(id="c0ffee"),
        patience=WHOLE,
        traffic=Hurried(),
    )
    done = await server.client.request_connection(ENTITY, "b" * 32, KEY)
    assert done.connection_id == "c0ffee"
    assert [call.headers["Idempotency-Key"] for call in server.calls] == [KEY] * 3


@pytest.mark.parametrize("code", [50000050, 50000060, 50000061, 50000070, 50000099])
async def test_a_stated_failure_is_known_and_belongs_to_its_key(code: int) -> None:
    server = ScriptedServer(no(code), patience=WHOLE, traffic=Hurried())
    with pytest.raises(ZuoraError) as caught:
        await post(server.client)
    assert caught.value.stated
    assert caught.value.outcome_known


async def test_a_refused_token_is_renewed_once_in_a_call_whatever_comes_between() -> None:
    refused = no(90000011, status=401)
    server = ScriptedServer(
        refused, httpx.Response(503), refused, yes(), patience=WHOLE, traffic=Hurried()
    )
    with pytest.raises(errors.Unauthenticated):
        await read(server.client)
    assert len(server.calls) == 3
    assert len(server.tokens) == 2


async def test_the_token_is_tried_for_again_and_what_it_was_for_is_not_sent() -> None:
    traffic = Hurried()
    server = ScriptedServer(patience=WHOLE, traffic=traffic)
    server.token_answer = httpx.Response(503)
    with pytest.raises(errors.TokenUnavailable) as caught:
        await put(server.client)
    assert caught.value.outcome_known
    assert len(server.tokens) == MOST
    assert not server.calls


async def test_bad_credentials_are_told_at_once() -> None:
    server = ScriptedServer(patience=WHOLE, traffic=Hurried())
    server.token_answer = no(90000011, status=401)
    with pytest.raises(errors.Unauthenticated):
        await read(server.client)
    assert len(server.tokens) == 1


async def test_who_waits_for_the_same_token_shares_its_failure() -> None:
    server = ScriptedServer(patience=WHOLE, traffic=Hurried())
    server.token_answer = httpx.ConnectError("x")
    ended = await asyncio.gather(*(read(server.client) for _ in range(6)), return_exceptions=True)
    assert {type(one) for one in ended} == {errors.Unreachable}
    assert len(set(map(id, ended))) == 6
    assert len(server.tokens) == KNOCKS


async def test_at_most_eight_calls_are_under_way_and_a_wait_holds_no_place() -> None:
    under_way = most = waiting = 0
    go = asyncio.Event()

    async def answer(request: httpx.Request) -> httpx.Response:
        nonlocal under_way, most
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json={"access_token": "t", "expires_in": 3600})
        under_way += 1
        most = max(most, under_way)
        for _ in range(5):
            await asyncio.sleep(0)
        under_way -= 1
        refuse = not go.is_set()
        return RATE if refuse else page()

    class Waiting(Hurried):
        async def wait(self, wait: RetryDelay) -> bool:
            nonlocal waiting
            waiting += 1
            if waiting == 20:  # all of them wait, so none of them is in the way of another
                go.set()
            await go.wait()
            return True

    server = ScriptedServer()
    client = ZuoraClient(
        httpx.MockTransport(answer),
        "https://rest.acme.example",
        server.client._tokens._credentials,
        traffic=Waiting(),
        patience=WHOLE,
    )
    async with asyncio.timeout(10):
        await asyncio.gather(*(client.list_connections(ENTITY) for _ in range(20)))
    assert most == 8
