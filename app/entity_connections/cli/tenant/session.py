"""Running a one-shot command: into the tenant, the work, out again, and an exit code."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from entity_connections.cli.exit_codes import ExitCode, Stopped
from entity_connections.cli.options import Chosen
from entity_connections.cli.output import narrate
from entity_connections.cli.tenant.targets import Way, way
from entity_connections.domain.entities import Entity
from entity_connections.domain.errors import Forbidden, NotFound, ReadOnlyError, Refused, ZuoraError
from entity_connections.domain.ids import normalize_id, parse_id
from entity_connections.services.entity_lookup import EntityLookupError, find_entity
from entity_connections.services.request_log import RequestLog, RetryDelay
from entity_connections.services.tenant import Tenant
from entity_connections.services.workspace import UserSession

SLOW = 5.0
"""Seconds without an answer after which, and again after which, a person is told."""


class Session(NamedTuple):
    """A tenant that has been entered.

    Attributes:
        way: how it was chosen.
        access: the user's way in.
    """

    way: Way
    access: UserSession

    @property
    def tenant(self) -> Tenant:
        """What can be seen and done."""
        return self.access.tenant

    async def open(self) -> None:
        """Read the entities.

        Raises:
            ZuoraError: Zuora could not be asked, or refused.
        """
        entity = self.way.entity
        await self.tenant.read_entities(None if entity is None else parse_id(entity))

    async def acting(self, typed: str | None = None) -> str:
        """Read the entities and return the id of the one to act in.

        Args:
            typed: in place of what the options or the profile say.

        Raises:
            ZuoraError: Zuora could not be asked, or refused.
            Stopped: there is no such entity, or it cannot be acted in.
        """
        wanted = self.way.entity if typed is None else typed
        if wanted is None:
            return await self.tenant.open(self.access.start)
        await self.open()
        return self.check_accessible(self.entity(wanted)).id

    def keep(self, acting_id: str = "", *, entities: bool = False) -> None:
        """Remember what was read, for completion and for a start without a network.

        Only where nothing is remembered yet, or when the `entities` are what was
        wanted: the rows that the screen keeps are worth more than a second's wait.
        """
        if self.tenant.cache is None:
            return
        cached = self.tenant.restore_cache()
        if cached is None or entities:
            self.tenant.save_cache(acting_id or (cached.acting_id if cached else ""))

    def entity(self, typed: str) -> Entity:
        """Return the entity that somebody typed.

        Raises:
            Stopped: there is none, or several.
        """
        tenant = self.tenant
        try:
            return find_entity(typed, tenant.hierarchy)
        except EntityLookupError as error:
            id_ = normalize_id(typed)
            if not error.candidates and tenant.accessible_ids and id_ in tenant.accessible_ids:
                return tenant.hierarchy.get(id_)  # a long list of entities may be cut off
            raise Stopped(str(error), ExitCode.USAGE) from error

    def check_accessible(self, entity: Entity) -> Entity:
        """Return an entity that can be acted in.

        Raises:
            Stopped: it cannot be.
        """
        if why := self.tenant.no_access_reason(entity):
            unprovisioned = entity.listed and not entity.provisioned
            raise Stopped(why, ExitCode.USAGE if unprovisioned else ExitCode.NO_ACCESS)
        return entity


def run(chosen: Chosen, work: Callable[[Session], Awaitable[ExitCode]]) -> ExitCode:
    """Enter the chosen tenant, do the work there, and return how it ended."""
    wanted = way(chosen)
    try:
        return asyncio.run(_inside(wanted, work))
    except ZuoraError as error:
        tell(error)
        return code_of(error)


async def _inside(wanted: Way, work: Callable[[Session], Awaitable[ExitCode]]) -> ExitCode:
    access = await wanted.target.enter(wanted.target.user)
    access.request_log.changed = _Waits(access.request_log).tell
    silence = asyncio.create_task(_tell_silence(access.request_log))
    try:
        return await work(Session(wanted, access))
    finally:
        silence.cancel()
        await access.tenant.zuora.aclose()


def tell(error: ZuoraError, *, said: bool = False) -> None:
    """Say on stderr what went wrong, unless that is `said` already, and what helps."""
    if not said:
        narrate(f"entity-connections: {error.title}: {error.sentence}")
    marks = [f"code {error.codes}"] if error.codes else []
    marks += [f"request id {error.request_id}"] if error.request_id else []
    if marks:
        narrate(f"  {', '.join(marks)}")
    narrate(f"  {error.hint}")


def code_of(error: ZuoraError) -> ExitCode:
    """Return how a program ends that only read, when this went wrong."""
    said_no = isinstance(error, Refused | Forbidden | NotFound | ReadOnlyError)
    return ExitCode.REFUSED if said_no else ExitCode.NO_ACCESS


async def _tell_silence(traffic: RequestLog) -> None:
    """Say when no answer has come for a while: nobody is to wonder whether we hang."""
    while True:
        await asyncio.sleep(SLOW)
        seconds = asyncio.get_running_loop().time() - min(traffic.in_flight, default=float("inf"))
        if seconds >= SLOW:
            narrate(f"no answer from Zuora for {seconds:.0f} s yet; ctrl+c gives up")


class _Waits:
    """Tells each pause of the adapter once, when it begins."""

    def __init__(self, traffic: RequestLog) -> None:
        self._traffic = traffic
        self._told: set[int] = set()

    def tell(self) -> None:
        waits: list[RetryDelay] = self._traffic.waits
        for wait in waits:
            if id(wait) not in self._told:
                seconds = max(1, round(wait.until - asyncio.get_running_loop().time()))
                narrate(f"{wait.reason}, trying again in {seconds} s; ctrl+c gives up")
        self._told = {id(wait) for wait in waits}
