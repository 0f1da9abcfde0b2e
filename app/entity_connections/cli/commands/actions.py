"""The commands that carry out an action: `request`, `accept`, `deny`, `disconnect`."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import click

from entity_connections.cli.command_group import examples
from entity_connections.cli.completers import CONNECTION_ID, ENTITY
from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.output import info, print_warnings
from entity_connections.cli.parameters import argument, json_option, option
from entity_connections.cli.tenant.confirm import check_write_allowed, confirm_operations
from entity_connections.cli.tenant.execute import EVEN_SO, execute, plan_on_all
from entity_connections.cli.tenant.find_rows import (
    find_row_by_ends,
    find_row_by_id,
    find_rows_to_request,
)
from entity_connections.cli.tenant.session import TenantSession, tenant_command
from entity_connections.domain.actions import ACCEPT, DENY, DISCONNECT, REQUEST, Write
from entity_connections.domain.rows import Row
from entity_connections.services.operations.recovery import recover_operations

_OPTIONS = (
    tenant_command,
    option("--yes", is_flag=True, help="Do it without a question."),
    option("--unlock", is_flag=True, help="Let this one command write in production."),
    option("--dry-run", is_flag=True, help="Show the exact request and send nothing."),
    json_option,
)
_JSON = """
--json: [{"action", "source": {"id", "name", "displayName"}, "target": {...},
"result", "sentence", "connectionId", "requestId", "codes"}]; result is
confirmed, refused, "not sent", overtaken, "not done" or unknown. With --dry-run:
[{"method", "url", "headers", "body"}].
"""


def _action_command(command: Callable[..., Any]) -> Callable[..., Any]:
    for decorate in reversed(_OPTIONS):
        command = decorate(command)
    return command


@click.command(
    epilog=_JSON
    + examples(
        "entity-connections request --from Acme-Americas --to Acme-Europe --yes",
        "entity-connections request --to Acme-US --dry-run",
    )
)
@_action_command
@option("--from", "source", type=ENTITY, help="The source; the entity acted in, unless told.")
@option(
    "--to", "targets", multiple=True, required=True, type=ENTITY,
    help="A target; may be given several times.",
)  # fmt: skip
@option(
    EVEN_SO, is_flag=True,
    help="Send it although the list is not whole; it may be a second connection then.",
)  # fmt: skip
async def request(
    session: TenantSession,
    source: str | None,
    targets: tuple[str, ...],
    *,
    even_so: bool,
    **flags: bool,
) -> ExitCode:
    """Ask entities for a connection, acting in the source.

    Up to eight are asked at the same time. After the first whose outcome is
    unknown no more are asked; the exit code is the worst of all.
    """
    find = partial(find_rows_to_request, session, source, targets)
    return await _carry_out(session, REQUEST, find, even_so=even_so, **flags)


def _make_command(action: Write, help_text: str, *lines: str) -> click.Command:
    @click.command(action.id, help=help_text, epilog=_JSON + examples(*lines))
    @_action_command
    @argument("connection", metavar="[CONNECTION_ID]", type=CONNECTION_ID, required=False)
    @option("--from", "source", type=ENTITY, help="The source, in place of an id.")
    @option("--to", "target", type=ENTITY, help="The target, in place of an id.")
    async def command(
        session: TenantSession,
        connection: str | None,
        source: str | None,
        target: str | None,
        **flags: bool,
    ) -> ExitCode:
        if (source is None) != (target is None) or (connection is None) == (source is None):
            raise click.UsageError("name the connection by its id, or by both --from and --to.")

        async def find() -> list[Row]:
            if source is not None and target is not None:
                return [await find_row_by_ends(session, action, source, target)]
            return [await find_row_by_id(session, action, connection or "")]

        return await _carry_out(session, action, find, **flags)

    return command


accept = _make_command(
    ACCEPT, "Accept a request, acting in its target.",
    'entity-connections accept --from Acme-Germany --to "Acme Corporation" --yes',
    "entity-connections accept 8a8082555b3c70de015b44a61f0a2b09 --dry-run",
)  # fmt: skip
deny = _make_command(
    DENY, "Deny a request, acting in its target.",
    'entity-connections deny --from Acme-Germany --to "Acme Corporation" --yes',
    "entity-connections deny 8a8082555b3c70de015b44a61f0a2b09 --dry-run",
)  # fmt: skip
disconnect = _make_command(
    DISCONNECT,
    "End a connection for good, acting in its source or its target.\n\n"
    "On a terminal it wants the counterpart's name typed.",
    "entity-connections disconnect --from Acme-Americas --to Acme-US --yes",
    "entity-connections disconnect 8a808255575bdae401576a914a140420 --dry-run",
)


async def _carry_out(
    session: TenantSession,
    action: Write,
    find: Callable[[], Awaitable[list[Row]]],
    *,
    yes: bool,
    unlock: bool,
    dry_run: bool,
    as_json: bool,
    even_so: bool = False,
) -> ExitCode:
    workspace = session.workspace
    if not dry_run:
        check_write_allowed(workspace, yes=yes, unlock=unlock)
        for recovered in await recover_operations(session.tenant, workspace.journal):
            info(f"From an earlier run: {recovered.sentence}")
    try:
        rows = await find()
    finally:
        print_warnings(session.tenant.warnings)
    operations = await plan_on_all(session, action, rows, even_so=even_so)
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
            info(
                "entity-connections: the fake tenant was in memory, and is gone with what"
                " was done in it; to keep it, add --tenant FILE"
            )
