"""The recording for terminals: asciicast, version 2."""

import json
from itertools import pairwise
from typing import Any

import pyte
from entity_connections.walkthrough.export.cast import cast
from entity_connections.walkthrough.screen_text import text_of

from tests.walkthrough.takes import tour


def _read() -> tuple[dict[str, Any], list[tuple[float, str, str]]]:
    header, *events = (json.loads(line) for line in cast(tour()).splitlines())
    return header, [(at, kind, data) for at, kind, data in events]


def test_the_header_names_no_time_and_no_machine() -> None:
    header, _ = _read()
    width, height = tour().size
    assert (width, height) > (80, 24)
    assert header == {"version": 2, "width": width, "height": height, "title": "A <b>tour</b>"}


def test_time_only_goes_on() -> None:
    _, events = _read()
    assert all(before[0] <= after[0] for before, after in pairwise(events))
    assert {kind for _, kind, _ in events} == {"o"}


def test_the_last_screen_stays_to_be_looked_at() -> None:
    _, (*_, before, last) = _read()
    assert last[0] >= max(before[0], tour().frames[-1].at) + 3
    assert last[2] == ""


def test_it_plays_to_the_last_screen() -> None:
    header, events = _read()
    screen = pyte.Screen(header["width"], header["height"])
    stream = pyte.Stream(screen)
    for _, _, data in events:
        stream.feed(data)
    lines = [line.rstrip() for line in screen.display]
    assert lines[:24] == [*text_of(tour().frames[-1].svg), *[""] * 24][:24]
    assert "3/3" in lines[24]
    assert "Enter goes there." in lines[25]
