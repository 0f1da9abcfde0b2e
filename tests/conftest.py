"""Options and fixtures of all tests."""

import gc
import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings
from textual.css.model import RuleSet
from textual.css.parse import parse
from textual.css.tokenizer import Token

# A shell starts a job in the background with these ignored, and programs inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGQUIT, signal.SIG_DFL)

gc.disable()  # until the tests are collected: all that is imported stays

# On a developer's machine each run tries something new; elsewhere all runs are the same.
settings.register_profile(
    "ours", deadline=None, print_blob=True, derandomize=os.environ.get("CI") is not None
)
settings.load_profile("ours")

pytest_plugins = ["tests.tui.snapshots"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that takes new pictures of the screen as right."""
    parser.addoption(
        "--snapshot-update",
        action="store_true",
        help="take the pictures of the screen anew; look at them before you commit",
    )


def pytest_collection_finish() -> None:
    """Collect garbage less often: a seventh of the CPU time would go into looking for it."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _parse_each_style_sheet_once() -> Iterator[None]:
    """Keep the rules of parsed style sheets: parsing is a quarter of the time to open a screen."""
    parsed: dict[object, list[RuleSet]] = {}

    def parse_once(
        *source: Any, variable_tokens: dict[str, list[Token]], **kind: Any
    ) -> list[RuleSet]:
        values = [(name, *(t.value for t in tokens)) for name, tokens in variable_tokens.items()]
        key = (source, tuple(values), tuple(kind.items()))
        if key not in parsed:
            parsed[key] = list(parse(*source, **kind | {"variable_tokens": variable_tokens}))
        return parsed[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("textual.css.stylesheet.parse", parse_once)
        yield
