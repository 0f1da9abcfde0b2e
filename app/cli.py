"""The command line, and the one place where the parts are put together.

Nothing heavy is imported before it is needed: `--version` and `--help` load
neither Textual nor httpx nor pydantic, and the screen is there before the tenant.
"""

import asyncio
import gc
import os
import sys
from enum import IntEnum
from typing import TYPE_CHECKING

import click

from app import __version__
from app.fake.scenarios import SCENARIOS, USERS

if TYPE_CHECKING:
    from app.fake.tenant import Tenant as FakeTenant
    from app.services.target import Target


class ExitCode(IntEnum):
    """How the program ends; 128 plus a signal's number when one ended it."""

    DONE = 0
    CRASHED = 1
    USAGE = 2
    """The arguments, or the terminal, cannot be used; a sentence on stderr says why."""


def main() -> None:
    """Run the program and end the process with its exit code."""
    gc.disable()  # what is imported stays: looking through it again and again costs a tenth
    try:
        status = _command.main(prog_name="entity-connections", standalone_mode=False)
    except click.ClickException as error:
        click.echo(f"entity-connections: {error.format_message()}", err=True)
        status = ExitCode.USAGE
    except click.Abort:
        status = 128 + 2
    sys.exit(status)


def _listed(names: dict[str, str]) -> str:
    width = max(map(len, names))
    return "\b\n" + "\n".join(f"  {name:<{width}}  {what}" for name, what in names.items())


@click.command(
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "Zuora's Manage Entity Connections for the terminal.\n\n"
        "Opens the screen on the fake tenant that is built in; nothing leaves this machine.\n\n"
        f"Scenarios:\n\n{_listed(SCENARIOS)}\n\nUsers:\n\n{_listed(USERS)}"
    ),
)
@click.option(
    "--scenario", type=click.Choice(list(SCENARIOS)), metavar="NAME",
    default="acme", show_default=True, help="What the fake tenant holds at the start.",
)  # fmt: skip
@click.option(
    "--user", type=click.Choice(list(USERS)), metavar="NAME",
    default="alice", show_default=True, help="Who to work as.",
)  # fmt: skip
@click.option(
    "--theme", metavar="NAME", help="Colours: dark, light, high-contrast, colour-blind-safe."
)
@click.version_option(__version__, message="%(prog)s %(version)s")
def _command(scenario: str, user: str, theme: str | None) -> int:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise click.UsageError("the screen needs a terminal as its input and its error output.")
    from app.tui.app import ConnectionsApp
    from app.tui.terminal import run_app

    app = ConnectionsApp(fake_target(scenario, user))
    wanted = theme or os.environ.get("TEXTUAL_THEME") or "dark"
    if wanted not in app.available_themes:
        raise click.UsageError(
            f"there is no theme {wanted!r}; the themes are: {', '.join(app.available_themes)}."
        )
    app.theme = wanted
    return run_app(app)


def fake_target(scenario: str, user: str) -> "Target":
    """Return the embedded fake tenant as a target; it is opened on first entry.

    Args:
        scenario: one of `app.fake.scenarios.SCENARIOS`.
        user: one of `app.fake.scenarios.USERS`, to start as.
    """
    from app.domain.risk import Risk
    from app.services.journal import Journal
    from app.services.lock import Lock
    from app.services.target import Access, Target
    from app.services.tenant import Tenant
    from app.services.traffic import Traffic

    lock = Lock()
    opened: list[FakeTenant] = []

    def load() -> None:
        """Import what is heavy, in a thread: keys stay live meanwhile."""
        os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # or it searches for them
        from app.fake import tenant  # noqa: F401
        from app.zuora import client  # noqa: F401

    async def enter(username: str) -> Access:
        await asyncio.to_thread(load)
        if not gc.isenabled():
            gc.freeze()
            gc.enable()
        from app.fake.tenant import open_tenant
        from app.zuora.client import ZuoraClient
        from app.zuora.token import credentials

        if not opened:
            opened.append(open_tenant(scenario))
        tenant = opened[0]
        known = next(one for one in tenant.users if one.username == username)
        traffic = Traffic()
        known_by = credentials(known.client_id, known.client_secret)
        zuora = ZuoraClient.in_process(tenant.asgi, known_by, lock, traffic)
        return Access(
            tenant=Tenant(zuora),
            login=known.login,
            start_id=known.home_entity_id,
            role=lambda entity_id: tenant.role(username, entity_id),
            traffic=traffic,
        )

    return Target(
        risk=Risk.DEMO,
        name=scenario,
        user=user,
        users=tuple(USERS.items()),
        enter=enter,
        lock=lock,
        journal=Journal(None, scenario),
        options=("--scenario", scenario, "--user", user),
    )
