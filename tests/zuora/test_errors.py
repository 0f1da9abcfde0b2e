"""Which error each bad answer becomes, and whether the outcome is known (contract F)."""

import httpx
import pytest
from entity_connections.domain import errors
from entity_connections.domain.errors import ZuoraError

from tests.zuora.server import ENTITY, ScriptedServer, no, yes

pytestmark = pytest.mark.asyncio
HTML = httpx.Response(502, html="<html>Bad gateway</html>")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (no(50000010), errors.Forbidden),
        (no("50000010"), errors.Forbidden),
        (no(50000040), errors.NotFound),
        (no(50000030), errors.Refused),
        (no(50000020), errors.Refused),
        (no(50000027), errors.Refused),
        (no(50000050), errors.RateLimited),
        (no(50000060), errors.ServerError),
        (no(50000061), errors.ServerError),
        (no(50000070, status=429), errors.RateLimited),
        (no(50000030, status=400), errors.Refused),
        (
            httpx.Response(429, json={"reasons": [{"code": 70, "message": "Wait"}]}),
            errors.RateLimited,
        ),
        (httpx.Response(403), errors.Forbidden),
        (httpx.Response(404, html="<html>"), errors.NotFound),
        (httpx.Response(409), errors.Conflict),
        (httpx.Response(422), errors.Refused),
        (HTML, errors.ServerError),
        (no(50000010, status=502), errors.ServerError),
        (no("ABC10"), errors.Refused),
        (httpx.Response(403, json={"reasons": {"code": 1}}), errors.Forbidden),
        (httpx.Response(400, json={"reasons": [{"code": 50000030}, 7]}), errors.Refused),
        (httpx.Response(400, json={"reasons": [{"code": 10, "message": None}]}), errors.Forbidden),
        (httpx.Response(403, json={"message": ["x"]}), errors.Forbidden),
        (httpx.Response(500, json=[1]), errors.ServerError),
        (httpx.Response(302, headers={"Location": "https://evil.example"}), errors.InvalidResponse),
        (httpx.Response(200, html="<html>"), errors.InvalidResponse),
        (httpx.Response(200, content=b"{"), errors.InvalidResponse),
        (httpx.Response(200, json={"success": True, "entities": [{}]}), errors.InvalidResponse),
        (httpx.Response(200, json={"success": "maybe"}), errors.InvalidResponse),
        (httpx.Response(200, json={"Success": False, "Errors": [{"Code": "X"}]}), errors.Refused),
        (httpx.ConnectError("x"), errors.Unreachable),
        (httpx.ConnectTimeout("x"), errors.Unreachable),
        (httpx.ReadTimeout("x"), errors.NoResponse),
        (httpx.RemoteProtocolError("x"), errors.NoResponse),
        (httpx.Response(200, headers={"Content-Encoding": "br"}), errors.InvalidResponse),
    ],
)  # fmt: skip
async def test_a_bad_answer_becomes_one_error(
    answer: httpx.Response | Exception, kind: type[ZuoraError]
) -> None:
    with pytest.raises(ZuoraError) as caught:
        await ScriptedServer(answer).client.list_entities(ENTITY)
    assert type(caught.value) is kind
    assert caught.value.sentence


async def test_a_refusal_carries_zuoras_sentence_code_and_request_id() -> None:
    answer = no(50000030, "Already \x1b[31mconnected.", Zuora_Request_Id="6d9b5a7e")
    with pytest.raises(errors.Refused) as caught:
        await ScriptedServer(answer).client.accept(ENTITY, "1")
    assert caught.value.sentence == "Already [31mconnected."
    assert caught.value.codes == "50000030"
    assert caught.value.request_id == "6d9b5a7e"


@pytest.mark.parametrize("noise", ["", "x" * 1_145, "token-1 " * 150])
async def test_a_token_is_not_shown_however_it_is_echoed(noise: str) -> None:
    answer = no(50000030, f"{noise}bad t\u200bok\u2060en-1. " + "tok\u200ben-1" * 200)
    with pytest.raises(errors.Refused) as caught:
        await ScriptedServer(answer).client.accept(ENTITY, "1")
    assert "token" not in caught.value.sentence
    assert len(caught.value.sentence) <= 255


