"""`policy`: what the fake tenant does where Zuora's documentation is silent."""

from pathlib import Path

import click

from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.fake.fake_files import loaded, opened
from entity_connections.cli.options import Chosen, ScenarioName, options_before_command
from entity_connections.cli.output import narrate, say, say_json
from entity_connections.cli.parameters import option


@click.command()
@option(
    "--scenario", type=ScenarioName(), metavar="NAME", help="As this scenario chooses, or file."
)
@option(
    "--tenant",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="As the tenant in this file chooses.",
)
@option("--json", "as_json", is_flag=True, help="Data for machines.")
def policy(scenario: str | None, tenant: str | None, *, as_json: bool) -> ExitCode:
    """Show each choice of the fake tenant where Zuora is silent, and the other values.

    A choice is switched by `serve --policy NAME=VALUE`, or in a scenario file
    under [policy]: denied = "removed".

    --json: [{"name", "question", "choice", "others", "switches", "why"}]; name is null
    where nothing switches it.
    """
    from entity_connections.fake.rules.policy import Policy
    from entity_connections.fake.state import settings

    chosen = Chosen(scenario=scenario, tenant=tenant).under(options_before_command())
    found = Policy()
    if chosen.tenant is not None:
        db = opened(Path(chosen.tenant))
        found = settings.policy(db)
        db.close()
    elif chosen.scenario is not None:
        found = loaded(chosen.scenario).policy
    lines = list(found.lines())
    if as_json:
        say_json([{**one._asdict(), "name": one.name or None} for one in lines])
        return ExitCode.DONE
    for one in lines:
        say(f"{one.question}: {one.choice}")
        for other, switch in zip(one.others, one.switches, strict=True):
            say(f"    or: {other}   --policy {switch}")
        if not one.others:
            say("    no other value")
        say(f"    {one.why}")
    narrate("\nSwitch one with `serve --policy NAME=VALUE`, or in a scenario file.")
    return ExitCode.DONE
