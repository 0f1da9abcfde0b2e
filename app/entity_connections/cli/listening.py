"""What the servers of this program have in common: a socket, and a word when it is open to all."""

import ipaddress
import socket
from collections.abc import Callable
from typing import Any

import click

from entity_connections.cli.exit_codes import CliError, ExitCode
from entity_connections.cli.parameters import option


def address_options(port: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command --host and --port, which is `port` unless told."""
    host_option = option(
        "--host", default="127.0.0.1", show_default=True, help="The address to listen on."
    )
    port_option = option(
        "--port", type=click.IntRange(0, 65535), default=port, show_default=True,
        help="0 takes any that is free.",
    )  # fmt: skip
    return lambda command: host_option(port_option(command))


def listening_on(host: str, port: int, warning: str) -> socket.socket:
    """Return a socket bound to an address; port 0 takes any that is free.

    Args:
        host: a name or an address of this machine.
        port: its port.
        warning: what to tell when not only this machine can reach it.

    Raises:
        CliError: nothing can listen there.
    """
    from entity_connections.fake.server import listen

    try:
        listening = listen(host, port)
    except (OSError, UnicodeError) as error:
        why = (error.strerror or error) if isinstance(error, OSError) else "it is no host name"
        raise CliError(f"cannot listen on {host} port {port}: {why}.", ExitCode.USAGE) from error
    if not ipaddress.ip_address(listening.getsockname()[0]).is_loopback:
        click.echo(
            f"entity-connections: whoever reaches this machine can reach {warning}", err=True
        )
    return listening
