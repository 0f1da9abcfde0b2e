"""What the workers tell the screen: they do the I/O, its handlers change the widgets."""

from dataclasses import dataclass

from textual.message import Message

from app.domain.errors import ZuoraError
from app.services.desk import Desk
from app.services.tenant import View
from app.services.writes import Outcome


@dataclass
class Entered(Message):
    """A user's way into the tenant is open, and an entity to act in is chosen."""

    user: str
    desk: Desk


@dataclass
class EnterFailed(Message):
    """There is no way into the tenant, or it cannot be read."""

    error: ZuoraError


@dataclass
class Read(Message):
    """The acting entity's list was read."""

    desk: Desk
    view: View


@dataclass
class ReadFailed(Message):
    """The acting entity's list could not be read."""

    desk: Desk
    acting_id: str
    error: ZuoraError


@dataclass
class Finished(Message):
    """It is told what became of an order."""

    desk: Desk
    outcome: Outcome
