"""Options and fixtures of all tests."""

import gc
import os
import signal

import pytest
from hypothesis import settings

# A shell starts a job in the background with these ignored, and programs inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGQUIT, signal.SIG_DFL)

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
    """Collect garbage less often: a sixth of the time would go into looking for it."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
