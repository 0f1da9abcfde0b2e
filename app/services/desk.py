"""What one user has in front of them: the acting entity, two tabs, and a row in each.

It knows no widget. The cursor of a tab is a record key and stays on its record
through every refresh, sort and filter.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum

from app.domain import listing
from app.domain.connections import Direction, Row
from app.domain.errors import ZuoraError
from app.services.orders import Order, Outcome
from app.services.target import Access
from app.services.tenant import View
from app.services.unknowns import Pair, Unknowns, pair_of


class Progress(Enum):
    """What is under way on a row, or ended badly there."""

    SENDING = "sending"
    UNKNOWN = "outcome unknown"


@dataclass(slots=True)
class Tab:
    """How one tab is looked at.

    Attributes:
        cursor: key of the row the user put the cursor on, or None.
        sought: key of a row that is to be under the cursor once a fresh list holds it, or None.
        needle: what the rows are filtered by; "" shows all.
        order: what they are sorted by, None for their own order.
        reverse: whether that order is turned round.
    """

    cursor: str | None = None
    sought: str | None = None
    needle: str = ""
    order: listing.Order | None = None
    reverse: bool = False

    def sort_next(self, orders: Sequence[listing.Order]) -> None:
        """Sort by what follows in `orders`, and after the last by none."""
        cycle = [None, *orders]
        place = cycle.index(self.order) if self.order in cycle else 0
        following = cycle[(place + 1) % len(cycle)]
        self.order, self.reverse = following, False

    def sort_by(self, order: listing.Order) -> None:
        """Sort by `order`; asked again, the other way round; asked again, not at all."""
        if self.order is not order:
            self.order, self.reverse = order, False
        elif self.reverse:
            self.order, self.reverse = None, False
        else:
            self.reverse = True


@dataclass
class Desk:
    """The state behind the screen, for one user.

    Attributes:
        access: the user's way into the tenant.
        acting_id: the entity acted in.
        view: what was last read of it, or None while nothing was.
        failure: why the newest reading failed, or None when it did not.
        recent: entities acted in before, newest first.
        changes: how often what is under way on a row has changed.
    """

    access: Access
    acting_id: str
    view: View | None = None
    failure: ZuoraError | None = None
    direction: Direction = Direction.OUTBOUND
    recent: list[str] = field(default_factory=list)
    changes: int = 0
    tabs: dict[Direction, Tab] = field(default_factory=lambda: {one: Tab() for one in Direction})
    _rows: dict[Direction, list[tuple[str, Row]]] = field(default_factory=dict)
    _sending: set[Pair] = field(default_factory=set)
    _unknowns: Unknowns = field(default_factory=Unknowns)

    @property
    def tab(self) -> Tab:
        """The tab in front."""
        return self.tabs[self.direction]

    def take(self, view: View) -> None:
        """Show a newer view of the acting entity; an older or a foreign one only settles."""
        self.changes += self._unknowns.look_at(view)
        if view.acting_id != self.acting_id:
            return
        if self.view is not None and view.asked < self.view.asked:
            return
        self.view, self.failure = view, None
        for direction in Direction:
            self._rows[direction] = [(listing.haystack(row), row) for row in view.rows(direction)]

    def act_in(self, entity_id: str) -> None:
        """Work in another entity: same tab, nothing filtered, what was last seen of it."""
        if entity_id == self.acting_id:
            return
        self.recent = [self.acting_id, *(one for one in self.recent if one != self.acting_id)]
        self.acting_id, self.view, self.failure, self._rows = entity_id, None, None, {}
        for tab in self.tabs.values():
            tab.cursor, tab.needle = None, ""
        if seen := self.access.tenant.seen(entity_id):
            self.take(seen)

    def other_side(self, row: Row) -> None:
        """Act as the counterpart of `row`, with the same pair under the cursor."""
        previous = self.acting_id
        self.act_in(row.counterpart.id)
        self.direction = row.direction.opposite
        self.tab.cursor = self.tab.sought = previous

    def count(self, direction: Direction) -> int:
        """Return how many rows a tab has, filtered or not."""
        return len(self._rows.get(direction, ()))

    @property
    def waiting(self) -> int:
        """How many requests wait for the acting entity."""
        rows = self._rows.get(Direction.INBOUND, ())
        return sum(row.waits_for_acting for _, row in rows)

    def rows(self) -> list[Row]:
        """Return all rows of the tab in front, in their own order."""
        return [row for _, row in self._rows.get(self.direction, ())]

    def shown(self) -> Sequence[Row]:
        """Return the rows of the tab in front, filtered and sorted."""
        tab = self.tab
        rows = listing.matching(tab.needle, self._rows.get(self.direction, ()))
        return listing.ordered(rows, tab.order, reverse=tab.reverse)

    def find(self, key: str | None) -> Row | None:
        """Return a row of the tab in front by its key, whether the filter hides it or not."""
        rows = self._rows.get(self.direction, ())
        return next((row for _, row in rows if row.key == key), None)

    def progress(self, row: Row) -> Progress | None:
        """Return what is under way on a row, sent from whichever of its two entities."""
        if pair_of(row) in self._sending:
            return Progress.SENDING
        return Progress.UNKNOWN if row in self._unknowns else None

    def started(self, order: Order) -> None:
        """Note that a write on a row is under way."""
        self._sending.add(order.ends)
        self.changes += 1

    def finished(self, outcome: Outcome) -> None:
        """Note what became of a write, and show the list that was read after it."""
        self._sending.discard(outcome.order.ends)
        self.changes += 1
        if outcome.view is not None:
            self.take(outcome.view)
        self.restore([outcome])

    def restore(self, outcomes: Iterable[Outcome]) -> None:
        """Show as unknown what is unknown among `outcomes`, until a list tells."""
        self.changes += self._unknowns.add(outcomes)

    def to_look_up(self) -> list[str]:
        """Return the other entities whose lists tell what is unknown still."""
        return self._unknowns.acting_ids(besides=self.acting_id)

    def unknown_entries(self) -> set[str]:
        """Return the lines of the journal that this desk tells the end of."""
        return self._unknowns.entry_ids()

    def settled(self) -> list[Outcome]:
        """Return, once, what lists have told since of writes whose outcome was unknown.

        Each is to be told to the person and recorded (`aftermath.conclude`).
        """
        return self._unknowns.settled()
