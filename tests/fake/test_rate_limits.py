"""The limits of token requests, for the tenant and for an address (contract A2, G)."""

import httpx
import pytest
from entity_connections.fake.api.rate_limits import TokenMeter
from entity_connections.fake.rules.policy import Policy, TokenLimit

from tests.fake.conftest import Open
from tests.fake.server import Server

pytestmark = pytest.mark.asyncio

LIMITED = Policy(token_limit=TokenLimit.PER_ADDRESS)


async def _statuses(server: Server, count: int) -> list[int]:
    return [(await server.token("alice")).status_code for _ in range(count)]


async def test_more_than_100_tokens_a_minute_are_issued_by_default(server: Server) -> None:
    assert set(await _statuses(server, 130)) == {200}


async def test_an_address_gets_100_tokens_a_minute_by_policy(open_server: Open) -> None:
    server = open_server(policy=LIMITED)
    server.now = 1_800_000_000.0 - 1_800_000_000 % 60
    first = await server.token("alice")
    assert first.headers["X-RateLimit-Limit-minute"] == "100"
    assert first.headers["X-RateLimit-Remaining-minute"] == "99"
    assert await _statuses(server, 100) == [200] * 99 + [429]
    refused = await server.token("bruno")
    assert refused.json()["reasons"][0]["code"] == 70
    other = httpx.ASGITransport(server.tenant.asgi, client=("192.0.2.7", 1))
    async with httpx.AsyncClient(transport=other, base_url="http://x") as client:
        assert (await client.post("/oauth/token")).status_code != 429
    server.now += 60
    assert await _statuses(server, 1) == [200]


async def test_the_limit_can_be_switched_while_the_tenant_is_open(server: Server) -> None:
    await _statuses(server, 120)
    server.tenant.policy = LIMITED
    assert await _statuses(server, 101) == [200] * 100 + [429]


async def test_the_number_of_counted_addresses_is_limited() -> None:
    meter = TokenMeter(lambda: 0.0, lambda: LIMITED)
    for number in range(1_050):
        if number % 10 == 0:
            meter.count("busy")
        meter.count(f"{number}")
    assert not any(meter.count("0").exceeded for _ in range(100)), "the first is forgotten"
    assert any(meter.count("1049").exceeded for _ in range(100)), "the last is not"
    assert meter.count("busy").exceeded
