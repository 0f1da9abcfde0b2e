"""The pytest plugin: the fixture `zuora_tenant` and its marker.

Pytest loads this module in every project in whose environment the package is installed
(the entry point `pytest11`), so it imports the fake tenant only where a test uses it.
"""

from collections.abc import Iterator
from contextlib import ExitStack, chdir
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from entity_connections.testing import ServedTenant

_SIGNATURE = 'zuora_tenant(scenario="acme", path=None, policy=(), faults=(), seed=0)'


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line("markers", f"{_SIGNATURE}: the tenant of the fixture zuora_tenant")


@pytest.fixture
def zuora_tenant(request: pytest.FixtureRequest) -> Iterator["ServedTenant"]:
    """A fake Zuora tenant on a free port of this machine, fresh for the test.

    A relative path, of a scenario file or of the tenant's file (`path`), belongs to the folder of
    the test's file.
    """
    from entity_connections.testing import serve_tenant

    marker = request.node.get_closest_marker("zuora_tenant")
    args, kwargs = (marker.args, marker.kwargs) if marker else ((), {})
    with ExitStack() as stack:
        try:
            with chdir(request.path.parent):
                tenant = stack.enter_context(serve_tenant(*args, **kwargs))
        except (TypeError, ValueError) as error:
            pytest.fail(f"The marker {_SIGNATURE} cannot be used: {error}", pytrace=False)
        yield tenant
