"""What the workers post to the main screen: workers do I/O, message handlers change state."""

from dataclasses import dataclass

from textual.message import Message

from entity_connections.domain.errors import ZuoraError
from entity_connections.services.operations.operation import Operation
from entity_connections.services.screen_state import ScreenState
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.workspace import UserSession


@dataclass
class SessionOpened(Message):
    """There is a session; nothing was sent to Zuora yet."""

    session: UserSession


@dataclass
class CacheRestored(Message):
    """The lists of an earlier run are there, and the operations it left without an outcome."""

    user: str
    state: ScreenState
    unresolved: list[Operation]


@dataclass
class TenantEntered(Message):
    """Entities and access were read.

    Attributes:
        state: the state to show; perhaps the one that is shown already.
        acting_id: the entity to act in if the one of `state` is not accessible.
        recovered: operations of earlier runs that were looked up.
        journal_error: why they could not be looked up, in a sentence, or "".
    """

    user: str
    state: ScreenState
    acting_id: str
    recovered: list[Operation]
    journal_error: str


@dataclass
class EnterFailed(Message):
    """The tenant could not be opened or read; `asked`: whether the user had asked for it."""

    user: str
    error: ZuoraError
    asked: bool


@dataclass
class ListRead(Message):
    """The list of an entity was read."""

    state: ScreenState
    snapshot: Snapshot


@dataclass
class ReadFailed(Message):
    """The list of an entity could not be read; `asked`: whether the user had asked for it."""

    state: ScreenState
    acting_id: str
    error: ZuoraError
    asked: bool


@dataclass
class OperationsResolved(Message):
    """Lists have proven outcomes that were unknown, and these are recorded."""

    operations: list[Operation]


@dataclass
class OperationFinished(Message):
    """An operation has an outcome, which may be that it is unknown."""

    state: ScreenState
    operation: Operation
