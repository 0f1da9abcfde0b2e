"""The question what becomes of a run that ended before everything was done."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Button

from entity_connections.domain.clock import format_moment
from entity_connections.domain.text import format_count
from entity_connections.services.operations.interrupted_runs import InterruptedRun
from entity_connections.tui.dialogs.confirmation import Confirmation, Question

if TYPE_CHECKING:
    from entity_connections.tui.screens.connections import ConnectionsScreen


class InterruptedRunQuestion(Confirmation):
    """Asks whether an interrupted run is resumed; no leaves it for the next start.

    `forget` is called when the user forgets the run, which is asked about.
    """

    BINDINGS = [
        Binding("f", "forget", "Forget", id="interrupted.forget", tooltip="Do not ask again")
    ]
    KEYS = "y resume · f forget it · n, escape or enter later"

    def __init__(
        self, main_screen: "ConnectionsScreen", run: InterruptedRun, forget: Callable[[], None]
    ) -> None:
        super().__init__(main_screen, _make_question(run))
        self._run, self._forget = run, forget

    def compose_other_answers(self) -> ComposeResult:
        yield Button("Forget it", id="forget")

    @on(Button.Pressed, "#forget")
    def _handle_forget_button(self, event: Button.Pressed) -> None:
        event.stop()
        event.prevent_default()  # else it is a no
        self.action_forget()

    def action_forget(self) -> None:

        def forget(confirmed: bool | None) -> None:
            if confirmed:
                self._forget()
                self.dismiss(False)

        question = Question(
            "Forget this run?",
            f"{format_count(self._run.pairs, 'pair')} will not be asked about again. What was sent "
            "stays in the journal (J).",
            "Forget it",
        )
        self.app.push_screen(Confirmation(self._main_screen, question), forget)


def _make_question(run: InterruptedRun) -> Question:
    first = run.operations[0].pair
    return Question(
        f"Resume the run of {format_moment(run.at)}?",
        f"It ended before everything was done: {format_count(run.pairs, 'pair')} left, first "
        f"{first}. The next question shows what is still possible, before anything is sent. "
        "Later: the next start asks again, or press I.",
        "Resume",
        no="Later",
    )
