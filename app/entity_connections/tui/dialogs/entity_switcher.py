"""The entity switcher: the hierarchy as a tree, with a reason where one cannot go."""

from entity_connections.domain.entities import Entity
from entity_connections.services.screen_state import ScreenState
from entity_connections.tui.dialogs.picker import Choice, Chooser

RECENT = 3
"""How many entities acted in before stand above the tree."""


def entity_switcher(desk: ScreenState) -> Chooser:
    """Return the dialog that chooses the acting entity of `desk`."""
    tenant = desk.session.tenant
    waiting = tenant.count_waiting()
    choices = [
        Choice(id_, tenant.hierarchy.get(id_).title, "recent")
        for id_ in desk.recent[:RECENT]
        if tenant.can_act_in(id_)
    ]
    choices += [_choice(desk, entity, waiting.get(entity.id, 0)) for entity in tenant.hierarchy]
    return Chooser("Entity switcher", choices, desk.acting_id)


def _choice(desk: ScreenState, entity: Entity, waiting: int) -> Choice:
    tenant, title = desk.session.tenant, entity.title
    indent = tenant.hierarchy.depth(entity.id)
    if not entity.provisioned:
        refusal = f"{title} is not provisioned yet: a global administrator does that."
        return Choice(entity.id, title, "not provisioned yet", refusal, indent)
    if not tenant.can_act_in(entity.id):
        refusal = f"You may not enter {title}: one of its administrators grants access."
        return Choice(entity.id, title, "no access", refusal, indent)
    notes = ["acting entity"] if entity.id == desk.acting_id else []
    notes += [f"◐ {waiting} waiting"] if waiting else []
    return Choice(
        entity.id, title, " · ".join(notes), indent=indent, tone="wait" if waiting else "mute"
    )
