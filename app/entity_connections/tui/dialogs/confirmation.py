"""A question that takes a clear yes for an answer, and only once it could be read."""

from functools import partial
from typing import NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Button, Input, Static

from entity_connections.tui.dialogs.dialog import Dialog
from entity_connections.tui.terminal.driver import call_when_written
from entity_connections.tui.widgets.too_small import BREAKPOINTS_DOWN, too_small

GUARD = 0.25
"""Seconds from the moment it is on the terminal in which a question takes no yes."""


class TypedName(NamedTuple):
    """A name that must be typed before yes is possible.

    Attributes:
        name: what to type.
        kind: what that is, where it is not the display name (", its name in Zuora,").
        also: other spellings that name the same.
    """

    name: str
    kind: str = ""
    also: frozenset[str] = frozenset()

    def matches(self, text: str) -> bool:
        """Return whether `text` is the name, whatever its case and its blanks."""
        typed = _fold(text)
        return bool(typed) and typed in map(_fold, {self.name, *self.also})


class Confirmation(Dialog[bool]):
    """Asks a question; the result is True only for yes.

    Args:
        tenant: the tenant and its environment, as the top line shows them.
        title: the question.
        subject: what it is about; may be empty.
        consequence: what yes leads to.
        yes: label of the yes button: verb and object.
        typed_name: what must be typed for yes, if anything.
        harmful: whether yes cannot be undone.

    Attributes:
        invalidated: why yes is impossible now and for good; "" while it is possible.
        armed: whether the question has been on the terminal long enough to be answered.
        matched: whether the name was typed, or none is wanted.
    """

    BINDINGS = [
        Binding("y", "answer(True)", "Yes", id="question.yes", tooltip="Do it"),
        Binding("n,escape", "answer(False)", "No", id="question.no", tooltip="Do nothing"),
        Binding(
            "left", "app.focus_previous", "Left", id="question.left", tooltip="The answer before"
        ),
        Binding("right", "app.focus_next", "Right", id="question.right", tooltip="The next answer"),
    ]

    VERTICAL_BREAKPOINTS = [*BREAKPOINTS_DOWN, (24, "-roomy")]

    invalidated = reactive("", recompose=True)
    armed = reactive(False)
    matched = reactive(False)

    def __init__(
        self,
        tenant: Content,
        title: str,
        subject: Content,
        consequence: str,
        yes: str,
        *,
        typed_name: TypedName | None = None,
        harmful: bool = False,
    ) -> None:
        super().__init__()
        self._tenant, self._title, self._subject = tenant, title, subject
        self._consequence, self._yes = consequence, yes
        self._typed_name, self._harmful = typed_name, harmful
        self._guards = 0
        self.set_reactive(Confirmation.matched, typed_name is None)

    def compose_dialog(self) -> ComposeResult:
        """Lay the question out, or why it can no longer be answered."""
        with Vertical(id="dialog", classes="-harm" if self._harmful else "") as dialog:
            dialog.border_title = self._tenant
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
            yield Static(self._keys(), id="keys", markup=False)

    def on_mount(self) -> None:
        """Start on the harmless answer, and count the guard from the first sight."""
        self._focus_first()
        self.restart_guard()

    def restart_guard(self) -> None:
        """Take no yes until the question has been on the terminal for GUARD seconds more."""
        self.armed = False
        self._guards += 1  # what an earlier call has begun arms no more
        self.call_after_refresh(self._when_drawn, self._guards)

    def _when_drawn(self, guard: int) -> None:
        call_when_written(self.app, partial(self._when_written, guard))

    def _when_written(self, guard: int) -> None:
        if self.is_running:
            self.set_timer(GUARD, partial(self._arm, guard))

    def _arm(self, guard: int) -> None:
        if guard == self._guards:
            self.armed = True

    def watch_invalidated(self) -> None:
        """Stand on the only answer that is left."""
        self.call_after_refresh(self._focus_first)

    def watch_armed(self) -> None:
        """Show whether yes is possible."""
        self._update()

    def watch_matched(self) -> None:
        """Show whether yes is possible."""
        self._update()

    def _focus_first(self) -> None:
        for widget in self.query("#no" if self.invalidated else "#typed, #no").results():
            widget.focus()
            break

    def _update(self) -> None:
        """Show whether yes is possible."""
        for button in self.query("#yes").results(Button):
            button.disabled = not (self.armed and self.matched)

    def _remark(self, text: str) -> None:
        """Say why an answer is not taken, in the place of the keys; it stays to be read."""
        self.query_one("#keys", Static).update(Content(text))

    def _keys(self) -> str:
        if self.invalidated:
            return "escape closes"
        if self._typed_name is not None:
            return "type the name, then enter · escape no"
        return "y yes · n, escape or enter no"

    @on(Input.Changed)
    def _compare(self, event: Input.Changed) -> None:
        event.stop()
        self.matched = self._typed_name is None or self._typed_name.matches(event.value)

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_answer(yes=True)

    @on(Button.Pressed)
    def _press(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "yes":
            self.action_answer(yes=True)
        elif self.armed or self.invalidated:
            self.action_answer(yes=False)
        else:  # the key that opened the question is still held
            self._remark("too early: read it first, then y · n or escape no")

    def action_answer(self, yes: bool) -> None:
        """Close with an answer, or say why yes is not taken."""
        if not yes:
            self.dismiss(False)
        elif self.invalidated or too_small(self):
            return
        elif not self.matched and self._typed_name is not None:
            self._remark(f"That is not {self._typed_name.name} · escape no")
        elif not self.armed:
            again = "enter" if self._typed_name is not None else "y"
            self._remark(f"too early: read it first, then {again} · escape no")
        else:
            self.dismiss(True)


def _fold(text: str) -> str:
    return " ".join(text.split()).casefold()
