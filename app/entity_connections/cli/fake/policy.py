"""`policy`: how the fake tenant behaves where Zuora's documentation is silent."""

import click

from entity_connections.cli.command_group import examples
from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.output import echo, info


@click.command(epilog=examples("entity-connections policy"))
def policy() -> ExitCode:
    """Show each choice of the fake tenant where Zuora is silent, and the other values.

    A choice is switched by `serve --policy NAME=VALUE`, or in a scenario file
    under [policy]: denied = "removed".
    """
    from entity_connections.fake.policy import list_policies

    for row in list_policies():
        echo(f"{row.question}: {row.choice}")
        for switch, other in row.others.items():
            echo(f"    or: {other}   --policy {switch}")
        echo(f"    {row.why}")
    info("\nSwitch one with `serve --policy NAME=VALUE`, or in a scenario file.")
    return ExitCode.DONE
