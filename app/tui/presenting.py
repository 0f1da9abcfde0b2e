"""How the domain looks: signs, words and tones, as literal text, never as markup."""

from collections.abc import Set as AbstractSet
from datetime import datetime
from functools import lru_cache

from rich.cells import cell_len
from textual.content import Content
from textual.style import Style

from app.commands import COMMANDS, Command, Situation, why_not
from app.domain import actions
from app.domain.connections import CONNECTED, DISCONNECTED, PENDING, Direction, Row
from app.domain.errors import ZuoraError
from app.domain.listing import NOT_CONNECTED
from app.services.desk import Desk, Progress
from app.services.target import Target
from app.services.writes import Outcome, Result
from app.tui.grid import Cell, Column, Item

TAB_TITLES = {
    Direction.OUTBOUND: "Share To (Outbound)",
    Direction.INBOUND: "Share From (Inbound)",
}
"""Zuora's own titles (contract I2)."""

SIGNS = {
    CONNECTED: ("●", "good", "Both sides agreed: products can be shared."),
    PENDING: ("◐", "wait", "Requested; the target has not answered yet."),
    DISCONNECTED: ("✕", "end", "It was ended or denied."),
    None: ("○", "mute", "There is no connection yet."),
}
"""Sign, tone and meaning of each status; one we do not know wears a question mark."""

_KINDS = {
    Result.CONFIRMED: "good",
    Result.REFUSED: "bad",
    Result.OVERTAKEN: "why",
    Result.UNKNOWN: "unknown",
}
MUTED = "$foreground-muted"
_SENDING = Cell("… sending", "wait")
_UNKNOWN = Cell("? outcome unknown", "warn")


def columns(direction: Direction) -> list[Column]:
    """Return the columns of a tab."""
    counterpart = "Target entity" if direction is Direction.OUTBOUND else "Source entity"
    return [
        Column("counterpart", counterpart, 16, weight=3),
        Column("under", "Under", 16, weight=2, hide_below=96),
        Column("status", "Status", 17),
        Column("action", "Action", 20, weight=2, sortable=False),
    ]


def sign_and_word(status: str | None) -> tuple[str, str]:
    """Return sign and word of a status in one text, and its tone."""
    sign, tone, _ = SIGNS.get(status, ("?", "warn", ""))
    word = NOT_CONNECTED if status is None else status.strip() or "(no word)"
    return f"{sign} {word}", tone


def item(row: Row, enterable: AbstractSet[str] | None, progress: Progress | None) -> Item:
    """Return the line of the grid for a row."""
    text, tone = sign_and_word(row.status)
    status, action = Cell(text, tone), _action(row, enterable)
    if progress is Progress.SENDING:
        status, action = _SENDING, Cell("")
    elif progress is Progress.UNKNOWN:
        action = _UNKNOWN
    name = Cell(row.counterpart.title, "" if row.counterpart.listed else "mute")
    under = Cell(row.under.title if row.under else "")
    return Item(row.key, (name, under, status, action))


def _action(row: Row, enterable: AbstractSet[str] | None) -> Cell:
    offered = actions.offered(row, enterable)
    if offered is not None:
        return Cell(offered.label, "action")
    reason = actions.why_not(actions.Action.REQUEST, row, enterable)
    return Cell(reason.brief if reason and row.direction is Direction.OUTBOUND else "", "mute")


def top_lines(target: Target, user: str, desk: Desk | None, age: str, width: int) -> Content:
    """Return two lines: where one is and who one is; the path and how old the list is."""
    where = desk.access.tenant.hierarchy.get(desk.acting_id).title if desk else "—"
    role = desk.access.role(desk.acting_id) if desk else None
    login = desk.access.login if desk else user
    parts = [part for part in (f"{target.risk.value.upper()} {target.name}", login, role) if part]
    while len(parts) > 1 and cell_len(" · ".join(parts)) > width - 22:
        parts.pop()  # the tenant is never left out, who one is only where there is no room
    who = " · ".join(parts)
    name = Content(where).truncate(max(16, width - cell_len(who) - 5), ellipsis=True).plain
    left = _link(Content.assemble((name, "bold"), " ▾"), "entity")
    right = _link(Content(who), "user")
    whole = "Administration > Manage Entity Connections"
    path = Content.styled(whole if width > 64 else "Manage Entity Connections", MUTED)
    return Content("\n").join(
        [_spread(left, right, width), _spread(path, Content.styled(age, MUTED), width)]
    )


def _spread(left: Content, right: Content, width: int) -> Content:
    return left + Content(" " * max(1, width - left.cell_length - right.cell_length)) + right


def _link(content: Content, command_id: str) -> Content:
    """Return content that carries out a command when it is clicked."""
    return content.stylize(Style.from_meta({"@click": f"screen.command('{command_id}')"}))


