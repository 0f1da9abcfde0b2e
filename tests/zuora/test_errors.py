"""Which error each bad response becomes, and what it says about a write (contract F)."""

import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from entity_connections.domain import errors
from entity_connections.domain.errors import ZuoraError
from entity_connections.services.refresh_interval import describe_rate_limit
from entity_connections.zuora.client import ZuoraClient

from tests.zuora.scripted_server import (
    CREDENTIALS,
    ENTITY,
    NO_RETRIES,
    ScriptedServer,
    refusal,
    success,
)

NOON = "Sun, 22 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (refusal(50000010), errors.Forbidden),
        (refusal("50000040"), errors.NotFound),
        (refusal(50000027), errors.Refused),
        (refusal(50000050), errors.RateLimited),
        (refusal(50000061), errors.ServerError),
        (refusal(50000070, status=429), errors.RateLimited),
        (httpx.Response(429, json={"reasons": [{"code": 70}]}), errors.RateLimited),
        (httpx.Response(403, json={}), errors.Forbidden),
        (httpx.Response(404, json={"message": "No."}), errors.NotFound),
        (httpx.Response(408), errors.NoResponse),
        (httpx.Response(409), errors.Conflict),
        (httpx.Response(422, json={}), errors.Refused),
        (httpx.Response(503), errors.ServerError),
        (refusal(50000010, status=502), errors.ServerError),
        (httpx.Response(403, json={"reasons": {"code": 1}}), errors.Forbidden),
        (httpx.Response(400, json={"reasons": [{"code": 50000030}, 7]}), errors.Refused),
        (httpx.Response(400, json={"reasons": [{"code": 10, "message": None}]}), errors.Forbidden),
        (httpx.Response(403, json={"message": ["x"]}), errors.Forbidden),
        (httpx.Response(302, json={"success": True, "entities": []}), errors.WebPage),
        (httpx.Response(200, json={"success": True, "entities": [{}]}), errors.InvalidResponse),
        (httpx.Response(200, json={"success": 0, "entities": []}), errors.InvalidResponse),
        (
            httpx.Response(200, text='{"success": true, "success": false, "entities": 0}'),
            errors.InvalidResponse,
        ),
        (httpx.ConnectTimeout("x"), errors.Unreachable),
        (httpx.ReadTimeout("x"), errors.NoResponse),
    ],
)
async def test_error_class_of_a_bad_response(
    response: httpx.Response | Exception, kind: type[ZuoraError]
) -> None:
    with pytest.raises(ZuoraError) as caught:
        await ScriptedServer(response).client.list_entities(ENTITY)
    assert type(caught.value) is kind
    assert caught.value.sentence


@pytest.mark.parametrize(
    ("codes", "temporary"),
    [
        ([], False),
        (["53000061"], True),
        (["53000050", "70"], True),
        (["53000060"], False),
        (["53000061", "53000030"], False),
    ],
)
async def test_an_error_is_temporary_if_every_reason_is(codes: list[str], temporary: bool) -> None:
    reasons = tuple(errors.Reason(code, "No.") for code in codes)
    assert errors.ServerError("No.", reasons).is_temporary is temporary


async def test_a_refusal_keeps_zuoras_sentence_code_and_request_id() -> None:
    answer = refusal(50000030, "Already \x1b[31mconnected.", Zuora_Request_Id="6d9b5a7e")
    with pytest.raises(errors.Refused) as caught:
        await ScriptedServer(answer).client.accept(ENTITY, "1")
    assert caught.value.sentence == "Already [31mconnected."
    assert caught.value.codes == "50000030"
    assert caught.value.request_id == "6d9b5a7e"
    assert "look at what the connection has become" in caught.value.hint


async def test_a_refused_list_is_not_to_be_looked_up() -> None:
    with pytest.raises(errors.Refused) as caught:
        await ScriptedServer(refusal(50000030, "No.")).client.list_entities(ENTITY)
    assert caught.value.hint.startswith("If it lasts")


@pytest.mark.parametrize(
    ("messages", "sentence"),
    [
        (["Authentication error"], "Authentication error."),
        (["Too many", "Try later!", " ", "Why?"], "Too many. Try later! Why?"),
    ],
)
async def test_each_message_of_zuora_ends_before_the_next_sentence(
    messages: list[str], sentence: str
) -> None:
    reasons = [{"code": 50000030, "message": message} for message in messages]
    for body in ({"success": False, "reasons": reasons}, {"message": sentence.removesuffix(".")}):
        with pytest.raises(errors.Refused) as caught:
            await ScriptedServer(httpx.Response(400, json=body)).client.accept(ENTITY, "1")
        assert caught.value.sentence == sentence


