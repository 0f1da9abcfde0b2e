"""`resume`: finishes runs of several writes that ended before everything was done."""

import asyncio
from collections.abc import Sequence

import click

from entity_connections.cli.command_group import examples
from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.output import info
from entity_connections.cli.parameters import option
from entity_connections.cli.tenant.earlier_writes import look_up_earlier
from entity_connections.cli.tenant.results import Results
from entity_connections.cli.tenant.session import TenantSession, tenant_command
from entity_connections.cli.tenant.write_command import (
    ask_and_execute,
    closing_results,
    prepare_write,
)
from entity_connections.cli.tenant.write_options import RESULTS_HELP, WriteOptions, write_options
from entity_connections.domain.actions import REQUEST
from entity_connections.services.operations.interrupted_runs import (
    InterruptedRun,
    find_interrupted_runs,
    plan_interrupted_run,
)
from entity_connections.services.operations.operation import State
from entity_connections.services.storage.journal import Journal


@click.command(
    epilog=RESULTS_HELP + examples("entity-connections resume --tenant shared.tenant --dry-run")
)
@tenant_command
@option("--forget", is_flag=True, help="Send nothing, and forget the rest.")
@write_options
async def resume(session: TenantSession, options: WriteOptions, *, forget: bool) -> ExitCode:
    """Finish a run of several writes that ended before everything was done.

    What it has sent is looked up first, and the lists are read anew: what is done or has
    changed since is left out, and what was lost on its way is sent again. What has to wait
    stays in the run, and so does what gets no outcome. Ctrl+c waits for the outcome of what
    was sent, and forgets the rest; a second one, one after everything was sent, or a kill
    leaves all that has no outcome to be resumed.
    """
    journal = session.workspace.journal
    results = Results(REQUEST, as_json=options.as_json)
    with closing_results(results):
        await session.read_entities()
        if not forget:
            await prepare_write(session, options)
        else:
            await look_up_earlier(session, writes=not options.dry_run)
        session.save_cache()
        runs = await find_interrupted_runs(journal, session.tenant, session.user_session.login)
        if not runs:
            info(f"No interrupted run in {session.workspace.name} is left to resume.")
        if forget:
            return await _forget(runs, journal, results, dry_run=options.dry_run)
        for run in runs:
            plan = await plan_interrupted_run(run, session.tenant, journal)
            results.action = plan.action
            await ask_and_execute(session, plan, results, options)
            session.save_cache()
    return results.code


async def _forget(
    runs: Sequence[InterruptedRun], journal: Journal, results: Results, *, dry_run: bool
) -> ExitCode:
    """Tell what is left of runs, and remove it; return UNKNOWN where an outcome is."""
    code = ExitCode.DONE
    for run in runs:
        for operation in run.operations:
            results.add_operation(operation)
            if operation.state is State.UNKNOWN:
                code = ExitCode.UNKNOWN
        if not dry_run:
            await asyncio.to_thread(journal.end_run, run.id)
    return code
