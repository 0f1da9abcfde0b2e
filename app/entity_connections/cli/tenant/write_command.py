"""The way of a command that writes: find, plan, show, ask, send, and tell what became of it."""

import asyncio
import shlex
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager

import click

from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.output import info, print_warnings
from entity_connections.cli.tenant.confirm import check_write_allowed, confirm_plan, print_plan
from entity_connections.cli.tenant.earlier_writes import look_up_earlier
from entity_connections.cli.tenant.execute_plan import execute_plan
from entity_connections.cli.tenant.find_rows import FoundRows
from entity_connections.cli.tenant.results import Results
from entity_connections.cli.tenant.session import TenantSession
from entity_connections.cli.tenant.write_options import WriteOptions
from entity_connections.domain.actions import Action
from entity_connections.domain.clock import format_moment
from entity_connections.domain.errors import ZuoraError
from entity_connections.domain.text import format_count
from entity_connections.services.operations.interrupted_runs import find_interrupted_runs
from entity_connections.services.operations.plan import Plan, plan_operations
from entity_connections.services.storage.journal import JournalError


async def run_write_command(
    session: TenantSession,
    action: Action,
    find: Callable[[], Awaitable[FoundRows]],
    given: Sequence[str],
    options: WriteOptions,
) -> ExitCode:
    """Carry out an action on the rows that a command finds; return the worst exit code.

    With --json, each of what was `given` on the command line gets an object, whatever happens.
    """
    results = Results(action, as_json=options.as_json)
    with closing_results(results, given):
        await prepare_write(session, options)
        try:
            selection = await find()
        finally:
            print_warnings(session.tenant.warnings)
        plan = await plan_operations(
            action,
            selection.rows,
            session.tenant,
            session.workspace.journal,
            even_so=options.even_so,
        )
        if not options.dry_run:
            await _report_interrupted_runs(session, plan)
        for failure in selection.failures:
            results.add_failure(failure)
        await ask_and_execute(session, plan, results, options, by_filter=selection.by_filter)
        session.save_cache()
    return results.code


async def ask_and_execute(
    session: TenantSession,
    plan: Plan,
    results: Results,
    options: WriteOptions,
    *,
    by_filter: bool = False,
) -> None:
    """Show a plan, ask, and send it, as far as the options say so.

    For `by_filter` see `FoundRows`.
    """
    for left_out in plan.left_out:
        results.add_left_out(left_out, by_filter=by_filter)
    if plan.waiting:
        info("The run is not done: what has to wait stays in it. Resume it later.")
        results.raise_code(ExitCode.UNKNOWN)
    if not plan.operations and (options.dry_run or not plan.resumes):
        info("Nothing is to be sent.")
        return
    asks = bool(plan.operations) and not (options.yes or options.dry_run)
    if asks or options.dry_run:
        print_plan(session.workspace, plan, session.user_session.request_log.rate_limit)
    if options.dry_run:
        from entity_connections.cli.tenant.dry_run import print_requests

        await print_requests(session, plan.operations, results)
    elif asks and not confirm_plan(plan):
        info("Nothing was sent.")
        for operation in plan.operations if options.as_json else ():
            results.add_operation(operation)
        results.raise_code(ExitCode.INTERRUPTED)
    else:
        lists = () if asks else session.tenant.snapshots()
        try:
            await execute_plan(session, plan, results, lists=lists)
        finally:
            _report_loss(session)


async def prepare_write(session: TenantSession, options: WriteOptions) -> None:
    """Check that the command may write, and look up what earlier ones have sent."""
    if not options.dry_run:
        check_write_allowed(session.workspace, yes=options.yes, unlock=options.unlock)
    await look_up_earlier(session, writes=not options.dry_run)


@contextmanager
def closing_results(results: Results, given: Sequence[str] = ()) -> Iterator[None]:
    """End the results with the block; an error before the first one is that of each item."""
    try:
        yield
    except (ZuoraError, click.ClickException, JournalError, asyncio.CancelledError) as error:
        if results.is_empty:
            for item in given:
                results.add_unsent(item, str(error) or "The program was ended.")
        raise
    finally:
        results.close()


async def _report_interrupted_runs(session: TenantSession, plan: Plan) -> None:
    """Tell what earlier programs have begun, and what of it the plan leaves without an outcome."""
    planned = {(operation.action, operation.ends) for operation in plan.operations}
    journal, login = session.workspace.journal, session.user_session.login
    command = shlex.join(["entity-connections", "resume", *session.workspace.options])
    for run in await find_interrupted_runs(journal, session.tenant, login):
        left = {o.ends for o in run.operations if (o.action, o.ends) not in planned}
        if left:
            pairs = f"{format_count(len(left), 'pair')} {'is' if len(left) == 1 else 'are'}"
            info(
                f"A run of {format_moment(run.at)} ended before everything was done: {pairs} left."
                f" To resume or to forget it: {command}"
            )


def _report_loss(session: TenantSession) -> None:
    journal = session.workspace.journal
    if journal.path is None and journal.last is not None:
        info(
            "entity-connections: the fake tenant was in memory, and is gone with what"
            " was done in it; to keep it, add --tenant FILE"
        )
