"""Runs a one-shot command: enters the tenant, does the work, returns an exit code.

What reads the tenant raises ZuoraError, which ends the command.
"""

import asyncio
import math
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import wraps
from typing import Any, NamedTuple

from entity_connections.cli.exit_codes import CliError, ExitCode
from entity_connections.cli.output import info, is_progress_shown
from entity_connections.cli.tenant.signals import cancel_on_signals
from entity_connections.cli.tenant.workspace import make_workspace
from entity_connections.cli.tenant_options import TenantOptions, tenant_options
from entity_connections.domain.entities import Entity
from entity_connections.domain.errors import ZuoraError
from entity_connections.domain.ids import normalize_id, parse_id
from entity_connections.services.entity_lookup import (
    EntityLookupError,
    find_entity,
    find_unique_entity,
)
from entity_connections.services.request_log import RequestLog, RetryDelay
from entity_connections.services.storage.journal import JournalError
from entity_connections.services.tenant import Tenant
from entity_connections.services.workspace import UserSession, Workspace
from entity_connections.zuora.http.limits import HttpLimits

LIMITS = HttpLimits(exchange=16.0, silence=55.0)
"""A server that does not answer ends a command within 60 s, although the command goes on after an
answer that did not come, to look up what was sent."""
SILENCE_INTERVAL = 3.0
"""Seconds without an answer after which the user is told."""
_WORK_INTERVALS = 3
"""Number of such intervals without any line after which the user is told that answers come."""


class TenantSession(NamedTuple):
    """A tenant that has been entered."""

    options: TenantOptions
    workspace: Workspace
    user_session: UserSession

    @property
    def tenant(self) -> Tenant:
        """Reads the tenant."""
        return self.user_session.tenant

    async def read_entities(self) -> None:
        """Read the entities; CliError if the one to act in is none of them."""
        entity = self.workspace.entity
        await self.tenant.read_entities(None if entity is None else parse_id(entity))
        if entity is not None:
            self.find_entity(entity)

    async def find_acting_id(self, name: str | None = None, *, unique: bool = False) -> str:
        """Read the entities and return the id of the entity `name`, else of the one to act in.

        For `unique` see `find_entity`.

        Raises:
            CliError: there is no such entity, or the user may not act in it.
        """
        wanted = self.workspace.entity if name is None else name
        if wanted is None:
            acting_id = await self.tenant.open(self.user_session.start)
            if self.tenant.start_problem:  # of the user's home
                info(self.tenant.start_problem)
            hierarchy = self.tenant.hierarchy
            if unique and hierarchy.missing:
                raise CliError(
                    f"{hierarchy.missing} So the entity to act in must be named: add --entity,"
                    f" such as --entity {acting_id} for {hierarchy.get(acting_id).title}.",
                    ExitCode.NO_ACCESS,
                )
            return acting_id
        await self.read_entities()
        return self.check_accessible(self.find_entity(wanted, unique=unique)).id

    def save_cache(self, acting_id: str = "") -> None:
        """Keep what was read, beside what is kept already, for completion and the next start."""
        if cached := self.tenant.restore_cache():
            self.tenant.save_cache(cached.acting_id, cached.direction)
        else:
            self.tenant.save_cache(acting_id)

    def find_entity(self, name: str, *, unique: bool = False) -> Entity:
        """Return the entity that an id, a technical name, a title or a display name names.

        Args:
            name: names the entity.
            unique: whether it must name no other one for sure, because the command may write:
                a display name does not where entities are missing from the list.

        Raises:
            CliError: no entity matches, or several do, or perhaps a missing one.
        """
        hierarchy = self.tenant.hierarchy
        find = find_unique_entity if unique else find_entity
        try:
            return find(name, hierarchy)
        except EntityLookupError as error:
            id_, ids = normalize_id(name.strip()), hierarchy.accessible_ids
            if not error.candidates and ids and id_ in ids:
                return hierarchy.get(id_)  # Zuora may cut off a long list of entities
            ambiguous = len(error.candidates) > 1
            code = ExitCode.NO_ACCESS if hierarchy.missing and not ambiguous else ExitCode.USAGE
            raise CliError(str(error), code) from error

    def check_accessible(self, entity: Entity) -> Entity:
        """Return an entity if the user may act in it, else raise CliError."""
        if reason := entity.no_access_reason:
            unprovisioned = entity.listed and not entity.provisioned
            raise CliError(reason, ExitCode.USAGE if unprovisioned else ExitCode.NO_ACCESS)
        return entity


