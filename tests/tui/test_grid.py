"""The grid: its cursor is a record, its text is literal, its lines fit."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from entity_connections.domain.entities import Entity
from entity_connections.tui.widgets.grid.grid import Grid
from entity_connections.tui.widgets.grid.layout import (
    GUTTER,
    Cell,
    Column,
    Item,
    fit_cell,
    fit_text,
    lay_out_columns,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App
from textual.content import Content
from textual.geometry import Region

from tests.tui.open_screen import resize_terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.message import Message
    from textual.pilot import Pilot
    from textual.strip import Strip

COLUMNS = (
    Column("name", "Name", 10, weight=2, sortable=True),
    Column("parent", "Parent", 8, weight=1, hide_below=50, sortable=True),
    Column("status", "Status", 12),
    Column("action", "Action", 10),
)


def item(key: str, *, dim: bool = False) -> Item:
    cells = {
        "name": Cell(f"Entity {key}"),
        "parent": Cell("Acme"),
        "status": Cell("Pending", "wait"),
        "action": Cell("Accept"),
    }
    return Item(key, cells, dim)


def items(keys: Sequence[str]) -> list[Item]:
    return [item(key) for key in keys]


def numbered(count: int, start: int = 0) -> list[Item]:
    return items([str(n) for n in range(start, count)])


class Recorder(Grid):
    """A grid that keeps the messages it posted."""

    def __init__(self) -> None:
        super().__init__(COLUMNS)
        self.posted: list[Message] = []

    def post_message(self, message: Message) -> bool:
        if type(message).__qualname__.startswith("Grid."):
            self.posted.append(message)
        return super().post_message(message)

    def take_posted(self) -> list[tuple[str, ...]]:
        """Return the messages since the last call, as names and values."""
        posted, self.posted = self.posted, []
        return [
            (type(message).__name__, *(v for k, v in vars(message).items() if k in _FIELDS))
            for message in posted
        ]


_FIELDS = ("key", "column")


class GridApp(App[None]):
    CSS_PATH = Path(__file__).parents[2] / "styles" / "grid.tcss"

    def __init__(self, rows: Sequence[Item] = ()) -> None:
        super().__init__()
        self.rows = rows
        self.grid = Recorder()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return {"link": "blue", "cursor": "darkblue"}

    def compose(self) -> ComposeResult:
        yield self.grid

    def on_mount(self) -> None:
        self.grid.set_items(self.rows)
        self.grid.focus()


def lines(grid: Grid) -> list[Strip]:
    width, height = grid.scrollable_content_region.size
    return grid.render_lines(Region(0, 0, width, height))


def text(grid: Grid) -> str:
    return "\n".join(strip.text.rstrip() for strip in lines(grid))


def cursor_line(grid: Grid) -> int:
    """The line of the screen that wears the mark."""
    (line,) = (n for n, strip in enumerate(lines(grid)) if strip.text[0] in "▌▏")
    return line


# The cursor is a record


def find_nearest(old: list[str], new: list[str], chosen: str | None) -> str | None:
    """Return where the cursor belongs, by the plainest code."""
    if chosen is None:
        return new[0] if new else None
    at = old.index(chosen)
    for key in [*old[at:], *reversed(old[:at])]:
        if key in new:
            return key
    return new[0] if new else None


orders = st.lists(st.sampled_from("abcdefghijkl"), unique=True)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("show"), orders),
        st.tuples(st.just("choose"), st.integers(0, 11)),
        st.tuples(st.just("move"), st.integers(-13, 13)),
    )
)


@given(steps)
def test_the_cursor_stays_on_its_record_unless_it_is_moved_or_the_record_is_gone(
    steps: list[tuple[str, object]],
) -> None:
    grid = Recorder()
    keys: list[str] = []
    expected: str | None = None
    for step, value in steps:
        before = expected
        if step == "show":
            assert isinstance(value, list)
            expected = find_nearest(keys, value, expected)
            keys = value
            grid.set_items(items(keys))
        elif isinstance(value, int) and keys:
            at = value % len(keys)
            if step == "choose":
                grid.cursor_key = keys[at]
            else:
                grid.action_move(value)
                assert before is not None
                at = min(max(keys.index(before) + value, 0), len(keys) - 1)
            expected = keys[at]
        assert grid.cursor_key == expected
        assert grid.take_posted() == ([("RowHighlighted", expected)] if expected != before else [])
    assert [row.key for row in grid.items] == keys


def test_unknown_and_double_keys_are_refused() -> None:
    grid = Recorder()
    grid.set_items(items("ab"))
    with pytest.raises(KeyError):
        grid.cursor_key = "x"
    with pytest.raises(ValueError, match="key of its own"):
        grid.set_items(items("aba"))
    assert grid.cursor_key == "a"


async def test_rows_inserted_above_leave_the_cursor_at_its_line_of_the_screen() -> None:
    app = GridApp(numbered(100, 50))
    async with app.run_test(size=(60, 12)) as pilot:
        app.grid.cursor_key = "75"
        before = cursor_line(app.grid)
        app.grid.set_items(numbered(100))
        await pilot.pause()
        assert (app.grid.cursor_key, cursor_line(app.grid)) == ("75", before)
        app.grid.set_items(numbered(100, 75))
        await pilot.pause()
        assert cursor_line(app.grid) == 1, "there is nothing left above"


async def test_scrolled_rows_stay_where_they_are_when_rows_are_inserted_above() -> None:
    app = GridApp(numbered(100, 1))
    async with app.run_test(size=(60, 12)) as pilot:
        app.grid.scroll_to(y=40, animate=False)
        top = lines(app.grid)[1].text
        app.grid.set_items([item("1"), item("new"), *numbered(100, 2)])
        await pilot.pause()
        assert lines(app.grid)[1].text == top


async def test_a_row_without_the_cell_of_a_column_is_an_error() -> None:
    app = GridApp([Item("a", {"name": Cell("A")})])
    with pytest.raises(KeyError, match="parent"):
        async with app.run_test(size=(60, 12)):
            pass


# Keys and the mouse


async def test_keys_move_by_rows_pages_and_ends_and_keep_the_cursor_in_sight() -> None:
    app = GridApp(numbered(50))
    async with app.run_test(size=(60, 11)) as pilot:
        for keys, expected in (
            ("down j j", "3"),
            ("up k", "1"),
            ("up k", "0"),
            ("pagedown", "9"),
            ("pageup pagedown down", "10"),
            ("end", "49"),
            ("down", "49"),
            ("home", "0"),
        ):
            await pilot.press(*keys.split())
            assert app.grid.cursor_key == expected
            assert f"Entity {expected} " in lines(app.grid)[cursor_line(app.grid)].text
        app.grid.take_posted()
        await pilot.press("enter")
        assert app.grid.take_posted() == [("RowSelected", "0")]


async def test_keys_do_nothing_without_rows() -> None:
    app = GridApp()
    async with app.run_test() as pilot:
        await pilot.press("up", "down", "pageup", "pagedown", "home", "end", "enter")
        assert app.grid.take_posted() == []


async def click(pilot: Pilot[None], app: GridApp, x: int, y: int, button: int = 1) -> list[object]:
    app.grid.take_posted()
    await pilot.click(app.grid, offset=(x, y), button=button)
    return list(app.grid.take_posted())


async def test_a_click_moves_the_cursor_and_names_the_cell() -> None:
    app = GridApp(numbered(30))
    async with app.run_test(size=(60, 11)) as pilot:
        app.grid.scroll_to(y=5, animate=False)
        name, _, status, action = lay_out_columns(COLUMNS, 59)
        moved = ("RowHighlighted", "7")
        assert await click(pilot, app, action.start, 3) == [moved, ("CellSelected", "7", "action")]
        assert await click(pilot, app, status.start - 2, 3) == [("CellSelected", "7", "parent")]
        assert await click(pilot, app, name.start, 3) == [("CellSelected", "7", "name")]
        moved = ("RowHighlighted", "8")
        assert await click(pilot, app, 0, 4) == [moved, ("CellSelected", "8", "sign")]


async def test_clicks_beside_the_rows_and_on_headings() -> None:
    app = GridApp(numbered(3))
    async with app.run_test(size=(60, 11)) as pilot:
        slots = lay_out_columns(COLUMNS, 60)
        assert await click(pilot, app, 5, 4) == [], "below the last row"
        assert await click(pilot, app, 5, 3, button=3) == []
        assert await click(pilot, app, slots[1].start, 0) == [("HeaderSelected", "parent")]
        assert await click(pilot, app, slots[3].start, 0) == [], "not sortable"
        assert app.grid.cursor_key == "0"


# What is painted


@pytest.mark.parametrize("width", [20, 21, 49, 80, 300])
async def test_every_line_is_exactly_as_wide_as_the_grid(width: int) -> None:
    app = GridApp()
    wild = st.text(st.characters() | st.sampled_from("東京👩\u200d⚠\ufe0f́[/]"), max_size=40)

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.tuples(wild, wild), min_size=1, max_size=20), st.booleans())
    def check(texts: list[tuple[str, str]], stale: bool) -> None:
        app.grid.stale = stale
        rows = [(Cell(a, "good"), Cell(b), Cell(a), Cell(b, "?")) for a, b in texts]
        keys = [column.key for column in COLUMNS]
        app.grid.set_items(
            Item(str(n), dict(zip(keys, cells, strict=True))) for n, cells in enumerate(rows)
        )
        for strip in lines(app.grid):
            assert cell_len(strip.text) == app.grid.scrollable_content_region.width
            assert sum(cell_len(part.text) for part in strip) == strip.cell_length

    async with app.run_test(size=(width, 12)):
        check()


@given(st.text(max_size=30), st.integers(1, 20))
def test_a_text_is_cropped_with_an_ellipsis_only_if_it_is_too_wide(text: str, width: int) -> None:
    fitted = fit_text(text, width)
    assert cell_len(fitted) == width
    kept = text.rstrip("\u200d")
    assert fitted.startswith(kept) if cell_len(kept) <= width else fitted.endswith("…")


columns = st.builds(
    Column,
    st.just("k"),
    st.just("t"),
    st.integers(1, 40),
    st.integers(0, 60),
    st.integers(0, 3),
    st.integers(0, 80),
    st.integers(0, 200),
)


def _find_limit(column: Column) -> float:
    """Return the cells that a column never exceeds."""
    least = max(column.min_width, column.preferred_width)
    if not column.weight:
        return least
    return max(least, column.max_width) if column.max_width else math.inf


@given(st.lists(columns, max_size=8), st.integers(0, 300))
def test_columns_share_the_width_without_gap_or_overlap(columns: list[Column], width: int) -> None:
    slots = lay_out_columns(columns, width)
    shown = [column for column in columns if column.hide_below <= width]
    assert [slot.column for slot in slots] == shown[: len(slots)]
    end = GUTTER
    for slot in slots:
        assert slot.start == end + 1
        end = slot.start + slot.width
    assert end <= max(width, GUTTER)
    if GUTTER + sum(1 + column.min_width for column in shown) <= width:
        assert len(slots) == len(shown)
        assert all(slot.width >= slot.column.min_width for slot in slots)
        assert all(slot.width <= _find_limit(slot.column) for slot in slots)
        if any(slot.column.weight and slot.width < _find_limit(slot.column) for slot in slots):
            assert end == width, "nothing is left over"


async def test_a_note_on_a_row_is_painted_even_if_the_name_has_to_be_cut() -> None:
    entity = Entity("e" * 32, "", "Novera Northern Logistics GmbH", None)
    cell = Cell(entity.title, "", (entity,), after="  in Novera")
    app = GridApp([item("0")._replace(cells={**item("0").cells, "name": cell}), item("1")])
    app.grid.find_note = lambda key: "NNL-7" if key == "0" else ""
    async with app.run_test(size=(70, 10)):
        first, second = text(app.grid).splitlines()[1:3]
        assert re.search("Novera.*…ics GmbH  NNL-7 +Acme", first)
        assert "Entity 1 " in second


async def test_a_step_of_the_cursor_paints_two_rows() -> None:
    painted: list[str] = []
    app = GridApp(numbered(9))

    def find_note(key: str) -> str:
        painted.append(key)
        return ""

    app.grid.find_note = find_note
    async with app.run_test(size=(60, 10)) as pilot:
        painted.clear()
        await pilot.press("down")
        await pilot.pause()
        assert painted == [item.key for item in numbered(2)]


async def test_a_column_folds_away_when_the_terminal_shrinks() -> None:
    app = GridApp(numbered(3))
    async with app.run_test(size=(60, 10)) as pilot:
        assert "Parent" in text(app.grid)
        await resize_terminal(pilot, (49, 10))
        assert "Parent" not in text(app.grid)
        assert "Status" in text(app.grid)
        app.grid.columns = COLUMNS[:1]
        assert "Status" not in text(app.grid)


async def test_the_cursor_stays_in_sight_when_the_terminal_shrinks() -> None:
    app = GridApp(numbered(20))
    async with app.run_test(size=(60, 21)) as pilot:
        await pilot.press("end")
        await resize_terminal(pilot, (60, 8))
        assert cursor_line(app.grid) == 7


async def test_a_grid_filled_while_hidden_shows_its_cursor() -> None:
    app = GridApp(numbered(3))
    async with app.run_test(size=(60, 10)) as pilot:
        app.grid.display = False
        await pilot.pause()
        app.grid.set_items(numbered(100), cursor="70")
        app.grid.display = True
        await pilot.pause()
        assert cursor_line(app.grid) == 9


async def test_the_heading_shows_the_order() -> None:
    app = GridApp(numbered(3))
    async with app.run_test(size=(60, 10)):
        assert "▲" not in text(app.grid)
        app.grid.sorting = ("status", False)
        assert "Status ▲" in text(app.grid)
        app.grid.sorting = ("status", True)
        assert "Status ▼" in text(app.grid)
        app.grid.columns = [Column("status", "A long heading", 8)]
        assert "A lon… ▼" in text(app.grid)


async def test_the_placeholder_stands_in_for_missing_rows_only() -> None:
    app = GridApp()
    async with app.run_test(size=(60, 10)) as pilot:
        app.grid.placeholder = Content("Nothing [here]\nyet")
        shown = lines(app.grid)
        assert shown[0].text.split()[0] == "Name"
        assert shown[4].text.strip() == "Nothing [here]"
        assert {cell_len(strip.text) for strip in shown} == {60}
        app.grid.placeholder = Content("Nothing found")
        assert "Nothing found" in text(app.grid)
        app.grid.set_items(numbered(2))
        await pilot.pause()
        assert "Nothing" not in text(app.grid)


def list_styles(strip: Strip) -> set[str]:
    return {str(part.style) for part in strip}


async def test_tones_greyed_rows_and_a_stale_grid() -> None:
    app = GridApp([item("a"), item("b"), item("c", dim=True)])
    async with app.run_test(size=(60, 10)):
        _, cursor, plain, dim, *_ = map(list_styles, lines(app.grid))
        assert len(plain) == 2, "the status has a tone"
        assert len(dim) == 1
        assert cursor.isdisjoint(plain), "the cursor colours the whole row"
        assert dim.isdisjoint(plain)
        app.grid.stale = True
        _, stale_cursor, *stale, _, _, _, _, _, _ = map(list_styles, lines(app.grid))
        assert stale == [dim, dim]
        assert stale_cursor.isdisjoint(dim)
        app.grid.stale = False
        assert list_styles(lines(app.grid)[2]) == plain


async def test_the_cursor_is_seen_with_and_without_focus_and_colour() -> None:
    app = GridApp(numbered(3))
    async with app.run_test(size=(60, 10)) as pilot:
        focused = lines(app.grid)[1]
        app.screen.set_focus(None)
        await pilot.pause()
        blurred = lines(app.grid)[1]
        assert (focused.text[0], blurred.text[0]) == ("▌", "▏")
        plain = list_styles(lines(app.grid)[2])
        assert list_styles(focused).isdisjoint(plain)
        assert list_styles(blurred).isdisjoint(plain | list_styles(focused))


async def test_a_new_theme_repaints_the_lines() -> None:
    app = GridApp(numbered(3))
    async with app.run_test(size=(60, 10)) as pilot:
        before = list_styles(lines(app.grid)[2])
        app.theme = "textual-light"
        await pilot.pause()
        assert list_styles(lines(app.grid)[2]).isdisjoint(before)


def test_a_tree_has_narrower_levels_in_a_narrow_column() -> None:
    """All rows of a column alike, so that the lines of the tree stay straight."""
    cell = Cell("Acme", before="│  └─ ")
    starts = [fit_cell(cell, width)[0] for width in (36, 35, 23)]
    assert starts == ["│  └─ ", "│ └ ", "│└ "]


def test_the_name_gets_room_before_the_action_and_the_action_has_a_short_form() -> None:
    columns = [Column("name", "Name", 16, 28, weight=1), Column("action", "Action", 10, 19)]
    widths = [[slot.width for slot in lay_out_columns(columns, width)] for width in (34, 45, 60)]
    assert widths == [[20, 10], [28, 13], [37, 19]]
    cell = Cell("Request Connection", short="Request")
    assert [fit_cell(cell, width)[1].rstrip() for width in (18, 10)] == [cell.text, "Request"]


async def test_the_scrollbar_comes_and_goes_with_one_layout() -> None:
    app = GridApp(numbered(50))
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.pause()  # the scrollbar is mounted
        layouts: list[object] = []
        app.screen.screen_layout_refresh_signal.subscribe(app.screen, layouts.append)
        for rows, changes in ((40, 0), (5, 1), (6, 0), (50, 1)):
            layouts.clear()
            app.grid.set_items(numbered(rows))
            await pilot.pause()
            await pilot.pause()
            assert (app.grid.show_vertical_scrollbar, len(layouts)) == (rows > 12, changes)
