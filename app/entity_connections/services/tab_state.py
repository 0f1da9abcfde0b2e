"""The state of a tab: its rows, filter, marks and sort order, and the row under the cursor.

The cursor is the key of a row, and stays on that row when the list is refreshed, sorted or
filtered. When the row is gone, a neighbour has the cursor; actions are disabled on it until the
user has moved the cursor.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from entity_connections.domain.actions import ACTIONS
from entity_connections.domain.actions.default_action import default_row, filter_enabled
from entity_connections.domain.row_filter import (
    SearchableRow,
    filter_rows,
    find_hidden_match,
    make_searchable,
)
from entity_connections.domain.row_sort import SortColumn, sort_rows
from entity_connections.domain.rows import STATUS_GROUPS, Row
from entity_connections.services.cursor_place import CursorPlace
from entity_connections.services.operations.runs import Runs


class MarkedRange(NamedTuple):
    """The rows that one movement with shift has marked.

    It began at the row `anchor`, is at the row `end` now, and has made the marks `before` the
    marks `marks`, while the visible rows were `order`.
    """

    anchor: str
    end: str
    order: Sequence[str]
    before: dict[str, str]
    marks: dict[str, str]


@dataclass
class TabState:
    """The state of a tab.

    Attributes:
        make_row: returns the row of a counterpart that the list does not hold; None before the
            first list.
        runs: what is under way.
        on_change: called after every change but those of the filter and of marks.
        on_filter: called after every change of the filter and nothing else.
        on_mark: called after every change of marks and nothing else.
        sort_column: None for the order of the list.
        place: where the user put the cursor; None before the tab was shown.
        filter_text: words that a visible row contains; "" shows all rows.
        statuses: the groups (`Row.status_group`) that are shown; an empty set shows all.
        marks: the state (`Row.state`) of each marked row when it was marked, by its key.
    """

    make_row: Callable[[str], Row | None]
    runs: Runs
    on_change: Callable[[], None]
    on_filter: Callable[[], None]
    on_mark: Callable[[], None]
    sort_column: SortColumn | None = None
    reverse: bool = False
    place: CursorPlace | None = None
    filter_text: str = ""
    statuses: set[str] = field(default_factory=set)
    marks: dict[str, str] = field(default_factory=dict)
    _listed: dict[str, SearchableRow] = field(default_factory=dict)
    _visible: dict[str, Row] = field(default_factory=dict)
    _visible_key: tuple[object, ...] | None = None  # of what `_visible` was computed
    _counts: dict[str, int] = field(default_factory=dict)
    _range: MarkedRange | None = None

    # Rows

    def set_rows(self, rows: Iterable[Row], refusal: str = "") -> None:
        """Replace the rows of the list; `refusal` is as for `make_searchable`."""
        searchable_rows = make_searchable(rows, refusal)
        self._listed = {searchable.row.key: searchable for searchable in searchable_rows}
        self._visible_key = None

    def rows(self) -> list[Row]:
        """Return all rows of the list, unfiltered and unsorted."""
        return [searchable.row for searchable in self._listed.values()]

    def find(self, key: str | None) -> Row | None:
        """Return a row by its key, also a hidden one, or a pinned one that is not in the list."""
        if listed := self._listed.get(key or ""):
            return listed.row
        return self.make_row(key) if key is not None and key == self.pinned else None

    def visible_rows(self) -> list[Row]:
        """Return the rows that the filter shows, sorted, and the pinned row."""
        return list(self._find_visible().values())

    @property
    def listed_count(self) -> int:
        """Number of rows of the list, hidden ones too."""
        return len(self._listed)

    @property
    def visible_count(self) -> int:
        """Number of visible rows that are in the list; a pinned row may not be."""
        return len(self._find_visible().keys() & self._listed.keys())

    def count_statuses(self) -> dict[str, int]:
        """Return how many rows each status has among those that the words of the filter leave."""
        self._find_visible()
        return self._counts

    def _find_visible(self) -> dict[str, Row]:
        """Return the visible rows by key, computed once for each state."""
        pinned = self.find(self.pinned)
        place = self.place if pinned else None
        filters = self.filter_text, frozenset(self.statuses)
        key = (self.runs.revision, *filters, self.sort_column, self.reverse, pinned, place)
        if key != self._visible_key:
            self._visible_key = key
            matches = self._filter_by_words()
            self._counts = dict.fromkeys(STATUS_GROUPS, 0)
            for row in matches:
                self._counts[row.status_group] += 1
            self._visible = {row.key: row for row in self._arrange(matches, pinned)}
        return self._visible

    def _filter_by_words(self) -> list[Row]:
        """Return the rows that hold the words; what is under way on a row counts as its words."""
        rows = list(self._listed.values())
        if self.filter_text and (touched := self.runs.list_ends()):
            for at, searchable in enumerate(rows):
                row = searchable.row
                if row.ends in touched and (word := self.runs.find_word(row)):
                    rows[at] = searchable._replace(phrases=(*searchable.phrases, word))
        return filter_rows(self.filter_text, rows, keep=self.pinned)

    def _arrange(self, matches: Iterable[Row], pinned: Row | None) -> Sequence[Row]:
        rows = [
            row
            for row in matches
            if not self.statuses or row.status_group in self.statuses or row.key == self.pinned
        ]
        if pinned is not None and pinned.key not in self._listed:
            rows.insert(0, pinned)
        ordered = sort_rows(rows, self.sort_column, reverse=self.reverse)
        return self.place.hold(pinned, ordered) if pinned is not None and self.place else ordered

    # Cursor

    @property
    def cursor(self) -> str | None:
        """The key of the cursor row; None if and only if no row is visible.

        That is the row on which the user put the cursor, else its nearest visible neighbour.
        """
        place = self.place or CursorPlace(None)
        return place.nearest(self._find_visible())

    @property
    def moved_reason(self) -> str:
        """Why the cursor is on another row than the user put it on, or ""."""
        place, cursor = self.place, self.cursor
        if cursor is None or (place is not None and place.key == cursor):
            return ""
        now = self._visible[cursor].counterpart.title
        key = place.key if place is not None else None
        before = self.find(key) or (self.make_row(key) if key is not None else None)
        if before is None:
            return f"{now} came under the cursor when it came into the list."
        left = before.counterpart.title
        why = f"The filter hides {left}" if before.key in self._listed else f"{left} left the list"
        return f"{why}; the cursor is on {now} now."

    def move_cursor(self, key: str) -> None:
        """Put the cursor on a visible row, because the user did."""
        place, pinned = self.place, self.pinned
        if place is None or place.key != key:
            self.place = CursorPlace(key, list(self._find_visible()))
        if pinned != self.pinned:  # the row that was pinned may disappear
            self.on_change()

    def put_cursor(self, *, may_be_empty: bool) -> None:
        """Put the cursor on the default row, the first time the tab is shown.

        Args:
            may_be_empty: whether to do so in a tab without rows, or to wait for a newer list.
        """
        if self.place is None:
            rows = self.visible_rows() or self.rows()
            if rows or may_be_empty:
                row = default_row(rows)
                self.place = CursorPlace(row.key if row else None, [row.key for row in rows])

    @property
    def pinned(self) -> str | None:
        """The key of the pinned row, if there is one."""
        return self.place.key if self.place and self.place.pinned else None

    def pin(self) -> None:
        """Keep the cursor row visible, even if the filter hides it."""
        if self.place is not None and self.place.key is not None:
            self.place = self.place._replace(pinned=True)

    def hold(self) -> None:
        """Keep the cursor row where it is, even if the list does not hold it any more."""
        if self.place is not None:
            self.place = CursorPlace(self.place.key, list(self._find_visible()), pinned=True)

    def unpin(self) -> None:
        """Show the cursor row only if the filter and the list show it."""
        if self.place is not None:
            self.place = self.place._replace(pinned=False)

    # Filter and sort order

    @property
    def is_flat(self) -> bool:
        """Whether the rows are a selection or in another order, and so not a tree."""
        return bool(self.filter_text or self.statuses or self.sort_column)

    def show_all(self, place: CursorPlace) -> None:
        """Show all rows, none of them marked, with the cursor at a place."""
        self.place, self.filter_text, self.statuses, self.marks = place, "", set(), {}

    def set_filter(self, text: str, statuses: Iterable[str] | None = None) -> None:
        """Show only rows that hold all words, in one of the statuses; None leaves the statuses."""
        self.filter_text = text
        if statuses is not None:
            self.statuses = set(statuses)
        self.unpin()
        self.on_filter()

    def toggle_status(self, group: str) -> None:
        """Show the rows of a status besides those that are shown, or not."""
        self._show_statuses(self.statuses ^ {group})

    def show_next_status(self) -> None:
        """Show only the rows of the next status that there is; after the last, all rows."""
        groups = [group for group, count in self.count_statuses().items() if count]
        shown = [index for index, group in enumerate(groups) if group in self.statuses]
        following = shown[-1] + 1 if shown else 0
        self._show_statuses(groups[following : following + 1])

    def _show_statuses(self, statuses: Iterable[str]) -> None:
        """Show only rows of these statuses, or all, and choose the one that has the cursor then.

        A filter by words, which changes with every letter, chooses none.
        """
        self.statuses = set(statuses)
        self.unpin()
        if (cursor := self.cursor) is not None:
            self.move_cursor(cursor)
        self.on_filter()

    def find_hidden_match(self, key: str) -> str:
        """Return what the filter found of a row that the row may not show; "" if nothing."""
        row = self._listed.get(key)
        return find_hidden_match(self.filter_text, row) if row else ""

    def sort_next(self, columns: Sequence[SortColumn]) -> None:
        """Sort by the next of `columns`; after the last, by none."""
        cycle = [None, *columns]
        at = cycle.index(self.sort_column) if self.sort_column in cycle else 0
        self._sort(cycle[(at + 1) % len(cycle)])

    def sort_by(self, column: SortColumn) -> None:
        """Sort by a column: ascending, at the second call descending, at the third not at all."""
        if self.sort_column is not column:
            self._sort(column)
        elif self.reverse:
            self._sort(None)
        else:
            self._sort(column, reverse=True)

    def _sort(self, column: SortColumn | None, *, reverse: bool = False) -> None:
        """Sort the rows, and put the cursor on the first, for which the user has sorted."""
        self.sort_column, self.reverse = column, reverse
        self.unpin()
        if keys := list(self._find_visible()):
            self.place = CursorPlace(keys[0], keys)
        self.on_change()

    # Marks

    def toggle_mark(self, key: str) -> None:
        """Mark a visible row, or no longer."""
        if self.marks.pop(key, None) is None:
            self.marks[key] = self._find_visible()[key].state
        self.on_mark()

    def mark_and_move(self, key: str) -> None:
        """Mark a visible row, or no longer, and put the cursor on the row below it."""
        self.toggle_mark(key)
        self.move_cursor(self._find_neighbour(key, 1))

    def mark_range(self, step: int) -> None:
        """Move the cursor by `step` rows, and mark the rows on the way, both ends too.

        A movement goes on with the range of the one before, unless the visible rows, the cursor
        or the marks have changed since.
        """
        if (cursor := self.cursor) is None:
            return
        order, last, end = list(self._visible), self._range, self._find_neighbour(cursor, step)
        anchor, before = cursor, dict(self.marks)
        if last and (last.end, last.order, last.marks) == (cursor, order, self.marks):
            anchor, before = last.anchor, last.before
        start, stop = sorted((order.index(anchor), order.index(end)))
        self.marks = before | {key: self._visible[key].state for key in order[start : stop + 1]}
        self._range = MarkedRange(anchor, end, order, before, dict(self.marks))
        self.on_mark()
        self.move_cursor(end)

    def _find_neighbour(self, key: str, step: int) -> str:
        """Return the key of the visible row so many rows below, or of the first or last row."""
        keys = list(self._find_visible())
        return keys[max(0, min(keys.index(key) + step, len(keys) - 1))]

    def mark_all(self) -> bool:
        """Mark every visible row that allows an action; if all of them are marked, none.

        Return whether there is such a row.
        """
        rows = self._find_visible()
        possible = {row.key: row.state for row in filter_enabled(ACTIONS, rows.values())}
        if possible.keys() <= self.marks.keys():
            self.marks = {key: state for key, state in self.marks.items() if key not in rows}
        else:
            self.marks = possible | self.marks
        self.on_mark()
        return bool(possible)

    def clear_marks(self) -> None:
        """Mark no row, and show the results of the last run no longer."""
        self.marks.clear()
        self.runs.hide_results()
        self.on_change()

    def marked_rows(self) -> list[Row]:
        """Return the marked rows that are visible: only they are acted on."""
        marks = self.marks
        return [row for key, row in self._find_visible().items() if key in marks] if marks else []

    def find_change(self, row: Row) -> str:
        """Return what has changed since a row was marked, in a sentence, or ""."""
        before = self.marks.get(row.key, row.state)
        if before == row.state:
            return ""
        return f"{row.pair} is {row.state} now; it was {before} when you marked it."
