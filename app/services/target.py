"""Which tenant the program works in; made by the command line, used by the screen."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from app.services.tenant import Tenant


class Access(NamedTuple):
    """One user's way into the tenant.

    Attributes:
        tenant: what the user can see and do.
        login: the login name, as shown.
        start_id: the entity to act in first, or None to let the tenant choose.
        role: tells the user's role in an entity; None where nobody knows,
            as in the real Zuora, whose API has no word for it.
    """

    tenant: Tenant
    login: str
    start_id: str | None
    role: Callable[[str], str | None]


class Target(NamedTuple):
    """A tenant and how to get into it.

    Attributes:
        word: what kind of tenant it is, always in sight ("DEMO").
        name: which one.
        user: the user to start as.
        users: who one can work as, with a description; empty for a real tenant.
        enter: opens the tenant as a user; loads what is heavy only then.
    """

    word: str
    name: str
    user: str
    users: tuple[tuple[str, str], ...]
    enter: Callable[[str], Awaitable[Access]]
