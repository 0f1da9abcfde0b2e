"""Where a fake tenant comes from: a scenario or a tenant file, with a sentence for a bad one."""

import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from entity_connections.cli.exit_codes import CliError, ExitCode, usage_errors
from entity_connections.cli.output import info
from entity_connections.fake.scenarios import catalogue
from entity_connections.fake.scenarios.catalogue import SCENARIOS, USERS

if TYPE_CHECKING:
    import sqlite3

    from entity_connections.fake.model import Scenario, User


class TenantSource(NamedTuple):
    """What a fake tenant is opened from.

    `users` have descriptions, and `options` are those of the command line that choose it.
    `identity` is what the journal knows a file by: a UUID that is new after a reset, and the path,
    so that a copy is another tenant; "" in memory.
    """

    scenario: "str | Scenario"
    path: Path | None
    name: str
    users: Mapping[str, str]
    options: tuple[str, str]
    identity: str = ""


def prepare_source(scenario: str | None, tenant_file: str | None) -> TenantSource:
    """Return the source that `--scenario` and `--tenant` choose; a new tenant file is made here.

    Raises:
        CliError: A file cannot be used, or the tenant was made from another scenario.
    """
    scenario_name = "acme" if scenario is None else scenario
    if tenant_file is None:
        if scenario_name in SCENARIOS:  # loaded later: the screen opens first
            options = ("--scenario", scenario_name)
            return TenantSource(scenario_name, None, scenario_name, USERS, options)
        loaded, path = load_scenario(scenario_name), Path(scenario_name).absolute()
        users = _describe_users(loaded.users)
        return TenantSource(loaded, None, path.name, users, ("--scenario", str(path)))
    from entity_connections.fake.state import tenant_settings
    from entity_connections.fake.state.users import Users

    path = Path(tenant_file).absolute()
    with closing(open_tenant_file(path, scenario_name)) as db:
        origin = tenant_settings.read(db, tenant_settings.SCENARIO)
        users = _describe_users(Users(db).all())
        identity = f"{tenant_settings.read(db, tenant_settings.IDENTITY)} {path.resolve()}"
    if scenario not in (None, origin):
        raise CliError(
            f"{path} was made from {origin or 'a scenario'}, not from {scenario}. Name another"
            " file, or remove this one.",
            ExitCode.USAGE,
        )
    return TenantSource(origin, path, path.name, users, ("--tenant", str(path)), identity)


def _describe_users(users: "Iterable[User]") -> dict[str, str]:
    return {user.name: USERS.get(user.name, user.username) for user in users}


def open_tenant_file(path: Path, scenario: str | None = None) -> "sqlite3.Connection":
    """Return the database of a tenant file, made from `scenario` if need be; else CliError."""
    from entity_connections.fake.tenant_file import open_file

    with report_problems():
        return open_file(path, scenario)


def load_scenario(name: str) -> "Scenario":
    """Return a built-in scenario or one from a file; CliError if it cannot be used."""
    with report_problems():
        return catalogue.load_scenario(name)


@contextmanager
def report_problems() -> Iterator[None]:
    """Print the warnings about a scenario file; one that cannot be used ends the program."""
    with warnings.catch_warnings(record=True, action="always") as caught, usage_errors(ValueError):
        yield
    for warning in caught:
        info(f"Warning: {warning.message}")
