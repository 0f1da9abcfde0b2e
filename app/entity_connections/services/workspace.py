"""The tenant that the program works in; made by the command line, used by the screen."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple, Protocol

from entity_connections.domain.risk import Risk
from entity_connections.services.request_log import RequestLog
from entity_connections.services.storage.journal import Journal
from entity_connections.services.tenant import Tenant
from entity_connections.services.write_lock import WriteLock

STANDARD_USER = "standard user"
"""Role of a user who may read only. The fake tenant tells roles, Zuora's API does not; an unknown
role disables nothing, since the server decides."""
ADMINISTRATORS_ONLY = "administrators only"
"""What the rows of a standard user say in place of an action."""


class UserSession(NamedTuple):
    """A tenant, opened as one user.

    Attributes:
        start: the first acting entity, by id, name or display name: that of the workspace, or
            where the user is at home; None lets the tenant choose.
        role: returns the user's role in an entity (by id), or None if unknown.
        request_log: the calls that are sent for this user.
    """

    tenant: Tenant
    login: str
    start: str | None
    role: Callable[[str], str | None]
    request_log: RequestLog


class FaultSwitches(Protocol):
    """Switches of the faults that a fake tenant can simulate."""

    def list_available(self) -> list[tuple[str, str]]:
        """Return the name of each fault and a sentence about it, with its value if it is on."""

    def list_active(self) -> dict[str, str]:
        """Return the faults that are on, by name, as `switch` takes them."""

    def switch(self, text: str) -> None:
        """Switch a fault on, by its name and options ("rate-limit=5,times=1").

        A name alone switches a fault off that is on. Raises ValueError with a sentence.
        """

    def summarize(self) -> str:
        """Return a line that says which faults are on; "" if none is."""


class Walkthroughs(NamedTuple):
    """Scripted journeys, each on a new fake tenant of its own.

    Attributes:
        list_all: returns the name and the title of each, and the columns and lines that it takes in
            a terminal of a width.
        play: plays one in the terminal until it is left; takes its name and a theme, and returns
            the exit code, which is 0 if all went well.
    """

    list_all: Callable[[int], list[tuple[str, str, tuple[int, int]]]]
    play: Callable[[str, str], int]


class Workspace(NamedTuple):
    """A tenant, and how to open it.

    Attributes:
        name: the profile, the base URL, or the scenario of the fake tenant.
        users: users that can be chosen, each with a description; empty for a real tenant.
        enter: opens the tenant as a user; imports heavy packages only then.
        enter_waits_for: who may keep `enter` waiting, for people.
        entity: the entity to act in that an option, a variable or the profile names: id, name or
            display name; None where nothing does.
        options: the command-line options that choose the tenant, without secrets.
        fault_switches: None for a real tenant.
        shared: whether the tenant is a fake one that other programs write to, so that it is
            refreshed often.
        walkthroughs: what can be played from the screen; None where nothing can.
        is_walkthrough: whether the tenant is that of a walkthrough, in which nobody keeps anything.
    """

    risk: Risk
    name: str
    user: str
    users: tuple[tuple[str, str], ...]
    enter: Callable[[str], Awaitable[UserSession]]
    lock: WriteLock
    journal: Journal
    entity: str | None = None
    options: tuple[str, ...] = ()
    fault_switches: FaultSwitches | None = None
    shared: bool = False
    enter_waits_for: str = "Zuora"
    walkthroughs: Walkthroughs | None = None
    is_walkthrough: bool = False

    @property
    def is_in_memory(self) -> bool:
        """Whether the tenant is a fake one that ends with the program."""
        return self.risk is Risk.DEMO and not self.shared
