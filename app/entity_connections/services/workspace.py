"""Which tenant the program works in; made by the command line, used by the screen."""

from collections.abc import Awaitable, Callable
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from entity_connections.domain.risk import Risk
from entity_connections.services.request_log import RequestLog
from entity_connections.services.storage.journal import Journal
from entity_connections.services.tenant import Tenant
from entity_connections.services.write_lock import WriteLock


class UserSession(NamedTuple):
    """One user's way into the tenant.

    Attributes:
        tenant: what the user can see and do.
        login: the login name, as shown.
        start: the entity to act in first, by id, name or display name; or None to let
            the tenant choose.
        role: tells the user's role in an entity; None where nobody knows,
            as in the real Zuora, whose API has no word for it.
        request_log: the calls that are sent for this user.
    """

    tenant: Tenant
    login: str
    start: str | None
    role: Callable[[str], str | None]
    request_log: RequestLog


class FaultSwitches(NamedTuple):
    """The bad days that a fake tenant can have on purpose.

    Attributes:
        offered: returns the name of each, and a sentence about it.
        active: returns the names of those that are on.
        switch: switches one on, or off when it is on; takes its name, which numbers may
            follow ("rate-limit=5,times=1").
        watermark: returns one line that says what is on; "" when nothing is.
    """

    offered: Callable[[], list[tuple[str, str]]]
    active: Callable[[], AbstractSet[str]]
    switch: Callable[[str], None]
    watermark: Callable[[], str]


class Workspace(NamedTuple):
    """A tenant and how to get into it.

    Attributes:
        risk: what kind of tenant it is, always in sight.
        name: which one: the profile, the address, or the scenario of the fake tenant.
        user: the user to start as.
        users: who one can work as, with a description; empty for a real tenant.
        enter: opens the tenant as a user; loads what is heavy only then.
        lock: whether writes are allowed; the adapter asks it too.
        journal: where every write is recorded.
        options: the command-line options that lead here ("--profile acme"), without secrets.
        lab: switches of the fake tenant's faults; None for a real one.
        shared: whether it is a fake tenant that other programs write to: asking costs nothing.
    """

    risk: Risk
    name: str
    user: str
    users: tuple[tuple[str, str], ...]
    enter: Callable[[str], Awaitable[UserSession]]
    lock: WriteLock
    journal: Journal
    options: tuple[str, ...] = ()
    lab: FaultSwitches | None = None
    shared: bool = False
