"""The screen's I/O, as workers of the App: a dialog that closes ends none of them."""

from textual.app import App
from textual.message_pump import MessagePump

from app.domain.errors import ZuoraError
from app.services.desk import Desk
from app.services.target import Target
from app.services.writes import Order, perform
from app.tui import messages

ENTERING, READING, WRITING = "enter", "read", "write"
"""Groups of workers: a newer entering or read ends an older one, nothing ends a write."""


class Work:
    """Starts workers on the App and posts what they find to one listener."""

    def __init__(self, app: App[None], listener: MessagePump, target: Target) -> None:
        self._app = app
        self._tell = listener.post_message
        self._target = target

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

    def enter(self, user: str) -> None:
        """Open the tenant as a user and read the first list."""
        self._app.run_worker(self._enter(user), group=ENTERING, exclusive=True)

    def read(self, desk: Desk, *, entities: bool = False) -> None:
        """Read the acting entity's list, and the hierarchy before it if asked."""
        self._app.run_worker(self._read(desk, entities), group=READING, exclusive=True)

    def write(self, desk: Desk, order: Order) -> None:
        """Carry out an order; nothing on the screen can end that."""
        self._app.run_worker(self._write(desk, order), group=WRITING)

    async def _enter(self, user: str) -> None:
        try:
            access = await self._target.enter(user)
            acting_id = await access.tenant.open(access.start_id)
            desk = Desk(access, acting_id)
            self._tell(messages.Entered(user, desk))
            await self._read(desk, entities=False)
        except ZuoraError as error:
            self._tell(messages.EnterFailed(error))

    async def _read(self, desk: Desk, entities: bool) -> None:
        acting_id, tenant = desk.acting_id, desk.access.tenant
        try:
            if entities:
                await tenant.read_entities(acting_id)
            view = await tenant.read(acting_id)
        except ZuoraError as error:
            self._tell(messages.ReadFailed(desk, acting_id, error))
        else:
            self._tell(messages.Read(desk, view))

    async def _write(self, desk: Desk, order: Order) -> None:
        outcome = await perform(desk.access.tenant, order)
        self._tell(messages.Finished(desk, outcome))
