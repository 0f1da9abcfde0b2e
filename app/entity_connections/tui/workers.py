"""The screen's I/O, as workers of the App: a dialog that closes ends none of them."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from textual.app import App
from textual.message_pump import MessagePump

from entity_connections.domain.errors import ZuoraError
from entity_connections.services.operations.execute import Order, Outcome, Result, perform
from entity_connections.services.operations.recover import conclude, settle
from entity_connections.services.screen_state import ScreenState
from entity_connections.services.storage.journal import JournalError
from entity_connections.services.storage.store import Remembered
from entity_connections.services.workspace import UserSession, Workspace
from entity_connections.tui import messages

ENTERING, READING, WRITING, CONCLUDING = "enter", "read", "write", "conclude"
"""Groups of workers: a newer entering or read ends an older one, nothing ends a write."""


class Workers:
    """Starts workers on the App and posts what they find to one listener."""

    def __init__(self, app: App[None], listener: MessagePump, target: Workspace) -> None:
        self._app = app
        self._tell = listener.post_message
        self._target = target
        self._opened: tuple[str, UserSession] | None = None
        self._restored: ScreenState | None = None
        self._looked = False
        self._settled = False
        self._unfinished: set[asyncio.Task[Outcome]] = set()

    @property
    def reading(self) -> bool:
        """Whether a read is under way."""
        return self._under_way(ENTERING) or self._under_way(READING)

    @property
    def writing(self) -> bool:
        """Whether a write is under way."""
        return self._under_way(WRITING)

    def _under_way(self, group: str) -> bool:
        return any(one.group == group and one.is_running for one in self._app.workers)

    def enter(self, user: str, *, asked: bool = True) -> None:
        """Open the tenant as a user and read the first list; `asked` tells whether a person did."""
        self._start(partial(self._enter, user, asked), ENTERING, exclusive=True)

    def read(self, desk: ScreenState, *, entities: bool = False, asked: bool = True) -> None:
        """Read the acting entity's list, and the hierarchy before it if wanted."""
        self._start(partial(self._read, desk, entities, asked), READING, exclusive=True)

    def write(self, desk: ScreenState, order: Order) -> None:
        """Carry out an order; nothing on the screen can end that."""
        self._start(partial(self._write, desk, order), WRITING)

    def give_up_reading(self) -> None:
        """End what is being read."""
        for group in (ENTERING, READING):
            self._app.workers.cancel_group(self._app, group)

    def conclude(self, outcomes: list[Outcome]) -> None:
        """Record what lists have told of writes whose outcome was unknown, and tell it."""
        self._start(partial(self._conclude, outcomes), CONCLUDING)

    def _start(
        self, work: Callable[[], Awaitable[None]], group: str, *, exclusive: bool = False
    ) -> None:
        self._app.run_worker(work, group=group, exclusive=exclusive)

    async def _enter(self, user: str, asked: bool) -> None:
        try:
            access = await self._way(user)
            tenant, desk, start = access.tenant, self._restored, access.start
            before = desk.acting_id if desk else ""
            if desk and not (start and before == tenant.called(start)):
                start = before  # as it was left, or where somebody has gone meanwhile
            acting_id = await tenant.open(start)
            if desk is None or (start == access.start and desk.acting_id == before != acting_id):
                desk = ScreenState(
                    access, acting_id
                )  # the name means another one than was remembered
            elif tenant.can_act_in(desk.acting_id):
                acting_id = desk.acting_id
            outcomes, trouble = await self._aftermath(access)
            self._tell(messages.Entered(user, desk, acting_id, outcomes, trouble))
            self._restored = None
            await self._read_entity(desk, acting_id, entities=False, asked=asked)
        except ZuoraError as error:
            self._tell(messages.EnterFailed(user, error, asked))

    async def _way(self, user: str) -> UserSession:
        """Return the way into the tenant, opened once; show what is remembered of it."""
        if self._opened is None or self._opened[0] != user:
            access = await self._target.enter(user)
            self._opened, self._looked, self._restored = (user, access), False, None
        access = self._opened[1]
        if self._looked:
            return access
        self._tell(messages.Opened(access))
        remembered = await asyncio.to_thread(access.tenant.restore)
        if remembered is not None and (desk := _desk_of(access, remembered)) is not None:
            unknown = await self._unsettled()
            self._restored = desk
            self._tell(messages.Restored(user, desk, unknown))
        self._looked = True  # only now: a look that was cut short begins anew
        return access

    async def _unsettled(self) -> list[Outcome]:
        """Return what is unknown until Zuora can be asked."""
        try:
            entries = await asyncio.to_thread(self._target.journal.unsettled)
        except JournalError:
            return []  # told once the tenant is entered
        return [Outcome(Order.again(one), Result.UNKNOWN, "", entry=one) for one in entries]

    async def _aftermath(self, access: UserSession) -> tuple[list[Outcome], str]:
        """Look up what earlier runs left open, once a run; return why not, too."""
        if self._settled:
            return [], ""
        outcomes, trouble = list[Outcome](), ""
        try:
            outcomes = await settle(access.tenant, self._target.journal)
        except JournalError as error:
            trouble = str(error)
        self._settled = True
        return outcomes, trouble

    async def _conclude(self, outcomes: list[Outcome]) -> None:
        self._tell(messages.Settled(await conclude(self._target.journal, outcomes)))

    async def _read(self, desk: ScreenState, entities: bool, asked: bool) -> None:
        ours = desk.unknown_entries()
        await self._read_entity(desk, desk.acting_id, entities=entities, asked=asked)
        if entities:  # what other programs have left open since our start
            with suppress(JournalError):
                found = await settle(desk.access.tenant, self._target.journal, ours)
                if told := [one for one in found if one.result is not Result.UNKNOWN]:
                    self._tell(messages.Settled(told))

    async def _read_entity(
        self, desk: ScreenState, acting_id: str, *, entities: bool, asked: bool
    ) -> None:
        tenant = desk.access.tenant
        try:
            if entities:
                await tenant.read_entities(acting_id)
            view = await tenant.read(acting_id)
        except ZuoraError as error:
            self._tell(messages.ReadFailed(desk, acting_id, error, asked))
        else:
            self._tell(messages.Read(desk, view))
            await self._look_up(desk)
            await asyncio.to_thread(tenant.remember, acting_id, desk.direction)

    async def _look_up(self, desk: ScreenState) -> None:
        """Read the lists of other entities that tell what is unknown still."""
        for acting_id in desk.to_look_up():
            with suppress(ZuoraError):  # it stays unknown
                self._tell(messages.Read(desk, await desk.access.tenant.read(acting_id)))

    async def _write(self, desk: ScreenState, order: Order) -> None:
        access = desk.access
        write = asyncio.create_task(
            perform(access.tenant, order, self._target.journal, access.login, access.traffic)
        )
        self._unfinished.add(write)
        write.add_done_callback(self._unfinished.discard)
        self._tell(messages.Finished(desk, await asyncio.shield(write)))

    async def finish_writes(self) -> None:
        """Wait until every write that was begun is recorded to its end, after an error too."""
        if self._unfinished:
            await asyncio.wait(self._unfinished)


def _desk_of(access: UserSession, remembered: Remembered) -> ScreenState | None:
    """Return a desk with the rows of an earlier run, if there are any of the entity to act in."""
    tenant, start = access.tenant, access.start
    acting_id = tenant.called(start) if start else remembered.acting_id
    if not acting_id or (view := tenant.seen(acting_id)) is None:
        return None
    desk = ScreenState(access, acting_id, direction=remembered.direction)
    desk.take(view)
    return desk
