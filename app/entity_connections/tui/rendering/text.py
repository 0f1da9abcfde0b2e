"""Pieces of styled text that several parts of the screen share."""

from textual.content import Content
from textual.style import Style

MUTED = "$foreground-muted"


def link_to_command(content: Content, command_id: str) -> Content:
    """Return content that runs a command when it is clicked."""
    return content.stylize(Style.from_meta({"@click": f"screen.run_command('{command_id}')"}))


def link_to_escape(keys: str) -> Content:
    """Return the line of keys of a dialog; a click on "escape close" at its end presses escape."""
    link = Style.from_meta({"@click": "app.simulate_key('escape')"})
    return Content(keys).stylize(link, keys.index("escape close"))
