"""The pytest fixture `zuora_tenant`; a conftest.py names this module in `pytest_plugins`."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from entity_connections.testing.served_tenant import ServedTenant, serve_tenant

_SIGNATURE = 'zuora_tenant(scenario="acme", path=None, policy=None, faults=(), seed=0)'


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line("markers", f"{_SIGNATURE}: the tenant of the fixture zuora_tenant")


@pytest.fixture
def zuora_tenant(request: pytest.FixtureRequest) -> Iterator[ServedTenant]:
    """A fake Zuora tenant on a free port of this machine, fresh for the test."""
    marker = request.node.get_closest_marker("zuora_tenant")
    args, kwargs = (marker.args, marker.kwargs) if marker else ((), {})
    with ExitStack() as stack:
        try:
            tenant = stack.enter_context(serve_tenant(*args, **kwargs))
        except (TypeError, ValueError) as error:
            pytest.fail(f"The marker {_SIGNATURE} cannot be used: {error}", pytrace=False)
        yield tenant
