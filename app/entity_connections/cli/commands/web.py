"""`web`: the screen on the fake tenant, in a browser."""

import asyncio
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

import entity_connections
from entity_connections.cli.command_group import examples
from entity_connections.cli.completers import THEMES
from entity_connections.cli.exit_codes import CliError, ExitCode
from entity_connections.cli.listening import address_options, bind_socket
from entity_connections.cli.output import echo, info
from entity_connections.cli.parameters import option
from entity_connections.cli.tenant.workspace import make_workspace
from entity_connections.cli.tenant_options import TenantOptions, some_tenant_options

if TYPE_CHECKING:
    from entity_connections.web.session import Command

_DRIVER = "entity_connections.tui.terminal.browser:BrowserDriver"
_KEPT_VARIABLES = (
    "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PYTHONDONTWRITEBYTECODE", "SYSTEMROOT",
    "TEMP", "TMP", "TMPDIR", "TZ",
)  # fmt: skip
"""What a visitor's process gets of the server's environment: no credentials, no settings."""


@click.command(epilog=examples("entity-connections web --theme light"))
@address_options(port=8050)
@some_tenant_options(
    scenario="What each visitor's tenant holds at the start: acme unless told; or a scenario file.",
    user="Who each visitor works as: alice unless told.",
)
@option("--theme", type=click.Choice(THEMES), default="dark", show_default=True, help="Colours.")
@option(
    "--seats", type=click.IntRange(1), default=16, show_default=True,
    help="Visitors at a time; each takes some 50 MB.",
)  # fmt: skip
def web(
    options: TenantOptions,
    host: str,
    port: int,
    allowed_hosts: tuple[str, ...],
    theme: str,
    seats: int,
) -> ExitCode:
    """Serve the screen to browsers until ctrl+c, on the fake tenant only.

    Each visitor has a tenant of their own, in a process of their own, and both
    are gone when they leave. Nobody reaches a real tenant through it, nor
    anything of this machine: a profile, an address and a tenant's file are
    refused here.
    """
    if not options.fake or options.tenant is not None:
        raise click.UsageError(
            "--profile, --base-url and --tenant are not for web: each visitor has a fake tenant"
            " of their own, and a browser reaches no other tenant."
        )
    try:
        from entity_connections.web.server import Server, serve_until_stopped
    except ModuleNotFoundError as error:
        raise CliError(
            f"web needs {error.name}, which is not installed. The extra [web] brings it:"
            " pip install 'entity-connections[web]', or from its source: pip install '.[web]'",
            ExitCode.USAGE,
        ) from error
    from entity_connections.host_guard import HostGuard
    from entity_connections.listening_socket import base_url

    command = build_command(options.check(), theme)
    listening = bind_socket(host, port, "this page, and nothing is encrypted.")
    guard = HostGuard.for_socket(listening, (host, *allowed_hosts))
    server = Server(command, guard, seats, report=info)
    ready = (
        f"The screen, on a tenant {Path(options.scenario or 'acme').name} for each visitor,"
        f" is at {base_url(listening)} until ctrl+c."
    )
    with listening:
        asyncio.run(serve_until_stopped(server.app, listening, partial(echo, ready), report=info))
    return ExitCode.DONE


def build_command(tenant: TenantOptions, theme: str) -> "Command":
    """Return the command to run for a visitor: the screen on an explicitly named fake tenant."""
    from entity_connections.web.session import Command

    options = [*make_workspace(tenant).options, "--theme", theme]
    if tenant.entity is not None:
        options += ["--entity", tenant.entity]
    for fault in tenant.faults or ():
        options += ["--fault", fault]
    environ = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ} | {
        "PYTHONPATH": str(Path(entity_connections.__file__).parents[1]),
        "PYTHONUTF8": "1",
        "TEXTUAL_COLOR_SYSTEM": "truecolor",
        "TEXTUAL_DRIVER": _DRIVER,
    }
    # -P: modules in the working directory are not imported.
    arguments = (sys.executable, "-P", "-m", "entity_connections", *options)
    return Command(arguments, environ, Path(sys.executable).anchor)
