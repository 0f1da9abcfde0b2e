"""Measures everything, prints one table, and fails when a budget is exceeded."""

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace

from tests.bench import (
    adapter,
    bulk,
    command_line,
    entity_switch,
    fake_server,
    keys,
    rest,
    startup,
    waiting,
    walkthroughs,
)
from tests.bench.figures import Figure, table
from tests.bench.programs import Contest

KINDS: dict[str, Callable[[Contest], Iterator[Figure]]] = {
    "startup": startup.measure,
    "cursor": keys.cursor,
    "mark": keys.mark,
    "filter": keys.letter,
    "switch": entity_switch.measure,
    "idle": rest.idle,
    "memory": rest.memory,
    "command-line": command_line.measure,
    "one-shot": adapter.one_shot,
    "pages": adapter.pages,
    "bulk": bulk.measure,
    "waiting": waiting.measure,
    "fake-server": fake_server.measure,
    "walkthroughs": walkthroughs.measure,
}


def main() -> int:
    """Measure what the command line asks for; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=KINDS, help="measure this (repeatable)")
    parser.add_argument("-n", type=int, default=9, metavar="RUNS", help="runs of each (default 9)")
    parser.add_argument(
        "--check", action="store_true", help="put the floor in our place: ratios must be about 1"
    )
    args = parser.parse_args()
    contest = Contest(runs=args.n)
    if args.check:
        contest = replace(contest, small=contest.floor, full=contest.floor)
    figures = [figure for kind in args.only or KINDS for figure in KINDS[kind](contest)]
    print(table(figures))
    return 0 if args.check or all(figure.ok for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
