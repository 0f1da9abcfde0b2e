"""Places and tenants for the command line to work in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.recorded_tenant import RecordedTenant, serve_recorded
from tests.cli.tenant import Served


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a folder for settings and state."""
    return tmp_path / "home"


@pytest.fixture(scope="session")
def tenant() -> Iterator[Served]:
    """Return the fake tenant on a socket, for tests that only read."""
    with serve_recorded() as found:
        yield found.served


@pytest.fixture
def server() -> Iterator[RecordedTenant]:
    """Return a fresh fake tenant on a socket, which answers as a test wants it to."""
    with serve_recorded() as found:
        yield found
