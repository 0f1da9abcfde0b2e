"""The dialog that switches the faults of a fake tenant on and off, each with its options."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.getters import query_one
from textual.widgets import Input, Label

from entity_connections.services.workspace import FaultSwitches
from entity_connections.tui.dialogs.picker import Choice, Picker


class FaultPicker(Picker):
    """Switches the chosen fault, and returns its name."""

    KEYS = "enter switch on or off · tab options · escape close"
    options_input = query_one("#options", Input)

    def __init__(self, faults: FaultSwitches) -> None:
        active = faults.list_active()
        choices = [
            Choice(name, name, f"● on: {active[name]} · {sentence}", tone="warn")
            if name in active
            else Choice(name, name, sentence, tone="")
            for name, sentence in faults.list_available()
        ]
        super().__init__("Faults of the fake tenant", choices)
        self._faults = faults

    def compose_fields(self) -> ComposeResult:
        with Horizontal(id="fields"):
            yield Label("Options")
            yield Input(
                placeholder="3, share=0.5, after=2, times=1, calls=writes",
                id="options",
                compact=True,
            )

    @on(Input.Changed, "#options")
    def _clear_refusal(self) -> None:
        self.show_choice()

    def choose(self, key: str) -> None:
        """Switch the fault, unless the options are not valid."""
        options = self.options_input.value.replace(" ", "")
        separator = "," if "=" in options.partition(",")[0] else "="
        try:
            self._faults.switch(f"{key}{separator}{options}" if options else key)
        except ValueError as error:
            self.show_note(str(error), refused=True)
        else:
            self.dismiss(key)
