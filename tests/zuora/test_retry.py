"""What is sent again, after which delay, and when it ends (contract E3, F4, G)."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any

import httpx
import pytest
from entity_connections.domain import clock, errors
from entity_connections.domain.errors import ZuoraError
from entity_connections.services.request_log import RequestLog, RetryDelay
from entity_connections.services.storage.journal_entry import SENDING
from entity_connections.zuora.client import ZuoraClient
from entity_connections.zuora.http.limits import HttpLimits
from entity_connections.zuora.http.retry import RetryPolicy

from tests.zuora.scripted_server import (
    CREDENTIALS,
    ENTITY,
    InstantLog,
    ScriptedResponse,
    ScriptedServer,
    page,
    refusal,
    success,
)

KEY = "0f6d9c1e"
Operation = Callable[[ZuoraClient], Coroutine[Any, Any, None]]
LONGEST = RetryPolicy(jitter=lambda: 1.0)
"""Every delay is as long as it may be."""
ALL, FEW = LONGEST.attempts, LONGEST.connect_attempts
TOO_LATE = "took too long until it could be sent"
RATE_LIMIT = httpx.Response(429, json={"reasons": [{"code": 70, "message": "Too many calls."}]})


def patient_server(
    *responses: ScriptedResponse, request_log: RequestLog | None = None
) -> ScriptedServer:
    log = request_log or InstantLog()
    return ScriptedServer(*responses, retry_policy=LONGEST, request_log=log)


async def read(client: ZuoraClient) -> None:
    await client.list_entities(ENTITY)


async def post(client: ZuoraClient) -> None:
    await client.request_connection(ENTITY, "b" * 32, KEY)


async def put(client: ZuoraClient) -> None:
    await client.accept(ENTITY, "1", may_repeat=always)


async def always() -> bool:
    """Say that a list proves that nothing happened."""
    return True


OPERATIONS: list[Operation] = [read, post, put]


@pytest.mark.parametrize("response", [httpx.ReadError("broken"), httpx.Response(409)])
@pytest.mark.parametrize("operation", OPERATIONS)
async def test_only_a_write_of_unknown_outcome_sends_the_user_to_the_list(
    operation: Operation, response: ScriptedResponse
) -> None:
    server = ScriptedServer(response)
    async with server.client as zuora:
        with pytest.raises(ZuoraError) as caught:
            await operation(zuora)
    assert ("list first" in caught.value.hint) is (operation is not read)


def stated(*codes: int) -> httpx.Response:
    """Create a refusal with HTTP 200 for several reasons."""
    reasons = [{"code": code} for code in codes]
    return httpx.Response(200, json={"success": False, "reasons": reasons})


ATTEMPTS: list[tuple[str, ScriptedResponse, tuple[int, int, int]]] = [
    ("unreachable", httpx.ConnectError("x"), (FEW, FEW, FEW)),
    ("proxy refuses", httpx.ProxyError("x"), (FEW, FEW, FEW)),
    ("no response", httpx.ReadTimeout("x"), (FEW, FEW, 1)),
    ("cut while receiving", httpx.RemoteProtocolError("x"), (FEW, FEW, 1)),
    ("500", httpx.Response(500), (ALL, ALL, 1)),
    ("504 that says success", httpx.Response(504, json={"success": True}), (ALL, ALL, 1)),
    ("503 with a page", httpx.Response(503, html="<html>"), (ALL, ALL, 1)),
    ("403 with a page", httpx.Response(403, html="<html>"), (1, 1, 1)),
    ("rate limit", RATE_LIMIT, (ALL, ALL, ALL)),
    ("429 with a page", httpx.Response(429, html="<html>"), (ALL, ALL, 1)),
    ("429 without reasons", httpx.Response(429, json={}), (ALL, ALL, 1)),
    ("409", httpx.Response(409), (1, ALL, 1)),
    ("stated: locked", refusal(50000050), (ALL, 1, ALL)),
    ("stated: internal error", refusal(50000060), (ALL, 1, 1)),
    ("stated: temporary error", refusal(50000061), (ALL, 1, ALL)),
    ("stated: concurrency", refusal(50000070), (ALL, 1, ALL)),
    ("stated: temporary, and a rule", stated(61, 30), (1, 1, 1)),
    ("stated: locked, and temporary", stated(50, 61), (ALL, 1, ALL)),
    ("a business rule", refusal(50000030), (1, 1, 1)),
    ("no permission", refusal(50000010, status=403), (1, 1, 1)),
]


@pytest.mark.parametrize(
    ("response", "attempts"), [row[1:] for row in ATTEMPTS], ids=[row[0] for row in ATTEMPTS]
)
@pytest.mark.parametrize("operation", OPERATIONS)
async def test_number_of_attempts(
    response: ScriptedResponse, attempts: tuple[int, int, int], operation: Operation
) -> None:
    server = patient_server(*[response] * 9)
    with pytest.raises(ZuoraError):
        await operation(server.client)
    assert len(server.requests) == attempts[OPERATIONS.index(operation)]
    keys = {request.headers.get("Idempotency-Key") for request in server.requests}
    assert keys == {KEY if operation is post else None}
    track_ids = {request.headers["Zuora-Track-Id"] for request in server.requests}
    assert len(track_ids) == 1, "all attempts of a call have the same id"
    assert len(server.token_requests) == 1


@pytest.mark.parametrize("silence", [httpx.ReadTimeout("x"), httpx.ConnectTimeout("x")])
async def test_a_server_that_was_silent_for_long_is_not_asked_again(silence: Exception) -> None:
    policy = LONGEST._replace(max_silence=0.0)
    server = ScriptedServer(*[silence] * 9, retry_policy=policy, request_log=InstantLog())
    with pytest.raises(ZuoraError):
        await read(server.client)
    assert len(server.requests) == 1


async def test_delays_grow_until_the_last_attempt() -> None:
    log = InstantLog()
    with pytest.raises(errors.ServerError):
        await read(patient_server(*[httpx.Response(503)] * 9, request_log=log).client)
    assert log.recorded_delays == [("Zuora has trouble", delay) for delay in (1, 2, 4, 8)]


async def test_full_jitter_within_the_limits() -> None:
    half = RetryPolicy(jitter=lambda: 0.5)
    assert [half.delay(attempt, None) for attempt in (1, 2, 9)] == [0.5, 1, 30]
    assert half.delay(1, 7.0) == 7.0


@pytest.mark.parametrize(
    ("response", "seconds"),
    [
        (refusal(50000070, status=429, Retry_After="120"), 120),
        (httpx.Response(503, headers={"Retry-After": "9"}), 9),
        (httpx.Response(503, headers={"RateLimit-Reset": "9"}), 1),
    ],
)
async def test_zuora_may_ask_for_a_delay(response: httpx.Response, seconds: int) -> None:
    log = InstantLog()
    await read(patient_server(response, success(entities=[]), request_log=log).client)
    assert [delay for _, delay in log.recorded_delays] == [seconds]


async def test_a_delay_beyond_the_total_time_ends_the_call_and_is_named() -> None:
    log = InstantLog()
    server = patient_server(refusal(50000070, status=429, Retry_After="1200"), request_log=log)
    with pytest.raises(errors.RateLimited, match="Zuora asks to wait 1,200 s first"):
        await read(server.client)
    assert not log.recorded_delays


async def test_a_delay_is_visible_and_can_be_cancelled() -> None:
    log = RequestLog()
    seen: list[str] = []

    def cancel() -> None:
        seen.extend(delay.reason for delay in log.delays)
        if log.delays:
            asyncio.get_running_loop().call_soon(log.cancel_delays)

    log.changed = cancel
    server = patient_server(RATE_LIMIT, success(entities=[]), request_log=log)
    with pytest.raises(errors.RateLimited, match="Too many calls"):
        await read(server.client)
    assert seen == ["rate limited"]
    assert not log.delays
    assert len(server.requests) == 1


async def test_a_write_that_is_locked_during_a_delay_is_not_sent_again() -> None:
    log = InstantLog(lambda: server.client.lock.lock())
    server = patient_server(RATE_LIMIT, success(), request_log=log)
    with pytest.raises(errors.ReadOnlyError):
        await put(server.client)
    assert len(server.requests) == 1


@pytest.mark.parametrize("answer", [RATE_LIMIT, refusal(50000050), refusal(50000061)])
@pytest.mark.parametrize("checks", [True, False])
async def test_a_put_that_got_an_answer_is_not_sent_again_unless_a_look_allows_it(
    answer: httpx.Response, *, checks: bool
) -> None:
    server = patient_server(answer, success())
    requests_at_looks: list[int] = []

    async def look() -> bool:
        requests_at_looks.append(len(server.requests))
        return False

    with pytest.raises(ZuoraError) as caught:
        await server.client.accept(ENTITY, "1", may_repeat=look if checks else None)
    assert not caught.value.maybe_applied
    assert len(server.requests) == 1
    assert requests_at_looks == ([1] if checks else [])


async def test_a_refusal_after_a_look_may_be_the_echo_of_the_first_attempt() -> None:
    server = patient_server(RATE_LIMIT, refusal(50000030))
    with pytest.raises(errors.Refused) as caught:
        await put(server.client)
    assert caught.value.maybe_applied


@pytest.mark.parametrize("operation", [post, put])
async def test_while_locked_not_even_a_token_is_requested(operation: Operation) -> None:
    server = ScriptedServer()
    server.client.lock.lock()
    with pytest.raises(errors.ReadOnlyError):
        await operation(server.client)
    assert not server.requests
    assert not server.token_requests


@pytest.mark.parametrize(
    ("last", "kind"),
    [
        (httpx.ConnectError("x"), errors.Unreachable),
        (refusal(50000030), errors.Refused),
        (refusal(50000061), errors.ServerError),
        (RATE_LIMIT, errors.RateLimited),
    ],
)
async def test_after_a_lost_response_a_write_stays_maybe_applied(
    last: ScriptedResponse, kind: type[ZuoraError]
) -> None:
    """The first attempt may have made the connection that the second one meets."""
    server = patient_server(httpx.ReadTimeout("x"), *[last] * 9)
    with pytest.raises(kind) as caught:
        await post(server.client)
    assert caught.value.maybe_applied
    assert not caught.value.needs_new_key


async def test_a_lost_response_is_fetched_with_the_same_key() -> None:
    server = patient_server(httpx.ReadTimeout("x"), httpx.Response(409), success(id="c0ffee"))
    receipt = await server.client.request_connection(ENTITY, "b" * 32, KEY)
    assert receipt.connection_id == "c0ffee"
    assert [request.headers["Idempotency-Key"] for request in server.requests] == [KEY] * 3


@pytest.mark.parametrize("code", [50000050, 50000060, 50000061, 50000070, 50000099])
async def test_a_stated_failure_was_not_applied_and_needs_a_new_key(code: int) -> None:
    with pytest.raises(ZuoraError) as caught:
        await post(patient_server(refusal(code)).client)
    assert not caught.value.maybe_applied
    assert caught.value.needs_new_key


async def test_a_refused_token_is_renewed_once_in_a_call() -> None:
    refused = refusal(90000011, status=401)
    server = patient_server(refused, httpx.Response(503), refused, success())
    with pytest.raises(errors.Unauthenticated):
        await read(server.client)
    assert len(server.requests) == 3
    assert len(server.token_requests) == 2


@pytest.mark.parametrize("operation", [post, put])
@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (refusal(90000011, status=401), errors.Unauthenticated),
        (httpx.Response(401), errors.Unauthenticated),
        (httpx.Response(401, html="<html>"), errors.WebPage),
        (refusal(90000011), errors.Unauthenticated),
    ],
)
async def test_a_write_is_not_sent_again_after_a_401_and_the_next_call_has_a_new_token(
    response: httpx.Response, kind: type[ZuoraError], operation: Operation
) -> None:
    server = patient_server(response, success(entities=[]))
    with pytest.raises(kind) as caught:
        await operation(server.client)
    assert caught.value.maybe_applied
    assert len(server.requests) == 1
    assert len(server.token_requests) == 1
    await read(server.client)
    assert server.requests[-1].headers["Authorization"] == "Bearer token-2"


@pytest.mark.parametrize(
    ("response", "kind", "attempts"),
    [
        (httpx.Response(503), errors.TokenUnavailable, ALL),
        (httpx.Response(401, json={"message": "No."}), errors.Unauthenticated, 1),
    ],
)
async def test_without_a_token_nothing_is_sent(
    response: httpx.Response, kind: type[ZuoraError], attempts: int
) -> None:
    server = patient_server()
    server.token_response = response
    with pytest.raises(kind) as caught:
        await put(server.client)
    assert not caught.value.maybe_applied
    assert (len(server.token_requests), len(server.requests)) == (attempts, 0)


async def test_concurrent_calls_share_one_token_request_and_its_error() -> None:
    server = patient_server()
    server.token_response = httpx.ConnectError("x")
    results = await asyncio.gather(*(read(server.client) for _ in range(6)), return_exceptions=True)
    assert {type(result) for result in results} == {errors.Unreachable}
    assert len(set(map(id, results))) == 6
    assert len(server.token_requests) == FEW


async def test_at_most_eight_calls_run_at_once_and_a_delay_holds_no_slot() -> None:
    running = most = 0
    all_delayed = asyncio.Barrier(20)

    async def respond(request: httpx.Request) -> httpx.Response:
        nonlocal running, most
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json={"access_token": "t", "expires_in": 3600})
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.001)
        running -= 1
        return page() if len(log.recorded_delays) == 20 else RATE_LIMIT

    class WaitForAll(InstantLog):
        async def wait(self, delay: RetryDelay) -> bool:
            await super().wait(delay)
            await all_delayed.wait()
            return True

    log = WaitForAll()
    client = ZuoraClient(
        "https://rest.acme.example",
        CREDENTIALS,
        request_log=log,
        transport=httpx.MockTransport(respond),
        retry_policy=LONGEST,
    )
    async with asyncio.timeout(10):
        await asyncio.gather(*(client.list_connections(ENTITY) for _ in range(20)))
    assert most == 8


class SleepingMachine:
    """A clock whose wall time jumps while the monotonic time stands still."""

    def __init__(self) -> None:
        self.wall = 1_800_000_000.0

    def sleep(self) -> None:
        self.wall += RetryPolicy().total + 1

    def time(self) -> float:
        return self.wall

    def monotonic(self) -> float:
        return 0.0


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> SleepingMachine:
    machine = SleepingMachine()
    monkeypatch.setattr(clock, "current", machine)
    return machine


def delay_tokens(server: ScriptedServer, machine: SleepingMachine) -> None:
    """Let the machine sleep during each token request."""

    def respond(_: httpx.Request) -> httpx.Response:
        machine.sleep()
        return server.valid_token()

    server.token_response = respond


@pytest.mark.parametrize(("operation", "sent"), [(put, 0), (read, 1)])
async def test_a_write_that_waited_too_long_for_its_token_is_not_sent_but_a_read_is(
    operation: Operation, sent: int, machine: SleepingMachine
) -> None:
    server = ScriptedServer(success(entities=[]))
    delay_tokens(server, machine)
    late = pytest.raises(ZuoraError, match=TOO_LATE)
    with contextlib.nullcontext() if sent else late:
        await operation(server.client)
    assert len(server.requests) == sent


@pytest.mark.parametrize(
    ("first", "operation", "maybe_applied"),
    [(RATE_LIMIT, put, False), (httpx.ReadTimeout("x"), post, True)],
)
async def test_a_write_is_not_sent_again_after_the_machine_slept_too_long(
    first: ScriptedResponse, operation: Operation, machine: SleepingMachine, *, maybe_applied: bool
) -> None:
    server = patient_server(first, success(id="c"), request_log=InstantLog(machine.sleep))
    with pytest.raises(ZuoraError, match=TOO_LATE) as caught:
        await operation(server.client)
    assert caught.value.maybe_applied is maybe_applied
    assert len(server.requests) == 1


@pytest.mark.parametrize("wait_for", ["token", "slot"])
async def test_a_call_waits_no_longer_than_its_deadline(wait_for: str) -> None:
    """Another call holds what this one needs, and gets no response."""

    async def hang(request: httpx.Request) -> httpx.Response:
        if wait_for == "token" or request.url.path != "/oauth/token":
            requests.append(request)
            requested.set()
            await asyncio.Event().wait()
        return httpx.Response(200, json={"access_token": "t", "expires_in": 3600})

    requests: list[httpx.Request] = []
    requested = asyncio.Event()
    client = ZuoraClient(
        "https://rest.acme.example",
        CREDENTIALS,
        transport=httpx.MockTransport(hang),
        retry_policy=RetryPolicy(total=0.05),
        limits=HttpLimits(max_concurrency=1),
    )
    other = asyncio.create_task(read(client))
    await requested.wait()
    async with asyncio.timeout(2):
        with pytest.raises(ZuoraError, match=TOO_LATE) as caught:
            await put(client)
    assert not caught.value.maybe_applied
    # A token may be asked for again: the other call has stopped waiting for it just before.
    assert "PUT" not in [request.method for request in requests]
    other.cancel()


async def test_the_journal_knows_how_long_sending_may_take() -> None:
    # To get a connection out of the pool, to connect, and for the TLS handshake.
    assert RetryPolicy().total + 3 * HttpLimits().connect <= SENDING.total_seconds()
