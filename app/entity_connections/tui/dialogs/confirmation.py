"""A question that takes a yes only when the user can have read it."""

import asyncio
import sys
from typing import TYPE_CHECKING, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Button, Input, Static

from entity_connections.domain.typed_name import TypedName
from entity_connections.tui.dialogs.dialog import Dialog, make_key_line
from entity_connections.tui.rendering.header import render_tenant_name
from entity_connections.tui.rendering.text import render_keys
from entity_connections.tui.widgets.too_small import VERTICAL_BREAKPOINTS, is_too_small

if TYPE_CHECKING:
    from entity_connections.tui.screens.connections import ConnectionsScreen

if sys.platform != "win32":
    from entity_connections.tui.terminal.driver import call_when_written


class Question(NamedTuple):
    """What a confirmation asks.

    Attributes:
        title: the question.
        consequence: what happens after yes.
        yes: label of the yes button: verb and object.
        subject: what it is about; may be empty.
        typed_name: the name that must be typed for yes, if any.
        typed_word: what that is.
        harmful: whether yes can do harm.
        no: label of the no button.
    """

    title: str
    consequence: str
    yes: str
    subject: Content = Content()
    typed_name: TypedName | None = None
    typed_word: str = "name"
    harmful: bool = False
    no: str = "No"


class Confirmation(Dialog[bool]):
    """Asks a question about a tenant, which is named in the frame; True only for yes.

    Attributes:
        invalidated: why yes is no longer possible, or "".
        answerable: whether the question has been on the terminal long enough to be answered.
        matched: whether the name was typed, or none is required.
        can_confirm: whether yes is possible.
    """

    BINDINGS = [
        Binding(keys, action, label, id=f"confirmation.{label.lower()}", tooltip=tooltip)
        for keys, action, label, tooltip in (
            ("y", "answer(True)", "Yes", "Do it"),
            ("n,escape", "answer(False)", "No", "Do nothing"),
            ("left", "app.focus_previous", "Left", "The answer before"),
            ("right", "app.focus_next", "Right", "The next answer"),
        )
    ]
    VERTICAL_BREAKPOINTS = [*VERTICAL_BREAKPOINTS, (24, "-roomy")]
    KEYS = "y yes · n, escape or enter no"
    SUBJECT_KEYS = ""

    invalidated = reactive("", recompose=True)
    answerable = reactive(False)
    matched = reactive(False)
    can_confirm = reactive(False)

    def __init__(self, main_screen: "ConnectionsScreen", question: Question) -> None:
        super().__init__()
        self._main_screen, self._question = main_screen, question
        self._typed_name = question.typed_name
        self._delay_number = 0
        self.set_reactive(Confirmation.matched, self._typed_name is None)

    def compose_dialog(self) -> ComposeResult:
        """Lay the question out, or why it can no longer be answered."""
        question = self._question
        with Vertical(id="dialog", classes="-harm" if question.harmful else "") as dialog:
            dialog.border_title = render_tenant_name(self._main_screen.workspace)
            yield Static(question.title, id="title", markup=False)
            yield from self.compose_subject()
            yield from self._compose_closed() if self.invalidated else self._compose_open()

    def compose_subject(self) -> ComposeResult:
        if self._question.subject:
            yield Static(self._question.subject, id="subject")

    def compose_other_answers(self) -> ComposeResult:
        yield from ()

    def _compose_closed(self) -> ComposeResult:
        reason = Content.assemble((self.invalidated, "bold"), " Nothing will be sent.")
        yield Static(reason, id="reason")
        with Horizontal(id="answers"):
            yield Button("Close", id="no")
        yield make_key_line("escape close")

    def _compose_open(self) -> ComposeResult:
        yield Static(Content(self._question.consequence), id="consequence")
        keys = self.KEYS
        if self._typed_name is not None:
            name, kind = self._typed_name.name, self._typed_name.kind
            what = Content.assemble("Type ", (name, "bold"), f"{kind} to confirm:")
            yield Static(what, id="what")
            yield Input(id="typed", compact=True)
            keys = f"type the {self._question.typed_word}, then enter · escape no"
        with Horizontal(id="answers"):
            yield Button(self._question.no, id="no")
            yield from self.compose_other_answers()
            make_yes = Button.error if self._question.harmful else Button
            yield make_yes(Content(self._question.yes), id="yes", disabled=True)
        yield Static(render_keys(keys + self.SUBJECT_KEYS), id="keys")

    def on_mount(self) -> None:
        """Focus the harmless answer, and start the delay before yes is possible."""
        self._focus_first()
        self.restart_answer_delay()

    def restart_answer_delay(self) -> None:
        """Take no yes until the question has been on the terminal for the whole delay (again)."""
        self.answerable = False
        self._delay_number += 1  # the end of an earlier delay no longer counts
        number = self._delay_number

        def allow_answer() -> None:
            self.answerable = self.answerable or number == self._delay_number

        def start_timer() -> None:
            # A timer of Textual's that begins late, as on a busy machine, may never go off.
            delay = self._main_screen.timing.answer_delay
            asyncio.get_running_loop().call_later(delay, self.call_later, allow_answer)

        if sys.platform == "win32":  # Textual's driver does not say when output is written
            self.call_after_refresh(start_timer)
        else:
            self.call_after_refresh(call_when_written, self.app, start_timer)

    def watch_invalidated(self) -> None:
        self.call_after_refresh(self._focus_first)

    def compute_can_confirm(self) -> bool:
        return self.answerable and self.matched and not self.invalidated

    def watch_can_confirm(self, can_confirm: bool) -> None:
        self.query("#yes").set(disabled=not can_confirm)

    def _focus_first(self) -> None:
        self.query("#no" if self.invalidated else "#typed, #no").focus()

    @on(Input.Changed)
    def _compare_name(self, event: Input.Changed) -> None:
        event.stop()
        self.matched = self._typed_name is None or self._typed_name.matches(event.value)

    @on(Input.Submitted)
    def _handle_enter(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_answer(yes=True)

    @on(Button.Pressed)
    def _handle_button(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "yes":
            self.action_answer(yes=True)
        elif self.answerable or self.invalidated:
            self.action_answer(yes=False)
        else:  # the key that opened the question is still pressed
            self._refuse("too early: read it first, then y")

    def action_answer(self, yes: bool) -> None:
        """Close with an answer, or show why yes is not taken."""
        if not yes:
            self.dismiss(False)
        elif self.invalidated or is_too_small(self):
            return
        elif self._typed_name is not None and not self.matched:
            self._refuse(f"That is not {self._typed_name.name}")
        elif not self.answerable:
            again = "enter" if self._typed_name is not None else "y"
            self._refuse(f"too early: read it first, then {again}")
        else:
            self.dismiss(True)

    def _refuse(self, reason: str) -> None:
        """Show why an answer is not taken, in place of the keys."""
        self.query_one("#keys", Static).update(Content(f"{reason} · escape no"))
