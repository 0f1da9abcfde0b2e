"""The line above the rows: how many rows each status has; a click shows only those."""

from textual.content import Content
from textual.style import Style

from entity_connections.services.screen_state import ScreenState
from entity_connections.tui.rendering.rows import MARK, STATUS_STYLES, TONE_COLORS
from entity_connections.tui.rendering.text import MUTED


def render_status_counts(state: ScreenState | None, width: int) -> Content:
    """Return the counts; without the words where they do not fit."""
    if state is None or state.snapshot is None:
        return Content()
    counts = {group: count for group, count in state.tab.count_statuses().items() if count}
    counts |= {group: 0 for group in state.tab.statuses if group not in counts}
    marks = _render_marks(state)
    for with_words in (True, False):
        parts = [marks]
        parts += [
            _render_count(group, count, state.tab.statuses, with_words=with_words)
            for group, count in counts.items()
        ]
        content = Content("").join(parts)
        if content.cell_length <= width:
            break
    return content


def _render_marks(state: ScreenState) -> Content:
    """Return how many rows are marked, and how many of them are not visible, so not acted on."""
    marked, visible = len(state.tab.marks), len(state.tab.marked_rows())
    if not marked:
        return Content()
    hidden = f", {marked - visible} hidden" if marked > visible else ""
    return Content.styled(f" {MARK} {visible} marked{hidden} ", "bold")


def _render_count(group: str, count: int, shown: set[str], *, with_words: bool) -> Content:
    style = STATUS_STYLES[group]
    word = f" {group}" if with_words else ""
    content = Content.assemble(" ", (style.sign, TONE_COLORS[style.tone]), f" {count}{word} ")
    if group in shown:
        content = content.stylize("reverse")
    elif shown:
        content = content.stylize(MUTED)
    return content.stylize(Style.from_meta({"@click": f"screen.toggle_status('{group}')"}))
