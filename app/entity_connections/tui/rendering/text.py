"""Pieces of styled text that several parts of the screen share."""

import re
from collections.abc import Collection

from textual.content import Content
from textual.style import Style

from entity_connections.domain.entities import MIN_TITLE_WIDTH, Entity
from entity_connections.tui.widgets.grid.layout import cut_text

MUTED = "$foreground-muted"
_KEY = re.compile(r"(?<!\S)([^\s·]|enter|escape|tab)(?=[ ,])")
"""A key in a line of keys, where what it does comes after it."""


def link_to_command(content: Content, command_id: str) -> Content:
    """Return content that runs a command when it is clicked."""
    return content.stylize(Style.from_meta({"@click": f"screen.run_command('{command_id}')"}))


def render_keys(keys: str) -> Content:
    """Return the line of keys of a dialog, in which the keys stand out from what they do."""
    return Content(keys).highlight_regex(_KEY, style="bold $foreground")


def link_to_escape(keys: str) -> Content:
    """Return the line of keys of a dialog; a click on "escape close" at its end presses escape."""
    link = Style.from_meta({"@click": "app.simulate_key('escape')"})
    return render_keys(keys).stylize(link, keys.index("escape close"))


def fit_sentence(text: str, entities: Collection[Entity], width: int, lines: int = 1) -> str:
    """Return a sentence for a number of lines of `width` cells.

    Where there is no room, the titles of `entities` in it are cut, no more than needed; the end
    of the sentence only if that is not enough.
    """
    width = max(1, width)  # it is 0 before the first layout
    if len(Content(text).wrap(width)) <= lines:
        return text
    # The longer title first: the other one may be a part of it.
    by_length = sorted(entities, key=lambda entity: len(entity.title), reverse=True)
    for room in range(max(width * lines, MIN_TITLE_WIDTH), MIN_TITLE_WIDTH - 1, -1):
        shortened = text
        for entity in by_length:
            shortened = shortened.replace(entity.title, entity.cut_title(room, cut_text))
        wrapped = [line.plain.rstrip() for line in Content(shortened).wrap(width)]
        if len(wrapped) <= lines:
            return shortened
    return "\n".join([*wrapped[: lines - 1], cut_text(" ".join(wrapped[lines - 1 :]), width)])
