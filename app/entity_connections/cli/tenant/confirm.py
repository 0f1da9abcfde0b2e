"""What stands between a command and a write: locks, questions, and no terminal to ask on."""

import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click

from entity_connections.cli.exit_codes import ExitCode, Stopped
from entity_connections.cli.output import narrate
from entity_connections.domain.actions import Action
from entity_connections.domain.risk import Risk
from entity_connections.services.operations.operation import Order
from entity_connections.services.workspace import Workspace

_CONSEQUENCE = {
    Action.DENY: "The request ends; the source would have to ask anew.",
    Action.DISCONNECT: "There is no way back: the mapping of shared objects is broken for good,"
    " and what is shared already falls under the target's control.",
}


def check_gates(target: Workspace, *, yes: bool, unlock: bool) -> None:
    """Let pass a command that may write here; production only when unlocked on purpose.

    Raises:
        Stopped: the profile is read-only, or locked.
        click.UsageError: there is nobody to ask, and no --yes.
    """
    lock = target.lock
    if lock.permanent:
        raise Stopped(
            f"The profile {target.name} is read-only (read_only in the config file):"
            " nothing was sent.",
            ExitCode.USAGE,
        )
    if lock.locked and not unlock:
        raise Stopped(
            f"{target.name} is {target.risk.value} and locked: nothing was sent."
            " To allow this one command to write, add --unlock.",
            ExitCode.USAGE,
        )
    if not yes and not _can_ask():
        raise click.UsageError(
            "there is no terminal to ask on; --yes does it without a question,"
            " --dry-run only shows it."
        )
    lock.unlock()


def ask(target: Workspace, orders: Sequence[Order]) -> bool:
    """Say what would be sent and return whether the person at the terminal wants it."""
    place = f"{target.risk.value} {target.name}"
    narrate(f"In {place.upper() if target.risk is Risk.PRODUCTION else place}:")
    for order in orders:
        narrate(f"  {order.action.label}: {order.pair}")
    if consequence := _CONSEQUENCE.get(orders[0].action):
        narrate(consequence)
    with _interruptible():
        if orders[0].action is not Action.DISCONNECT:
            return click.confirm("Do it?", default=False, err=True)
        counterpart = orders[0].row.counterpart
        typed: str = click.prompt(f"Type {counterpart.title} to end it", err=True)
    meant = {counterpart.title, counterpart.name, counterpart.id} - {""}
    if typed.strip() in meant:
        return True
    narrate("That is not its name.")
    return False


def _can_ask() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let ctrl+c end a question at once: the event loop would wait for its answer."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
