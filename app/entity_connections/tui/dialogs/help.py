"""The help: every key, generated from the registry, and what the signs mean."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from entity_connections.tui.commands import COMMANDS
from entity_connections.tui.dialogs.dialog import Dialog
from entity_connections.tui.rendering.presenting import SIGNS, sign_and_word
from entity_connections.tui.widgets.grid.grid import Grid

_FIRST_STEPS = """\
To connect two entities
  1. e  choose the source in the entity switcher.
  2. o  Share To (Outbound): put the cursor on the target, r requests.
  3. g  act as the target: the request waits in Share From (Inbound).
  4. a  accepts it. The status becomes Connected.
"""


class Help(Dialog[None]):
    """Shows the help; any way of leaving closes it."""

    BINDINGS = [
        Binding(
            "escape,question_mark,q", "dismiss", "Close", id="help.close", tooltip="Close the help"
        )
    ]

    def compose_dialog(self) -> ComposeResult:
        """Lay out one text that scrolls."""
        with VerticalScroll(id="dialog") as dialog:
            dialog.border_title, dialog.border_subtitle = "Help", "escape closes"
            yield Static(help_text())


def help_text() -> Content:
    """Return the whole help."""
    lines = [_heading("Keys")]
    lines += [_line(one.key_name, f"{one.label:<20} {one.tooltip}") for one in COMMANDS]
    lines += [_line("y  n", "Yes and no, in questions"), _line("escape", "One step back")]
    lines += [_line("ctrl+z", "Back to the shell; fg returns here")]
    lines += [Content(), _heading("In a list")]
    lines += [
        _line(one.key.replace(",", "  "), one.tooltip)
        for one in Grid.BINDINGS
        if isinstance(one, Binding)
    ]
    lines += [Content(), _heading("Signs")]
    for status, (_, _, meaning) in SIGNS.items():
        lines.append(_line(sign_and_word(status)[0], meaning, 18))
    lines.append(_line("? another word", "A status that only Zuora knows, as it wrote it.", 18))
    return Content(_FIRST_STEPS + "\n") + Content("\n").join(lines)


def _heading(text: str) -> Content:
    return Content.styled(text, "bold underline")


def _line(left: str, right: str, width: int = 10) -> Content:
    return Content.assemble("  ", (f"{left:<{width}}", "bold $text-accent"), right)
