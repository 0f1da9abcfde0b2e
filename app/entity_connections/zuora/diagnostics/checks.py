"""Checks each step of the way to a tenant and suggests a remedy for what fails."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from entity_connections.domain.base_url import InvalidBaseUrlError, normalize_base_url
from entity_connections.domain.errors import ZuoraError
from entity_connections.domain.ids import normalize_id
from entity_connections.domain.text import clean
from entity_connections.services.write_lock import WriteLock
from entity_connections.zuora.auth import Credentials
from entity_connections.zuora.client import ZuoraClient
from entity_connections.zuora.diagnostics import network
from entity_connections.zuora.http.connection import HttpLimits
from entity_connections.zuora.http.retry import RetryPolicy

_LIMITS = HttpLimits(read=20.0, exchange=30.0)
_MAX_CLOCK_OFFSET = 60.0
"""Seconds that two clocks may differ."""
_MIN_CERTIFICATE_DAYS = 14
_NETWORK_STEPS = ("DNS", "connection", "TLS", "clock")
_TOKEN_STEPS = ("token", "scope", "entities", "permissions")


class Check(NamedTuple):
    """The result of one step.

    Attributes:
        name: of the step ("DNS").
        verdict: "skipped" if an earlier step that this one needs has failed.
        sentence: what was found.
        remedy: what to do about it, or "".
    """

    name: str
    verdict: Literal["ok", "warning", "failed", "skipped"]
    sentence: str
    remedy: str = ""


async def diagnose(
    base_url: str, credentials: Credentials | None, acting_id: str | None = None
) -> AsyncIterator[Check]:
    """Check each step; one that fails skips only the steps that need it.

    Nothing in the tenant is changed, so the permission to write is not checked.

    Args:
        base_url: the REST root.
        credentials: None skips the steps that need a token.
        acting_id: the entity to act in; None for the first in the token's scope.
    """
    try:
        root = normalize_base_url(base_url)
    except InvalidBaseUrlError as error:
        remedy = "Correct base_url of the profile, or --base-url; or name an environment."
        yield Check("address", "failed", str(error), remedy)
        for check in _skip((*_NETWORK_STEPS, *_TOKEN_STEPS), "It needs an address."):
            yield check
        return
    yield Check("address", "ok", f"{root} is an address that may be given a secret.")
    async for check in _check_network(root):
        yield check
    if credentials is None:
        remedy = "Store them with: entity-connections login --profile NAME"
        for check in _skip(_TOKEN_STEPS, "It needs a client id and its secret.", remedy):
            yield check
        return
    try:
        client = await asyncio.to_thread(
            ZuoraClient,
            root,
            credentials,
            WriteLock(locked=True),
            retry_policy=RetryPolicy(attempts=1, connect_attempts=1),
            limits=_LIMITS,
        )
        async with client:
            accessible_ids = await client.list_accessible_ids()
            yield Check("token", "ok", "Zuora gave a token for the client id and its secret.")
            async for check in _check_tenant(client, accessible_ids, acting_id):
                yield check
    except ZuoraError as error:
        yield _fail("token", error)
        for check in _skip(_TOKEN_STEPS[1:], "It needs a token."):
            yield check


async def _check_network(root: str) -> AsyncIterator[Check]:
    parts = urlsplit(root)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        addresses = await network.resolve(host, port)
    except network.NetworkError as error:
        remedy = "Check the spelling of the address, the network, and the VPN if there is one."
        yield Check("DNS", "failed", str(error), remedy)
        for check in _skip(_NETWORK_STEPS[1:], "It needs to know where the host is."):
            yield check
        return
    yield Check("DNS", "ok", f"{host} is {clean(', '.join(addresses[:3]))}.")
    try:
        await network.connect(host, port)
    except network.NetworkError as error:
        remedy = "A firewall between here and there may stop it; no proxy is used."
        yield Check("connection", "failed", str(error), remedy)
        for check in _skip(_NETWORK_STEPS[2:], "It needs a connection."):
            yield check
        return
    yield Check("connection", "ok", f"{host} takes connections on port {port}.")
    yield await _check_tls(parts.scheme, host, port)
    yield await _check_clock(root)


async def _check_tls(scheme: str, host: str, port: int) -> Check:
    if scheme != "https":
        return Check("TLS", "skipped", "http within this machine needs none.")
    try:
        expiry = await network.read_certificate_expiry(host, port)
    except network.NetworkError as error:
        remedy = "A proxy that opens TLS needs its authority in SSL_CERT_FILE."
        return Check("TLS", "failed", str(error), remedy)
    days = (expiry - time.time()) / 86_400
    sentence = f"The certificate is trusted, and good for {days:,.0f} more days."
    if days < _MIN_CERTIFICATE_DAYS:
        remedy = "Its owner has to renew it; nothing to do here."
        return Check("TLS", "warning", sentence, remedy)
    return Check("TLS", "ok", sentence)


async def _check_clock(root: str) -> Check:
    ahead = await network.measure_clock_offset(root, _LIMITS)
    if ahead is None:
        return Check("clock", "skipped", "The server did not tell its time.")
    if abs(ahead) <= _MAX_CLOCK_OFFSET:
        return Check("clock", "ok", f"Our clock and the server's are {abs(ahead):.0f} s apart.")
    which = "ahead of" if ahead > 0 else "behind"
    sentence = f"This machine's clock is {abs(ahead):,.0f} s {which} the server's."
    return Check("clock", "warning", sentence, "Set it: the journal's times would be wrong.")


async def _check_tenant(
    client: ZuoraClient, accessible_ids: frozenset[str] | None, acting_id: str | None
) -> AsyncIterator[Check]:
    acting_id = normalize_id(acting_id) if acting_id else None
    yield _check_scope(accessible_ids, acting_id)
    yield await _check_entities(client, acting_id)
    yield await _check_permissions(client, acting_id or min(accessible_ids or (), default=None))


def _check_scope(accessible_ids: frozenset[str] | None, acting_id: str | None) -> Check:
    if accessible_ids is None:
        sentence = "The token names no entity: Multi-entity may be off in this tenant."
        return Check("scope", "warning", sentence, "Ask Zuora Support, or choose entities for it.")
    if acting_id and acting_id not in accessible_ids:
        sentence = "The token may not act in the entity that was chosen."
        remedy = "Let an administrator add the entity to the OAuth client, or choose another."
        return Check("scope", "failed", sentence, remedy)
    count = "1 entity" if len(accessible_ids) == 1 else f"{len(accessible_ids)} entities"
    return Check("scope", "ok", f"The token may act in {count}.")


async def _check_entities(client: ZuoraClient, acting_id: str | None) -> Check:
    try:
        entities = await client.list_entities(acting_id)
    except ZuoraError as error:
        return _fail("entities", error)
    provisioned = sum(entity.provisioned for entity in entities.items)
    sentence = f"Zuora lists {len(entities.items)} entities, {provisioned} of them provisioned."
    return _rate_list("entities", sentence, entities.warnings)


async def _check_permissions(client: ZuoraClient, acting_id: str | None) -> Check:
    if acting_id is None:
        sentence = "It needs an entity to act in."
        return Check("permissions", "skipped", sentence, "Use --entity.")
    try:
        connections = await client.list_connections(acting_id)
    except ZuoraError as error:
        return _fail("permissions", error)
    sentence = (
        f"The {len(connections.items):,} connections of an entity can be read. "
        "Whether you may change them shows only when you do."
    )
    return _rate_list("permissions", sentence, connections.warnings)


def _rate_list(name: str, sentence: str, warnings: tuple[str, ...]) -> Check:
    if warnings:
        remedy = "Tell Zuora Support what is strange about the list."
        return Check(name, "warning", " ".join((sentence, *warnings)), remedy)
    return Check(name, "ok", sentence)


def _fail(name: str, error: ZuoraError) -> Check:
    request = f" (request {error.request_id})" if error.request_id else ""
    return Check(name, "failed", f"{error.title}: {error.sentence}{request}", error.hint)


def _skip(names: Iterable[str], sentence: str, remedy: str = "") -> Iterator[Check]:
    return (Check(name, "skipped", sentence, remedy) for name in names)
