"""Places for the command line to work in."""

from pathlib import Path

import pytest


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a folder for settings and state."""
    return tmp_path / "home"
