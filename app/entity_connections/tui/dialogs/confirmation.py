"""A question that takes a yes only when the user can have read it."""

from typing import NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Button, Input, Static

from entity_connections.services.workspace import Workspace
from entity_connections.tui.dialogs.dialog import Dialog
from entity_connections.tui.rendering.header import render_tenant_name
from entity_connections.tui.terminal.driver import call_when_written
from entity_connections.tui.timing import Timing
from entity_connections.tui.widgets.too_small import VERTICAL_BREAKPOINTS, is_too_small


class TypedName(NamedTuple):
    """A name that must be typed before yes is possible.

    Attributes:
        name: the name to type.
        kind: what it is, if it is not the display name (", its name in Zuora,").
        also: other names that are accepted.
    """

    name: str
    kind: str = ""
    also: frozenset[str] = frozenset()

    def matches(self, text: str) -> bool:
        """Return whether `text` is the name, in any case and with any blanks."""
        typed = _normalize(text)
        return bool(typed) and typed in map(_normalize, {self.name, *self.also})


class Confirmation(Dialog[bool]):
    """Asks a question; the result is True only for yes.

    Args:
        workspace: the tenant; it is named in the frame.
        timing: the delays of the screen.
        title: the question.
        subject: what it is about; may be empty.
        consequence: what happens after yes.
        yes: label of the yes button: verb and object.
        typed_name: the name that must be typed for yes, if any.
        harmful: whether yes cannot be undone.

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

    invalidated = reactive("", recompose=True)
    answerable = reactive(False)
    matched = reactive(False)
    can_confirm = reactive(False)

    def __init__(
        self,
        workspace: Workspace,
        timing: Timing,
        title: str,
        subject: Content,
        consequence: str,
        yes: str,
        *,
        typed_name: TypedName | None = None,
        harmful: bool = False,
    ) -> None:
        super().__init__()
        self._workspace, self._timing = workspace, timing
        self._title, self._subject = title, subject
        self._consequence, self._yes = consequence, yes
        self._typed_name, self._harmful = typed_name, harmful
        self._delay_number = 0
        self.set_reactive(Confirmation.matched, typed_name is None)

    def compose_dialog(self) -> ComposeResult:
        """Lay the question out, or why it can no longer be answered."""
        with Vertical(id="dialog", classes="-harm" if self._harmful else "") as dialog:
            dialog.border_title = render_tenant_name(self._workspace)
            yield Static(self._title, id="title", markup=False)
            if self._subject:
                yield Static(self._subject, id="subject")
            if self.invalidated:
                reason = Content.assemble((self.invalidated, "bold"), " Nothing will be sent.")
                yield Static(reason, id="reason")
            else:
                yield Static(Content(self._consequence), id="consequence")
                if self._typed_name is not None:
                    name, kind = self._typed_name.name, self._typed_name.kind
                    what = Content.assemble("Type ", (name, "bold"), f"{kind} to confirm:")
                    yield Static(what, id="what")
                    yield Input(id="typed", compact=True)
            with Horizontal(id="answers"):
                yield Button("Close" if self.invalidated else "No", id="no")
                if not self.invalidated:
                    yes = Button(Content(self._yes), id="yes", disabled=True)
                    yes.variant = "error" if self._harmful else "default"
                    yield yes
            yield Static(self._describe_keys(), id="keys", markup=False)

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
            if self.is_running:
                self.set_timer(self._timing.answer_delay, allow_answer)

        self.call_after_refresh(call_when_written, self.app, start_timer)

    def watch_invalidated(self) -> None:
        """Focus the only answer that is left."""
        self.call_after_refresh(self._focus_first)

    def compute_can_confirm(self) -> bool:
        """Return whether yes is possible."""
        return self.answerable and self.matched and not self.invalidated

    def watch_can_confirm(self, can_confirm: bool) -> None:
        """Enable the yes button."""
        for button in self.query("#yes").results(Button):
            button.disabled = not can_confirm

    def _focus_first(self) -> None:
        for widget in self.query("#no" if self.invalidated else "#typed, #no").results():
            widget.focus()
            break

    def _show_refusal(self, text: str) -> None:
        """Show why an answer is not taken, in place of the keys."""
        self.query_one("#keys", Static).update(Content(text))

    def _describe_keys(self) -> str:
        if self.invalidated:
            return "escape closes"
        if self._typed_name is not None:
            return "type the name, then enter · escape no"
        return "y yes · n, escape or enter no"

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
            self._show_refusal("too early: read it first, then y · n or escape no")

    def action_answer(self, yes: bool) -> None:
        """Close with an answer, or show why yes is not taken."""
        if not yes:
            self.dismiss(False)
        elif self.invalidated or is_too_small(self):
            return
        elif not self.matched and self._typed_name is not None:
            self._show_refusal(f"That is not {self._typed_name.name} · escape no")
        elif not self.answerable:
            again = "enter" if self._typed_name is not None else "y"
            self._show_refusal(f"too early: read it first, then {again} · escape no")
        else:
            self.dismiss(True)


def _normalize(text: str) -> str:
    return " ".join(text.split()).casefold()
