"""`policy`: how the fake tenant behaves where Zuora's documentation is silent."""

from contextlib import closing
from pathlib import Path

import click

from entity_connections.cli.command_group import examples
from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.fake.tenant_source import load_scenario, open_tenant_file
from entity_connections.cli.output import echo, echo_json, info
from entity_connections.cli.parameters import json_option
from entity_connections.cli.tenant_options import TenantOptions, some_tenant_options


@click.command(
    epilog=examples(
        "entity-connections policy", "entity-connections policy --scenario denied-removed --json"
    )
)
@some_tenant_options(
    scenario="As this scenario chooses, or file.", tenant="As the tenant in this file chooses."
)
@json_option
def policy(options: TenantOptions, *, as_json: bool) -> ExitCode:
    """Show each choice of the fake tenant where Zuora is silent, and the other values.

    A choice is switched by `serve --policy NAME=VALUE`, or in a scenario file
    under [policy]: denied = "removed".

    --json: [{"name", "question", "choice", "others": {switch: behaviour}, "why"}]
    """
    from entity_connections.fake.policy import Policy, list_policies
    from entity_connections.fake.state import tenant_settings

    current = Policy()
    if options.tenant is not None:
        with closing(open_tenant_file(Path(options.tenant))) as db:
            current = tenant_settings.read_policy(db)
    elif options.scenario is not None:
        current = load_scenario(options.scenario).policy
    rows = list(list_policies(current))
    if as_json:
        echo_json([row._asdict() for row in rows])
        return ExitCode.DONE
    for row in rows:
        echo(f"{row.question}: {row.choice}")
        for switch, other in row.others.items():
            echo(f"    or: {other}   --policy {switch}")
        echo(f"    {row.why}")
    info("\nSwitch one with `serve --policy NAME=VALUE`, or in a scenario file.")
    return ExitCode.DONE
