"""The top line: tenant, acting entity, what waits, user; and the tabs."""

from collections.abc import Sequence
from datetime import datetime

from rich.cells import cell_len
from textual.content import Content

from entity_connections.domain.connections import Direction
from entity_connections.domain.risk import Risk
from entity_connections.domain.rows import Row
from entity_connections.services.screen_state import ScreenState
from entity_connections.services.workspace import STANDARD_USER, Workspace
from entity_connections.tui.rendering.text import MUTED, link_to_command
from entity_connections.tui.widgets.grid.layout import cut_text

TAB_TITLES = {
    Direction.OUTBOUND: "Share To (Outbound)",
    Direction.INBOUND: "Share From (Inbound)",
}
"""Zuora's own titles (contract I2)."""
_SHORT_TITLES = {Direction.OUTBOUND: "Share To", Direction.INBOUND: "Share From"}

MIN_ENTITY_WIDTH, MIN_TENANT_WIDTH, MIN_WAITING_WIDTH = 16, 8, 5
"""Cells that the names of the acting entity and of the tenant always get, and what waits."""
MIN_USER_WIDTH = 20
"""Cells that the user gets, or none: one who is cut does not come and go with the count."""
MIN_WIDTH_WAITING = 100
"""Cells from which the top line says that requests are waiting, not only for whom."""
COUNTS_WIDTH = 17
"""Cells of the counts of the tabs: "14", and "4 ◐ 2 waiting"."""
WAITING_WIDTH, SHORT_WAITING_WIDTH = 16, 7
FAULTS_WIDTH, MIN_FAULTS_WIDTH = 20, 14
"""Cells that what waits and faults get beside each other: where there is room, and always."""


def render_header(
    workspace: Workspace, user: str, state: ScreenState | None, width: int
) -> Content:
    """Return the top line for `width` cells; `user` is the user before there is a state."""
    faults = workspace.fault_switches.summarize() if workspace.fault_switches else ""
    others = MIN_ENTITY_WIDTH + MIN_WAITING_WIDTH + (MIN_FAULTS_WIDTH + 2 if faults else 0)
    tenant = _render_tenant(workspace, width - others - 6)
    if faults:
        # Before all that is cut, but the count of what waits: nobody must overlook it.
        room = width - tenant.cell_length - MIN_ENTITY_WIDTH - 6 - WAITING_WIDTH
        if room < FAULTS_WIDTH:
            title = state.session.tenant.hierarchy.get(state.acting_id).title if state else ""
            room += max(0, MIN_ENTITY_WIDTH - cell_len(title))
            room += WAITING_WIDTH - SHORT_WAITING_WIDTH
            room = max(MIN_FAULTS_WIDTH, min(room, FAULTS_WIDTH))
        text = Content(f" FAULTS ON: {faults} ").truncate(room, ellipsis=True)
        tenant = Content.assemble(tenant, "  ", text.stylize("bold reverse $text-warning"))
    room = width - tenant.cell_length - 2
    parts = []
    if state is not None:
        parts.append(_render_waiting(state, room - MIN_ENTITY_WIDTH - 4, width))
    who = [state.session.login if state else user]
    if role := state.session.role(state.acting_id) if state else None:
        who.append(role)
    parts += [link_to_command(Content.styled(" · ".join(who), MUTED), "user")]
    if state is None:
        path = Content("—")
    else:
        room_for_path = room - sum(2 + part.cell_length for part in parts)
        path = _render_path(state, room - 2 - parts[0].cell_length, room_for_path)
    shown: list[Content] = []
    for part in parts:
        free = room - path.cell_length - 2 - sum(2 + p.cell_length for p in shown)
        if min(part.cell_length, MIN_USER_WIDTH) <= free:
            shown.append(part.truncate(free, ellipsis=True))
    right = Content("  ").join(shown)
    left = Content.assemble(tenant, "  ", link_to_command(path, "entity"))
    return left + Content(" " * (width - left.cell_length - right.cell_length)) + right


def _render_waiting(state: ScreenState, room: int, width: int) -> Content:
    """Return how many requests wait; without the words if there is no room."""
    style = "bold $text-warning" if state.waiting.for_me else MUTED
    count = f"◐ {format_waiting_count(state, state.waiting.for_me)}"
    words = " waiting for you" if width >= MIN_WIDTH_WAITING else " for you"
    text = count + words if len(count + words) <= room else count
    return link_to_command(Content.styled(text, style), "waiting")


