"""From a key to the screen."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import cycle
from statistics import median

import pyte

from tests.bench.figures import Budget, Figure
from tests.bench.programs import Contest, Program, at_rest
from tests.terminal.pty import Terminal

QUIET = 0.08
"""Seconds without output after which a key's work counts as done."""
BELOW_ROWS = 6
"""Lines under the rows, whose details follow once the cursor rests."""
PRESSES = 6
"""Presses for each run asked for."""
THREE_PANES = (160, 48)
"""A terminal with room for three panes; their keys may cost 1.1 times those of one pane."""
NEEDLE = "entity"


@dataclass(frozen=True)
class Press:
    """What a key did: milliseconds until the screen changed, and its rows stayed; bytes written."""

    changed: float
    rows: float
    size: int


def press(terminal: Terminal, key: str) -> Press:
    """Press a key and follow the screen until it stays as it is."""
    terminal.wait_quiet(QUIET)
    shown, received = _picture(terminal.screen), len(terminal.transcript)
    sent = terminal.send(key)
    patience = 5.0
    while terminal.receive(patience):
        patience = QUIET
    changes: list[float] = []
    rows_stay = 0.0
    while (stamp := terminal.draw()) is not None:
        whole = 2026 << 5 not in terminal.screen.mode  # not in the middle of a frame
        if whole and (picture := _picture(terminal.screen)) != shown:
            changes.append((stamp - sent) * 1000)
            if picture[:-BELOW_ROWS] != shown[:-BELOW_ROWS]:
                rows_stay = changes[-1]
            shown = picture
    assert changes, f"{key!r} changed nothing:\n{terminal.text()}"
    return Press(changes[0], rows_stay, len(terminal.transcript) - received)


def cursor(contest: Contest) -> Iterator[Figure]:
    """Yield what a cursor key costs, with few rows, with many, and with three panes."""
    presses = _press_cursor_keys((contest.small, contest.full, contest.floor), contest.runs)
    small, full, floor = (median(one.changed for one in done) for done in presses)
    yield Figure("cursor key", "ms", small, Budget(0.6, "times"), floor)
    yield Figure("cursor key, 511 rows", "ms", full, Budget(0.6, "times"), floor)
    # The median, because a refresh may fall between two presses.
    sizes = [median(one.size for one in done) for done in presses]
    yield Figure("cursor key, written", "bytes", max(sizes[:2]), Budget(1.1, "times"), sizes[2])
    wide = [replace(program, size=THREE_PANES) for program in (contest.full, contest.floor)]
    three, floor = (
        median(one.changed for one in done) for done in _press_cursor_keys(wide, contest.runs)
    )
    yield Figure("cursor key, three panes", "ms", three, Budget(0.66, "times"), floor)


def _press_cursor_keys(programs: Sequence[Program], runs: int) -> tuple[list[Press], ...]:
    """Press the same keys in all programs, one after the other; return the presses of each."""
    presses: tuple[list[Press], ...] = tuple([] for _ in programs)
    with at_rest(programs) as terminals:
        for key, _ in zip(cycle(("down", "up")), range(runs * PRESSES), strict=False):
            for terminal, done in zip(terminals, presses, strict=True):
                done.append(press(terminal, key))
    return presses


def mark(contest: Contest) -> Iterator[Figure]:
    """Yield what it costs to mark a row, and all rows, against a cursor key of the floor."""
    if contest.with_itself:
        return
    with at_rest((contest.full, contest.floor)) as (full, bare):
        for name, key, back, limit in (("mark", " ", "up", 1.0), ("mark all", "*", "*", 2.0)):
            ours: list[Press] = []
            floor: list[Press] = []
            for move, _ in zip(cycle(("down", "up")), range(contest.runs * PRESSES), strict=False):
                ours.append(press(full, key))
                press(full, back)
                floor.append(press(bare, move))
            times = [median(one.changed for one in done) for done in (ours, floor)]
            yield Figure(f"{name}, 511 rows", "ms", times[0], Budget(limit, "times"), times[1])


def letter(contest: Contest) -> Iterator[Figure]:
    """Yield when the rows fit a letter in the filter, against a cursor key of the floor."""
    if contest.with_itself:
        return
    ours: list[Press] = []
    floor: list[Press] = []
    with at_rest((contest.full, contest.floor)) as (full, bare):
        press(full, "/")
        moves = cycle(("down", "up"))
        for _ in range(contest.runs):
            for typed in NEEDLE:
                ours.append(press(full, typed))
                floor.append(press(bare, next(moves)))
            for _ in NEEDLE:
                press(full, "backspace")
    times = [median(one.rows for one in done) for done in (ours, floor)]
    yield Figure("letter in the filter, 511 rows", "ms", times[0], Budget(1.0, "times"), times[1])


def _picture(screen: pyte.Screen) -> list[list[pyte.screens.Char]]:
    columns = range(screen.columns)
    return [[screen.buffer[y][x] for x in columns] for y in range(screen.lines)]