def tenant_command(command: Callable[..., Awaitable[ExitCode]]) -> Callable[..., ExitCode]:
    """Make a command of an async function that receives a `TenantSession` as first argument."""

    @tenant_options
    @wraps(command)
    def run(options: TenantOptions, **arguments: Any) -> ExitCode:
        return run_in_tenant(options, lambda session: command(session, **arguments))

    return run


def run_in_tenant(
    options: TenantOptions,
    work: Callable[[TenantSession], Awaitable[ExitCode]],
    limits: HttpLimits = LIMITS,
    silence_interval: float = SILENCE_INTERVAL,
) -> ExitCode:
    """Enter the tenant that the options choose, do the work, and return the exit code.

    A ZuoraError of the work is printed; ctrl+c and other signals cancel the work. For
    `limits` see `make_workspace`, for `silence_interval` see `report_waits`.
    """
    # A short process saves what httpx spends on its own command line (40 ms) and on the search
    # for a package that is not installed (at each lock). The screen, which runs long, does not.
    for module in ("httpx._main", "sniffio"):
        sys.modules.setdefault(module, None)  # type: ignore[arg-type]
    workspace = make_workspace(options, limits)

    async def enter_and_work() -> ExitCode:
        with cancel_on_signals():
            user_session = await workspace.enter(workspace.user)
            try:
                user_session.tenant.reads_doubtful_again = True
                await asyncio.to_thread(user_session.tenant.load_cache)
                async with report_waits(user_session.request_log, silence_interval):
                    return await work(TenantSession(options, workspace, user_session))
            finally:
                await user_session.tenant.zuora.aclose()

    try:
        return asyncio.run(enter_and_work())
    except ZuoraError as error:
        print_error(error)
        return find_exit_code(error)
    except JournalError as error:  # of a write that was about to be sent
        raise CliError(f"Nothing was sent: {error}", ExitCode.USAGE) from error


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
    """Return the exit code for what could not be read, or not be sent, because of an error."""
    return ExitCode.USAGE if error.is_local else ExitCode.NO_ACCESS


@asynccontextmanager
async def report_waits(
    request_log: RequestLog, interval: float = SILENCE_INTERVAL
) -> AsyncIterator[None]:
    """Tell on stderr, while the block runs, what the user waits for.

    Each delay before a retry is told; that an answer is missing, every `interval` seconds; that
    many calls are made, less often, and not where progress is shown.
    """
    reporting = asyncio.create_task(_report_waits(request_log, interval))
    try:
        yield
    finally:
        reporting.cancel()


async def _report_waits(request_log: RequestLog, interval: float) -> None:
    now = asyncio.get_running_loop().time
    reported: set[RetryDelay] = set()
    started = told_at = now()
    while True:
        await asyncio.sleep(interval / 10)
        for delay in set(request_log.delays) - reported:
            seconds = max(1, round(delay.until - now()))
            info(f"{delay.reason}, {delay.action} in {seconds} s; ctrl+c gives up")
            reported.add(delay)
            told_at = now()
        oldest = min(request_log.in_flight, default=math.inf)
        if now() - max(oldest, told_at) >= interval:
            told_at = now()
            info(f"no answer from Zuora for {told_at - oldest:.0f} s yet; ctrl+c gives up")
        many_calls = oldest < math.inf and not is_progress_shown()
        if many_calls and now() - told_at >= _WORK_INTERVALS * interval:
            told_at = now()
            info(f"still at work after {told_at - started:.0f} s; ctrl+c gives up")
