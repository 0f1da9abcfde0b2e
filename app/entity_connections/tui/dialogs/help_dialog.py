"""The help: first steps, every key, and what the signs mean."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from entity_connections.tui.commands import COMMANDS
from entity_connections.tui.dialogs.dialog import Dialog
from entity_connections.tui.rendering.rows import STATUS_STYLES, format_status
from entity_connections.tui.widgets.grid.grid import Grid

_FIRST_STEPS = """\
To connect two entities
  1. e  choose the source in the entity switcher.
  2. 1  Share To (Outbound): put the cursor on the target, r requests.
  3. g  act as the target: the request waits in Share From (Inbound).
  4. a  accepts it. The status becomes Connected.
"""


class HelpDialog(Dialog[None]):
    """Shows the help."""

    BINDINGS = [
        Binding(
            "escape,question_mark,q", "dismiss", "Close", id="help.close", tooltip="Close the help"
        )
    ]

    def compose_dialog(self) -> ComposeResult:
        with VerticalScroll(id="dialog") as dialog:
            dialog.border_title, dialog.border_subtitle = "Help", "escape closes"
            yield Static(render_help())


def render_help() -> Content:
    """Return the whole help."""
    lines = [_render_heading("Keys")]
    lines += [
        _render_line(command.key_name, f"{command.label:<20} {command.tooltip}")
        for command in COMMANDS
    ]
    lines += [
        _render_line("y  n", "Yes and no, in questions"),
        _render_line("escape", "One step back"),
        _render_line("ctrl+z", "Back to the shell; fg returns here"),
        Content(),
        _render_heading("In a list"),
    ]
    lines += [
        _render_line(binding.key.replace(",", "  "), binding.tooltip)
        for binding in Grid.BINDINGS
        if isinstance(binding, Binding)
    ]
    lines += [Content(), _render_heading("Signs")]
    lines += [
        _render_line(format_status(status).text, style.meaning, 18)
        for status, style in STATUS_STYLES.items()
    ]
    lines.append(
        _render_line("? another word", "A status that only Zuora knows, as it wrote it.", 18)
    )
    return Content(_FIRST_STEPS + "\n") + Content("\n").join(lines)


def _render_heading(text: str) -> Content:
    return Content.styled(text, "bold underline")


def _render_line(left: str, right: str, width: int = 10) -> Content:
    return Content.assemble("  ", (f"{left:<{width}}", "bold $text-accent"), right)
