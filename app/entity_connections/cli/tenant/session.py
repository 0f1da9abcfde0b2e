"""Runs a one-shot command: enters the tenant, does the work, returns an exit code."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from entity_connections.cli.exit_codes import CliError, ExitCode
from entity_connections.cli.output import info
from entity_connections.cli.tenant.resolve import ResolvedTenant, resolve_tenant
from entity_connections.cli.tenant_options import TenantOptions
from entity_connections.domain.entities import Entity
from entity_connections.domain.errors import ZuoraError
from entity_connections.domain.ids import normalize_id, parse_id
from entity_connections.services.entity_lookup import EntityLookupError, find_entity
from entity_connections.services.request_log import RequestLog
from entity_connections.services.tenant import Tenant
from entity_connections.services.workspace import UserSession, Workspace

SILENCE_INTERVAL = 5.0
"""Seconds without an answer after which, again and again, the user is told."""


class TenantSession(NamedTuple):
    """A tenant that has been entered.

    Attributes:
        resolved: the tenant that the options chose.
        user_session: the tenant, opened as a user.
    """

    resolved: ResolvedTenant
    user_session: UserSession

    @property
    def tenant(self) -> Tenant:
        """Reads the tenant."""
        return self.user_session.tenant

    @property
    def workspace(self) -> Workspace:
        """The tenant's journal, lock and risk."""
        return self.resolved.workspace

    async def read_entities(self) -> None:
        """Read the entities.

        Raises:
            ZuoraError: Zuora could not be reached, or refused.
        """
        entity = self.resolved.entity
        await self.tenant.read_entities(None if entity is None else parse_id(entity))

    async def find_acting_id(self, name: str | None = None) -> str:
        """Read the entities and return the id of the entity to act in.

        Args:
            name: the entity to act in; None takes the one of the options or of the profile.

        Raises:
            ZuoraError: Zuora could not be reached, or refused.
            CliError: there is no such entity, or the user may not act in it.
        """
        wanted = self.resolved.entity if name is None else name
        if wanted is None:
            return await self.tenant.open(self.user_session.start)
        await self.read_entities()
        return self.check_accessible(self.find_entity(wanted)).id

    def save_cache(self, acting_id: str = "", *, replace: bool = False) -> None:
        """Keep what was read, for completion and for a start without a network.

        Args:
            acting_id: the acting entity, "" keeps the one that is cached.
            replace: whether lists that are cached already are replaced. The screen caches
                more lists than a command reads.
        """
        if self.tenant.cache is None:
            return
        cached = self.tenant.restore_cache()
        if cached is None or replace:
            self.tenant.save_cache(acting_id or (cached.acting_id if cached else ""))

    def find_entity(self, name: str) -> Entity:
        """Return the entity that a text names.

        Raises:
            CliError: no entity matches, or several do.
        """
        tenant = self.tenant
        try:
            return find_entity(name, tenant.hierarchy)
        except EntityLookupError as error:
            id_ = normalize_id(name)
            if not error.candidates and tenant.accessible_ids and id_ in tenant.accessible_ids:
                return tenant.hierarchy.get(id_)  # Zuora may cut off a long list of entities
            raise CliError(str(error), ExitCode.USAGE) from error

    def check_accessible(self, entity: Entity) -> Entity:
        """Return an entity if the user may act in it.

        Raises:
            CliError: the user may not.
        """
        if reason := self.tenant.no_access_reason(entity):
            unprovisioned = entity.listed and not entity.provisioned
            raise CliError(reason, ExitCode.USAGE if unprovisioned else ExitCode.NO_ACCESS)
        return entity


def run_in_tenant(
    options: TenantOptions, work: Callable[[TenantSession], Awaitable[ExitCode]]
) -> ExitCode:
    """Enter the tenant that the options choose, do the work, and return the exit code."""
    resolved = resolve_tenant(options)
    try:
        return asyncio.run(_enter_and_work(resolved, work))
    except ZuoraError as error:
        print_error(error)
        return find_exit_code(error)


async def _enter_and_work(
    resolved: ResolvedTenant, work: Callable[[TenantSession], Awaitable[ExitCode]]
) -> ExitCode:
    workspace = resolved.workspace
    user_session = await workspace.enter(workspace.user)
    request_log = user_session.request_log
    request_log.changed = _DelayReporter(request_log).report
    silence = asyncio.create_task(_report_silence(request_log))
    try:
        return await work(TenantSession(resolved, user_session))
    finally:
        silence.cancel()
        await user_session.tenant.zuora.aclose()


def print_error(error: ZuoraError, *, sentence_printed: bool = False) -> None:
    """Write an error and what helps to stderr, without its sentence if that is printed already."""
    if not sentence_printed:
        info(f"entity-connections: {error.title}: {error.sentence}")
    references = [f"code {error.codes}"] if error.codes else []
    references += [f"request id {error.request_id}"] if error.request_id else []
    if references:
        info(f"  {', '.join(references)}")
    info(f"  {error.hint}")


def find_exit_code(error: ZuoraError) -> ExitCode:
    """Return the exit code of a command that ended with an error."""
    return ExitCode.REFUSED if error.is_refusal else ExitCode.NO_ACCESS


async def _report_silence(request_log: RequestLog) -> None:
    """Tell every few seconds that no answer has come."""
    while True:
        await asyncio.sleep(SILENCE_INTERVAL)
        oldest = min(request_log.in_flight, default=float("inf"))
        seconds = asyncio.get_running_loop().time() - oldest
        if seconds >= SILENCE_INTERVAL:
            info(f"no answer from Zuora for {seconds:.0f} s yet; ctrl+c gives up")


class _DelayReporter:
    """Tells each delay before a retry, once."""

    def __init__(self, request_log: RequestLog) -> None:
        self._request_log = request_log
        self._reported: set[int] = set()

    def report(self) -> None:
        delays = list(self._request_log.waits)
        for delay in delays:
            if id(delay) not in self._reported:
                seconds = max(1, round(delay.until - asyncio.get_running_loop().time()))
                info(f"{delay.reason}, trying again in {seconds} s; ctrl+c gives up")
        self._reported = {id(delay) for delay in delays}
