"""From options to a tenant: the composition root."""

import asyncio
import gc
import os
from typing import TYPE_CHECKING, NamedTuple

from entity_connections.cli.exit_codes import ExitCode, Stopped
from entity_connections.cli.options import Chosen
from entity_connections.domain.errors import ZuoraError
from entity_connections.domain.risk import Risk
from entity_connections.fake.scenarios.scenarios import SCENARIOS, USERS
from entity_connections.services.request_log import RequestLog
from entity_connections.services.storage.journal import Journal
from entity_connections.services.tenant import Tenant
from entity_connections.services.workspace import FaultSwitches, UserSession, Workspace
from entity_connections.services.write_lock import WriteLock
from entity_connections.settings.environment_variables import (
    CLIENT_ID,
    CLIENT_SECRET,
    ENTITY_ID,
    read_variable,
)

if TYPE_CHECKING:
    from pathlib import Path

    from entity_connections.fake.scenarios.model import Scenario
    from entity_connections.fake.tenant import Tenant as FakeTenant
    from entity_connections.settings.profiles import Profile

FAKE_URL = "http://fake-tenant.localhost"
"""What the embedded fake tenant is called in a request."""


class NoSuchUser(ZuoraError):
    """The user to work as has gone from the tenant's file."""

    title = "No such user"
    hint = "Start again with another --user."


class Way(NamedTuple):
    """A tenant as the options choose it.

    Attributes:
        target: it; entering it asks nothing of Zuora.
        base_url: its REST root.
        entity: the entity to act in, as typed or as the profile says, or None.
        typed: whether somebody typed it for this one run.
    """

    target: Workspace
    base_url: str
    entity: str | None
    typed: bool


def way(chosen: Chosen) -> Way:
    """Return the tenant that the options choose; it is opened on first entry.

    Raises:
        Stopped: it cannot be opened, or there is no secret for it.
        SettingsError: the settings cannot be used.
    """
    if chosen.fake:
        # An empty one was meant to choose: then the tenant in the program is not what was meant.
        for name in (CLIENT_ID, CLIENT_SECRET):
            read_variable(name)
        return _fake(chosen)
    from entity_connections.cli.tenant.credentials import get_profile

    return _real(get_profile(chosen), chosen.entity)


def fake_target(scenario: str, user: str) -> Workspace:
    """Return the embedded fake tenant as a target; it is opened on first entry.

    Args:
        scenario: one of `entity_connections.fake.scenarios.scenarios.SCENARIOS`.
        user: one of `entity_connections.fake.scenarios.scenarios.USERS`, to start as.
    """
    return _fake(Chosen(scenario=scenario, user=user)).target


def _fake(chosen: Chosen) -> Way:
    scenario: str | Scenario = "acme" if chosen.scenario is None else chosen.scenario
    path: Path | None = None
    name, users = str(scenario), USERS
    options = ("--scenario", name)
    if chosen.tenant is not None or scenario not in SCENARIOS:
        # Before the screen is there: a file that cannot be used ends the program.
        from entity_connections.cli.fake.fake_files import fake_from

        scenario, path, name, found = fake_from(chosen.scenario, chosen.tenant)
        users = {one.username: USERS.get(one.username, one.login) for one in found}
        options = ("--tenant", str(path)) if path else ("--scenario", str(chosen.scenario))
    user = chosen.user
    if user is None:
        user = "alice" if "alice" in users else next(iter(users))
    if user not in users:
        sentence = f"There is no user {user} in {name}; there are {', '.join(users)}."
        raise Stopped(sentence, ExitCode.USAGE)
    # Meant for a real tenant: one that is unknown here costs a remark.
    start = read_variable(ENTITY_ID) if chosen.entity is None else chosen.entity
    lock = WriteLock()
    opened: list[FakeTenant] = []

    async def enter(username: str) -> UserSession:
        await asyncio.to_thread(_load, "entity_connections.fake.tenant")
        from entity_connections.fake.tenant import open_tenant
        from entity_connections.zuora.auth import Credentials
        from entity_connections.zuora.client import ZuoraClient

        if not opened:
            opened.append(open_tenant(scenario, path=path, faults=chosen.faults or ()))
        fake = opened[0]
        known = next((one for one in fake.users if one.username == username), None)
        if known is None:
            raise NoSuchUser(f"There is no user {username} in {name} any more.")
        traffic = RequestLog()
        known_by = Credentials.from_text(known.client_id, known.client_secret)
        zuora = ZuoraClient.in_process(fake.asgi, known_by, lock, traffic)
        return UserSession(
            tenant=Tenant(zuora),
            login=known.login,
            start=known.home_entity_id if start is None else start,
            role=lambda entity_id: fake.role(username, entity_id),
            request_log=traffic,
        )

    target = Workspace(
        risk=Risk.DEMO,
        name=name,
        user=user,
        users=tuple(users.items()),
        enter=enter,
        lock=lock,
        journal=_fake_journal(path, name),
        options=(*options, "--user", user),
        shared=path is not None,
        lab=lab_of(opened, chosen.faults or ()),
    )
    return Way(target, FAKE_URL, chosen.entity, chosen.entity is not None)


