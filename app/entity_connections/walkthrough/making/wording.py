"""What was done, in the plain words that a caption begins as."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from entity_connections.tui.commands import COMMANDS
from entity_connections.walkthrough.keys import shown
from entity_connections.walkthrough.screen_text import BETWEEN
from entity_connections.walkthrough.script import LONGEST_CAPTION, Act

_LABELS = {command.key_name: command.label for command in COMMANDS}


def caption(acts: Sequence[Act], *, commands: bool) -> str:
    """Return a sentence that says what is done.

    Args:
        acts: what is done.
        commands: whether the first command among the keys is the main screen's, to be named.
    """
    *first, last = list(_clauses(acts, commands=commands)) or ["look at it"]
    said = f"{', '.join(first)} and {last}" if first else last
    said = f"{said[:1].upper()}{said[1:]}."
    return said if len(said) <= LONGEST_CAPTION else f"{said[: LONGEST_CAPTION - 1].rstrip()}…"


def _clauses(acts: Sequence[Act], *, commands: bool) -> Iterator[str]:
    labels = _LABELS if commands else {}
    for act, same in groupby(acts):
        times = len(list(same))
        often = "" if times == 1 else " twice" if times == 2 else f" {times} times"
        if act.press is not None:
            label = labels.get(act.press)
            labels = {} if label else labels
            yield f"press {shown(act.press)}{often}" + (f" ({label})" if label else "")
        elif act.type is not None:
            yield f"type “{act.type}”"
        elif act.click is not None:
            row, _, what = act.click.partition(BETWEEN)
            what = what.rpartition(BETWEEN)[2]
            yield f"click {what} in the row of {row}{often}" if what else f"click {row}{often}"
