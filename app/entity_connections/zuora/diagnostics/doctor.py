"""What works on the way to a tenant, step by step, with a remedy for what does not."""

import asyncio
import time
from collections.abc import AsyncIterator
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
from entity_connections.zuora.http.patience import Patience

ONE_TRY = Patience(attempts=1, knocks=1, read=20.0, exchange=30.0)
"""Who asks what works wants to see what fails."""
CLOCK = 60.0
"""Seconds that two clocks may be apart."""


class Check(NamedTuple):
    """What one step showed.

    Attributes:
        name: of the step ("DNS").
        verdict: what came of it; "skipped" when what it needs is missing.
        sentence: what was seen.
        remedy: what to do about it, or "".
    """

    name: str
    verdict: Literal["ok", "warning", "failed", "skipped"]
    sentence: str
    remedy: str = ""


async def examine(
    base_url: str, credentials: Credentials | None, acting_id: str | None = None
) -> AsyncIterator[Check]:
    """Yield what each step of the way shows; what fails stops only what needs it.

    Nothing is changed in the tenant, so whether writing is allowed is not found out.

    Args:
        base_url: the REST root.
        credentials: None leaves out what needs a token.
        acting_id: the entity to act in; else the first in the token's scope.
    """
    try:
        root = normalize_base_url(base_url)
    except InvalidBaseUrlError as error:
        remedy = "Correct base_url of the profile, or --base-url; or name an environment."
        yield Check("address", "failed", str(error), remedy)
        for name in ("DNS", "connection", "TLS", "clock", *_WITH_TOKEN):
            yield Check(name, "skipped", "It needs an address.")
        return
    yield Check("address", "ok", f"{root} is an address that may be given a secret.")
    async for check in _network(root):
        yield check
    if credentials is None:
        for name in _WITH_TOKEN:
            yield Check(name, "skipped", "It needs a client id and its secret.", _LOG_IN)
        return
    lock = WriteLock(locked=True)
    try:
        client = await asyncio.to_thread(
            ZuoraClient.over_internet, root, credentials, lock, patience=ONE_TRY
        )
    except ZuoraError as error:
        yield _failed("token", error)
        for name in _WITH_TOKEN[1:]:
            yield Check(name, "skipped", "It needs a token.")
        return
    async with client:
        async for check in _tenant(client, acting_id):
            yield check


_LOG_IN = "Store them with: entity-connections login --profile NAME"
_WITH_TOKEN = ("token", "scope", "entities", "permissions")


async def _network(root: str) -> AsyncIterator[Check]:
    parts = urlsplit(root)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = await network.resolve(host, port)
    if isinstance(found, str):
        remedy = "Check the spelling of the address, the network, and the VPN if there is one."
        yield Check("DNS", "failed", found, remedy)
        for name in ("connection", "TLS", "clock"):
            yield Check(name, "skipped", "It needs to know where the host is.")
        return
    yield Check("DNS", "ok", f"{host} is {clean(', '.join(found[:3]))}.")
    problem = await network.connect(host, port)
    if problem:
        remedy = "A firewall between here and there may stop it; no proxy is used."
        yield Check("connection", "failed", problem, remedy)
        for name in ("TLS", "clock"):
            yield Check(name, "skipped", "It needs a connection.")
        return
    yield Check("connection", "ok", f"{host} takes connections on port {port}.")
    yield await _tls(parts.scheme, host, port)
    yield await _clock(root)


async def _tls(scheme: str, host: str, port: int) -> Check:
    if scheme != "https":
        return Check("TLS", "skipped", "http within this machine needs none.")
    shown = await network.certificate(host, port)
    if isinstance(shown, str):
        remedy = "A proxy that opens TLS needs its authority in SSL_CERT_FILE."
        return Check("TLS", "failed", shown, remedy)
    days = (shown - time.time()) / 86_400
    said = f"The certificate is trusted, and good for {days:,.0f} more days."
    if days < 14:
        return Check("TLS", "warning", said, "Its owner has to renew it; nothing to do here.")
    return Check("TLS", "ok", said)


async def _clock(root: str) -> Check:
    ahead = await network.clock(root, ONE_TRY)
    if ahead is None:
        return Check("clock", "skipped", "The server did not tell its time.")
    if abs(ahead) <= CLOCK:
        return Check("clock", "ok", f"Our clock and the server's are {abs(ahead):.0f} s apart.")
    which = "ahead of" if ahead > 0 else "behind"
    said = f"This machine's clock is {abs(ahead):,.0f} s {which} the server's."
    return Check("clock", "warning", said, "Set it: the journal's times would be wrong.")


async def _tenant(client: ZuoraClient, acting_id: str | None) -> AsyncIterator[Check]:
    try:
        accessible_ids = await client.list_accessible_ids()
    except ZuoraError as error:
        yield _failed("token", error)
        for name in _WITH_TOKEN[1:]:
            yield Check(name, "skipped", "It needs a token.")
        return
    yield Check("token", "ok", "Zuora gave a token for the client id and its secret.")
    acting = normalize_id(acting_id) if acting_id else None
    yield _scope(accessible_ids, acting)
    try:
        listed = await client.list_entities(acting)
    except ZuoraError as error:
        yield _failed("entities", error)
    else:
        provisioned = sum(one.provisioned for one in listed.found)
        said = f"Zuora lists {len(listed.found)} entities, {provisioned} of them provisioned."
        yield _read("entities", said, listed.warnings)
    if acting is None:
        acting = min(accessible_ids) if accessible_ids else None
    if acting is None:
        yield Check("permissions", "skipped", "It needs an entity to act in.", "Use --entity.")
        return
    try:
        connections = await client.list_connections(acting)
    except ZuoraError as error:
        yield _failed("permissions", error)
        return
    said = f"The {len(connections.found):,} connections of an entity can be read. "
    said += "Whether you may change them shows only when you do."
    yield _read("permissions", said, connections.warnings)


def _scope(accessible_ids: frozenset[str] | None, acting: str | None) -> Check:
    if accessible_ids is None:
        said = "The token names no entity: Multi-entity may be off in this tenant."
        return Check("scope", "warning", said, "Ask Zuora Support, or choose entities for it.")
    if acting and acting not in accessible_ids:
        said = "The token may not act in the entity that was chosen."
        remedy = "Let an administrator add the entity to the OAuth client, or choose another."
        return Check("scope", "failed", said, remedy)
    count = "1 entity" if len(accessible_ids) == 1 else f"{len(accessible_ids)} entities"
    return Check("scope", "ok", f"The token may act in {count}.")


def _read(name: str, said: str, warnings: tuple[str, ...]) -> Check:
    if warnings:
        remedy = "Tell Zuora Support what is strange about the list."
        return Check(name, "warning", " ".join((said, *warnings)), remedy)
    return Check(name, "ok", said)


def _failed(name: str, error: ZuoraError) -> Check:
    quoted = f" (request {error.request_id})" if error.request_id else ""
    return Check(name, "failed", f"{error.title}: {error.sentence}{quoted}", error.hint)