def lab_of(opened: "list[FakeTenant]", begins: tuple[str, ...] = ()) -> FaultSwitches:
    """Return the switches of a tenant that is in `opened` once it is entered.

    Args:
        opened: where it will be.
        begins: the faults it will have from the start.
    """

    def offered() -> list[tuple[str, str]]:
        from entity_connections.fake.faults.catalogue import FAULTS, setting

        return [(name, setting(name).sentence) for name in FAULTS]

    def active() -> set[str]:
        return {one.name for fake in opened for one in fake.faults.active()}

    def switch(text: str) -> None:
        from entity_connections.fake.faults.catalogue import parsed

        one = parsed(text)
        for fake in opened:
            if one.name in active():
                fake.faults.off(one.name)
            else:
                fake.faults.set(one)

    def watermark() -> str:
        return " · ".join([fake.faults.watermark() for fake in opened] or begins)

    return FaultSwitches(offered, active, switch, watermark)


def _fake_journal(path: "Path | None", name: str) -> Journal:
    """Return the journal of a fake tenant: as lasting as the tenant itself."""
    if path is None:
        return Journal(None, name, name)
    from entity_connections.settings import paths as places

    return Journal(places.state_file(), name, str(path))


def _real(profile: "Profile", entity: str | None) -> Way:
    from entity_connections.cli.tenant.credentials import find_credentials
    from entity_connections.services.storage.list_cache import ListCache
    from entity_connections.settings import paths as places

    # Before the screen is there: a command that fetches it may ask something on the terminal.
    client_id, secret = find_credentials(profile)
    lock = WriteLock(locked=profile.risk is Risk.PRODUCTION, permanent=profile.read_only)
    login = profile.user or client_id
    start = profile.entity if entity is None else entity
    which = f"{profile.base_url} {client_id}"
    cache = ListCache(places.state_file(), profile.name, which)

    async def enter(_user: str) -> UserSession:
        await asyncio.to_thread(_load)
        from entity_connections.zuora.auth import Credentials
        from entity_connections.zuora.client import ZuoraClient

        traffic, known_by = RequestLog(), Credentials(client_id, secret)
        zuora = await asyncio.to_thread(  # it reads the authorities of https
            ZuoraClient, profile.base_url, known_by, lock, traffic
        )
        tenant = Tenant(zuora, cache=cache)
        return UserSession(tenant, login, start, lambda _id: None, traffic)

    target = Workspace(
        risk=profile.risk,
        name=profile.name,
        user=login,
        users=(),
        enter=enter,
        lock=lock,
        journal=Journal(places.state_file(), profile.name, which),
        options=profile.options,
    )
    return Way(target, profile.base_url, start, entity is not None)


def _load(*modules: str) -> None:
    """Import what is heavy, in a thread: keys stay live meanwhile."""
    from importlib import import_module

    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # or it searches for them
    for module in (*modules, "entity_connections.zuora.client"):
        import_module(module)
    gc.freeze()  # the garbage collector need not look at what was imported: saves 50 ms
