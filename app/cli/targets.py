"""From options to a tenant: the composition root."""

import asyncio
import gc
import os
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NamedTuple

from app.cli.options import Chosen
from app.domain.errors import ZuoraError
from app.domain.ids import bare
from app.domain.risk import Risk
from app.fake.scenarios import USERS
from app.services.journal import Journal
from app.services.lock import Lock
from app.services.lookup import NotOneEntity, find
from app.services.target import Access, Target
from app.services.tenant import Tenant
from app.services.traffic import Traffic

if TYPE_CHECKING:
    from app.fake.tenant import Tenant as FakeTenant
    from app.settings.profiles import Profile

FAKE_URL = "http://fake-tenant.localhost"
"""What the embedded fake tenant is called in a request."""

_ID = re.compile(r"[0-9a-f]{32}")

Enter = Callable[[str], Awaitable[Access]]


class NoSuchEntity(ZuoraError):
    """The entity to start in is not there, or it is not clear which is meant."""

    title = "No such entity"
    hint = "Start again with another --entity."


class Way(NamedTuple):
    """A tenant as the options choose it.

    Attributes:
        target: it, for the screen; entering it finds the entity to start in.
        enter: only enters, and asks nothing of Zuora.
        base_url: its REST root.
        entity: the entity to act in, as typed or as the profile says, or None.
        typed: whether somebody typed it for this one run.
    """

    target: Target
    enter: Enter
    base_url: str
    entity: str | None
    typed: bool


def way(chosen: Chosen) -> Way:
    """Return the tenant that the options choose; it is opened on first entry.

    Raises:
        Stopped: the settings cannot be used, or hold no secret for it.
    """
    if chosen.fake:
        return _fake(chosen.scenario or "acme", chosen.user or "alice", chosen.entity)
    from app.cli.credentials import profile_of

    return _real(profile_of(chosen), chosen.entity)


def fake_target(scenario: str, user: str) -> Target:
    """Return the embedded fake tenant as a target; it is opened on first entry.

    Args:
        scenario: one of `app.fake.scenarios.SCENARIOS`.
        user: one of `app.fake.scenarios.USERS`, to start as.
    """
    return _fake(scenario, user, None).target


def _fake(scenario: str, user: str, entity: str | None) -> Way:
    lock = Lock()
    opened: list[FakeTenant] = []

    async def enter(username: str) -> Access:
        await asyncio.to_thread(_load, "app.fake.tenant")
        from app.fake.tenant import open_tenant
        from app.zuora.client import ZuoraClient
        from app.zuora.token import credentials

        if not opened:
            opened.append(open_tenant(scenario))
        fake = opened[0]
        known = next(one for one in fake.users if one.username == username)
        traffic = Traffic()
        known_by = credentials(known.client_id, known.client_secret)
        zuora = ZuoraClient.in_process(fake.asgi, known_by, lock, traffic)
        return Access(
            tenant=Tenant(zuora),
            login=known.login,
            start_id=known.home_entity_id,
            role=lambda entity_id: fake.role(username, entity_id),
            traffic=traffic,
        )

    target = Target(
        risk=Risk.DEMO,
        name=scenario,
        user=user,
        users=tuple(USERS.items()),
        enter=_starting_in(entity, enter),
        lock=lock,
        journal=Journal(None, scenario),
        options=("--scenario", scenario, "--user", user),
    )
    return Way(target, enter, FAKE_URL, entity, entity is not None)


def _real(profile: "Profile", entity: str | None) -> Way:
    from app.cli.credentials import credentials_of
    from app.services.store import Store
    from app.settings import places

    # Before the screen is there: a command that fetches it may ask something on the terminal.
    client_id, secret = credentials_of(profile)
    lock = Lock(locked=profile.risk is Risk.PRODUCTION, for_good=profile.read_only)
    login = profile.user or client_id
    store = Store(places.store_file(profile.name))

    async def enter(_user: str) -> Access:
        await asyncio.to_thread(_load)
        from app.zuora.client import ZuoraClient
        from app.zuora.token import Credentials

        traffic = Traffic()
        zuora = ZuoraClient.over_internet(
            profile.base_url, Credentials(client_id, secret), lock, traffic
        )
        tenant = Tenant(zuora, store=store)
        return Access(tenant, login, None, lambda _id: None, traffic)

    typed, entity = entity is not None, entity or profile.entity
    target = Target(
        risk=profile.risk,
        name=profile.name,
        user=login,
        users=(),
        enter=_starting_in(entity, enter),
        lock=lock,
        journal=Journal(places.journal_file(), profile.name),
        options=profile.options,
    )
    return Way(target, enter, profile.base_url, entity, typed)


def id_of(typed: str) -> str | None:
    """Return the bare id that somebody typed, or None when it is no id."""
    return id_ if _ID.fullmatch(id_ := bare(typed.strip())) else None


def _starting_in(entity: str | None, enter: Enter) -> Enter:
    if entity is None:
        return enter

    async def enter_and_find(user: str) -> Access:
        access = await enter(user)
        return access._replace(start_id=await _start_id(entity, access.tenant))

    return enter_and_find


async def _start_id(entity: str, tenant: Tenant) -> str:
    if id_ := id_of(entity):
        return id_
    if not len(tenant.hierarchy):
        await asyncio.to_thread(tenant.restore)  # a start without a network knows it too
    if not len(tenant.hierarchy):
        await tenant.read_entities()
    try:
        return find(entity, tenant.hierarchy).id
    except NotOneEntity as error:
        raise NoSuchEntity(str(error)) from error


def _load(*modules: str) -> None:
    """Import what is heavy, in a thread: keys stay live meanwhile."""
    from importlib import import_module

    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # or it searches for them
    for module in (*modules, "app.zuora.client"):
        import_module(module)
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