@pytest.mark.parametrize("before", range(0, 32, 5))
async def test_nor_is_a_part_of_a_token_where_the_text_is_cut(before: int) -> None:
    token = "7f0b5e1c93d24a6b8c0d1e2f3a4b5c6d"
    server = ScriptedServer(no(50000030, "x" * before + token * 100))
    server.token_answer = httpx.Response(200, json={"access_token": token, "expires_in": 3599})
    with pytest.raises(errors.Refused) as caught:
        await server.client.accept(ENTITY, "1")
    assert set(caught.value.sentence) <= set("x*…")


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
async def test_what_stays_counts_more_than_what_passes(
    codes: tuple[int | str, ...], kind: type[ZuoraError]
) -> None:
    body = {"success": False, "reasons": [{"code": one} for one in codes]}
    with pytest.raises(ZuoraError) as caught:
        await ScriptedServer(httpx.Response(200, json=body)).client.list_entities(ENTITY)
    assert type(caught.value) is kind


async def test_a_refused_credential_in_a_200_asks_for_a_new_token_too() -> None:
    server = ScriptedServer(no(90000011), yes(entities=[]))
    await server.client.list_entities(ENTITY)
    assert len(server.tokens) == 2


@pytest.mark.parametrize("id_", ["..", "a/b", "é", "", "1\u200b", "x" * 256])
async def test_an_id_that_could_change_a_path_is_not_taken(id_: str) -> None:
    row = {"id": id_, "sourceEntityId": ENTITY, "targetEntityId": ENTITY, "status": "Pending"}
    server = ScriptedServer(yes(entityConnections=[row]))
    with pytest.raises(errors.InvalidResponse):
        await server.client.list_connections(ENTITY)


async def test_two_401s_in_a_row_are_bad_credentials() -> None:
    server = ScriptedServer(no(90000011, status=401), no(90000011, status=401))
    with pytest.raises(errors.Unauthenticated):
        await server.client.list_entities(ENTITY)
    assert len(server.calls) == 2


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry_After": "120"}, 120.0),
        ({"RateLimit_Reset": "7"}, 7.0),
        ({"Retry_After": "nan"}, None),
        ({"Retry_After": "-5"}, None),
        ({"Retry_After": "9" * 400}, None),
        ({"Retry_After": "3", "RateLimit_Reset": "7"}, 3.0),
        (
            {
                "Date": "Sun, 22 Nov 2026 10:00:00 GMT",
                "Retry_After": "Sun, 22 Nov 2026 10:00:30 GMT",
            },
            30.0,
        ),
        ({"Retry_After": "soon"}, None),
        (
            {
                "Date": "Sun, 22 Nov 2026 10:00:00 GMT",
                "Retry_After": "Sun, 22 Nov 2026 10:00:30 -0000",
            },
            None,
        ),
        ({}, None),
    ],
)
async def test_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    with pytest.raises(errors.RateLimited) as caught:
        await ScriptedServer(no(50000070, status=429, **headers)).client.list_entities(ENTITY)
    assert caught.value.retry_after == seconds


async def test_a_write_without_an_answer_is_unknown_and_sent_once() -> None:
    server = ScriptedServer(httpx.ReadTimeout("x"))
    with pytest.raises(errors.NoResponse) as caught:
        await server.client.accept(ENTITY, "1")
    assert not caught.value.outcome_known
    assert len(server.calls) == 1


async def test_a_write_whose_answer_does_not_say_success_is_unknown() -> None:
    with pytest.raises(errors.InvalidResponse) as caught:
        await ScriptedServer(httpx.Response(200, json={})).client.deny(ENTITY, "1")
    assert not caught.value.outcome_known


@pytest.mark.parametrize("trouble", [httpx.ReadTimeout("x"), HTML])
async def test_without_a_token_it_is_known_that_nothing_was_sent(
    trouble: httpx.Response | Exception,
) -> None:
    server = ScriptedServer(yes())
    server.token_answer = trouble
    with pytest.raises(errors.TokenUnavailable) as caught:
        await server.client.accept(ENTITY, "1")
    assert caught.value.outcome_known
    assert not server.calls


async def test_bad_credentials_say_so() -> None:
    server = ScriptedServer()
    server.token_answer = httpx.Response(401, json={"message": "Authentication error"})
    with pytest.raises(errors.Unauthenticated):
        await server.client.list_entities(ENTITY)
