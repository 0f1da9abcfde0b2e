"""The lines above the rows: where one is, what is at stake, how old the list is, the tabs."""

from datetime import datetime

from rich.cells import cell_len
from textual.content import Content

from entity_connections.domain.connections import Direction
from entity_connections.domain.risk import Risk
from entity_connections.services.screen_state import ScreenState
from entity_connections.services.workspace import Workspace
from entity_connections.services.write_lock import WriteLock
from entity_connections.tui.rendering.presenting import MUTED, link

TAB_TITLES = {
    Direction.OUTBOUND: "Share To (Outbound)",
    Direction.INBOUND: "Share From (Inbound)",
}
"""Zuora's own titles (contract I2)."""

LEAST_LEFT, LEAST_NAME = 16, 8
"""Cells that the acting entity, and the tenant's name, keep whatever else there is to say."""


def top_lines(
    target: Workspace, user: str, desk: ScreenState | None, age: str, width: int
) -> Content:
    """Return two lines: where one is and who one is; the path and how old the list is."""
    where = desk.session.tenant.hierarchy.get(desk.acting_id).title if desk else "—"
    right = _tenant_and_user(target, user, desk, width - LEAST_LEFT - 6)
    room = max(LEAST_LEFT, width - right.cell_length - 5)
    name = Content(where).truncate(room, ellipsis=True).plain
    left = link(Content.assemble((name, "bold"), " ▾"), "entity")
    path = _path_or_faults(target, width, cell_len(age))
    return Content("\n").join(
        [_spread(left, right, width), _spread(path, Content.styled(age, MUTED), width)]
    )


def _path_or_faults(target: Workspace, width: int, age: int) -> Content:
    """Return the path of Zuora's menu, or which faults are on: an audience must not be misled."""
    if target.fault_switches and (faults := target.fault_switches.summarize()):
        text = Content(f" FAULTS ON: {faults} ").truncate(width - age - 2, ellipsis=True)
        return text.stylize("bold reverse $text-warning")
    whole = "Administration > Manage Entity Connections"
    return Content.styled(whole if width > 64 else "Manage Entity Connections", MUTED)


def _tenant_and_user(target: Workspace, user: str, desk: ScreenState | None, room: int) -> Content:
    """Return what is at stake, which is never left out, and who one is, where there is room."""
    word, lock = target.risk.value.upper(), lock_word(target.risk, target.lock)
    tenant_room = room - len(word) - 1 - (len(lock) + 3 if lock else 0)
    name = Content(target.name).truncate(max(LEAST_NAME, tenant_room), ellipsis=True).plain
    text = f"{word} {name}{' · ' * bool(lock)}{lock}"
    role = desk.session.role(desk.acting_id) if desk else None
    who = ""
    for part in (desk.session.login if desk else user, role):
        if not part or cell_len(f"{text}{who} · {part}") > room:
            break
        who += f" · {part}"
    if not lock:
        return link(Content.styled(text, _tone(target)) + Content(who), "user")
    return link(Content.styled(text, _tone(target)), "unlock") + link(Content(who), "user")


def tenant_name(target: Workspace) -> Content:
    """Return the tenant and its environment, as the top line shows them."""
    return Content.styled(f"{target.risk.value.upper()} {target.name}", _tone(target))


def _tone(target: Workspace) -> str:
    if target.risk is Risk.PRODUCTION:
        return "bold $text-warning" if target.lock.locked else "bold reverse $text-error"
    return "$text-primary" if target.risk is Risk.SANDBOX else ""


def lock_word(risk: Risk, lock: WriteLock) -> str:
    """Return in two words whether writes are allowed; "" where they are as a matter of course."""
    if lock.locked:
        return "READ-ONLY"
    return "WRITES UNLOCKED" if risk is Risk.PRODUCTION else ""


def _spread(left: Content, right: Content, width: int) -> Content:
    return left + Content(" " * max(1, width - left.cell_length - right.cell_length)) + right


def ago(then: datetime, now: datetime) -> str:
    """Say how long ago something was, coarsely: a figure that ticks costs bytes and calm."""
    minutes = int((now - then).total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} min ago" if minutes >= 1 else "just now"
    hours = minutes // 60
    return f"{hours} h ago" if hours < 48 else f"{hours // 24} days ago"


def age_of(
    desk: ScreenState | None, now: datetime, *, reading: bool = False, restored: bool = False
) -> str:
    """Say how old the list is.

    Args:
        desk: what is on the screen.
        now: the present moment.
        reading: whether something is being read.
        restored: whether the rows are from before the program was started.
    """
    if desk is None or desk.snapshot is None:
        return "reading…" if reading else "nothing read yet"
    when = ago(desk.snapshot.read_at, now)
    if desk.failure:
        return f"refresh failed · read {when}"
    return f"reading… · read {when}" if restored or reading else f"updated {when}"


def tab_line(desk: ScreenState | None, front: Direction, shown: int) -> Content:
    """Return the titles of the tabs, the one in front marked, with their counts."""
    parts = []
    for direction in Direction:
        count = _count(desk, direction, shown if direction is front else None)
        style = "b u $text-primary" if direction is front else MUTED
        mark = "▸" if direction is front else " "
        number = Content.styled(f" {count} ", "" if direction is front else MUTED)
        title = Content.styled(TAB_TITLES[direction], style) + (number if count else Content(" "))
        parts.append(Content(mark) + link(title, direction.value))
    return Content("│").join(parts)


def _count(desk: ScreenState | None, direction: Direction, shown: int | None) -> str:
    if desk is None or desk.snapshot is None:
        return ""
    total = desk.count(direction)
    parts = [f"{shown} of {total}"] if shown is not None and shown != total else []
    parts += (
        [f"{desk.waiting_count} waiting"]
        if direction is Direction.INBOUND and desk.waiting_count
        else []
    )
    return " · ".join(parts) or str(total)
