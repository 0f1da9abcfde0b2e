"""The question before writes to production are allowed; the name of the profile is typed."""

from textual.content import Content

from entity_connections.services.workspace import Workspace
from entity_connections.tui.dialogs.confirmation import Confirmation, TypedName
from entity_connections.tui.timing import Timing


def make_unlock_confirmation(workspace: Workspace, timing: Timing) -> Confirmation:
    """Return the question whether to allow writes until the program ends."""
    return Confirmation(
        workspace,
        timing,
        "Unlock writes?",
        Content(),
        f"Requests, accepts, denials and disconnections will reach this {workspace.risk.value} "
        "tenant, each after a question of its own. It lasts until you quit, or press U "
        "again; the top line says so all the time.",
        "Unlock writes",
        typed_name=TypedName(workspace.name),
        harmful=True,
    )
