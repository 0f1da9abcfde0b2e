"""`scenario`: the states a fake tenant can start from, as data."""

import click

from entity_connections.cli.exit_codes import ExitCode, Stopped
from entity_connections.cli.fake.fake_files import loaded
from entity_connections.cli.options import ScenarioName
from entity_connections.cli.output import say, say_json
from entity_connections.cli.parameters import argument, option
from entity_connections.fake.scenarios.scenarios import SCENARIOS

formats = option(
    "--format", "form", type=click.Choice(["toml", "json"]), default="toml", show_default=True,
    help="What to write.",
)  # fmt: skip


@click.group(invoke_without_command=True)
@click.pass_context
def scenario(ctx: click.Context) -> ExitCode | None:
    """List the scenarios; show one as a file, check a file of yours, print the schema."""
    if ctx.invoked_subcommand is not None:
        return None
    width = max(map(len, SCENARIOS))
    for name, what in SCENARIOS.items():
        say(f"{name:<{width}}  {what}")
    return ExitCode.DONE


@scenario.command()
@argument("name", type=ScenarioName())
@formats
def show(name: str, form: str) -> ExitCode:
    """Write a scenario as a file to start your own from: `scenario show acme > my.toml`."""
    from entity_connections.fake.scenarios.export import as_data

    say(written(as_data(loaded(name)), form))
    return ExitCode.DONE


@scenario.command()
@argument("file", type=ScenarioName())
def check(file: str) -> ExitCode:
    """Check a scenario file; ends with 2 and says each place where something is wrong."""
    found = loaded(file)
    say(
        f"{file}: {len(found.entities)} entities, {len(found.connections)} connections,"
        f" {len(found.users)} users."
    )
    return ExitCode.DONE


@scenario.command()
def schema() -> ExitCode:
    """Print the JSON schema of a scenario file, for TOML and JSON alike."""
    from entity_connections.fake.scenarios.scenario_file import schema as of_file

    say_json(of_file())
    return ExitCode.DONE


def written(data: dict[str, object], form: str) -> str:
    """Return a scenario as the text of a file.

    Raises:
        Stopped: it has no such text.
    """
    from entity_connections.fake.scenarios.export import NoTomlError, as_json, as_toml

    try:
        return as_json(data) if form == "json" else as_toml(data)
    except NoTomlError as error:
        raise Stopped(f"{error} Use --format json.", ExitCode.USAGE) from error
