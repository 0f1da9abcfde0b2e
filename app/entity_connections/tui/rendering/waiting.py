"""The lines of the dialog that shows what waits in all entities."""

from collections.abc import Sequence
from typing import NamedTuple

from textual.content import Content
from textual.style import Style

from entity_connections.services.screen_state import ScreenState
from entity_connections.tui.rendering.header import format_waiting_count
from entity_connections.tui.rendering.text import MUTED

MAX_TITLES = 3
"""Entities that are named; more are counted."""


class KeyHint(NamedTuple):
    """A key of the dialog, what it does in a word or two, and the action that a click starts.

    It is muted where that is not possible.
    """

    key: str
    word: str
    action: str
    possible: bool = True


def render_key_hints(hints: Sequence[KeyHint], expendable: Sequence[str], width: int) -> Content:
    """Return the line of the keys for `width` cells; keys in `expendable` go first."""
    shown = list(hints)
    for key in expendable:
        if sum(len(hint.key) + len(hint.word) + 3 for hint in shown) <= width:
            break
        shown = [hint for hint in shown if hint.key != key]
    return Content("  ").join(_link(_render_key_hint(hint), hint.action) for hint in shown)


def _render_key_hint(hint: KeyHint) -> Content:
    if not hint.possible:
        return Content.styled(f"{hint.key} {hint.word}", MUTED)
    return Content.assemble((hint.key, "bold $link"), f" {hint.word}")


def render_list_titles(state: ScreenState, *, for_others: bool) -> Content:
    """Return the titles of the two lists with their counts; the one in front stands out."""
    waiting = state.waiting
    mine = format_waiting_count(state, waiting.for_me)
    others = format_waiting_count(state, waiting.for_others)
    titles = (
        (f" 1 For you {mine} ", not for_others, "show_list(False)"),
        (f" 2 For others {others} ", for_others, "show_list(True)"),
    )
    parts = [
        _link(Content.styled(title, "bold reverse" if is_active else MUTED), action)
        for title, is_active, action in titles
    ]
    return Content(" ").join(parts)


def _link(content: Content, action: str) -> Content:
    return content.stylize(Style.from_meta({"@click": f"screen.{action}"}))


def describe_lists(state: ScreenState) -> str:
    """Return how far the reading of the lists is, or what of them is not known; "" if all is."""
    if state.lists_left:
        read = state.lists_asked - state.lists_left
        limited = any(delay.limited for delay in state.session.request_log.delays)
        pause = " Zuora's limits delay it; it goes on by itself." if limited else ""
        return f"Reading the lists of all entities: {read:,} of {state.lists_asked:,}.{pause}"
    waiting = state.waiting
    sentences = []
    if waiting.unread_ids:
        titles = [state.session.tenant.hierarchy.get(id_).title for id_ in waiting.unread_ids]
        names = ", ".join(titles)
        if len(titles) > MAX_TITLES:
            names = f"{len(titles):,} lists"
        reasons = {_find_unread_reason(state, id_): None for id_ in waiting.unread_ids}
        sentences.append(f"Not known: {names}. {next(iter(reasons))} More may wait there.")
    if waiting.undecided:
        words = ", ".join(sorted({f"“{row.state}”" for row in waiting.undecided}))
        sentences.append(
            f"{len(waiting.undecided):,} more may wait: their status {words} is not known here."
        )
    return " ".join(sentences)


def _find_unread_reason(state: ScreenState, entity_id: str) -> str:
    """Return why there is no whole list of an entity, in a sentence."""
    if error := state.list_errors.get(entity_id):
        return f"{error.title}: {error.sentence}"
    snapshot = state.session.tenant.cached(entity_id)
    return snapshot.missing if snapshot else "ctrl+r reads them."
