"""`tenant`: a fake tenant that lives in a file."""

import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import click

from entity_connections.cli.command_group import Group, examples
from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.fake.scenario import echo_scenario, format_option
from entity_connections.cli.fake.tenant_source import open_tenant_file, report_problems
from entity_connections.cli.output import echo, format_table, info
from entity_connections.cli.parameters import argument, option
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
def show(file: Path) -> ExitCode:
    """Say what a tenant holds; `tenant export` says it to machines."""
    from entity_connections.fake.model import ADMINISTRATOR, STANDARD_USER
    from entity_connections.fake.policy import Policy
    from entity_connections.fake.state import tenant_settings
    from entity_connections.fake.state.stored_scenario import read_scenario

    with closing(open_tenant_file(file)) as db:
        state, origin = read_scenario(db), tenant_settings.read(db, tenant_settings.SCENARIO)
    echo(f"{clean(str(file))}: tenant {state.tenant_id}, made from {clean(origin)}")
    for kind, records in (("entities", state.entities), ("connections", state.connections)):
        counts = Counter(record.status for record in records)
        texts = [f"{count} {clean(status)[:40]}" for status, count in counts.items()]
        echo(f"{kind}: {', '.join(texts) or 'none'}")
    changes = state.policy.as_dict().items() - Policy().as_dict().items()
    switches = ", ".join(f"{name}={value}" for name, value in sorted(changes))
    echo(f"policy: {switches or 'as the command `policy` prints it'}")
    if state.faults:
        echo(f"faults: {' · '.join(state.faults)}")
    names = {entity.id: clean(entity.display_name) for entity in state.entities}
    rows = []
    for user in state.users:
        roles = Counter(state.roles.get(user.name, {}).values())
        numbers = (str(roles[role]) for role in (ADMINISTRATOR, STANDARD_USER))
        rows.append((user.name, clean(user.username), names[user.home_entity_id], *numbers))
    echo("\n" + format_table(("USER", "USERNAME", "HOME", "ADMINISTERS", "MAY LOOK INTO"), rows))
    return ExitCode.DONE


@tenant.command(
    epilog=examples(
        "entity-connections entities --tenant shared.tenant",
        "entity-connections tenant reset shared.tenant --yes",
    )
)
@file_argument
@option("--yes", is_flag=True, help="Do it without a question.")
def reset(file: Path, *, yes: bool) -> ExitCode:
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
            origin = reset_tenant(db)
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
