"""The question that stands before every write to production: the name of the profile typed."""

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from app.services.target import Target
from app.tui.too_small import BREAKPOINTS_ACROSS, BREAKPOINTS_DOWN, TooSmall, too_small


class Unlock(ModalScreen[bool]):
    """Answers True once the name was typed; nothing remembers it after the program."""

    BINDINGS = [
        Binding("escape", "dismiss(False)", "No", id="unlock.no", tooltip="Leave it locked"),
    ]
    HORIZONTAL_BREAKPOINTS = BREAKPOINTS_ACROSS
    VERTICAL_BREAKPOINTS = BREAKPOINTS_DOWN

    def __init__(self, target: Target) -> None:
        super().__init__()
        self._wanted, self._risk = target.name, target.risk.value

    def compose(self) -> ComposeResult:
        """Lay out what it means, the field, and the two answers."""
        yes = Button("Unlock writes", id="yes", disabled=True)
        with Vertical(id="dialog", classes="-harm"):
            yield Static("Unlock writes?", id="title", markup=False)
            means = (
                f"Requests, accepts, denials and disconnections will reach this {self._risk} "
                "tenant, each after a question of its own. It lasts until you quit, or press U "
                "again; the top line says so all the time."
            )
            yield Static(Content(means), id="consequence")
            yield Static(Content.assemble("Type ", (self._wanted, "bold"), " to confirm:"))
            yield Input(id="typed", compact=True)
            with Horizontal(id="answers"):
                yield Button("No", id="no")
                yield yes
            yield Static("enter yes, once it matches · escape no", id="keys", markup=False)
        yield TooSmall()

    def on_mount(self) -> None:
        """Start in the field."""
        self.query_one("#typed").focus()

    @on(Input.Changed)
    def _compare(self, event: Input.Changed) -> None:
        typed = " ".join(event.value.split()).casefold()
        self.query_one("#yes", Button).disabled = typed != self._wanted.casefold()

    @on(Input.Submitted)
    def _submit(self) -> None:
        if self.query_one("#yes", Button).disabled:
            self.query_one("#keys", Static).update(
                Content(f"That is not {self._wanted} · escape no")
            )
        elif not too_small(self):
            self.dismiss(True)

    @on(Button.Pressed)
    def _press(self, event: Button.Pressed) -> None:
        if not too_small(self):
            self.dismiss(event.button.id == "yes")
