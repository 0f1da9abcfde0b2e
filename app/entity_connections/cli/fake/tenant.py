"""`tenant`: a fake tenant that lives in a file."""

import sqlite3
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from entity_connections.cli.command_group import Group, examples
from entity_connections.cli.completers import SCENARIO
from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.fake.scenario import echo_scenario, format_option
from entity_connections.cli.fake.tenant_source import open_tenant_file, report_problems
from entity_connections.cli.output import echo, echo_json, format_table, info
from entity_connections.cli.parameters import argument, json_option, option
from entity_connections.domain.text import clean

file_argument = argument("file", type=click.Path(dir_okay=False, path_type=Path))


@click.group(
    cls=Group,
    epilog=examples(
        "entity-connections entities --tenant shared.tenant",
        "entity-connections tenant show shared.tenant",
    ),
)
def tenant() -> None:
    """Look into a fake tenant in a file, start it anew, or write it as a scenario.

    A file is made by `serve --tenant FILE`, or by any command with --tenant FILE.
    Several programs may use one at the same time.
    """


@tenant.command(
    epilog=examples(
        "entity-connections entities --tenant shared.tenant",
        "entity-connections tenant show shared.tenant",
    )
)
@file_argument
@json_option
def show(file: Path, *, as_json: bool) -> ExitCode:
    """Say what a tenant holds.

    --json: {"file", "scenario", "tenantId", "entities": {status: count}, "connections":
    {status: count}, "users": [{"name", "username", "home", "administrator", "standardUser"}],
    "policy": {name: value}, "faults"};
    administrator and standardUser count entities.
    """
    from entity_connections.fake.policy import Policy

    with closing(open_tenant_file(file)) as db:
        facts = _collect_facts(file, db)
    if as_json:
        echo_json(facts)
        return ExitCode.DONE
    echo(f"{clean(str(file))}: tenant {facts['tenantId']}, made from {clean(facts['scenario'])}")
    for kind in ("entities", "connections"):
        counts = [f"{count} {clean(status)[:40]}" for status, count in facts[kind].items()]
        echo(f"{kind}: {', '.join(counts) or 'none'}")
    default = Policy().as_dict()
    changes = [
        f"{name}={value}" for name, value in facts["policy"].items() if default[name] != value
    ]
    echo(f"policy: {', '.join(changes) or 'as the command `policy` prints it'}")
    if facts["faults"]:
        echo(f"faults: {' · '.join(facts['faults'])}")
    rows = [[clean(str(value)) for value in user.values()] for user in facts["users"]]
    echo("\n" + format_table(("USER", "USERNAME", "HOME", "ADMINISTERS", "MAY LOOK INTO"), rows))
    return ExitCode.DONE


@tenant.command(
    epilog=examples(
        "entity-connections entities --tenant shared.tenant",
        "entity-connections tenant reset shared.tenant --scenario empty --yes",
    )
)
@file_argument
@option(
    "--scenario", type=SCENARIO, metavar="NAME",
    help="Start from this one in place of what it was made from.",
)  # fmt: skip
@option("--yes", is_flag=True, help="Do it without a question.")
def reset(file: Path, scenario: str | None, *, yes: bool) -> ExitCode:
    """Put a tenant back to how it began; what was done in it is lost.

    Programs that have it open go on with the new state; they must sign in again. Until they
    are started anew, the journal takes what they send for sent before the reset.
    """
    from entity_connections.fake.tenant_file import file_errors, reset_tenant

    with closing(open_tenant_file(file)) as db:
        if not yes:
            if not (sys.stdin.isatty() and sys.stderr.isatty()):
                raise click.UsageError("there is no terminal to ask on; --yes does it.")
            question = f"Put {file} back to how it began? What was done in it is lost."
            if not click.confirm(question, default=False, err=True):
                return ExitCode.INTERRUPTED
        with report_problems(), file_errors(file):
            origin = reset_tenant(db, scenario)
    info(f"{file} is {origin or 'as it was made'} again.")
    return ExitCode.DONE


@tenant.command(
    epilog=examples(
        "entity-connections entities --tenant shared.tenant",
        "entity-connections tenant export shared.tenant > mine.toml",
    )
)
@file_argument
@format_option
def export(file: Path, file_format: str) -> ExitCode:
    """Write a tenant as a scenario file, which makes the same tenant again.

    Tokens and stored idempotent answers are left out.
    """
    from entity_connections.fake.state.stored_scenario import read_scenario

    with closing(open_tenant_file(file)) as db:
        echo_scenario(read_scenario(db), file_format)
    return ExitCode.DONE


def _collect_facts(file: Path, db: sqlite3.Connection) -> dict[str, Any]:
    """Return what `show` prints, as the data of its --json."""
    from entity_connections.fake.state import tenant_settings
    from entity_connections.fake.state.stored_scenario import read_scenario

    state = read_scenario(db)
    names = {entity.id: entity.display_name for entity in state.entities}
    roles = {user.name: Counter(state.roles.get(user.name, {}).values()) for user in state.users}
    return {
        "file": str(file),
        "scenario": tenant_settings.read(db, tenant_settings.SCENARIO),
        "tenantId": state.tenant_id,
        "entities": Counter(entity.status for entity in state.entities),
        "connections": Counter(connection.status for connection in state.connections),
        "users": [
            {
                "name": user.name,
                "username": user.username,
                "home": names[user.home_entity_id],
                "administrator": roles[user.name]["administrator"],
                "standardUser": roles[user.name]["standard user"],
            }
            for user in state.users
        ],
        "policy": state.policy.as_dict(),
        "faults": state.faults,
    }
