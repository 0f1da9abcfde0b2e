"""Checks each step of the way to a tenant, for `doctor`, with a remedy for what fails."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from entity_connections.domain import errors
from entity_connections.domain.clock import describe_clock, is_clock_off
from entity_connections.domain.entities import Hierarchy
from entity_connections.domain.errors import ZuoraError
from entity_connections.domain.ids import parse_id
from entity_connections.domain.proxy import choose_proxy
from entity_connections.services.entity_lookup import EntityLookupError, find_entity
from entity_connections.services.request_log import RequestLog
from entity_connections.zuora.auth import Credentials
from entity_connections.zuora.client import ZuoraClient
from entity_connections.zuora.http.connection import convert_errors, create_http_client
from entity_connections.zuora.http.limits import HttpLimits
from entity_connections.zuora.http.responses import parse_server_time
from entity_connections.zuora.http.retry import RetryPolicy

TIMEOUT = 10.0
"""Seconds for each step below the API."""

_LIMITS = HttpLimits(read=20.0, exchange=30.0)
_NO_RETRIES = RetryPolicy(attempts=1, connect_attempts=1)


class Check(NamedTuple):
    """The result of one step; it is skipped if an earlier one that it needs has failed."""

    name: str
    verdict: Literal["ok", "warning", "failed", "skipped"]
    sentence: str
    remedy: str = ""


class Diagnosis:
    """Checks the way to one tenant. Nothing in the tenant is changed.

    Args:
        base_url: the REST root, normalized.
        credentials: None skips the steps that need a token.
        entity: the entity to act in: id, name or display name; None for any of the token.
        proxy: as for `ZuoraClient`.

    Attributes:
        request_log: knows for how long a step has been waiting.
    """

    _client: ZuoraClient  # from the step "token" on

    def __init__(
        self,
        base_url: str,
        credentials: Credentials | None,
        entity: str | None = None,
        proxy: str | None = None,
    ) -> None:
        parts = urlsplit(base_url)
        self._base_url = base_url
        self._tls = parts.scheme == "https"
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if self._tls else 80)
        self._configured_proxy = proxy
        self._proxy = choose_proxy(base_url, proxy)
        self._answer: datetime | ZuoraError | None = None
        self._was_asked = False
        self._credentials = credentials
        self._entity = entity
        self._acting_id: str | None = None  # from the step "entities" on
        self._accessible_ids: frozenset[str] | None = None
        self.request_log = RequestLog()
        self._open_clients = contextlib.AsyncExitStack()

    async def run(self) -> AsyncIterator[Check]:
        """Check each step; one that fails skips only the steps that need it."""
        steps = (
            ("proxy", None, self._check_proxy),
            ("DNS", "proxy", self._check_dns),
            ("connection", "DNS", self._check_connection),
            ("TLS", "connection", self._check_tls),
            ("clock", "connection", self._check_clock),
            ("token", "connection", self._check_token),
            ("entities", "token", self._check_entities),
            ("scope", "token", self._check_scope),
            ("permissions", "token", self._check_permissions),
        )
        undone: set[str | None] = set()
        async with self._open_clients:
            for name, needed, step in steps:
                check = Check(name, "skipped", f"It needs the step {needed}.")
                if needed not in undone:
                    check = await self._run_step(name, step)
                if check.verdict in ("failed", "skipped"):
                    undone.add(name)
                yield check

    async def _run_step(self, name: str, step: Callable[[str], Awaitable[Check]]) -> Check:
        started = asyncio.get_running_loop().time()
        self.request_log.in_flight.append(started)
        try:
            return await step(name)
        except ZuoraError as error:
            request = f" (request {error.request_id})" if error.request_id else ""
            sentence = f"{error.title}: {error.sentence}{request}"
            return Check(name, "failed", sentence, error.hint)
        finally:
            self.request_log.in_flight.remove(started)

    async def _check_proxy(self, name: str) -> Check:
        if self._proxy.url is None:
            return Check(name, "ok", f"No proxy is used: {self._proxy.reason}.")
        answer = await self._ask()
        if isinstance(answer, errors.ProxyError) and answer.status < 500:
            raise answer
        return Check(name, "ok", f"{self._proxy} is used.")

    async def _check_dns(self, name: str) -> Check:
        if self._proxy.url is not None:
            answer = await self._ask()
            if isinstance(answer, errors.ProxyError):
                raise answer
            return Check(name, "ok", f"The proxy looks up {self._host}.")
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(TIMEOUT):
                infos = await loop.getaddrinfo(self._host, self._port)
        except (OSError, UnicodeError):
            raise errors.Unreachable(f"The name {self._host} is not known here.") from None
        addresses = dict.fromkeys(str(address[0]) for *_, address in infos)
        return Check(name, "ok", f"{self._host} is {', '.join([*addresses][:3])}.")

    async def _check_connection(self, name: str) -> Check:
        place = f"connections on port {self._port}"
        if self._proxy.url is not None:
            return Check(name, "ok", f"The proxy opens {place} of {self._host}.")
        try:
            async with asyncio.timeout(TIMEOUT):
                _, writer = await asyncio.open_connection(self._host, self._port)
            writer.transport.abort()
        except OSError:
            sentence = (
                f"{self._host} accepts no {place}. A firewall may stop them; no proxy is used."
            )
            raise errors.Unreachable(sentence) from None
        return Check(name, "ok", f"{self._host} accepts {place}.")

    async def _check_tls(self, name: str) -> Check:
        if not self._tls:
            return Check(name, "skipped", "http within this machine needs none.")
        answer = await self._ask()
        if isinstance(answer, errors.Unreachable):
            raise answer
        return Check(name, "ok", "The certificate is trusted.")

    async def _check_clock(self, name: str) -> Check:
        answer = await self._ask()
        if isinstance(answer, errors.CertificateOutOfTime):
            return Check(name, "failed", answer.sentence, answer.hint)
        if not isinstance(answer, datetime):
            return Check(name, "skipped", "The server did not tell its time.")
        sentence = describe_clock(answer)
        if is_clock_off(answer):
            return Check(name, "warning", sentence, "Set it: the journal's times would be wrong.")
        return Check(name, "ok", sentence)

    async def _ask(self) -> datetime | ZuoraError | None:
        """Send a request without a token, once: every answer has a `Date`, even a refusal.

        Return the server's time, why there is no answer, or None where it does not tell the time.
        """
        if not self._was_asked:
            self._was_asked = True
            try:
                self._answer = await self._send_request()
            except ZuoraError as error:
                self._answer = error
        return self._answer

    async def _send_request(self) -> datetime | None:
        client = await asyncio.to_thread(create_http_client, self._base_url, _LIMITS, self._proxy)
        request = client.build_request("GET", "/")
        with convert_errors(request, self._proxy):
            async with client, asyncio.timeout(TIMEOUT):
                response = await client.send(request, stream=True)
                async with contextlib.aclosing(response):
                    return parse_server_time(response.headers)

    async def _check_token(self, name: str) -> Check:
        if self._credentials is None:
            remedy = "Store them with: entity-connections login --profile NAME"
            return Check(name, "skipped", "It needs a client id and its secret.", remedy)
        client = await asyncio.to_thread(
            ZuoraClient,
            self._base_url,
            self._credentials,
            request_log=self.request_log,
            proxy=self._configured_proxy,
            retry_policy=_NO_RETRIES,
            limits=_LIMITS,
        )
        self._client = await self._open_clients.enter_async_context(client)
        self._accessible_ids = await client.list_accessible_ids()
        return Check(name, "ok", "Zuora gave a token for the client id and its secret.")

    async def _check_scope(self, name: str) -> Check:
        ids = self._accessible_ids
        if ids is None:
            sentence = "The token names no entity: Multi-entity may be off in this tenant."
            return Check(name, "warning", sentence, "Choose entities for the OAuth client.")
        if self._acting_id and self._acting_id not in ids:
            sentence = "The token may not act in the entity that was chosen."
            remedy = "Let an administrator add the entity to the OAuth client, or choose another."
            return Check(name, "failed", sentence, remedy)
        return Check(name, "ok", f"Entities that the token may act in: {len(ids)}.")

    async def _check_entities(self, name: str) -> Check:
        typed_id, ids = parse_id(self._entity or ""), self._accessible_ids
        if ids is None or typed_id in ids:
            self._acting_id = typed_id  # Zuora may have cut it off a long list
        result = await self._client.list_entities(self._acting_id)
        if self._entity is not None and self._acting_id is None:
            try:
                hierarchy = Hierarchy(result.items, result.missing)
                self._acting_id = find_entity(self._entity, hierarchy).id
            except EntityLookupError as error:
                remedy = "Run `entities` to see the names."
                return Check(name, "failed", str(error), remedy)
        provisioned = sum(entity.provisioned for entity in result.items)
        sentence = f"Zuora lists {len(result.items)} entities, {provisioned} of them provisioned."
        return _create_list_check(name, sentence, result.warnings)

    async def _check_permissions(self, name: str) -> Check:
        acting_id = self._acting_id
        if self._entity is None:
            acting_id = min(self._accessible_ids or (), default=None)
        if acting_id is None:
            return Check(name, "skipped", "It needs an entity to act in.", "Use --entity.")
        result = await self._client.list_connections(acting_id)
        sentence = (
            f"The {len(result.items):,} connections of an entity can be read. "
            "Whether you may change them is known only when you try."
        )
        return _create_list_check(name, sentence, result.warnings)


def _create_list_check(name: str, sentence: str, warnings: tuple[str, ...]) -> Check:
    if warnings:
        remedy = "Tell Zuora Support what is wrong with the list."
        return Check(name, "warning", " ".join((sentence, *warnings)), remedy)
    return Check(name, "ok", sentence)
