"""The entity switcher: the hierarchy as a tree, with a reason where an entity is disabled."""

from entity_connections.domain.actions.action import entity_reason
from entity_connections.domain.entities import Entity
from entity_connections.services.screen_state import ScreenState
from entity_connections.tui.dialogs.picker import Choice, Picker

MAX_RECENT = 3
"""Entities acted in before that are shown above the tree."""


def make_entity_switcher(state: ScreenState) -> Picker:
    """Return the dialog that chooses the acting entity."""
    tenant = state.session.tenant
    waiting = tenant.count_waiting()
    choices = [
        _make_choice(state, entity, waiting.get(entity.id, 0), recent=True)
        for entity in map(tenant.hierarchy.get, state.recent[:MAX_RECENT])
        if tenant.can_act_in(entity.id)
    ]
    choices += [
        _make_choice(state, entity, waiting.get(entity.id, 0)) for entity in tenant.hierarchy
    ]
    return Picker("Entity switcher", choices, state.acting_id)


def _make_choice(
    state: ScreenState, entity: Entity, waiting: int, *, recent: bool = False
) -> Choice:
    tenant, title = state.session.tenant, entity.title
    level = 0 if recent else tenant.hierarchy.depth(entity.id)
    if reason := entity_reason(entity):
        sentences = f"{reason.reason} {reason.remedy}"
        return Choice(entity.id, title, reason.brief, sentences, level, entity=entity)
    notes = [f"◐ {waiting} waiting"] if waiting else []  # first: the end may be cut
    notes += ["recent"] if recent else []
    notes += ["acting entity"] if entity.id == state.acting_id else []
    tone = "wait" if waiting else "mute"
    return Choice(entity.id, title, " · ".join(notes), level=level, tone=tone, entity=entity)
