"""What stands where rows would be: nothing there, filtered to nothing, failed; never mixed up."""

from textual.content import Content

from entity_connections.domain.connections import Direction
from entity_connections.domain.errors import ZuoraError
from entity_connections.services.screen_state import ScreenState
from entity_connections.tui.rendering import presenting

READING = Content("Reading from Zuora…")


def empty_face(desk: ScreenState) -> Content:
    """Say why there are no rows: nothing there, filtered to nothing, or failed."""
    if desk.snapshot is None:
        return failed_face(desk.failure) if desk.failure else READING
    if desk.tab.filter_text and desk.count(desk.direction):
        hidden = desk.count(desk.direction)
        return Content.assemble(
            (f"Nothing matches “{desk.tab.filter_text}”.", "bold"),
            f"\n\nThe filter hides {hidden} rows; escape clears it.",
        )
    if desk.direction is Direction.INBOUND:
        return Content.assemble(
            ("No entity shares to this one, or asks to.", "bold"),
            "\n\nA request appears here once it is made in another entity,",
            "\nunder Share To (Outbound). e switches the entity.",
        )
    return Content.assemble(
        ("There is no other entity to share to.", "bold"),
        "\n\nA global administrator adds entities in Manage Entity Hierarchy.",
    )


def failed_face(error: ZuoraError) -> Content:
    """Say why there is nothing to show at all."""
    more = "".join(f"\n{line}" for line in presenting.error_lines(error) if line)
    return Content.assemble(
        (f"✕ {error.title}", "bold $text-error"), f"\n\n{error.sentence}\n{more}"
    )
