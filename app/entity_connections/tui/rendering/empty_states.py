"""The text in place of rows: nothing there, everything filtered out, or an error."""

from textual.content import Content

from entity_connections.domain.connections import Direction
from entity_connections.domain.errors import ZuoraError
from entity_connections.domain.words import join_or
from entity_connections.services.screen_state import ScreenState
from entity_connections.tui.rendering.notices import list_error_hints

READING = Content("Reading from Zuora…")


def render_empty_state(state: ScreenState) -> Content:
    """Return why there are no rows."""
    if state.snapshot is None:
        return render_error_state(state.failure) if state.failure else READING
    if state.tab.filter_text and (hidden := state.tab.listed_count):
        statuses = sorted(state.tab.statuses)
        subject = f"No row that is {join_or(statuses)}" if statuses else "Nothing"
        return Content.assemble(
            (f"{subject} matches “{state.tab.filter_text}”.", "bold"),
            f"\n\nThe filter hides {hidden} rows; escape clears it.",
        )
    if missing := state.snapshot.missing:
        return Content.assemble(
            ("Nothing can be shown, but this list is not whole.", "bold"),
            f"\n\n{missing} ctrl+r reads it again.",
        )
    if state.direction is Direction.INBOUND:
        return Content.assemble(
            ("No entity shares to this one, or asks to.", "bold"),
            "\n\nA request appears here once it is made in another entity,",
            "\nunder Share To (Outbound). e switches the entity.",
        )
    return Content.assemble(
        ("There is no other entity to share to.", "bold"),
        "\n\nA global administrator adds entities in Manage Entity Hierarchy.",
    )


def render_error_state(error: ZuoraError) -> Content:
    """Return why nothing could be read."""
    hints = "".join(f"\n{line}" for line in list_error_hints(error) if line)
    return Content.assemble(
        (f"✕ {error.title}", "bold $text-error"), f"\n\n{error.sentence}\n{hints}"
    )
