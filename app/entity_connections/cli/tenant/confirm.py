"""The lock and the question before a command writes."""

import sys

import click

from entity_connections.cli.exit_codes import CliError, ExitCode
from entity_connections.cli.output import info
from entity_connections.cli.tenant.signals import end_question_on_signals
from entity_connections.domain.risk import Risk
from entity_connections.domain.typed_name import make_typed_name
from entity_connections.services.operations.plan import Plan
from entity_connections.services.refresh_interval import describe_rate_limit
from entity_connections.services.request_log import RateLimit
from entity_connections.services.workspace import Workspace


def check_write_allowed(workspace: Workspace, *, yes: bool, unlock: bool) -> None:
    """Unlock writes for this command, if that is allowed; production needs --unlock.

    Raises:
        CliError: the profile is read-only, or locked.
        click.UsageError: the user cannot be asked, and --yes is not given.
    """
    lock = workspace.lock
    if lock.permanent:
        raise CliError(
            f"The profile {workspace.name} is read-only (read_only in the config file):"
            " nothing was sent.",
            ExitCode.USAGE,
        )
    if lock.locked and not unlock:
        raise CliError(
            f"{workspace.name} is {workspace.risk.value} and locked: nothing was sent."
            " To allow this one command to write, add --unlock.",
            ExitCode.USAGE,
        )
    if not yes and not can_ask():
        raise click.UsageError(
            "there is no terminal to ask on; --yes does it without a question,"
            " --dry-run only shows it."
        )
    lock.unlock()


def can_ask() -> bool:
    """Return whether there is a terminal to ask on."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def print_plan(workspace: Workspace, plan: Plan, rate_limit: RateLimit | None) -> None:
    """Tell what would be sent, and what it costs of what is left of the rate limit."""
    open_entries = workspace.journal.read_unresolved()
    risk = workspace.risk
    environment = risk.value.upper() if risk is Risk.PRODUCTION else risk.value
    info(f"In {environment} {workspace.name}:")
    for operation in plan.operations:
        info(f"  {operation.action.label}: {operation.pair}")
        if operation.row.uncertain:
            info(f"    It may be connected already. {operation.row.missing}")
        for entry in open_entries:
            if entry.ends == operation.ends:
                info(f"    {entry.action.label} was sent before: its outcome is unknown.")
    row = plan.operations[0].row
    if plan.pairs == 1:
        info(plan.action.consequence(row, row.source.title, row.target.title))
    else:
        left = f"; {describe_rate_limit(rate_limit)}" if rate_limit else ""
        info(f"{plan.pairs:,} pairs; {plan.calls:,} calls to Zuora{left}.")


def confirm_plan(plan: Plan) -> bool:
    """Ask whether a plan is to be carried out; ctrl+c and ctrl+d are a no."""
    try:
        with end_question_on_signals():
            return _ask(plan)
    except click.Abort:
        info("")
        return False


def _ask(plan: Plan) -> bool:
    if plan.needs_count:
        question = f"Type {plan.pairs}, the number of pairs, to do it"
        number: str = click.prompt(question, err=True)
        if number.strip() == str(plan.pairs):
            return True
        info(f"That is not {plan.pairs}.")
        return False
    if not plan.action.irreversible:
        return click.confirm("Do it?", default=False, err=True)
    wanted = make_typed_name(plan.operations[0].row.counterpart)
    typed: str = click.prompt(f"Type {wanted.name}{wanted.kind} to end it", err=True)
    if wanted.matches(typed):
        return True
    info(f"That is not {wanted.name}.")
    return False
