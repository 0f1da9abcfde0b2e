"""The question before writes reach production: the name of the profile is typed."""

from textual.content import Content

from entity_connections.services.workspace import Workspace
from entity_connections.tui.dialogs.confirmation import Confirmation, TypedName


class Unlock(Confirmation):
    """Asks whether writes may reach a tenant; nothing remembers it after the program.

    Args:
        target: the tenant.
        tenant: it and its environment, as the top line shows them.
    """

    def __init__(self, target: Workspace, tenant: Content) -> None:
        consequence = (
            f"Requests, accepts, denials and disconnections will reach this {target.risk.value} "
            "tenant, each after a question of its own. It lasts until you quit, or press U "
            "again; the top line says so all the time."
        )
        super().__init__(
            tenant,
            "Unlock writes?",
            Content(),
            consequence,
            "Unlock writes",
            typed_name=TypedName(target.name),
            harmful=True,
        )