def age_of(desk: Desk | None, now: datetime, *, reading: bool) -> str:
    """Say how old the list is, coarsely: a figure that ticks costs bytes and calm."""
    if desk is None or desk.view is None:
        return "reading…" if reading else "nothing read yet"
    minutes = int((now - desk.view.read_at).total_seconds() // 60)
    when = "just now" if minutes < 1 else f"{minutes} min ago"
    if minutes >= 60:
        when = f"at {desk.view.read_at.astimezone():%H:%M}"
    return f"refresh failed · read {when}" if desk.failure else f"updated {when}"


def tab_line(desk: Desk | None, front: Direction, shown: int) -> Content:
    """Return the titles of the tabs, the one in front marked, with their counts."""
    parts = []
    for direction in Direction:
        count = _count(desk, direction, shown if direction is front else None)
        style = "b u $text-primary" if direction is front else MUTED
        mark = "▸" if direction is front else " "
        number = Content.styled(f" {count} ", "" if direction is front else MUTED)
        title = Content.styled(TAB_TITLES[direction], style) + (number if count else Content(" "))
        parts.append(Content(mark) + _link(title, direction.value))
    return Content("│").join(parts)


def _count(desk: Desk | None, direction: Direction, shown: int | None) -> str:
    if desk is None or desk.view is None:
        return ""
    total = desk.count(direction)
    parts = [f"{shown} of {total}"] if shown is not None and shown != total else []
    parts += [f"{desk.waiting} waiting"] if direction is Direction.INBOUND and desk.waiting else []
    return " · ".join(parts) or str(total)


def detail(row: Row | None, enterable: AbstractSet[str] | None) -> Content:
    """Return two lines about a row: the connection; what can be done, and what else there is."""
    if row is None:
        return Content("\n")
    # One style a line, and no word that is not needed: each costs at every step of the cursor.
    status, _ = sign_and_word(row.status)
    head = [f"{row.source.title} → {row.target.title}", status]
    head += [f"other direction: {sign_and_word(row.reverse.status)[0]}"] if row.reverse else []
    more = [row.connection.id] if row.connection else []
    more.append(_next_step(row, enterable))
    more += [f"older: {one.status} {one.id}" for one in row.folded]
    return Content(f" {' · '.join(head)}\n") + Content.styled(f" {' · '.join(more)}", MUTED)


def _next_step(row: Row, enterable: AbstractSet[str] | None) -> str:
    """Say what can be done. It names nobody: what stays the same is not sent again."""
    if row.waits_for_acting:
        return "it waits for you: a accepts, d denies"
    if row.status == PENDING:
        return "an administrator of the target accepts or denies it"
    match actions.offered(row, enterable):
        case actions.Action.REQUEST:
            return "r requests the connection"
        case actions.Action.DISCONNECT:
            return "x ends it for good"
    if row.direction is Direction.INBOUND and row.status == DISCONNECTED:
        return "only the source can request it again"
    reason = actions.why_not(actions.Action.REQUEST, row, enterable)
    return reason.reason if reason else ""


def key_bar(situation: Situation, width: int) -> Content:
    """Return the keys that matter here, greyed where they are impossible now."""
    shown = tuple(command for command in COMMANDS if command.short)
    return _key_bar(tuple((one, why_not(one, situation) is None) for one in shown), width)


@lru_cache(maxsize=64)
def _key_bar(commands: tuple[tuple[Command, bool], ...], width: int) -> Content:
    possible = dict(commands)
    shown = list(possible)
    # What goes first where room is short: what the help and the palette tell too, then what
    # is impossible anyway. What stays, stays in its place.
    least = [command for id_ in _EXPENDABLE for command in shown if command.id == id_]
    least += sorted((one for one in shown if one.action), key=lambda one: possible[one])
    while least and _key_bar_width(shown) > width:
        shown.remove(least.pop(0))
    parts = []
    for command in shown:
        key, word = command.key_name, f" {command.short}  "
        if possible[command]:
            words = Content.assemble((key, "$text-accent"), word)
        else:
            words = Content.styled(key + word, "dim")
        parts.append(_link(words, command.id))
    return Content("").join([Content(" "), *parts]).rstrip()


_EXPENDABLE = ("palette", "other_side", "filter")


def _key_bar_width(shown: list[Command]) -> int:
    return sum(len(one.key_name) + len(one.short) + 3 for one in shown) - 2


def notice(kind: str, sentence: str, *more: str) -> Content:
    """Return a message: a sign for its kind, a sentence, and what else helps."""
    sign = {"good": "✓", "why": "i", "bad": "!", "unknown": "?"}[kind]
    rest = [Content(f"\n{line}") for line in more if line]
    return Content.assemble((f"{sign} ", "bold"), sentence, *rest)


def told(outcome: Outcome) -> tuple[str, ...]:
    """Return what became of an order: the kind of message, a sentence, and what else helps."""
    kind, sentence, error = _KINDS[outcome.result], outcome.sentence, outcome.error
    if error is None or outcome.result is Result.CONFIRMED:
        return kind, sentence
    asked = f"{outcome.order.action.label}, {outcome.order.pair}"
    return kind, f"{error.title} ({asked}): {sentence}", *error_lines(error)


def error_lines(error: ZuoraError) -> tuple[str, ...]:
    """Return what to do about an error, and what to quote to Zuora Support."""
    return (
        error.hint,
        f"code {error.codes}" if error.codes else "",
        f"request id {error.request_id}" if error.request_id else "",
    )