def format_waiting_count(state: ScreenState, rows: Sequence[Row]) -> str:
    """Return how many of the requests that wait these are; "+" where not every list is known."""
    waiting = state.waiting
    return f"{len(rows)}{'+' if waiting.unread_ids or waiting.undecided else ''}"


def _render_path(state: ScreenState, room: int, room_beside_user: int) -> Content:
    """Return the acting entity, and the entities above it if they have room beside the user."""
    hierarchy = state.session.tenant.hierarchy
    entity = hierarchy.get(state.acting_id)
    path = Content.assemble(
        (entity.cut_title(max(MIN_ENTITY_WIDTH, room - 2), cut_text), "bold"), " ▾"
    )
    above, seen = hierarchy.parent(entity), {entity.id}
    while above is not None and above.id not in seen:
        longer = Content.assemble((f"{above.title} ▸ ", MUTED), path)
        if longer.cell_length > room_beside_user:
            break
        seen.add(above.id)
        path, above = longer, hierarchy.parent(above)
    return path


def _render_tenant(workspace: Workspace, room: int) -> Content:
    environment, lock = workspace.risk.value.upper(), ""
    if workspace.lock.locked:
        lock = " · READ-ONLY"
    elif workspace.risk is Risk.PRODUCTION:
        lock = " · WRITES UNLOCKED"
    name_room = room - len(environment) - 1 - len(lock)
    if name_room < MIN_TENANT_WIDTH:
        lock = lock.replace("WRITES ", "")
        name_room = room - len(environment) - 1 - len(lock)
    name = Content(workspace.name).truncate(max(MIN_TENANT_WIDTH, name_room), ellipsis=True).plain
    tenant = Content.styled(f"{environment} {name}{lock}", _get_tenant_style(workspace))
    return link_to_command(tenant, "unlock") if lock else tenant


def render_tenant_name(workspace: Workspace) -> Content:
    """Return the environment and the tenant, styled as in the header."""
    name = f"{workspace.risk.value.upper()} {workspace.name}"
    return Content.styled(name, _get_tenant_style(workspace))


def _get_tenant_style(workspace: Workspace) -> str:
    if workspace.risk is Risk.PRODUCTION:
        return "bold $text-warning" if workspace.lock.locked else "bold reverse $text-error"
    return "$text-primary" if workspace.risk is Risk.SANDBOX else ""


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


def render_tabs(state: ScreenState | None, width: int) -> Content:
    """Return the titles of the tabs with their counts; shorter ones if there is no room.

    Before the counts are known there is room for them, so that the titles do not change then.
    """
    if state is None or state.snapshot is None:
        width -= COUNTS_WIDTH
    is_standard = state is not None and state.session.role(state.acting_id) == STANDARD_USER
    for titles, waiting in (
        (TAB_TITLES, "waiting" if is_standard else "waiting for you"),
        (TAB_TITLES, "waiting"),
        (_SHORT_TITLES, "waiting"),
        (_SHORT_TITLES, ""),
    ):
        tabs = Content("──").join(
            _render_tab(state, direction, f"{number} {titles[direction]}", waiting)
            for number, direction in enumerate(Direction, start=1)
        )
        if tabs.cell_length <= width:
            break
    return tabs


def _render_tab(
    state: ScreenState | None, direction: Direction, title: str, waiting: str
) -> Content:
    is_active = direction is (state.direction if state else Direction.OUTBOUND)
    text = Content.styled(f" {title}", "bold $foreground" if is_active else MUTED)
    if state and state.snapshot:
        style = "$foreground" if is_active else MUTED
        text += _render_count(state, direction, waiting, style)
    text = link_to_command(text + Content(" "), direction.value)
    return Content.assemble("┤", text, "├") if is_active else text


def _render_count(state: ScreenState, direction: Direction, waiting: str, style: str) -> Content:
    total = state.tabs[direction].listed_count
    shown = state.tab.visible_count if direction is state.direction else total
    # The outbound tab has a row for every entity; others may be missing from a partial list.
    inbound = direction is Direction.INBOUND
    more = " or more" if inbound and state.snapshot and not state.snapshot.complete else ""
    count = f"{shown} of {total}{more}" if shown != total else f"{total}{more}"
    parts = [Content.styled(f" {count}", style)]
    if inbound and state.waiting_count:
        text = f" ◐ {state.waiting_count}{more} {waiting}".rstrip()
        parts.append(Content.styled(text, "bold $text-warning"))
    if inbound and state.undecided_count:
        parts.append(Content.styled(f" ◇ {state.undecided_count} may wait", "$text-warning"))
    return Content("").join(parts)
