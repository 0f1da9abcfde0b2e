"""The commands that carry out an action: `request`, `connect`, `accept`, `deny`, `disconnect`."""

import sys
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

import click

from entity_connections.cli.command_group import examples
from entity_connections.cli.completers import CONNECTION_ID, ENTITY
from entity_connections.cli.exit_codes import ExitCode
from entity_connections.cli.output import info
from entity_connections.cli.parameters import argument, option, status_option
from entity_connections.cli.tenant.find_rows import (
    RowFilter,
    find_row_by_ends,
    find_rows_by_filter,
    find_rows_by_id,
    find_rows_to_request,
)
from entity_connections.cli.tenant.results import EVEN_SO
from entity_connections.cli.tenant.session import TenantSession, tenant_command
from entity_connections.cli.tenant.write_command import run_write_command
from entity_connections.cli.tenant.write_options import RESULTS_HELP, WriteOptions, write_options
from entity_connections.domain.actions import (
    ACCEPT,
    CONNECT,
    DENY,
    DISCONNECT,
    REQUEST,
    Action,
    Write,
)
from entity_connections.domain.connections import CONNECTED, DISCONNECTED, PENDING
from entity_connections.domain.rows import NOT_CONNECTED
from entity_connections.domain.text import clean, find_problem

MAX_STDIN = 1_000_000
"""Most characters of ids that are read from stdin."""


