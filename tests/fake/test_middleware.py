"""What all responses have in common: ids, limits, compression (contract E1, E2, F, G)."""

from datetime import timedelta
from email.utils import parsedate_to_datetime

import httpx
import pytest
from entity_connections.fake.api.rate_limits import Meter
from entity_connections.fake.policy import Policy
from entity_connections.fake.scenarios.builtin.acme import EUROPE

from tests.fake.conftest import Open
from tests.fake.server import Server, category, raw_call


async def test_every_call_has_a_request_id_of_its_own(server: Server) -> None:
    session = await server.sign_in("alice")
    paths = ("/v1/entities", "/v1/entities", "/v1/nothing", "/elsewhere", "/oauth/token")
    answers = [await session.get(path) for path in paths]
    ids = [answer.headers["Zuora-Request-Id"] for answer in answers]
    assert len(set(ids)) == len(ids)
    body = answers[2].json()
    assert body["requestId"] == ids[2]
    assert body["processId"] == ids[2].replace("-", "")[:16].upper()


async def test_the_date_is_that_of_the_tenants_clock(server: Server) -> None:
    session = await server.sign_in("alice")
    first = await session.request(EUROPE, "key-1")
    server.now += 61
    again = await session.request(EUROPE, "key-1")
    assert again.content == first.content, "it is stored"
    dates = [parsedate_to_datetime(answer.headers["Date"]) for answer in (first, again)]
    assert dates[1] - dates[0] == timedelta(seconds=61)


@pytest.mark.parametrize("path", ["/v1/entities", "/v1/nothing", "/elsewhere"])
async def test_the_track_id_comes_back_only_if_sent(server: Server, path: str) -> None:
    session = await server.sign_in("alice")
    assert "Zuora-Track-Id" not in (await session.get(path)).headers
    session.headers["Zuora-Track-Id"] = "a-b_c/" + "9" * 58
    assert (await session.get(path)).headers["Zuora-Track-Id"] == "a-b_c/" + "9" * 58


@pytest.mark.parametrize(
    "value", [b"x" * 65, b"a:b", b"a;b", b'a"b', b"a'b", "ä".encode(), b"a\tb", b"a\r\nb: c"]
)
async def test_an_invalid_track_id_is_refused_and_not_repeated(
    server: Server, value: bytes
) -> None:
    status, headers, _ = await raw_call(
        server.tenant.asgi, "GET", "/v1/entities", headers=[(b"zuora-track-id", value)]
    )
    assert status == 400
    assert "zuora-track-id" not in headers


async def test_the_api_reports_its_limits(server: Server) -> None:
    session = await server.sign_in("alice")
    server.now = 1_800_000_000 - 1_800_000_000 % 60 + 45.0
    first, second = await session.get("/v1/entities"), await session.get("/v1/nothing")
    assert first.headers["RateLimit-Limit"] == (
        "50000, 50000;w=60, 2250000;w=3600, 27000000;w=86400"
    )
    assert first.headers["RateLimit-Remaining"] == "49999"
    assert second.headers["RateLimit-Remaining"] == "49998"
    assert first.headers["RateLimit-Reset"] == "15"
    assert first.headers["Concurrency-Limit-Type"] == "Default"
    assert first.headers["Concurrency-Limit-Limit"] == "40"
    assert first.headers["Concurrency-Limit-Remaining"] == "39"


async def test_calls_over_the_limit_are_refused_with_429(open_server: Open) -> None:
    server = open_server(limits={60: 2, 3600: 100})
    session = await server.sign_in("alice")
    for _ in range(2):
        assert (await session.get("/v1/entities")).status_code == 200
    answer = await session.get("/v1/entities")
    assert answer.status_code == 429
    assert answer.json().keys() == {"reasons"}
    assert answer.json()["reasons"][0]["code"] == 70
    assert "Retry-After" not in answer.headers
    server.now += int(answer.headers["RateLimit-Reset"])
    assert (await session.get("/v1/entities")).status_code == 200


async def test_the_window_closest_to_exhaustion_counts() -> None:
    now = [0.0]
    meter = Meter({60: 10, 3600: 12}, lambda: now[0])
    assert [meter.count().limit for _ in range(10)] == [10] * 10
    now[0] = 60.0
    assert meter.count() == (12, 1, 3540)
    assert [meter.count().remaining for _ in range(2)] == [0, -1]


async def test_the_token_endpoint_has_rate_limit_headers_of_its_own(server: Server) -> None:
    headers = (await server.token("alice")).headers
    assert headers["X-RateLimit-Limit-minute"] == "2000"
    assert headers["X-RateLimit-Remaining-minute"] == "1999"
    assert "RateLimit-Limit" not in headers


async def test_an_address_gets_100_tokens_a_minute_by_policy(server: Server) -> None:
    async def request_tokens(count: int) -> list[int]:
        return [(await server.token("alice")).status_code for _ in range(count)]

    assert set(await request_tokens(130)) == {200}
    server.tenant.policy = Policy(token_limit="per-address")
    assert await request_tokens(101) == [200] * 100 + [429]
    refused = await server.token("bruno")
    assert refused.json()["reasons"][0]["code"] == 70
    assert refused.headers["X-RateLimit-Limit-minute"] == "100"
    assert refused.headers["X-RateLimit-Remaining-minute"] == "0"
    other = httpx.ASGITransport(server.tenant.asgi, client=("192.0.2.7", 1))
    async with httpx.AsyncClient(transport=other, base_url="http://x") as client:
        assert (await client.post("/oauth/token")).status_code != 429
    server.now += 60
    assert await request_tokens(1) == [200]


async def test_bodies_over_1000_bytes_are_compressed_if_asked(server: Server) -> None:
    session = await server.sign_in("alice")
    for accepted, coding in {"br, gzip;q=0.5": "gzip", "identity": None}.items():
        session.headers["Accept-Encoding"] = accepted
        long, short = await session.get("/v1/entities"), await session.get("/v1/nothing")
        assert len(long.json()["entities"]) == 15
        assert long.headers.get("Content-Encoding") == coding
        assert long.headers["Content-Type"] == "application/json; charset=utf-8"
        assert "Content-Encoding" not in short.headers


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/", "/v1/entities//", "/v2/entities", "/v1/entity-connections/x"]
)
async def test_unknown_paths_are_not_found(server: Server, path: str) -> None:
    answer = await (await server.sign_in("alice")).get(path)
    assert (answer.status_code, category(answer)) == (404, 40)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/oauth/token"),
        ("PATCH", "/v1/entities"),
        ("DELETE", "/v1/entity-connections"),
        ("POST", "/v1/entity-connections/x/accept"),
        ("BREW", "/v1/entities"),
        ("OPTIONS", "/v1/entities"),
    ],
)
async def test_wrong_methods_are_405(server: Server, method: str, path: str) -> None:
    answer = await (await server.sign_in("alice")).call(method, path)
    assert (answer.status_code, category(answer)) == (405, 45)
    assert answer.headers["Allow"]
