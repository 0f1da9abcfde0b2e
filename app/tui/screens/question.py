"""Questions before harm: the target is captured, named, watched and withdrawn.

`y` says yes, never the key that opened the question; what cannot be undone
wants the counterpart's name typed. When the list shows that the target has
changed meanwhile, the question says so and its yes is gone.
"""

from rich.cells import cell_len, set_cell_size
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from app.domain import clock
from app.domain.actions import Action
from app.domain.connections import DISCONNECTED
from app.domain.entities import Entity
from app.services.tenant import View
from app.services.writes import Order, overtaken
from app.tui.too_small import BREAKPOINTS_ACROSS, BREAKPOINTS_DOWN, TooSmall, too_small

GUARD = 0.3
"""Seconds from its opening in which a question takes no answer: a repeated or buffered key."""

LONGEST = 40
"""Cells a name may take in a question."""

_ASKS = {
    Action.REQUEST: "Request a connection?",
    Action.ACCEPT: "Accept this request?",
    Action.DENY: "Deny this request?",
    Action.DISCONNECT: "Disconnect for good?",
}


class Question(ModalScreen[bool]):
    """Asks before an order is carried out; the answer is True only for a clear yes."""

    BINDINGS = [
        Binding("y", "answer(True)", "Yes", id="question.yes", tooltip="Do it"),
        Binding("n,escape", "answer(False)", "No", id="question.no", tooltip="Do nothing"),
        Binding(
            "left", "app.focus_previous", "Left", id="question.left", tooltip="The answer before"
        ),
        Binding("right", "app.focus_next", "Right", id="question.right", tooltip="The next answer"),
    ]

    HORIZONTAL_BREAKPOINTS = BREAKPOINTS_ACROSS
    VERTICAL_BREAKPOINTS = BREAKPOINTS_DOWN

    def __init__(self, order: Order) -> None:
        super().__init__()
        self.order = order
        self.withdrawn = False
        self._typed = order.action is Action.DISCONNECT
        self._opened = clock.steady()

    def compose(self) -> ComposeResult:
        """Lay the question out: what, between whom, what follows, and the two answers."""
        row, yes = self.order.row, Button(Content(self._yes()), id="yes")
        yes.disabled = self._typed
        with Vertical(id="dialog", classes="-harm" if self._typed else ""):
            yield Static(_ASKS[self.order.action], id="title", markup=False)
            ends = (_short(row.source), "bold"), "  →  ", (_short(row.target), "bold")
            yield Static(Content.assemble(*ends), id="pair")
            yield Static(Content(_consequence(self.order)), id="consequence")
            if self._typed:
                name, what = typed_name(row.counterpart)
                yield Static(Content.assemble("Type ", (name, "bold"), f"{what} to confirm:"))
                yield Input(id="typed", compact=True)
            yield Static("", id="withdrawn", markup=False)
            with Horizontal(id="answers"):
                yield Button("No", id="no")
                yield yes
            keys = "enter yes, once it matches · escape no"
            keys = keys if self._typed else "y yes · n, escape or enter no"
            yield Static(keys, id="keys", markup=False)
        yield TooSmall()

    def on_mount(self) -> None:
        """Start on the harmless answer, and count the guard from the first sight."""
        self.call_after_refresh(self._seen)
        self.query_one("#typed" if self._typed else "#no").focus()

    def _seen(self) -> None:
        self._opened = clock.steady()

    def recheck(self, view: View) -> None:
        """Withdraw if a newer list shows that the target is not what the question named."""
        same_entity = view.acting_id == self.order.row.acting.id
        if same_entity and (sentence := overtaken(self.order, view)):
            self.withdraw(sentence)

    def withdraw(self, sentence: str) -> None:
        """Take the yes away, and say why."""
        self.withdrawn = True
        self.query_one("#withdrawn", Static).update(
            Content.assemble((f"{sentence} ", "bold"), "Nothing will be sent.")
        )
        self.query_one("#yes", Button).disabled = True
        self.add_class("-withdrawn")
        self.query_one("#keys", Static).update("escape closes")
        self.query_one("#no", Button).label = "Close"
        self.query_one("#no").focus()

    @on(Input.Changed)
    def _compare(self, event: Input.Changed) -> None:
        matches = _same(event.value, self.order.row.counterpart)
        self.query_one("#yes", Button).disabled = self.withdrawn or not matches

    @on(Input.Submitted)
    def _submit(self) -> None:
        if self.query_one("#yes", Button).disabled:
            name, _ = typed_name(self.order.row.counterpart)
            self.query_one("#keys", Static).update(Content(f"That is not {name} · escape no"))
        else:
            self.action_answer(yes=True)

    @on(Button.Pressed)
    def _press(self, event: Button.Pressed) -> None:
        self.action_answer(yes=event.button.id == "yes")

    def action_answer(self, yes: bool) -> None:
        """Close with an answer, unless it comes too early to be one."""
        if clock.steady() - self._opened < GUARD or too_small(self):
            return
        if yes and self.query_one("#yes", Button).disabled:
            return
        self.dismiss(yes)

    def _yes(self) -> str:
        row = self.order.row
        match self.order.action:
            case Action.REQUEST:
                return f"Request Connection to {_short(row.target)}"
            case Action.ACCEPT:
                return f"Accept request from {_short(row.source)}"
            case Action.DENY:
                return f"Deny request from {_short(row.source)}"
            case Action.DISCONNECT:
                return f"Disconnect {_short(row.counterpart)}"


def typed_name(entity: Entity) -> tuple[str, str]:
    """Return what to type for an entity, and what that is where it is not its display name.

    A keyboard may not have the display name: then it is the name, else the end
    of the id, since ids of one tenant begin alike.
    """
    for name, what in ((entity.title, ""), (entity.name, ", its name in Zuora,")):
        plain = " ".join(name.split())
        if entity.listed and plain.isascii() and 0 < len(plain) <= LONGEST:
            return plain, what
    return entity.id[-8:], ", the end of its id,"


def _same(typed: str, entity: Entity) -> bool:
    """Whether one who typed this has named the entity, in whatever case."""
    names = {typed_name(entity)[0], " ".join(entity.title.split()), entity.id}
    return " ".join(typed.split()).casefold() in {name.casefold() for name in names}


def _short(entity: Entity) -> str:
    """Return a title that leaves room for the rest; where it is cut, the id tells which it is."""
    if cell_len(entity.title) <= LONGEST:
        return entity.title
    return f"{set_cell_size(entity.title, LONGEST - 10).rstrip()}… {entity.id[-8:]}"


def _consequence(order: Order) -> str:
    source, target = _short(order.row.source), _short(order.row.target)
    match order.action:
        case Action.REQUEST:
            again = order.row.status == DISCONNECTED
            return (
                f"{source} asks to share to {target}. It is Pending until an administrator "
                f"of {target} accepts."
                + " The mapping of an earlier connection does not come back."
                * again
            )
        case Action.ACCEPT:
            return f"{source} will be able to share products to {target}."
        case Action.DENY:
            return f"{source} will not share to {target}; it would have to request again."
        case Action.DISCONNECT:
            return (
                f"{source} stops sharing to {target}. The mapping of shared objects is broken "
                f"and cannot be recovered; what was shared stays in {target}."
            )
