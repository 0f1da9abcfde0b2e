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
from entity_connections.domain.rows import Row

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

_LOST_TENANT = (
    "entity-connections: the fake tenant was in memory, and is gone with what was done in it;"
    " to keep it, add --tenant FILE"
)

Finder = Callable[[TenantSession], Awaitable[list[Row]]]


def _add_options(help_text: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for decorate_option in reversed(_OPTIONS):
            command = decorate_option(command)
        command = tenant_options(command)
        command.__doc__ = help_text + _JSON
        return command

    return decorate


def _entity_option(name: str, variable: str, help_text: str, **more: Any) -> Callable[..., Any]:
    return option(
        name, variable, metavar="ENTITY", shell_complete=complete_entities, help=help_text, **more
    )


@click.command()
@_add_options("""Ask entities for a connection, acting in the source.

    Several are asked one after another; the first whose outcome is unknown ends
    it, and the exit code is the worst of all.""")
@_entity_option("--from", "source", "The source; the entity acted in, unless told.")
@_entity_option(
    "--to", "targets", "A target; may be given several times.", multiple=True, required=True
)
def request(
    options: TenantOptions, source: str | None, targets: tuple[str, ...], **flags: bool
) -> ExitCode:
    """Carry out `request`; its help text is made by `_add_options`."""

    async def find(session: TenantSession) -> list[Row]:
        return await find_rows_to_request(session, source, targets)

    return _run(options, REQUEST, find, **flags)


def _make_command(action: Action, help_text: str) -> click.Command:
    @click.command(action.id)
    @_add_options(help_text)
    @argument("connection", metavar="[CONNECTION_ID]", required=False)
    @_entity_option("--from", "source", "The source, in place of an id.")
    @_entity_option("--to", "target", "The target, in place of an id.")
    def command(
        options: TenantOptions,
        connection: str | None,
        source: str | None,
        target: str | None,
        **flags: bool,
    ) -> ExitCode:
        ends = None if source is None or target is None else (source, target)
        only_one_end = ends is None and (source is not None or target is not None)
        if only_one_end or (connection is None) == (ends is None):
            raise click.UsageError("name the connection by its id, or by both --from and --to.")

        async def find(session: TenantSession) -> list[Row]:
            if connection is not None:
                return [await find_row_by_id(session, action, connection)]
            assert ends is not None  # noqa: S101 - else there is an id
            return [await find_row_by_ends(session, action, *ends)]

        return _run(options, action, find, **flags)

    return command


accept = _make_command(ACCEPT, "Accept a request, acting in its target.")
deny = _make_command(DENY, "Deny a request, acting in its target.")
disconnect = _make_command(
    DISCONNECT,
    """End a connection for good, acting in its source or its target.

    On a terminal it wants the counterpart's name typed.""",
)


def _run(
    options: TenantOptions,
    action: Action,
    find: Finder,
    *,
    yes: bool,
    unlock: bool,
    dry_run: bool,
    as_json: bool,
) -> ExitCode:
    async def work(session: TenantSession) -> ExitCode:
        workspace = session.workspace
        if not dry_run:
            check_write_allowed(workspace, yes=yes, unlock=unlock)
            await recover(session)
        rows = await find(session)
        operations = await plan_operations(session, action, rows)
        if dry_run:
            from entity_connections.cli.tenant.dry_run import print_requests

            await print_requests(session, operations, as_json=as_json)
            return ExitCode.DONE
        if not yes and not confirm_operations(workspace, operations):
            info("Nothing was sent.")
            return ExitCode.INTERRUPTED
        try:
            return await execute(session, operations, as_json=as_json)
        finally:
            if workspace.journal.path is None and workspace.journal.last is not None:
                info(_LOST_TENANT)

    return run_in_tenant(options, work)
