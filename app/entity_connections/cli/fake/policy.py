"""`policy`: how the fake tenant behaves where Zuora's documentation is silent."""

import click

from entity_connections.cli.command_group import examples
from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.output import echo, echo_json, info
from entity_connections.cli.parameters import json_option


@click.command(epilog=examples("entity-connections policy", "entity-connections policy --json"))
@json_option
def policy(*, as_json: bool) -> ExitCode:
    """Show each choice of the fake tenant where Zuora is silent, and the other values.

    A choice is switched by `serve --policy NAME=VALUE`, or in a scenario file
    under [policy]: denied = "removed".

    --json: [{"name", "question", "choice", "others": {switch: behaviour}, "why"}]
    """
    from entity_connections.fake.policy import list_policies

    rows = list(list_policies())
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
