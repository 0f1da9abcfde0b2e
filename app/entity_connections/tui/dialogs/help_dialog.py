"""The help: first steps, every key that applies here, and what the signs mean."""

import textwrap
from collections.abc import Iterable, Iterator

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from entity_connections.services.workspace import Workspace
from entity_connections.tui.commands import COMMANDS
from entity_connections.tui.dialogs.dialog import Dialog
from entity_connections.tui.rendering.rows import MARK, STATUS_STYLES, format_status
from entity_connections.tui.rendering.text import link_to_escape
from entity_connections.tui.widgets.entity_tree import ACTING
from entity_connections.tui.widgets.grid.grid import Grid

_FIRST_STEPS = (
    ("1. e", "Choose the source, the entity to act in."),
    ("2. 1", "Share To (Outbound): put the cursor on the target; r requests."),
    ("3. g", "Act as the target: the request waits in Share From (Inbound)."),
    ("4. a", "Accept. The status becomes Connected."),
)
_OTHER_KEYS = (
    ("y  n", "Yes and no, in questions"),
    ("tab", "In a dialog: the next field or button"),
    ("escape", "One step back"),
    ("f1  f5", "The same as ? and ctrl+r"),
    ("ctrl+z", "Back to the shell; fg returns here"),
)
_OTHER_SIGNS = (
    ("◇ other word", "A status this program does not know, as Zuora wrote it."),
    ("◇ outcome…", "A write was sent, and its outcome is not known yet."),
    ("… sending", "A write is being sent."),
    ("…", "Something is cut: a wider terminal shows it."),
    ("▌ ▏", "The cursor; a thin one where the keys do not go now."),
    ("Back", "This column: what comes from the other entity to this one."),
    (MARK, "A marked row."),
    (ACTING, "The entity you act in."),
    ("▾", "A click chooses another entity."),
    ("▲ ▼", "The rows are sorted by this column, upwards or downwards."),
)
LABEL_WIDTH, MIN_TEXT_WIDTH = 20, 36
"""Cells of the names of commands, and of what they do before those get lines of their own."""
WIDTH, CELLS_BESIDE = 90, 8
"""Cells of the dialog, and those beside its text; see dialogs.tcss."""


class HelpDialog(Dialog[str | None]):
    """Shows the help for a tenant; returns the id of a command to run, or None."""

    BINDINGS = [
        Binding(
            "escape,question_mark,f1,q",
            "dismiss",
            "Close",
            id="help.close",
            tooltip="Close the help",
        ),
        Binding(
            "W", "dismiss('walkthroughs')", "Walkthroughs", id="help.walkthroughs", tooltip="Watch"
        ),
    ]
    text = query_one("#text", Static)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace

    def compose_dialog(self) -> ComposeResult:
        with VerticalScroll(id="dialog") as dialog:
            dialog.border_title = "Help"
            dialog.border_subtitle = link_to_escape("escape close")
            yield Static(self._render_text(), id="text")

    def on_resize(self) -> None:
        text = self._render_text()
        if text != self.text.content:
            self.text.update(text)

    def _render_text(self) -> Content:
        return render_help(self._workspace, min(WIDTH, self.app.size.width) - CELLS_BESIDE)


def render_help(workspace: Workspace, width: int) -> Content:
    """Return the whole help for lines of `width` cells."""
    commands = [c for c in COMMANDS if c.applies_to is None or c.applies_to(workspace)]
    bindings = [binding for binding in Grid.BINDINGS if isinstance(binding, Binding)]
    statuses = ((format_status(name).text, style.meaning) for name, style in STATUS_STYLES.items())
    watch = [("or W", "Watch it, step by step, on a fake tenant.")]
    steps = [*_FIRST_STEPS, *(watch if workspace.walkthroughs is not None else [])]
    parts = (
        ("To connect two entities", 6, steps),
        ("Keys", 10, [(c.key_name, _join(c.label, c.tooltip, width - 13)) for c in commands]),
        ("", 10, _OTHER_KEYS),
        ("In a list", 10, [(b.key.replace(",", "  "), b.tooltip) for b in bindings]),
        ("Signs", 17, (*statuses, *_OTHER_SIGNS)),
    )
    lines = [
        line
        for heading, left, rows in parts
        for line in (*_render_heading(heading), *_render_rows(rows, left, width))
    ]
    return Content("\n").join(lines[1:])


def _join(label: str, text: str, width: int) -> str:
    """Return what a command is called and what it does: in two columns, or one below the other."""
    room = width - LABEL_WIDTH - 1
    if room < MIN_TEXT_WIDTH:
        return f"{label}\n{text}"
    return f"{label:<{LABEL_WIDTH}} " + f"\n{'':{LABEL_WIDTH}} ".join(textwrap.wrap(text, room))


def _render_heading(text: str) -> Iterator[Content]:
    if text:
        yield Content()
        yield Content.styled(text, "bold $text-primary")


def _render_rows(rows: Iterable[tuple[str, str]], left: int, width: int) -> Iterator[Content]:
    """Return lines in two columns; a text that is too long goes on below itself."""
    for name, text in rows:
        room = max(1, width - left - 3)
        wrapped = [line for part in text.split("\n") for line in textwrap.wrap(part, room)]
        for index, line in enumerate(wrapped):
            shown = name if index == 0 else ""
            yield Content.assemble("  ", (f"{shown:<{left}}", "bold"), " ", line)