def _filter_options(name: str, what: str, *statuses: str) -> Callable[..., Any]:
    """Return a decorator that adds options; the command receives them as `row_filter`."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @option(name, "all_pairs", is_flag=True, help=f"{what} that the other filters leave.")
        @option("--under", type=ENTITY, help="Only targets under this entity, itself not.")
        @status_option(*statuses)
        @wraps(command)
        def with_filter(
            *args: Any, all_pairs: bool, under: str | None, statuses: tuple[str, ...], **kwargs: Any
        ) -> Any:
            is_given = all_pairs or under is not None or statuses
            row_filter = RowFilter(under, frozenset(statuses)) if is_given else None
            return command(*args, row_filter=row_filter, **kwargs)

        return with_filter

    return decorate


def _make_requesting_command(action: Action, help_text: str, *lines: str) -> click.Command:
    @click.command(action.id, help=help_text, epilog=RESULTS_HELP + examples(*lines))
    @tenant_command
    @option("--from", "source", type=ENTITY, help="The source; the entity acted in, unless told.")
    @option(
        "--to", "targets", multiple=True, type=ENTITY,
        help="A target; may be given several times.",
    )  # fmt: skip
    @_filter_options("--to-all", "Every target", NOT_CONNECTED, PENDING, DISCONNECTED)
    @option(
        EVEN_SO, is_flag=True,
        help="Send it although the list is not whole; it may be a second connection then.",
    )  # fmt: skip
    @write_options
    async def command(
        session: TenantSession,
        options: WriteOptions,
        source: str | None,
        targets: tuple[str, ...],
        row_filter: RowFilter | None,
        *,
        even_so: bool,
    ) -> ExitCode:
        if bool(targets) == bool(row_filter):
            raise click.UsageError(
                "name the targets by --to, or let --to-all, --under and --status choose them."
            )
        find = partial(find_rows_to_request, session, source, targets, row_filter)
        options = options._replace(even_so=even_so)
        return await run_write_command(session, action, find, targets, options)

    return command


request = _make_requesting_command(
    REQUEST,
    "Ask entities for a connection, acting in the source.\n\n"
    "Up to eight are asked at the same time. After the first whose outcome is unknown"
    " no more are asked.",
    "entity-connections request --from Acme-Americas --to Acme-Europe --yes",
    "entity-connections request --to Acme-US --dry-run",
    "entity-connections request --to-all --under Acme-Americas --dry-run",
)
connect = _make_requesting_command(
    CONNECT,
    "Request connections in the source and accept them in each target.\n\n"
    "You must be allowed to enter both ends. A request that waits already is only"
    " accepted. Each half has a result of its own.",
    "entity-connections connect --from Acme-Americas --to Acme-Europe --yes",
    "entity-connections connect --to-all --under Acme-Americas --yes",
)


def _read_ids(ctx: click.Context, param: click.Parameter, ids: tuple[str, ...]) -> list[str] | None:
    """Return each id once, with those on stdin in the place of "-"; None where none is given."""
    if not ids:
        return None
    words: list[str] = []
    for id_ in ids:
        if id_ != "-" or ctx.resilient_parsing:
            words.append(id_.strip())
            continue
        if sys.stdin.isatty():
            info("Type the ids of connections; ctrl+d ends.")
        text = sys.stdin.read(MAX_STDIN + 1)
        if len(text) > MAX_STDIN:
            raise click.BadParameter(f"stdin holds more than {MAX_STDIN:,} characters.", ctx, param)
        if text.lstrip().startswith(("[", "{")):
            sentence = "stdin holds JSON: give the ids alone, such as by jq -r '.[].id'."
            raise click.BadParameter(sentence, ctx, param)
        for word in text.split():
            if problem := find_problem(word):
                sentence = f"stdin: {clean(word, 40)!r} {problem}."
                raise click.BadParameter(sentence, ctx, param)
            words.append(word)
    return list({word.lower(): word for word in words}.values())


def _make_command(action: Write, status: str, help_text: str, *lines: str) -> click.Command:
    @click.command(action.id, help=help_text, epilog=RESULTS_HELP + examples(*lines))
    @tenant_command
    @argument("ids", metavar="[ID|-]...", type=CONNECTION_ID, nargs=-1, callback=_read_ids)
    @option("--from", "source", type=ENTITY, help="The source: with --to in place of an id.")
    @option("--to", "target", type=ENTITY, help="The target: with --from in place of an id.")
    @_filter_options("--all", f"Every {status} connection", CONNECTED, PENDING, DISCONNECTED)
    @write_options
    async def command(
        session: TenantSession,
        options: WriteOptions,
        ids: list[str] | None,
        source: str | None,
        target: str | None,
        row_filter: RowFilter | None,
    ) -> ExitCode:
        given: list[str] = ids or []
        if row_filter and ids is None:
            row_filter = row_filter._replace(statuses=row_filter.statuses or frozenset({status}))
            find = partial(find_rows_by_filter, session, action, source, target, row_filter)
        elif ids is not None and not (row_filter or source or target):
            find = partial(find_rows_by_id, session, action, ids)
        elif source is not None and target is not None and ids is None:
            given = [f"{source} → {target}"]
            find = partial(find_row_by_ends, session, action, source, target)
        else:
            raise click.UsageError(
                "name connections by their ids (- reads them from stdin), or one by both --from"
                " and --to, or let --all, --under and --status choose them."
            )
        return await run_write_command(session, action, find, given, options)

    return command


_ALL_HELP = (
    "\n\nThere may be several ids; - reads them from stdin. --all takes those of every entity"
    " you have access to, or, with --entity, --from or --to, only those there."
)
accept = _make_command(
    ACCEPT, PENDING, f"Accept requests, each in its target.{_ALL_HELP}",
    'entity-connections accept --from Acme-Germany --to "Acme Corporation" --yes',
    "entity-connections accept --all --under Acme-Americas --dry-run",
    "echo 8a8082555b3c70de015b44a61f0a2b09 | entity-connections accept - --yes",
)  # fmt: skip
deny = _make_command(
    DENY, PENDING, f"Deny requests, each in its target.{_ALL_HELP}",
    'entity-connections deny --from Acme-Germany --to "Acme Corporation" --yes',
    "entity-connections deny 8a8082555b3c70de015b44a61f0a2b09 --dry-run",
)  # fmt: skip
disconnect = _make_command(
    DISCONNECT, CONNECTED,
    "End connections for good, each in its source or its target.\n\n"
    "On a terminal it wants the counterpart's name typed, or the number of several."
    f"{_ALL_HELP}",
    "entity-connections disconnect --from Acme-Americas --to Acme-US --yes",
    "entity-connections disconnect 8a808255575bdae401576a914a140420 --dry-run",
)  # fmt: skip
