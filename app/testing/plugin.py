"""The pytest plugin: `pip install entity-connections[testing]` brings the fixture."""

from collections.abc import Iterator

import pytest

from app.testing.tenant import ServedTenant, serving

_MARKER = (
    'zuora_tenant(scenario="acme", path=None, policy=None, faults=(), seed=0): '
    "what the tenant of the fixture zuora_tenant is to be like"
)


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", _MARKER)


@pytest.fixture
def zuora_tenant(request: pytest.FixtureRequest) -> Iterator[ServedTenant]:
    """A fake Zuora tenant on a free port of this machine, fresh for the test."""
    marker = request.node.get_closest_marker("zuora_tenant")
    how = marker.kwargs if marker else {}
    with serving(*(marker.args if marker else ()), **how) as served:
        yield served