async def test_a_name_that_dns_does_not_know_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", fail)
    async with ZuoraClient("https://nosuch.invalid", CREDENTIALS, retry_policy=NO_RETRIES) as zuora:
        with pytest.raises(
            errors.Unreachable, match=r"The name nosuch\.invalid is not known here\."
        ):
            await zuora.list_connections(ENTITY)


@pytest.mark.parametrize("noise", ["", "x" * 1_145, "token-1 " * 150])
async def test_an_echoed_token_is_masked(noise: str) -> None:
    answer = refusal(50000030, f"{noise}bad t\u200bok\u2060en-1. " + "tok\u200ben-1" * 200)
    with pytest.raises(errors.Refused) as caught:
        await ScriptedServer(answer).client.accept(ENTITY, "1")
    assert "token" not in caught.value.sentence
    assert len(caught.value.sentence) <= 255


@pytest.mark.parametrize("token", [None, "", "a token", "t" * 8_193])
async def test_an_answer_without_a_usable_token_is_invalid(token: str | None) -> None:
    server = ScriptedServer()
    server.token_response = httpx.Response(200, json={"access_token": token, "expires_in": 3599})
    with pytest.raises(errors.TokenUnavailable, match="The answer holds no token"):
        await server.client.accept(ENTITY, "1")


@pytest.mark.parametrize("before", range(0, 32, 5))
async def test_a_text_is_not_cut_within_an_echoed_token(before: int) -> None:
    token = "7f0b5e1c93d24a6b8c0d1e2f3a4b5c6d"
    server = ScriptedServer(refusal(50000030, "x" * before + token * 100))
    server.token_response = httpx.Response(200, json={"access_token": token, "expires_in": 3599})
    with pytest.raises(errors.Refused) as caught:
        await server.client.accept(ENTITY, "1")
    assert set(caught.value.sentence) <= set("x*…")


@pytest.mark.parametrize(
    ("limits", "left"),
    [
        ("50000, 50000;w=60, 2250000;w=3600", "9 of 50,000 calls a minute left"),
        ("10000, 2500;w=60,5000 ; w=3600,10000 ;w=86400", "9 of 10,000 calls a day left"),
        ("10000, 10000;w=7", "9 of 10,000 calls left"),
        ("10000, 10000;w=²", "9 of 10,000 calls left"),
    ],
)
async def test_the_nearest_rate_limit_is_named_with_its_window(limits: str, left: str) -> None:
    headers = [(b"RateLimit-Limit", limits.encode()), (b"RateLimit-Remaining", b"9")]
    client = ScriptedServer(httpx.Response(200, json={"success": True}, headers=headers)).client
    await client.accept(ENTITY, "1")
    assert client.request_log.rate_limit
    assert describe_rate_limit(client.request_log.rate_limit) == left


@pytest.mark.parametrize(
    ("codes", "kind"),
    [
        ((50000061, 50000030), errors.Refused),
        ((50000070, 50000040), errors.NotFound),
        ((50000030, 50000010), errors.Forbidden),
        ((50000050, 50000060), errors.ServerError),
        ((50000050, 50000070), errors.RateLimited),
        ((50000061, "odd"), errors.Refused),
    ],
)
async def test_a_permanent_reason_counts_more_than_a_temporary_one(
    codes: tuple[int | str, ...], kind: type[ZuoraError]
) -> None:
    body = {"success": False, "reasons": [{"code": code} for code in codes]}
    with pytest.raises(ZuoraError) as caught:
        await ScriptedServer(httpx.Response(200, json=body)).client.list_entities(ENTITY)
    assert type(caught.value) is kind


async def test_refused_credentials_in_a_200_renew_the_token_too() -> None:
    server = ScriptedServer(refusal(90000011), success(entities=[]))
    await server.client.list_entities(ENTITY)
    assert len(server.token_requests) == 2


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry_After": "120"}, 120.0),
        ({"RateLimit_Reset": "7"}, 7.0),
        ({"Retry_After": "nan"}, None),
        ({"Retry_After": "-5"}, None),
        ({"Retry_After": "9" * 400}, None),
        ({"Retry_After": "3", "RateLimit_Reset": "7"}, 3.0),
        ({"Date": NOON, "Retry_After": NOON.replace("12:00:00", "12:00:30")}, 30.0),
        ({"Date": NOON, "Retry_After": NOON.replace("GMT", "-0000")}, None),
        ({"Retry_After": "soon"}, None),
        ({}, None),
    ],
)
async def test_parse_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    with pytest.raises(errors.RateLimited) as caught:
        await ScriptedServer(refusal(50000070, status=429, **headers)).client.list_entities(ENTITY)
    assert caught.value.retry_after == seconds


