"""What the workers tell the screen: they do the I/O, its handlers change the widgets."""

from dataclasses import dataclass

from textual.message import Message

from entity_connections.domain.errors import ZuoraError
from entity_connections.services.operations.operation import Operation
from entity_connections.services.screen_state import ScreenState
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.workspace import UserSession


@dataclass
class Opened(Message):
    """There is a way into the tenant; nothing was asked yet."""

    access: UserSession


@dataclass
class Restored(Message):
    """What an earlier run read is at hand; `unknown` are its writes without an outcome."""

    user: str
    desk: ScreenState
    unknown: list[Operation]


@dataclass
class Entered(Message):
    """The tenant was entered.

    Attributes:
        user: who works there.
        desk: what they have in front of them; perhaps what is on the screen already.
        acting_id: the entity to act in.
        outcomes: what became of writes that an earlier run left open.
        trouble: why the journal could not tell, in a sentence, or "".
    """

    user: str
    desk: ScreenState
    acting_id: str
    outcomes: list[Operation]
    trouble: str


@dataclass
class EnterFailed(Message):
    """There is no way into the tenant, or it cannot be read."""

    user: str
    error: ZuoraError
    asked: bool


@dataclass
class Read(Message):
    """The acting entity's list was read."""

    desk: ScreenState
    view: Snapshot


@dataclass
class ReadFailed(Message):
    """The acting entity's list could not be read; `asked` tells whether a person asked for it."""

    desk: ScreenState
    acting_id: str
    error: ZuoraError
    asked: bool


@dataclass
class Settled(Message):
    """A list has told what became of writes whose outcome was unknown."""

    outcomes: list[Operation]


@dataclass
class Finished(Message):
    """It is told what became of an order."""

    desk: ScreenState
    outcome: Operation
