"""The question before several writes: every pair, what is left out and why, and the price."""

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from entity_connections.domain.actions import REQUEST
from entity_connections.domain.actions.action import MAPPING_LOST
from entity_connections.domain.connections import DISCONNECTED, Ends
from entity_connections.domain.rows import Row, shorten_sentence
from entity_connections.domain.typed_name import TypedName, make_typed_name
from entity_connections.services.operations.plan import Plan
from entity_connections.services.refresh_interval import describe_rate_limit
from entity_connections.services.request_log import RateLimit
from entity_connections.tui.dialogs.confirmation import Confirmation, Question
from entity_connections.tui.rendering.text import fit_sentence
from entity_connections.tui.widgets.grid.grid import Grid
from entity_connections.tui.widgets.grid.layout import MIN_PAIR_WIDTH, Cell, Column, Item
from entity_connections.tui.widgets.too_small import VERTICAL_BREAKPOINTS

if TYPE_CHECKING:
    from entity_connections.services.operations.operation import Operation
    from entity_connections.tui.screens.connections import ConnectionsScreen

WIDTH, CELLS_BESIDE = 110, 6
"""Cells of the dialog, and those of them at the sides of its texts; see dialogs.tcss."""
PAIR_LINES = 2
"""Lines of what is said of the pair under the cursor; see dialogs.tcss."""
_COLUMNS = (
    Column("pair", "Source → target", MIN_PAIR_WIDTH, weight=1),
    Column("what", "What happens", 16, weight=2),
)


class PlanPreview(Confirmation):
    """Asks before a plan is carried out; the rate limit tells which calls are left, if known."""

    BINDINGS = [
        Binding(key, action, label, id=f"preview.{label}", tooltip=tooltip, priority=True)
        for key, action, label, tooltip in (
            ("up", "move(-1)", "Up", "The pair above"),
            ("down", "move(1)", "Down", "The pair below"),
            ("pageup", "move(-8)", "Page up", "Some pairs up"),
            ("pagedown", "move(8)", "Page down", "Some pairs down"),
            ("home,ctrl+home", "move_to(0)", "First", "The first pair"),
            ("end,ctrl+end", "move_to(-1)", "Last", "The last pair; those left out are last"),
        )
    ]
    VERTICAL_BREAKPOINTS = [*VERTICAL_BREAKPOINTS, (32, "-roomy")]
    SUBJECT_KEYS = " · ↑ ↓ pairs"
    grid = query_one("#pairs", Grid)

    def __init__(
        self, main_screen: "ConnectionsScreen", plan: Plan, rate_limit: RateLimit | None
    ) -> None:
        super().__init__(main_screen, _make_question(plan, rate_limit))
        self.plan = plan
        self._lines = _list_lines(plan)
        if not plan.operations:
            self.set_reactive(PlanPreview.invalidated, "None of this is possible now.")

    def compose_subject(self) -> ComposeResult:
        grid = Grid(_COLUMNS, id="pairs")
        grid.can_focus = False  # the keys go to the answers
        yield grid
        yield Static(id="pair")

    def on_mount(self) -> None:
        self._show_pairs()

    def on_resize(self) -> None:
        """Give the dialog room for all pairs, and no more."""
        lines = len(self._lines) + 8  # titles, question, pair, answers, keys, frame
        text = self.query_one("#consequence, #reason", Static)
        lines += text.get_content_height(self.size, self.size, self._text_width)
        typed = len(self.query("#typed"))
        lines += 2 * typed
        if self.has_class("-roomy"):  # with gaps, and frames around the answers
            lines += 3 + typed
        self.query_one("#dialog").styles.max_height = lines
        self._show_pair()

    def watch_invalidated(self) -> None:
        super().watch_invalidated()
        self.call_after_refresh(self._show_pairs)

    def _show_pairs(self) -> None:
        self.grid.set_items(item for item, _ in self._lines)
        self.on_resize()

    @on(Grid.RowHighlighted)
    def _show_pair(self) -> None:
        if self.grid.cursor_key is not None:
            item, sentence = self._lines[int(self.grid.cursor_key)]
            pair = item.cells["pair"]
            text = fit_sentence(
                f"{pair.text}: {sentence}", pair.entities, self._text_width, PAIR_LINES
            )
            self.query_one("#pair", Static).update(Content(text))

    @property
    def _text_width(self) -> int:
        """Cells of a line of the texts of the dialog."""
        return min(WIDTH, self.size.width) - CELLS_BESIDE

    def action_move(self, rows: int) -> None:
        self.grid.action_move(rows)

    def action_move_to(self, row: int) -> None:
        self.grid.action_move_to(row)


def _list_lines(plan: Plan) -> list[tuple[Item, str]]:
    """Return a row for each pair, and what it says in full; those left out come last."""
    pairs: dict[Ends, list[Operation]] = {}
    for operation in plan.operations:
        pairs.setdefault(operation.ends, []).append(operation)
    lines: list[tuple[Row, Cell, str, str]] = []
    for writes in pairs.values():
        words = ", ".join(write.action.word for write in writes)
        places = (f"{write.action.word} in {write.row.acting.title}" for write in writes)
        lines.append(
            (writes[0].row, Cell(words, short=plan.action.word), ", then ".join(places), "")
        )
    for row, reason, _, brief in plan.left_out:
        what = Cell(f"left out: {brief}" if brief else "left out", "wait", short="left out")
        lines.append((row, what, f"left out. {shorten_sentence(reason, row.pair)}", "mute"))
    return [
        (
            Item(str(at), {"pair": Cell(row.pair, tone, (row.source, row.target)), "what": what}),
            sentence,
        )
        for at, (row, what, sentence, tone) in enumerate(lines)
    ]


def _make_question(plan: Plan, rate_limit: RateLimit | None) -> Question:
    action, operations, count = plan.action, plan.operations, plan.pairs
    price = _describe_price(plan, rate_limit)
    if count == 1:
        row = operations[0].row
        if len(operations) == 1:  # of Connect, perhaps only the accept is left
            action = operations[0].action
        return Question(
            action.question,
            f"{action.consequence(row, row.source.title, row.target.title)}\n{price}",
            action.word,
            typed_name=make_typed_name(row.counterpart) if action.irreversible else None,
            harmful=action.irreversible,
        )
    consequence = action.many_consequence
    if any(write.action is REQUEST and write.row.status == DISCONNECTED for write in operations):
        consequence += f" {MAPPING_LOST}"
    return Question(
        action.many_question.format(count),
        f"{consequence}\n{price}",
        f"{action.word} {count}",
        typed_name=TypedName(str(count)) if plan.needs_count else None,
        typed_word="number",
        harmful=action.irreversible,
    )


def _describe_price(plan: Plan, rate_limit: RateLimit | None) -> str:
    left_out = f"{len(plan.left_out)} left out, listed last · " if plan.left_out else ""
    price = f"{left_out}{plan.calls} calls to Zuora"
    if rate_limit is not None:
        price += f"\n{describe_rate_limit(rate_limit)}"
        if plan.calls > rate_limit.remaining:
            price += ": it will wait for more"
    return price
