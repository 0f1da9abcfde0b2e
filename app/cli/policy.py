"""`policy`: what the fake tenant does where Zuora's documentation is silent."""

from pathlib import Path

import click

from app.cli.exits import ExitCode
from app.cli.fake_files import loaded, opened
from app.cli.options import Chosen, ScenarioName
from app.cli.output import narrate, say, say_json
from app.cli.parameters import option


@click.command()
@option(
    "--scenario", type=ScenarioName(), metavar="NAME", help="As this scenario chooses, or file."
)
@option("--tenant", metavar="FILE", help="As the tenant in this file chooses.")
@option("--json", "as_json", is_flag=True, help="Data for machines.")
@click.pass_context
def policy(
    ctx: click.Context, scenario: str | None, tenant: str | None, *, as_json: bool
) -> ExitCode:
    """Show each choice of the fake tenant where Zuora is silent, and the other values.

    A choice is switched by `serve --policy NAME=VALUE`, or in a scenario file
    under [policy]: denied = "removed".

    --json: [{"name", "question", "choice", "others", "switches", "why"}]; name is null
    where nothing switches it.
    """
    from app.fake import settings
    from app.fake.policy import Policy

    outer = ctx.find_root().obj
    if isinstance(outer, Chosen):
        scenario, tenant = scenario or outer.scenario, tenant or outer.tenant
    chosen = Policy()
    if tenant:
        db = opened(Path(tenant))
        chosen = settings.policy(db)
        db.close()
    elif scenario:
        chosen = loaded(scenario).policy
    lines = list(chosen.lines())
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
