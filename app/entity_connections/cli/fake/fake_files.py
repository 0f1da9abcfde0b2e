"""The files a fake tenant can come from or live in, with a sentence for every bad one."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from entity_connections.cli.exit_codes import ExitCode, Stopped

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from entity_connections.fake.rules.policy import Policy
    from entity_connections.fake.scenarios.model import Scenario, User


class FakeFrom(NamedTuple):
    """What a fake tenant is opened from.

    Attributes:
        scenario: what a new one holds.
        path: the file it lives in, or None.
        name: what to call it.
        users: who can work in it.
    """

    scenario: "str | Scenario"
    path: Path | None
    name: str
    users: "tuple[User, ...]"


def fake_from(scenario: str | None, tenant: str | None) -> FakeFrom:
    """Look at the files and make a new tenant's, if one is named.

    Raises:
        Stopped: a file cannot be used, or holds another scenario than the one named.
    """
    start = "acme" if scenario is None else scenario
    if tenant is None:
        found = loaded(start)
        return FakeFrom(found, None, Path(start).name, found.users)
    from entity_connections.fake.state import settings
    from entity_connections.fake.state.users import Users

    path = Path(tenant).absolute()
    db = opened(path, start)
    try:
        origin = settings.get(db, settings.SCENARIO)
        if scenario is not None and scenario != origin:
            raise Stopped(
                f"{path} was made from {origin or 'a scenario'}, not from {scenario}. To start it"
                f" anew: entity-connections tenant reset {tenant} --scenario {scenario}",
                ExitCode.USAGE,
            )
        return FakeFrom(origin, path, path.name, Users(db).all())
    finally:
        db.close()


def opened(path: Path, scenario: str | None = None) -> "sqlite3.Connection":
    """Return the tenant in a file; with a scenario one is made where there is none.

    Raises:
        Stopped: it cannot be used.
    """
    from entity_connections.fake.state.tenant_file import TenantFileError, open_file

    try:
        return open_file(path, scenario)
    except (TenantFileError, ValueError) as error:
        raise Stopped(str(error), ExitCode.USAGE) from error


def loaded(name: str) -> "Scenario":
    """Return a scenario of ours or from a file.

    Raises:
        Stopped: it cannot be used.
    """
    from entity_connections.fake.scenarios.loading import load

    try:
        return load(name)
    except ValueError as error:
        raise Stopped(str(error), ExitCode.USAGE) from error


def switched(policy: "Policy", switches: "Sequence[str]") -> "Policy":
    """Return a policy with the choices written as "name=value".

    Raises:
        click.UsageError: there is no such choice.
    """
    from entity_connections.fake.rules.policy import PolicyError

    for switch in switches:
        try:
            policy = policy.switched([switch])
        except PolicyError as error:
            raise click.UsageError(f"--policy {switch}: {error}") from error
    return policy
