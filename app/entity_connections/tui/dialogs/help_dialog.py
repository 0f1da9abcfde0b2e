"""The help: first steps, every key that applies here, and what the signs mean."""

from collections.abc import Iterable, Iterator, Sequence

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import Label, Static

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

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace

    def compose_dialog(self) -> ComposeResult:
        with VerticalScroll(id="dialog") as dialog:
            dialog.border_title = "Help"
            dialog.border_subtitle = link_to_escape("escape close")
            for heading, widths, rows in _list_parts(self._workspace):
                if heading:
                    yield Label(heading, classes="heading")
                yield Static(_make_table(widths, rows))


def _list_parts(
    workspace: Workspace,
) -> Iterator[tuple[str, Sequence[int], Iterable[Sequence[str]]]]:
    """Yield each part of the help: its heading, the cells of its first columns, and its rows."""
    watch = [("or W", "Watch it, step by step, on a fake tenant.")]
    yield (
        "To connect two entities",
        [7],
        [*_FIRST_STEPS, *(watch if workspace.walkthroughs else [])],
    )
    commands = [c for c in COMMANDS if c.applies_to is None or c.applies_to(workspace)]
    yield "Keys", [11, 21], [(c.key_name, c.label, c.tooltip) for c in commands]
    yield "", [11], _OTHER_KEYS
    bindings = [binding for binding in Grid.BINDINGS if isinstance(binding, Binding)]
    yield "In a list", [11], [(b.key.replace(",", "  "), b.tooltip) for b in bindings]
    statuses = ((format_status(name).text, style.meaning) for name, style in STATUS_STYLES.items())
    yield "Signs", [18], [*statuses, *_OTHER_SIGNS]


def _make_table(widths: Sequence[int], rows: Iterable[Sequence[str]]) -> Table:
    """Return rows in columns; the last column takes the rest of the width, and is wrapped."""
    table = Table.grid(expand=True)
    for number, width in enumerate(widths):
        table.add_column(style="" if number else "bold", width=width)
    table.add_column(ratio=1)
    for row in rows:
        table.add_row(*map(Text, row))
    return table