WEB_PAGE = "<!doctype html><title>403 Forbidden</title>"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 407, 409, 413, 418, 429, 451, 500, 503])
@pytest.mark.parametrize(
    ("text", "what"), [(WEB_PAGE, "A web page"), ("upstream error", "Something else")]
)
async def test_a_page_of_something_else_is_no_refusal_of_zuora(
    status: int, text: str, what: str
) -> None:
    page = httpx.Response(status, text=text)
    server = ScriptedServer(page, page, page)
    client = server.client
    for call in (client.list_entities(ENTITY), client.accept(ENTITY, "1")):
        with pytest.raises(errors.WebPage) as caught:
            await call
        sentence = f"{what} answered (HTTP {status}), not Zuora."
        if status >= 500 and text != WEB_PAGE:
            sentence = f"Zuora {'is down' if status == 503 else 'failed'} (HTTP {status})."
        assert caught.value.sentence == sentence
        assert caught.value.title == "Zuora did not answer"
        assert not caught.value.is_refusal
        assert caught.value.maybe_applied


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    ("location", "what"),
    [
        ("https://login.proxy.example/?to=x", "A redirect to login.proxy.example"),
        ("/login", "A redirect"),
        ("https://[", "A redirect"),
    ],
)
async def test_a_redirect_is_named_and_not_followed(status: int, location: str, what: str) -> None:
    redirect = httpx.Response(status, headers={"Location": location})
    server = ScriptedServer(redirect, redirect)
    for call in (server.client.list_entities(ENTITY), server.client.accept(ENTITY, "1")):
        with pytest.raises(errors.WebPage) as caught:
            await call
        assert caught.value.sentence == f"{what} answered (HTTP {status}), not Zuora."
        assert "sign in" in caught.value.hint
        assert caught.value.maybe_applied
    assert len(server.requests) == 2
    server = ScriptedServer()
    server.token_response = redirect
    with pytest.raises(errors.TokenUnavailable) as unavailable:
        await server.client.accept(ENTITY, "1")
    assert unavailable.value.sentence == f"{what} answered (HTTP {status}), not Zuora."
    assert "sign in" in unavailable.value.hint


async def test_a_page_instead_of_a_token_is_named_and_nothing_was_sent() -> None:
    server = ScriptedServer()
    server.token_response = httpx.Response(403, text=WEB_PAGE)
    with pytest.raises(errors.TokenUnavailable, match="A web page answered") as caught:
        await server.client.accept(ENTITY, "1")
    assert not caught.value.maybe_applied
    assert not server.requests


@pytest.mark.parametrize("days", [-3, 0, 3])
async def test_a_clock_that_is_days_off_is_named_where_a_token_is_refused(days: int) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(days=days), usegmt=True)
    server = ScriptedServer()
    server.token_response = httpx.Response(401, headers={"Date": date})
    with pytest.raises(errors.Unauthenticated) as caught:
        await server.client.list_entities(ENTITY)
    assert ("3 days" in caught.value.sentence) is (days != 0)


NO, MAYBE = False, True


@pytest.mark.parametrize(
    ("response", "maybe_applied"),
    [
        (refusal(50000030), NO),
        (refusal(50000010, status=403), NO),
        (refusal(50000030, status=400), NO),
        (refusal(50000070, status=429), NO),
        (httpx.Response(404, json={"reasons": [{"code": 50000040}]}), NO),
        (httpx.Response(200, json={"success": False, "message": "No."}), NO),
        (httpx.Response(200, json={"reasons": [{"code": 50000030}]}), NO),
        (httpx.Response(400, json={"message": "No."}), MAYBE),
        (httpx.Response(200, json={"success": False}), MAYBE),
        (httpx.Response(200, json={"success": False, "reasons": [{}]}), MAYBE),
        (httpx.Response(403, json={}), MAYBE),
        (httpx.Response(404, json={"reasons": []}), MAYBE),
        (httpx.Response(429, json={"message": "No."}), MAYBE),
        (httpx.Response(429), MAYBE),
        (refusal(50000030, status=408), MAYBE),
        (refusal(50000030, status=409), MAYBE),
        (refusal(50000030, status=500), MAYBE),
        (refusal(90000011, status=401), MAYBE),
        (refusal(90000011), MAYBE),
        (httpx.Response(401, json={"message": "No."}), MAYBE),
        (httpx.Response(401), MAYBE),
        (httpx.Response(200, json={}), MAYBE),
        (httpx.Response(200, text='{"success": false, "success": true}'), MAYBE),
        (httpx.Response(400, text='{"success": false, "success": true}'), MAYBE),
    ],
)
async def test_only_zuoras_own_refusal_proves_that_nothing_happened(
    response: httpx.Response, *, maybe_applied: bool
) -> None:
    server = ScriptedServer(response)
    with pytest.raises(ZuoraError) as caught:
        await server.client.deny(ENTITY, "1")
    assert caught.value.maybe_applied is maybe_applied
    assert len(server.requests) == 1
