"""Carries out operations for a one-shot command, and tells the outcome of each."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from entity_connections.cli.exit_codes import CliError, ExitCode
from entity_connections.cli.output import echo, echo_json, entity_to_json, info
from entity_connections.cli.tenant.session import TenantSession, find_exit_code, print_error
from entity_connections.domain.actions import REQUEST, Write
from entity_connections.domain.rows import Row
from entity_connections.services.operations.executor import Executor
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.plan import Cause, plan_operations
from entity_connections.services.storage.journal import Journal, JournalError

EVEN_SO = "--even-so"
"""The option with which a request is sent although the list is not whole."""
_HINTED = REQUEST, Cause.UNREADABLE
_EXIT_CODES = {
    Cause.ALREADY_SO: ExitCode.REFUSED,
    Cause.DISABLED: ExitCode.REFUSED,
    Cause.UNREADABLE: ExitCode.NO_ACCESS,
    Cause.IN_PROGRESS: ExitCode.UNKNOWN,
}


async def plan_on_all(
    session: TenantSession, action: Write, rows: Sequence[Row], *, even_so: bool = False
) -> Sequence[Operation]:
    """Plan an action on every one of some rows, before anybody is asked about it.

    Args:
        session: the tenant.
        action: what is to be done.
        rows: on what, as they were read just now.
        even_so: whether it is allowed on rows whose state a list that is not whole cannot tell.

    Raises:
        CliError: the action is disabled on a row, or an earlier one may still be under way.
        JournalError: the journal cannot be read.
    """
    plan = await plan_operations(
        action, rows, session.tenant, session.workspace.journal, even_so=even_so
    )
    for _, reason, cause in plan.left_out:
        hint = f" {EVEN_SO} sends it anyway." if (action, cause) == _HINTED else ""
        raise CliError(f"{reason} Nothing was sent.{hint}", _EXIT_CODES[cause])
    return plan.operations


async def execute(
    session: TenantSession, operations: Sequence[Operation], *, as_json: bool
) -> ExitCode:
    """Carry out operations and tell the outcome of each; return the worst exit code.

    Ctrl+c tells what is known of the operation that is being sent, and ends the program.
    """
    journal, user_session = session.workspace.journal, session.user_session
    latest = {operation.row.key: operation for operation in operations}

    def report(operation: Operation) -> None:
        latest[operation.row.key] = operation
        if operation.state is not State.SENT:
            _print_outcome(operation, journal, as_json=as_json)

    executor = Executor(
        session.tenant, journal, user_session.login, user_session.request_log, report
    )
    try:
        await executor.run(operations)
    except asyncio.CancelledError:
        for key, operation in latest.items():
            if operation.state is State.SENT:
                latest[key] = await asyncio.to_thread(look_up_interrupted, journal, operation)
                info(f"Interrupted: {latest[key].sentence}")
        raise
    finally:
        for key, operation in latest.items():
            if operation.state is State.PLANNED:
                info(f"Not sent: {operation.action.label}, {operation.pair}.")
                latest[key] = operation.with_state(State.NOT_APPLIED, "Not sent.")
        if as_json:
            echo_json([_to_json(operation) for operation in latest.values()])
    return max(map(_find_exit_code, latest.values()))


def _print_outcome(operation: Operation, journal: Journal, *, as_json: bool) -> None:
    error, sentence = operation.error, operation.sentence
    if not as_json:
        echo(f"{operation.pair}: {operation.state.value}. {sentence}")
    if error is not None and operation.state is not State.CONFIRMED:
        print_error(error, sentence_printed=not as_json and error.sentence in sentence)
    if operation.state is State.UNKNOWN and journal.path is not None:
        info("It is not sent again by itself; the next write, or the screen, looks it up.")


def look_up_interrupted(journal: Journal, operation: Operation) -> Operation:
    """Return an operation that was interrupted with the outcome that is recorded, if any."""
    what = f"{operation.action.label} of {operation.pair} had been sent"
    with suppress(JournalError):
        for entry in journal.read_entries():
            if entry.id == operation.id and not entry.open:
                sentence = f"{what}: {entry.outcome}. {entry.sentence}"
                return operation.with_state(State(entry.outcome), sentence)
    looked_up = " The next write, or the screen, looks it up." if journal.path is not None else ""
    sentence = f"{what}, and what became of it is not known.{looked_up}"
    return operation.with_state(State.UNKNOWN, sentence)


def _find_exit_code(operation: Operation) -> ExitCode:
    if operation.state is State.CONFIRMED:
        return ExitCode.DONE
    if operation.state is State.UNKNOWN:
        return ExitCode.UNKNOWN
    if operation.state is State.NOT_SENT:
        return ExitCode.USAGE
    snapshot = operation.snapshot
    if operation.state is State.REFUSED and operation.error is None and snapshot is not None:
        return ExitCode.REFUSED if snapshot.complete else ExitCode.NO_ACCESS
    return find_exit_code(operation.error) if operation.error else ExitCode.REFUSED


def _to_json(operation: Operation) -> dict[str, Any]:
    return {
        "action": operation.action.id,
        "source": entity_to_json(operation.row.source),
        "target": entity_to_json(operation.row.target),
        "result": operation.state.value,
        "sentence": operation.sentence,
        "connectionId": operation.connection_id or None,
        "requestId": operation.request_id or None,
        "codes": [reason.code for reason in operation.error.reasons] if operation.error else [],
    }
