"""The commands that carry out an action: `request`, `accept`, `deny`, `disconnect`."""

from collections.abc import Awaitable, Callable
from typing import Any

import click

from entity_connections.cli.completion.completers import complete_entities
from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.output import info
from entity_connections.cli.parameters import argument, option
from entity_connections.cli.tenant.confirm import check_write_allowed, confirm_operations
from entity_connections.cli.tenant.execute import execute, plan_operations, recover
from entity_connections.cli.tenant.find_rows import (
    find_row_by_ends,
    find_row_by_id,
    find_rows_to_request,
)
from entity_connections.cli.tenant.session import TenantSession, run_in_tenant
from entity_connections.cli.tenant_options import TenantOptions, tenant_options
from entity_connections.domain.actions import ACCEPT, DENY, DISCONNECT, REQUEST, Action
from entity_connections.domain.connections import Row

_OPTIONS = (
    option("--yes", is_flag=True, help="Do it without a question."),
    option("--unlock", is_flag=True, help="Let this one command write in production."),
    option("--dry-run", is_flag=True, help="Show the exact request and send nothing."),
    option("--json", "as_json", is_flag=True, help="Data for machines."),
)
_JSON = """

    --json: [{"action", "source": {"id", "name", "displayName"}, "target": {...},
    "result", "sentence", "connectionId", "requestId", "codes"}]; result is
    confirmed, refused, overtaken, "not done" or unknown. With --dry-run:
    [{"method", "url", "headers", "body"}].
"""

_FORGOTTEN = (
    "entity-connections: the fake tenant was in memory, and is gone with what was done in it;"
    " to keep it, add --tenant FILE"
)

Finder = Callable[[TenantSession], Awaitable[list[Row]]]


def _writing(about: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for decorate_option in reversed(_OPTIONS):
            command = decorate_option(command)
        command = tenant_options(command)
        command.__doc__ = about + _JSON
        return command

    return decorate


def _end(name: str, variable: str, about: str, **more: Any) -> Callable[..., Any]:
    return option(
        name, variable, metavar="ENTITY", shell_complete=complete_entities, help=about, **more
    )


@click.command()
@_writing("""Ask entities for a connection, acting in the source.

    Several are asked one after another; the first whose outcome is unknown ends
    it, and the exit code is the worst of all.""")
@_end("--from", "source", "The source; the entity acted in, unless told.")
@_end("--to", "targets", "A target; may be given several times.", multiple=True, required=True)
def request(
    chosen: TenantOptions, source: str | None, targets: tuple[str, ...], **how: bool
) -> ExitCode:
    """`request`; its help stands above, where the words all writes share are added."""

    async def find(session: TenantSession) -> list[Row]:
        return await find_rows_to_request(session, source, targets)

    return _run(chosen, REQUEST, find, **how)


def _on_connection(action: Action, about: str) -> click.Command:
    @click.command(action.id)
    @_writing(about)
    @argument("connection", metavar="[CONNECTION_ID]", required=False)
    @_end("--from", "source", "The source, in place of an id.")
    @_end("--to", "target", "The target, in place of an id.")
    def command(
        chosen: TenantOptions,
        connection: str | None,
        source: str | None,
        target: str | None,
        **how: bool,
    ) -> ExitCode:
        ends = None if source is None or target is None else (source, target)
        alone = ends is None and (source is not None or target is not None)
        if alone or (connection is None) == (ends is None):
            raise click.UsageError("name the connection by its id, or by both --from and --to.")

        async def find(session: TenantSession) -> list[Row]:
            if connection is not None:
                return [await find_row_by_id(session, action, connection)]
            assert ends is not None  # noqa: S101 - else there is an id
            return [await find_row_by_ends(session, action, *ends)]

        return _run(chosen, action, find, **how)

    return command


accept = _on_connection(ACCEPT, "Accept a request, acting in its target.")
deny = _on_connection(DENY, "Deny a request, acting in its target.")
disconnect = _on_connection(
    DISCONNECT,
    """End a connection for good, acting in its source or its target.

    On a terminal it wants the counterpart's name typed.""",
)


def _run(
    chosen: TenantOptions,
    action: Action,
    find: Finder,
    *,
    yes: bool,
    unlock: bool,
    dry_run: bool,
    as_json: bool,
) -> ExitCode:
    async def work(session: TenantSession) -> ExitCode:
        target = session.workspace
        if not dry_run:
            check_write_allowed(target, yes=yes, unlock=unlock)
            await recover(session)
        rows = await find(session)
        operations = await plan_operations(session, action, rows)
        if dry_run:
            from entity_connections.cli.tenant.dry_run import print_requests

            await print_requests(session, operations, as_json=as_json)
            return ExitCode.DONE
        if not yes and not confirm_operations(target, operations):
            info("Nothing was sent.")
            return ExitCode.INTERRUPTED
        try:
            return await execute(session, operations, as_json=as_json)
        finally:
            if target.journal.path is None and target.journal.last is not None:
                info(_FORGOTTEN)

    return run_in_tenant(chosen, work)
