"""The lines above the rows: acting entity, tenant and user; path and age; the tabs."""

from datetime import datetime

from rich.cells import cell_len
from textual.content import Content

from entity_connections.domain.connections import Direction
from entity_connections.domain.risk import Risk
from entity_connections.services.screen_state import ScreenState
from entity_connections.services.workspace import Workspace
from entity_connections.tui.rendering.text import MUTED, link_to_command
from entity_connections.tui.widgets.grid.layout import cut_text

TAB_TITLES = {
    Direction.OUTBOUND: "Share To (Outbound)",
    Direction.INBOUND: "Share From (Inbound)",
}
"""Zuora's own titles (contract I2)."""

MIN_ENTITY_WIDTH, MIN_TENANT_WIDTH = 16, 8
"""Cells that the names of the acting entity and of the tenant always get."""


def render_header(
    workspace: Workspace, user: str, state: ScreenState | None, age: str, width: int
) -> Content:
    """Return two lines: acting entity, tenant and user; path and age of the list."""
    right = _render_tenant(workspace, user, state, width - MIN_ENTITY_WIDTH - 6)
    room = max(MIN_ENTITY_WIDTH, width - right.cell_length - 5)
    entity = state.session.tenant.hierarchy.get(state.acting_id) if state else None
    name = entity.cut_title(room, cut_text) if entity else "—"
    left = link_to_command(Content.assemble((name, "bold"), " ▾"), "entity")
    path = _render_path(workspace, width, cell_len(age))
    return Content("\n").join(
        [_justify(left, right, width), _justify(path, Content.styled(age, MUTED), width)]
    )


def _render_path(workspace: Workspace, width: int, age_width: int) -> Content:
    """Return the path of Zuora's menu, or the faults that are on: nobody must overlook them."""
    if workspace.fault_switches and (faults := workspace.fault_switches.summarize()):
        room = width - age_width - 2
        text = Content(f" FAULTS ON: {faults} ").truncate(room, ellipsis=True)
        return text.stylize("bold reverse $text-warning")
    path = "Manage Entity Connections"
    return Content.styled(f"Administration > {path}" if width > 64 else path, MUTED)


def _render_tenant(
    workspace: Workspace, user: str, state: ScreenState | None, room: int
) -> Content:
    """Return environment, tenant and write lock, then login and role if there is room."""
    environment, lock = workspace.risk.value.upper(), ""
    if workspace.lock.locked:
        lock = "READ-ONLY"
    elif workspace.risk is Risk.PRODUCTION:
        lock = "WRITES UNLOCKED"
    name_room = room - len(environment) - 1 - (len(lock) + 3 if lock else 0)
    name = Content(workspace.name).truncate(max(MIN_TENANT_WIDTH, name_room), ellipsis=True).plain
    tenant = f"{environment} {name}{' · ' * bool(lock)}{lock}"
    login = state.session.login if state else user
    role = state.session.role(state.acting_id) if state else None
    who = ""
    for part in (login, role):
        if not part or cell_len(f"{tenant}{who} · {part}") > room:
            break
        who += f" · {part}"
    styled = Content.styled(tenant, _get_tenant_style(workspace))
    if not lock:
        return link_to_command(styled + Content(who), "user")
    return link_to_command(styled, "unlock") + link_to_command(Content(who), "user")


def render_tenant_name(workspace: Workspace) -> Content:
    """Return the environment and the tenant, styled as in the header."""
    name = f"{workspace.risk.value.upper()} {workspace.name}"
    return Content.styled(name, _get_tenant_style(workspace))


def _get_tenant_style(workspace: Workspace) -> str:
    if workspace.risk is Risk.PRODUCTION:
        return "bold $text-warning" if workspace.lock.locked else "bold reverse $text-error"
    return "$text-primary" if workspace.risk is Risk.SANDBOX else ""


def _justify(left: Content, right: Content, width: int) -> Content:
    return left + Content(" " * max(1, width - left.cell_length - right.cell_length)) + right


def format_age(then: datetime, now: datetime) -> str:
    """Return how long ago `then` was, in minutes, hours or days."""
    minutes = int((now - then).total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} min ago" if minutes >= 1 else "just now"
    hours = minutes // 60
    return f"{hours} h ago" if hours < 48 else f"{hours // 24} days ago"


def format_list_age(
    state: ScreenState | None, now: datetime, *, reading: bool, cached: bool
) -> str:
    """Return how old the list is; `cached`: whether it was read before the program was started."""
    if state is None or state.snapshot is None:
        return "reading…" if reading else "nothing read yet"
    age = format_age(state.snapshot.read_at, now)
    if state.failure:
        return f"refresh failed · read {age}"
    return f"reading… · read {age}" if cached or reading else f"updated {age}"


def render_tabs(state: ScreenState | None) -> Content:
    """Return the titles of the tabs with their counts."""
    active = state.direction if state else Direction.OUTBOUND
    parts = []
    for direction in Direction:
        is_active = direction is active
        count = _format_count(state, direction) if state and state.snapshot else ""
        title = Content.styled(TAB_TITLES[direction], "b u $text-primary" if is_active else MUTED)
        number = Content.styled(f" {count} ", "" if is_active else MUTED) if count else Content(" ")
        mark = Content("▸" if is_active else " ")
        parts.append(mark + link_to_command(title + number, direction.value))
    return Content("│").join(parts)


def _format_count(state: ScreenState, direction: Direction) -> str:
    total = state.count(direction)
    shown = state.visible_count if direction is state.direction else total
    # The outbound tab has a row for every entity; others may be missing from a partial list.
    partial = direction is Direction.INBOUND and state.snapshot and not state.snapshot.complete
    more = " or more" if partial else ""
    parts = [f"{shown} of {total}{more}"] if shown != total else []
    if direction is Direction.INBOUND and state.waiting_count:
        parts.append(f"{state.waiting_count}{more} waiting")
    if direction is Direction.INBOUND and state.undecided_count:
        parts.append(f"{state.undecided_count} may wait")
    return " · ".join(parts) or f"{total}{more}"
