"""Pieces of styled text that several parts of the screen share."""

from textual.content import Content
from textual.style import Style

MUTED = "$foreground-muted"


def link_to_command(content: Content, command_id: str) -> Content:
    """Return content that runs a command when it is clicked."""
    return content.stylize(Style.from_meta({"@click": f"screen.run_command('{command_id}')"}))
