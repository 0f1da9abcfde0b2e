"""Checks each step of the way to a tenant, for `doctor`, with a remedy for what fails."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from entity_connections.domain.clock import describe_clock, is_clock_off
from entity_connections.domain.entities import Hierarchy
from entity_connections.domain.errors import ZuoraError
from entity_connections.domain.ids import parse_id
from entity_connections.domain.proxy import ProxyChoice, choose_proxy
from entity_connections.services.entity_lookup import EntityLookupError, find_entity
from entity_connections.services.request_log import RequestLog
from entity_connections.zuora.auth import Credentials
from entity_connections.zuora.client import ZuoraClient
from entity_connections.zuora.http.connection import (
    HttpLimits,
    convert_errors,
    create_http_client,
)
from entity_connections.zuora.http.responses import parse_server_time
from entity_connections.zuora.http.retry import RetryPolicy

TIMEOUT = 10.0
"""Seconds for the request that needs no token."""
STEPS = ("server", "clock", "token", "entities", "scope", "permissions")

_LIMITS = HttpLimits(read=20.0, exchange=30.0)
_NO_RETRIES = RetryPolicy(attempts=1, connect_attempts=1)


class Check(NamedTuple):
    """The result of one step; it is skipped if an earlier one that it needs has failed."""

    name: str
    verdict: Literal["ok", "warning", "failed", "skipped"]
    sentence: str
    remedy: str = ""


async def diagnose(
    base_url: str,
    credentials: Credentials | None,
    entity: str | None,
    proxy: str | None,
    request_log: RequestLog,
) -> AsyncIterator[Check]:
    """Check each of `STEPS` on the way to one tenant. Nothing in the tenant is changed.

    Args:
        base_url: the REST root, normalized.
        credentials: None skips the steps that need a token.
        entity: the entity to act in: id, name or display name; None for any of the token.
        proxy: as for `ZuoraClient`.
        request_log: knows for how long a step has been waiting.
    """
    last, left = "", list(STEPS)
    try:
        async for check in _check_steps(base_url, credentials, entity, proxy, request_log):
            yield check
            last = left.pop(0)
    except ZuoraError as error:
        last = left.pop(0)
        request = f" (request {error.request_id})" if error.request_id else ""
        yield Check(last, "failed", f"{error.title}: {error.sentence}{request}", error.hint)
    for name in left:
        yield Check(name, "skipped", f"It needs the step {last}.")


async def _check_steps(
    base_url: str,
    credentials: Credentials | None,
    entity: str | None,
    proxy: str | None,
    request_log: RequestLog,
) -> AsyncIterator[Check]:
    """Check one step after the other; ZuoraError if the next one fails so that no other works."""
    chosen = choose_proxy(base_url, proxy)
    server_time = await _ask_server(base_url, chosen, request_log)
    trust = " and has a certificate that is trusted" if base_url.startswith("https:") else ""
    way = f"through the proxy {chosen}" if chosen.url else f"no proxy is used: {chosen.reason}"
    yield Check("server", "ok", f"{urlsplit(base_url).hostname} answers{trust}; {way}.")
    yield _check_clock(server_time)
    if credentials is None:
        remedy = "Store them with: entity-connections login --profile NAME"
        yield Check("token", "skipped", "It needs a client id and its secret.", remedy)
        return
    client = await asyncio.to_thread(
        ZuoraClient,
        base_url,
        credentials,
        request_log=request_log,
        proxy=proxy,
        retry_policy=_NO_RETRIES,
        limits=_LIMITS,
    )
    async with client:
        ids = await client.list_accessible_ids()
        yield Check("token", "ok", "Zuora gave a token for the client id and its secret.")
        check, acting_id = await _check_entities(client, entity, ids)
        yield check
        yield _check_scope(acting_id, ids)
        if entity is None:
            acting_id = min(ids or (), default=None)
        yield await _check_permissions(client, acting_id)


async def _ask_server(
    base_url: str, proxy: ProxyChoice, request_log: RequestLog
) -> datetime | None:
    """Send a request without a token: every answer has a `Date`, even a refusal.

    Return the server's time, None where it does not tell it.
    """
    client = await asyncio.to_thread(create_http_client, base_url, _LIMITS, proxy)
    request = client.build_request("GET", "/")
    started = asyncio.get_running_loop().time()
    request_log.in_flight.append(started)
    try:
        with convert_errors(request, proxy):
            async with client, asyncio.timeout(TIMEOUT):
                response = await client.send(request, stream=True)
                async with contextlib.aclosing(response):
                    return parse_server_time(response.headers)
    finally:
        request_log.in_flight.remove(started)


def _check_clock(server_time: datetime | None) -> Check:
    if server_time is None:
        return Check("clock", "skipped", "The server did not tell its time.")
    sentence = describe_clock(server_time)
    if is_clock_off(server_time):
        return Check("clock", "warning", sentence, "Set it: the journal's times would be wrong.")
    return Check("clock", "ok", sentence)


async def _check_entities(
    client: ZuoraClient, entity: str | None, ids: frozenset[str] | None
) -> tuple[Check, str | None]:
    """Read the entities; return the id of the one that was typed, None if it is not known."""
    typed_id = parse_id(entity or "")
    acting_id = typed_id if ids is None or typed_id in ids else None
    result = await client.list_entities(acting_id)
    if entity is not None and acting_id is None:  # Zuora may have cut an id off a long list
        try:
            acting_id = find_entity(entity, Hierarchy(result.items, result.missing)).id
        except EntityLookupError as error:
            remedy = "Run `entities` to see the names."
            return Check("entities", "failed", str(error), remedy), None
    provisioned = sum(entity.provisioned for entity in result.items)
    sentence = f"Zuora lists {len(result.items)} entities, {provisioned} of them provisioned."
    return _create_list_check("entities", sentence, result.warnings), acting_id


def _check_scope(acting_id: str | None, ids: frozenset[str] | None) -> Check:
    if ids is None:
        sentence = "The token names no entity: Multi-entity may be off in this tenant."
        return Check("scope", "warning", sentence, "Choose entities for the OAuth client.")
    if acting_id and acting_id not in ids:
        sentence = "The token may not act in the entity that was chosen."
        remedy = "Let an administrator add the entity to the OAuth client, or choose another."
        return Check("scope", "failed", sentence, remedy)
    return Check("scope", "ok", f"Entities that the token may act in: {len(ids)}.")


async def _check_permissions(client: ZuoraClient, acting_id: str | None) -> Check:
    if acting_id is None:
        return Check("permissions", "skipped", "It needs an entity to act in.", "Use --entity.")
    result = await client.list_connections(acting_id)
    sentence = (
        f"The {len(result.items):,} connections of an entity can be read. "
        "Whether you may change them is known only when you try."
    )
    return _create_list_check("permissions", sentence, result.warnings)


def _create_list_check(name: str, sentence: str, warnings: tuple[str, ...]) -> Check:
    if warnings:
        remedy = "Tell Zuora Support what is wrong with the list."
        return Check(name, "warning", " ".join((sentence, *warnings)), remedy)
    return Check(name, "ok", sentence)
