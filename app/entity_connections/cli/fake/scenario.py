"""`scenario`: the states a fake tenant can start from, as data."""

from typing import TYPE_CHECKING

import click

from entity_connections.cli.command_group import Group, examples
from entity_connections.cli.completers import SCENARIO
from entity_connections.cli.exit_codes import CliError, ExitCode
from entity_connections.cli.fake.tenant_source import load_scenario
from entity_connections.cli.output import echo, echo_json
from entity_connections.cli.parameters import argument, option
from entity_connections.fake.scenarios.catalogue import SCENARIOS

if TYPE_CHECKING:
    from entity_connections.fake.model import Scenario

format_option = option(
    "--format", "file_format", type=click.Choice(["toml", "json"]), default="toml",
    show_default=True, help="What to write.",
)  # fmt: skip


@click.group(cls=Group, invoke_without_command=True, epilog=examples("entity-connections scenario"))
@click.pass_context
def scenario(ctx: click.Context) -> ExitCode | None:
    """List the scenarios; show one as a file, check a file of yours, print the schema."""
    if ctx.invoked_subcommand is not None:
        return None
    width = max(map(len, SCENARIOS))
    for name, description in SCENARIOS.items():
        echo(f"{name:<{width}}  {description}")
    return ExitCode.DONE


@scenario.command(epilog=examples("entity-connections scenario show acme > mine.toml"))
@argument("name", type=SCENARIO)
@format_option
def show(name: str, file_format: str) -> ExitCode:
    """Write a scenario as a file to start your own from: `scenario show acme > my.toml`."""
    echo_scenario(load_scenario(name), file_format)
    return ExitCode.DONE


@scenario.command(
    epilog=examples(
        "entity-connections scenario show acme > mine.toml",
        "entity-connections scenario check mine.toml",
    )
)
@argument("file", type=SCENARIO)
def check(file: str) -> ExitCode:
    """Check a scenario file; ends with 2 and says each place where something is wrong.

    What Zuora does not document, such as an unknown status, is a warning only.
    """
    loaded = load_scenario(file)
    echo(
        f"{file}: {len(loaded.entities)} entities, {len(loaded.connections)} connections,"
        f" {len(loaded.users)} users."
    )
    return ExitCode.DONE


@scenario.command(epilog=examples("entity-connections scenario schema > scenario.schema.json"))
def schema() -> ExitCode:
    """Print the JSON schema of a scenario file, for TOML and JSON alike."""
    from entity_connections.fake.scenarios.file_schema import ScenarioFile

    echo_json(ScenarioFile.model_json_schema())
    return ExitCode.DONE


def echo_scenario(scenario: "Scenario", file_format: str) -> None:
    """Write a scenario to stdout as a file, "toml" or "json"; CliError if TOML cannot hold it."""
    from entity_connections.fake.scenarios.export import (
        NotTomlError,
        scenario_to_data,
        to_json,
        to_toml,
    )

    data = scenario_to_data(scenario)
    try:
        echo(to_json(data) if file_format == "json" else to_toml(data))
    except NotTomlError as error:
        raise CliError(f"{error} Use --format json.", ExitCode.USAGE) from error
