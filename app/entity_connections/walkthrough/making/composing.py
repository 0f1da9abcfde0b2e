"""From what somebody did to the steps of a script.

One thing is done in a step, and its outcome is seen, but for what belongs together:
letters and the enter after them, a field and what is typed into it at once, arrows and
what they lead to. A question is a step, and its answer is another.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from entity_connections.domain.text import clean
from entity_connections.walkthrough.making.moments import Moment
from entity_connections.walkthrough.making.noticing import news, opened, opening
from entity_connections.walkthrough.making.wording import caption
from entity_connections.walkthrough.screen_text import Glass
from entity_connections.walkthrough.script import LONGEST_TEXT, MOST_STEPS, Act, Step

QUICK = 0.25
"""Seconds between two acts, of which the first was not done for the sake of its outcome."""
PAUSE = 2.0
"""Seconds after which somebody has looked at an outcome, whatever they do next."""
_MOVES = frozenset(
    {
        "up", "down", "left", "right", "pageup", "pagedown", "home", "end", "tab", "shift+tab",
        "j", "k",
    }
)  # fmt: skip


class Composed(NamedTuple):
    """The steps of what somebody did.

    Attributes:
        steps: of a script.
        lost: a sentence for each thing that no script can say.
    """

    steps: list[Step]
    lost: list[str]


def composed(moments: Sequence[Moment]) -> Composed:
    """Return the steps for what was done; what ended the program is none.

    Args:
        moments: in order; of the last only what it showed is used.
    """
    told = [one for one, after in pairwise(moments) if not _idle(one, after)]
    lost = list(dict.fromkeys(one.lost for one in told if one.lost))
    steps = [Step(caption="The screen opens.", see=opening(moments[0].glass))] if moments else []
    seen: dict[int, Glass] = {}
    for group in _groups([*told, *moments[-1:]]):
        *done, after = group
        closed = after.depth < done[0].depth
        step = _step(done, seen.get(after.depth) if closed else None, after)
        steps += [step] if step.do else []  # or all that was typed has been rubbed out again
        seen |= {one.depth: one.glass for one in done}
    if len(steps) > MOST_STEPS:
        lost.append(f"A script has {MOST_STEPS} steps at most; what came after them is left out.")
    return Composed(steps[:MOST_STEPS], lost)


def _idle(one: Moment, after: Moment) -> bool:
    """Whether an act had time to change something, and changed nothing.

    A letter in a field always does, but on a busy machine it may be seen late.
    """
    return one.picture == after.picture and after.at - one.at >= QUICK and not _letters(one)


def _groups(moments: Iterable[Moment]) -> Iterator[list[Moment]]:
    """Return what is done in each step, and as its last the moment that shows the outcome."""
    group: list[Moment] = []
    for moment in moments:
        if group and (moment.act is None or _ends(group[-1], moment)):
            yield [*group, moment]
            group = []
        if moment.act is not None:
            group.append(moment)


def _ends(last: Moment, after: Moment) -> bool:
    """Whether a step is over, before what was done next."""
    if after.asked and not last.asked:
        return after.at - last.at >= QUICK
    if _letters(last) and after.typing and (_letters(after) or _is_enter(after)):
        return False
    if after.at - last.at < QUICK:
        return False
    leads = _letters(last) or _moves(last) or (after.typing and not last.typing)
    return not leads or after.at - last.at >= PAUSE


def _letters(moment: Moment) -> bool:
    act = moment.act
    return act is not None and (act.type is not None or (moment.typing and _rubs_out(act)))


def _rubs_out(act: Act) -> bool:
    return act.press in ("backspace", "delete")


def _is_enter(moment: Moment) -> bool:
    return moment.act is not None and moment.act.press == "enter"


def _moves(moment: Moment) -> bool:
    return moment.act is not None and moment.act.press in _MOVES


def _step(done: Sequence[Moment], under: Glass | None, after: Moment) -> Step:
    """Return a step.

    Args:
        done: what is done in it.
        under: what a dialog that it closes had covered, or None.
        after: shows its outcome.
    """
    before, deeper = done[0].glass, after.depth > done[0].depth
    see = opened(before, after.glass) if deeper else news(under or before, after.glass)
    gone = opened(under, before) if under and not see else []
    acts = list(_folded(done))
    return Step(
        caption=caption(acts, commands=done[0].depth == 1 and not done[0].typing),
        do=acts,
        see=see,
        gone=[one for one in gone if not after.glass.has(one)],
    )


def _folded(done: Iterable[Moment]) -> Iterator[Act]:
    """Return the acts, with letters in a row as one text, without what was rubbed out."""
    text = ""
    for moment in done:
        act = moment.act
        if act is None:
            continue
        if act.type is not None:
            text += act.type
        elif text and act.press == "backspace":
            text = text[:-1]
        else:
            yield from _typed(text)
            text = ""
            yield act
    yield from _typed(text)


def _typed(text: str) -> Iterator[Act]:
    for start in range(0, len(text), LONGEST_TEXT):
        if part := clean(text[start : start + LONGEST_TEXT]):
            yield Act(type=part)
