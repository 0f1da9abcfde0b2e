"""`tenant`: a fake tenant that lives in a file."""

import sqlite3
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from entity_connections.cli.exit_codes import ExitCode, Stopped
from entity_connections.cli.fake.fake_files import opened
from entity_connections.cli.fake.scenario import formats, written
from entity_connections.cli.options import ScenarioName
from entity_connections.cli.output import narrate, say, say_json, table
from entity_connections.cli.parameters import argument, option
from entity_connections.domain.text import clean

file_argument = argument("file", type=click.Path(dir_okay=False, path_type=Path))


@click.group()
def tenant() -> None:
    """Look into a fake tenant in a file, start it anew, or write it as a scenario.

    A file is made by `serve --tenant FILE`, or by any command with --tenant FILE.
    Several programs may use one at the same time.
    """


@tenant.command()
@file_argument
@option("--json", "as_json", is_flag=True, help="Data for machines.")
def show(file: Path, *, as_json: bool) -> ExitCode:
    """Say what a tenant holds.

    --json: {"file", "scenario", "tenantId", "entities": {status: count}, "connections":
    {status: count}, "users": [{"username", "login", "home", "administrator", "standardUser"}],
    "accessRequests": [{"login", "entity", "status"}], "policy": {name: value}, "faults"};
    administrator and standardUser count entities.
    """
    from entity_connections.fake.rules.policy import Policy

    with closing(opened(file)) as db:
        found = _shown(file, db)
    if as_json:
        say_json(found)
        return ExitCode.DONE
    say(f"{clean(str(file))}: tenant {found['tenantId']}, made from {clean(found['scenario'])}")
    for kind in ("entities", "connections"):
        counts = ", ".join(f"{n} {clean(status)[:40]}" for status, n in found[kind].items())
        say(f"{kind}: {counts or 'none'}")
    ours = Policy().words()
    others = [f"{name}={value}" for name, value in found["policy"].items() if ours[name] != value]
    say(f"policy: {', '.join(others) or 'as the command `policy` prints it'}")
    if found["faults"]:
        say(f"faults: {' · '.join(found['faults'])}")
    rows = [
        (one["username"], one["login"], clean(one["home"]), str(one["administrator"]),
         str(one["standardUser"]))
        for one in found["users"]
    ]  # fmt: skip
    say("\n" + table(("USER", "LOGIN", "HOME", "ADMINISTERS", "MAY LOOK INTO"), rows))
    for one in found["accessRequests"]:
        say(f"{one['login']} asked to enter {clean(one['entity'])}: {one['status']}")
    return ExitCode.DONE


@tenant.command()
@file_argument
@option(
    "--scenario", type=ScenarioName(), metavar="NAME",
    help="Start from this one in place of what it was made from.",
)  # fmt: skip
@option("--yes", is_flag=True, help="Do it without a question.")
def reset(file: Path, scenario: str | None, *, yes: bool) -> ExitCode:
    """Put a tenant back to how it began; what was done in it is lost.

    Programs that have it open go on with the new state; they must sign in again.
    """
    from entity_connections.fake.state.tenant_file import reset as start_anew

    with closing(opened(file)) as db:
        if not yes:
            if not (sys.stdin.isatty() and sys.stderr.isatty()):
                raise click.UsageError("there is no terminal to ask on; --yes does it.")
            question = f"Put {file} back to how it began? What was done in it is lost."
            if not click.confirm(question, default=False, err=True):
                return ExitCode.INTERRUPTED
        try:
            origin = start_anew(db, scenario)
        except ValueError as error:
            raise Stopped(str(error), ExitCode.USAGE) from error
        except sqlite3.Error as error:
            raise Stopped(f"{file} was not changed: {error}.", ExitCode.USAGE) from error
    narrate(f"{file} is {origin or 'as it was made'} again.")
    return ExitCode.DONE


@tenant.command()
@file_argument
@formats
def export(file: Path, form: str) -> ExitCode:
    """Write a tenant as a scenario file, which makes the same tenant again.

    Tokens and stored idempotent answers are left out.
    """
    from entity_connections.fake.scenarios.export import as_data, scenario_of

    with closing(opened(file)) as db:
        say(written(as_data(scenario_of(db)), form))
    return ExitCode.DONE


def _shown(file: Path, db: sqlite3.Connection) -> dict[str, Any]:
    from entity_connections.fake.scenarios.export import scenario_of
    from entity_connections.fake.scenarios.model import ADMINISTRATOR
    from entity_connections.fake.state import settings

    found = scenario_of(db)
    titles = {one.id: one.display_name for one in found.entities}
    logins = {one.username: one.login for one in found.users}
    users = []
    for one in found.users:
        roles = Counter(found.roles.get(one.username, {}).values())
        users.append({
            "username": one.username,
            "login": one.login,
            "home": titles.get(one.home_entity_id, one.home_entity_id),
            "administrator": roles[ADMINISTRATOR],
            "standardUser": roles.total() - roles[ADMINISTRATOR],
        })  # fmt: skip
    return {
        "file": str(file),
        "scenario": settings.get(db, settings.SCENARIO),
        "tenantId": found.tenant_id,
        "entities": Counter(one.status for one in found.entities),
        "connections": Counter(one.status for one in found.connections),
        "users": users,
        "accessRequests": [
            {
                "login": logins.get(one.username, one.username),
                "entity": titles.get(one.entity_id, one.entity_id),
                "status": one.status,
            }
            for one in found.access
        ],
        "policy": found.policy.words(),
        "faults": list(found.faults),
    }
