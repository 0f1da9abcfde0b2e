"""A user command, as bindings, palette, key bar, help and documentation read it."""

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple

from textual.binding import Binding
from textual.keys import format_key

from entity_connections.domain.actions import DisabledReason
from entity_connections.domain.rows import Row
from entity_connections.domain.text import format_count
from entity_connections.services.operations.operation import Operation
from entity_connections.services.operations.runs import Progress
from entity_connections.services.workspace import Workspace

if TYPE_CHECKING:
    from entity_connections.tui.screens.connections import ConnectionsScreen

MARKS_HIDDEN = DisabledReason(
    "The filter hides every marked row.", "Escape clears it, then the marks."
)
NOTHING_READ = DisabledReason(
    "Nothing has been read yet.", "Wait a moment, or press ctrl+r to read again."
)


class Need(Enum):
    """What a key needs; it waits while that is being read or sent."""

    ENTITIES = auto()
    ROWS = auto()
    ROW = auto()
    """A row on which nothing is being sent, or the way back from the other side."""
    FRESH_ROW = auto()
    """A row on which nothing is being sent, in the list that was requested last."""


class CommandContext(NamedTuple):
    """The state of the screen that decides whether a command is possible.

    Attributes:
        workspace: the tenant.
        row: the row under the cursor, if any.
        cursor_moved_reason: why the cursor is on another row than the user chose, or "".
        role: the user's role in the acting entity, None if unknown.
        can_go_back: whether this row was reached by `g`, so that `g` goes back.
        entered: whether the tenant is open and the acting entity is chosen.
        loaded: whether a list is shown, however old.
        progress: the state of the last write on this row, None if it has an outcome.
        result: what the last run of several writes has done on this row, if anything.
        marked: the marked rows that are visible; actions are carried out on them, if there are any.
        marks_hidden: whether rows are marked, and the filter hides every one of them.
        running: how many pairs a run has that is under way; 0 for none.
    """

    workspace: Workspace
    row: Row | None = None
    cursor_moved_reason: str = ""
    role: str | None = None
    can_go_back: bool = False
    entered: bool = False
    loaded: bool = False
    progress: Progress | None = None
    result: Operation | None = None
    marked: Sequence[Row] = ()
    marks_hidden: bool = False
    running: int = 0

    def get_running_reason(self) -> DisabledReason | None:
        """Return that a run of several writes is under way; None if none is."""
        if not self.running:
            return None
        sentence = f"A run on {format_count(self.running, 'pair')} is under way."
        return DisabledReason(sentence, "Wait for the end, or stop it: escape.")

    def get_row_reason(self) -> DisabledReason | None:
        """Return why there is no row to act on, or none that the user chose; None if there is."""
        if not self.loaded:
            return NOTHING_READ
        if self.row is None:
            return DisabledReason(
                "There is no row here.", "If a filter hides the rows, escape clears it."
            )
        if self.cursor_moved_reason:
            remedy = "Put it on the row you mean, with an arrow key or a click."
            return DisabledReason(self.cursor_moved_reason, remedy)
        return None


@dataclass(frozen=True, eq=False)
class Command:
    """Something the user can tell the program to do.

    A command that is impossible now is never hidden and never silent: it says why, and what would
    make it possible.

    Attributes:
        id: its name in bindings, actions and the key map.
        key: its key, as Textual names it.
        label: its name in the palette, the help and the documentation.
        tooltip: what it does, in a few words.
        run: carries it out; called only when it is possible.
        disabled_when: returns why it is impossible, or None if it is possible.
        short: its word in the key bar; "" keeps it out of there.
        needs: what its key waits for; without an open tenant there is none of it.
        takes_following_keys: whether keys typed after it are meant for what it opens.
        irreversible: whether it cannot be undone.
        keywords: other words that find it in the palette.
        applies_to: returns whether the help of a tenant's screen shows it; None: it always does.
    """

    id: str
    key: str
    label: str
    tooltip: str
    run: Callable[["ConnectionsScreen"], None]
    disabled_when: Callable[[CommandContext], DisabledReason | None] | None = None
    _: KW_ONLY
    short: str = ""
    needs: Need | None = None
    takes_following_keys: bool = False
    irreversible: bool = False
    keywords: str = ""
    applies_to: Callable[[Workspace], bool] | None = None

    @property
    def key_name(self) -> str:
        """The key as people write it."""
        return format_key(self.key)

    def make_binding(self) -> Binding:
        """Return the binding of the key.

        With priority it is handled at once: a key typed after `/` is for the filter already.
        """
        action, tooltip = f"run_command('{self.id}')", self.tooltip
        return Binding(self.key, action, self.label, id=self.id, tooltip=tooltip, priority=True)

    def get_label(self, context: CommandContext) -> str:
        return self.label

    def get_short(self, context: CommandContext) -> str:
        """Return its word in the key bar in the present state."""
        return self.short

    def leads_on(self, context: CommandContext) -> bool:
        """Return whether it is the next step on a row that offers no action."""
        return False

    def in_key_bar(self, context: CommandContext) -> bool:
        """Return whether the key bar shows the command, possible or not."""
        return bool(self.short)

    def get_disabled_reason(self, context: CommandContext) -> DisabledReason | None:
        if self.needs is not None and not context.entered:
            return NOTHING_READ
        return self.disabled_when(context) if self.disabled_when is not None else None
