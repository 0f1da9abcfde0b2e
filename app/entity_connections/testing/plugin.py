"""The fixture `zuora_tenant`; a conftest.py names this module in `pytest_plugins`."""

import inspect
from collections.abc import Iterator

import pytest

from entity_connections.testing.tenant import ServedTenant, serving

_HOW = 'scenario="acme", path=None, policy=None, faults=(), seed=0'


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    what = "what the tenant of the fixture zuora_tenant is to be like"
    config.addinivalue_line("markers", f"zuora_tenant({_HOW}): {what}")


@pytest.fixture
def zuora_tenant(request: pytest.FixtureRequest) -> Iterator[ServedTenant]:
    """A fake Zuora tenant on a free port of this machine, fresh for the test."""
    marker = request.node.get_closest_marker("zuora_tenant")
    given, named = (marker.args, marker.kwargs) if marker else ((), {})
    try:
        inspect.signature(serving).bind(*given, **named)
        opened = serving(*given, **named)
        served = opened.__enter__()
    except (TypeError, ValueError) as error:
        pytest.fail(f"The marker zuora_tenant({_HOW}) cannot be used: {error}", pytrace=False)
    try:
        yield served
    finally:
        opened.__exit__(None, None, None)
