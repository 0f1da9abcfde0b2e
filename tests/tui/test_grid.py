"""The grid: its cursor is a record, its text is literal, its lines fit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from entity_connections.tui.widgets.grid.grid import Cell, Column, Grid, Item
from entity_connections.tui.widgets.grid.grid_line import fit, lay_out
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual import events
from textual.app import App
from textual.content import Content
from textual.geometry import Region

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.message import Message
    from textual.pilot import Pilot
    from textual.strip import Strip

COLUMNS = (
    Column("name", "Name", 10, weight=2),
    Column("under", "Under", 8, weight=1, hide_below=50),
    Column("status", "Status", 12),
    Column("action", "Action", 10, sortable=False),
)


def item(key: str, *, name: str = "", dim: bool = False) -> Item:
    cells = (Cell(name or f"Entity {key}"), Cell("Acme"), Cell("Pending", "wait"), Cell("Accept"))
    return Item(key, cells, dim)


def items(keys: Sequence[str]) -> list[Item]:
    return [item(key) for key in keys]


def numbered(count: int, start: int = 0) -> list[Item]:
    return items([str(n) for n in range(start, count)])


class Recorder(Grid):
    """A grid that keeps what it said."""

    def __init__(self) -> None:
        super().__init__(COLUMNS)
        self.said: list[Message] = []

    def post_message(self, message: Message) -> bool:
        if type(message).__qualname__.startswith("Grid."):
            self.said.append(message)
        return super().post_message(message)

    def heard(self) -> list[tuple[str, ...]]:
        """What was said since the last call, as names and values."""
        said, self.said = self.said, []
        return [
            (type(message).__name__, *(v for k, v in vars(message).items() if k in _FIELDS))
            for message in said
        ]


_FIELDS = ("key", "column")


class Stage(App[None]):
    CSS_PATH = Path(__file__).parents[2] / "styles" / "grid.tcss"

    def __init__(self, rows: Sequence[Item] = ()) -> None:
        super().__init__()
        self.rows = rows
        self.grid = Recorder()

    def compose(self) -> ComposeResult:
        yield self.grid

    def on_mount(self) -> None:
        self.grid.show(self.rows)
        self.grid.focus()


def lines(grid: Grid) -> list[Strip]:
    width, height = grid.scrollable_content_region.size
    return grid.render_lines(Region(0, 0, width, height))


def text(grid: Grid) -> str:
    return "\n".join(strip.text.rstrip() for strip in lines(grid))


def cursor_line(grid: Grid) -> int:
    """The line of the screen that wears the mark."""
    (line,) = (n for n, strip in enumerate(lines(grid)) if strip.text[0] in ">-")
    return line


# The cursor is a record


def heir(old: list[str], new: list[str], chosen: str | None) -> str | None:
    """Where the cursor belongs, said as plainly as possible."""
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
def test_the_cursor_leaves_a_record_only_with_the_user_or_with_the_record(
    steps: list[tuple[str, object]],
) -> None:
    grid = Recorder()
    keys: list[str] = []
    expected: str | None = None
    for step, value in steps:
        before = expected
        if step == "show":
            assert isinstance(value, list)
            expected = heir(keys, value, expected)
            keys = value
            grid.show(items(keys))
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
        assert grid.heard() == ([("CursorMoved", expected)] if expected != before else [])
    assert [row.key for row in grid.items] == keys


def test_show_can_name_the_record_to_return_to() -> None:
    grid = Recorder()
    grid.show(items("abc"), cursor="b")
    assert grid.cursor_key == "b"
    grid.show(items("abc"), cursor="gone")
    assert grid.cursor_key == "b"


def test_unknown_and_double_keys_are_refused() -> None:
    grid = Recorder()
    grid.show(items("ab"))
    with pytest.raises(KeyError):
        grid.cursor_key = "x"
    with pytest.raises(KeyError):
        grid.item("x")
    with pytest.raises(ValueError, match="key of its own"):
        grid.show(items("aba"))
    assert (grid.cursor_key, grid.item("b").key) == ("a", "b")


@pytest.mark.asyncio
async def test_rows_inserted_above_leave_the_cursor_at_its_line_of_the_screen() -> None:
    stage = Stage(numbered(100, 50))
    async with stage.run_test(size=(60, 12)) as pilot:
        stage.grid.cursor_key = "75"
        before = cursor_line(stage.grid)
        stage.grid.show(numbered(100))
        await pilot.pause()
        assert (stage.grid.cursor_key, cursor_line(stage.grid)) == ("75", before)
        stage.grid.show(numbered(100, 75))
        await pilot.pause()
        assert cursor_line(stage.grid) == 1, "there is nothing left above"


@pytest.mark.asyncio
async def test_whoever_has_scrolled_away_keeps_the_rows_they_read() -> None:
    stage = Stage(numbered(100, 1))
    async with stage.run_test(size=(60, 12)) as pilot:
        stage.grid.scroll_to(y=40, animate=False)
        top = lines(stage.grid)[1].text
        stage.grid.show([item("1"), item("new"), *numbered(100, 2)])
        await pilot.pause()
        assert lines(stage.grid)[1].text == top


# Keys and the mouse


@pytest.mark.asyncio
async def test_keys_move_by_rows_pages_and_ends_and_keep_the_cursor_in_sight() -> None:
    stage = Stage(numbered(50))
    async with stage.run_test(size=(60, 11)) as pilot:
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
            assert stage.grid.cursor_key == expected
            assert f"Entity {expected} " in lines(stage.grid)[cursor_line(stage.grid)].text
        stage.grid.heard()
        await pilot.press("enter")
        assert stage.grid.heard() == [("Chosen", "0")]


@pytest.mark.asyncio
async def test_no_key_does_harm_without_rows() -> None:
    stage = Stage()
    async with stage.run_test() as pilot:
        await pilot.press("up", "down", "pageup", "pagedown", "home", "end", "enter")
        assert stage.grid.heard() == []


async def click(pilot: Pilot[None], stage: Stage, x: int, y: int, times: int = 1) -> list[object]:
    stage.grid.heard()
    await pilot.click(stage.grid, offset=(x, y), times=times)
    return list(stage.grid.heard())


@pytest.mark.asyncio
async def test_a_click_moves_the_cursor_and_names_the_cell() -> None:
    stage = Stage(numbered(30))
    async with stage.run_test(size=(60, 11)) as pilot:
        stage.grid.scroll_to(y=5, animate=False)
        name, _, status, action = lay_out(COLUMNS, 59)
        moved = ("CursorMoved", "7")
        assert await click(pilot, stage, action.start, 3) == [moved, ("CellClicked", "7", "action")]
        assert await click(pilot, stage, status.start - 2, 3) == [("CellClicked", "7", "under")]
        assert await click(pilot, stage, name.start, 3) == [("CellClicked", "7", "name")]
        assert await click(pilot, stage, 0, 4) == [("CursorMoved", "8")], "the gutter is no cell"


@pytest.mark.asyncio
async def test_a_double_click_is_two_clicks_and_chooses_nothing() -> None:
    stage = Stage(numbered(30))
    async with stage.run_test(size=(60, 11)) as pilot:
        assert await click(pilot, stage, 5, 3, times=2) == [
            ("CursorMoved", "2"),
            ("CellClicked", "2", "name"),
            ("CellClicked", "2", "name"),
        ]


def nth_click(grid: Grid, chain: int, *, button: int = 1) -> events.Click:
    return events.Click(grid, 5, 3, 0, 0, button, False, False, False, chain=chain)


@pytest.mark.asyncio
async def test_only_the_first_button_clicks() -> None:
    stage = Stage(items("abcdef"))
    async with stage.run_test(size=(60, 11)):
        stage.grid.heard()
        stage.grid.on_click(nth_click(stage.grid, 1, button=3))
        assert stage.grid.heard() == []


@pytest.mark.asyncio
async def test_clicks_beside_the_rows_and_on_headings() -> None:
    stage = Stage(numbered(3))
    async with stage.run_test(size=(60, 11)) as pilot:
        slots = lay_out(COLUMNS, 60)
        assert await click(pilot, stage, 5, 4) == [], "below the last row"
        assert await click(pilot, stage, slots[1].start, 0) == [("HeaderClicked", "under")]
        assert await click(pilot, stage, slots[3].start, 0) == [], "not sortable"
        assert stage.grid.cursor_key == "0"


# What is painted


@pytest.mark.asyncio
@pytest.mark.parametrize("width", [20, 21, 49, 80, 300])
async def test_every_line_is_exactly_as_wide_as_the_grid(width: int) -> None:
    stage = Stage()
    wild = st.text(st.characters() | st.sampled_from("東京👩\u200d⚠\ufe0f́[/]"), max_size=40)

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.tuples(wild, wild), min_size=1, max_size=20), st.booleans())
    def check(texts: list[tuple[str, str]], stale: bool) -> None:
        stage.grid.stale = stale
        stage.grid.show(
            [
                Item(str(n), (Cell(a, "good"), Cell(b), Cell(a), Cell(b, "?")))
                for n, (a, b) in enumerate(texts)
            ]
        )
        for strip in lines(stage.grid):
            assert cell_len(strip.text) == stage.grid.scrollable_content_region.width
            assert sum(cell_len(part.text) for part in strip) == strip.cell_length

    async with stage.run_test(size=(width, 12)):
        check()


@given(st.text(max_size=30), st.integers(1, 20))
def test_a_text_is_cropped_only_if_it_must_be_and_says_so(text: str, width: int) -> None:
    fitted = fit(text, width)
    assert cell_len(fitted) == width
    kept = text.rstrip("\u200d")
    assert fitted.startswith(kept) if cell_len(kept) <= width else fitted.endswith("…")


columns = st.builds(
    Column,
    st.just("k"),
    st.just("t"),
    st.integers(1, 40),
    st.integers(0, 3),
    st.integers(0, 200),
)


@given(st.lists(columns, max_size=8), st.integers(0, 300))
def test_columns_share_the_width_without_gap_or_overlap(columns: list[Column], width: int) -> None:
    slots = lay_out(columns, width)
    shown = [column for column in columns if column.hide_below <= width]
    assert [slot.column for slot in slots] == shown[: len(slots)]
    end = 1
    for slot in slots:
        assert slot.start == end + 1
        end = slot.start + slot.width
    assert end <= max(width, 1)
    if sum(1 + column.min_width for column in shown) < width:
        assert len(slots) == len(shown)
        assert all(slot.width >= slot.column.min_width for slot in slots)
        if any(column.weight for column in shown):
            assert end == width, "nothing is left over"


@pytest.mark.asyncio
async def test_text_is_literal() -> None:
    hostile = "[/] [@click=app.quit]x[/] [EU]"
    stage = Stage([item("a", name=hostile)])
    async with stage.run_test(size=(120, 10)):
        assert hostile in text(stage.grid)


@pytest.mark.asyncio
async def test_a_column_folds_away_when_the_terminal_shrinks() -> None:
    stage = Stage(numbered(3))
    async with stage.run_test(size=(60, 10)) as pilot:
        assert "Under" in text(stage.grid)
        await pilot.resize_terminal(49, 10)
        assert "Under" not in text(stage.grid)
        assert "Status" in text(stage.grid)
        stage.grid.set_columns(COLUMNS[:1])
        assert "Status" not in text(stage.grid)


@pytest.mark.asyncio
async def test_the_cursor_stays_in_sight_when_the_terminal_shrinks() -> None:
    stage = Stage(numbered(20))
    async with stage.run_test(size=(60, 21)) as pilot:
        await pilot.press("end")
        await pilot.resize_terminal(60, 8)
        assert cursor_line(stage.grid) == 7


@pytest.mark.asyncio
async def test_a_grid_that_was_filled_in_hiding_shows_its_cursor() -> None:
    stage = Stage(numbered(3))
    async with stage.run_test(size=(60, 10)) as pilot:
        stage.grid.display = False
        await pilot.pause()
        stage.grid.show(numbered(100), cursor="70")
        stage.grid.display = True
        await pilot.pause()
        assert cursor_line(stage.grid) == 9


@pytest.mark.asyncio
async def test_the_heading_shows_the_order() -> None:
    stage = Stage(numbered(3))
    async with stage.run_test(size=(60, 10)):
        assert "▲" not in text(stage.grid)
        stage.grid.sorting = ("status", False)
        assert "Status ▲" in text(stage.grid)
        stage.grid.sorting = ("status", True)
        assert "Status ▼" in text(stage.grid)
        stage.grid.set_columns([Column("status", "A long heading", 8)])
        assert "A lon… ▼" in text(stage.grid)


@pytest.mark.asyncio
async def test_the_placeholder_stands_in_for_missing_rows_only() -> None:
    stage = Stage()
    async with stage.run_test(size=(60, 10)) as pilot:
        stage.grid.placeholder = Content("Nothing [here]\nyet")
        shown = lines(stage.grid)
        assert shown[0].text.split()[0] == "Name"
        assert shown[4].text.strip() == "Nothing [here]"
        assert {cell_len(strip.text) for strip in shown} == {60}
        stage.grid.placeholder = Content("Nothing found")
        assert "Nothing found" in text(stage.grid)
        stage.grid.show(numbered(2))
        await pilot.pause()
        assert "Nothing" not in text(stage.grid)


def looks(strip: Strip) -> set[str]:
    return {str(part.style) for part in strip}


@pytest.mark.asyncio
async def test_tones_greyed_rows_and_a_stale_grid() -> None:
    stage = Stage([item("a"), item("b"), item("c", dim=True)])
    async with stage.run_test(size=(60, 10)):
        _, cursor, plain, dim, *_ = map(looks, lines(stage.grid))
        assert len(plain) == 2, "the status has a tone"
        assert len(dim) == 1
        assert len(cursor - plain) == 1, "the cursor marks one cell and leaves the tones"
        assert cursor > plain
        assert dim.isdisjoint(plain)
        stage.grid.stale = True
        _, stale_cursor, *stale, _, _, _, _, _, _ = map(looks, lines(stage.grid))
        assert stale == [dim, dim]
        assert stale_cursor > dim
        stage.grid.stale = False
        assert looks(lines(stage.grid)[2]) == plain


@pytest.mark.asyncio
async def test_the_cursor_is_seen_with_and_without_focus_and_colour() -> None:
    stage = Stage(numbered(3))
    async with stage.run_test(size=(60, 10)) as pilot:
        focused = lines(stage.grid)[1]
        stage.screen.set_focus(None)
        await pilot.pause()
        blurred = lines(stage.grid)[1]
        assert (focused.text[0], blurred.text[0]) == (">", "-")
        plain = looks(lines(stage.grid)[2])
        marked, unfocused = looks(focused) - plain, looks(blurred) - plain
        assert len(marked) == len(unfocused) == 1
        assert marked != unfocused


@pytest.mark.asyncio
async def test_a_new_theme_repaints_the_lines() -> None:
    stage = Stage(numbered(3))
    async with stage.run_test(size=(60, 10)) as pilot:
        before = looks(lines(stage.grid)[2])
        stage.theme = "textual-light"
        await pilot.pause()
        assert looks(lines(stage.grid)[2]).isdisjoint(before)


class Painted(Stage):
    """Counts the cells that go to the terminal."""

    spans: list[tuple[int, int, int]]

    def watch_output(self) -> None:
        self.spans = []
        compositor = self.screen._compositor
        paint = compositor._regions_to_spans

        def spy(regions: object) -> object:
            spans = list(paint(regions))  # type: ignore[arg-type]
            self.spans += spans
            return spans

        compositor._regions_to_spans = spy  # type: ignore[method-assign, assignment]


@pytest.mark.asyncio
async def test_a_step_of_the_cursor_costs_two_cells() -> None:
    stage = Painted(numbered(100))
    async with stage.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        stage.watch_output()
        await pilot.press("down")
        await pilot.pause()
        name = lay_out(COLUMNS, 59)[0]
        end = name.start + name.width
        assert stage.spans == [(1, 0, end), (2, 0, end)], "what the cursor marks, and no more"
