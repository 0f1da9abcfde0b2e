"""The address of the servers `serve` and `web`: options, and the socket."""

import ipaddress
import re
import socket
from collections.abc import Callable
from typing import Any

import click

from entity_connections.cli.exit_codes import CliError, ExitCode
from entity_connections.cli.output import info
from entity_connections.cli.parameters import option

_HOST_NAME = re.compile(r"[\w-]+(\.[\w-]+)*\.?")


def _check_host_names(
    _ctx: click.Context, _param: click.Parameter, names: tuple[str, ...]
) -> tuple[str, ...]:
    for name in names:
        if not _HOST_NAME.fullmatch(name):
            raise click.BadParameter(f"{name!r} is no host name, such as demo.example.com.")
    return names


def address_options(port: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that adds --host, --port and --allow-host; `port` is the default.

    Their values are the parameters `host`, `port` and `allowed_hosts` of the command.
    """
    host_option = option(
        "--host", default="127.0.0.1", show_default=True, help="The address to listen on."
    )
    port_option = option(
        "--port", type=click.IntRange(0, 65535), default=port, show_default=True,
        help="0 chooses a free one.",
    )  # fmt: skip
    allow_host_option = option(
        "--allow-host", "allowed_hosts", multiple=True, metavar="NAME", callback=_check_host_names,
        help="A host name that callers use, where it is neither localhost nor this machine's"
        " own. Repeatable.",
    )  # fmt: skip
    return lambda command: host_option(port_option(allow_host_option(command)))


def bind_socket(host: str, port: int, warning: str) -> socket.socket:
    """Return a socket that is bound to an address of this machine.

    Args:
        host: a name or an IP address.
        port: 0 chooses a free one.
        warning: the end of the warning that is printed when other machines can reach it.

    Raises:
        CliError: the address cannot be used.
    """
    from entity_connections.listening_socket import listen

    try:
        listening = listen(host, port)
    except (OSError, UnicodeError) as error:
        why = (error.strerror or error) if isinstance(error, OSError) else "it is no host name"
        raise CliError(f"cannot listen on {host} port {port}: {why}.", ExitCode.USAGE) from error
    if not ipaddress.ip_address(listening.getsockname()[0]).is_loopback:
        info(f"entity-connections: whoever reaches this machine can reach {warning}")
    return listening
