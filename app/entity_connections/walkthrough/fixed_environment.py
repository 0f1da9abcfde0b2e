"""The environment of recordings: the same on every machine."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

_VARIABLES = {
    "TERM": "xterm-256color",
    "COLORTERM": "truecolor",
    "TEXTUAL_COLOR_SYSTEM": "truecolor",
    "TZ": "UTC",
}
_REMOVED = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "ZUORA_ENTITY_ID")


@contextmanager
def fixed_environment() -> Iterator[None]:
    """Replace the variables that change what the screen shows, and restore them at the end.

    Textual reads its own variables, TEXTUAL_*, when it is imported. So a program that records
    must import Textual within this context, not before.
    """
    before = dict(os.environ)
    for name in before:
        if name in _REMOVED or name.startswith("TEXTUAL"):
            del os.environ[name]
    os.environ.update(_VARIABLES)
    _apply_time_zone()
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        _apply_time_zone()


def _apply_time_zone() -> None:
    if hasattr(time, "tzset"):  # not on Windows
        time.tzset()
