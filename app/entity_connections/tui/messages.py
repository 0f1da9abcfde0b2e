"""What the workers report to the main screen, which changes its state."""

from collections.abc import Mapping
from dataclasses import dataclass

from textual.message import Message

from entity_connections.domain.errors import ZuoraError
from entity_connections.services.operations.interrupted import InterruptedRun
from entity_connections.services.operations.operation import Operation
from entity_connections.services.operations.plan import Plan
from entity_connections.services.operations.runs import Run
from entity_connections.services.screen_state import ScreenState
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.storage.journal import JournalError
from entity_connections.services.storage.journal_entry import Entry
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
        interrupted: earlier runs that did not send everything.
        journal_error: why they could not be looked up, in a sentence, or "".
    """

    user: str
    state: ScreenState
    acting_id: str
    recovered: list[Operation]
    interrupted: list[InterruptedRun]
    journal_error: str


@dataclass
class EnterFailed(Message):
    """The tenant could not be opened or read."""

    user: str
    error: ZuoraError


@dataclass
class ListRead(Message):
    """The list of an entity was read."""

    state: ScreenState
    snapshot: Snapshot


@dataclass
class ReadFailed(Message):
    """The list of an entity could not be read."""

    state: ScreenState
    acting_id: str
    error: ZuoraError


@dataclass
class ListsRead(Message):
    """Lists of many entities were read, or could not be.

    Attributes:
        lists: those since the message before, by the id of the entity.
        left: how many are still to be read.
    """

    state: ScreenState
    lists: Mapping[str, Snapshot | ZuoraError]
    left: int


@dataclass
class OperationsResolved(Message):
    """Lists have proven outcomes that were unknown, and these are recorded."""

    operations: list[Operation]


@dataclass
class HistoryRead(Message):
    """The entries of the journal for this tenant, newest first, by their `ends`."""

    history: dict[tuple[str, str], list[Entry]]


@dataclass
class PlanMade(Message):
    """What is to be done is planned, and can be asked about.

    Attributes:
        interrupted: the run that the plan goes on with, if any.
    """

    state: ScreenState
    plan: Plan
    interrupted: InterruptedRun | None = None


@dataclass
class RunsFound(Message):
    """The interrupted runs were looked up, to be asked about."""

    runs: list[InterruptedRun]


@dataclass
class PlanFailed(Message):
    """Nothing can be planned: the journal or, for an interrupted run, a list is unreadable."""

    error: JournalError | ZuoraError


@dataclass
class OperationReported(Message):
    """An operation is about to be sent, or has an outcome."""

    state: ScreenState
    run: Run
    operation: Operation


@dataclass
class RunEnded(Message):
    """Every operation of a run has an outcome: also that it is unknown, or was not sent."""

    state: ScreenState
    run: Run
    operations: list[Operation]
