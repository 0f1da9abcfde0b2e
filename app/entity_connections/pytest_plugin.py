"""The pytest plugin: the fixture `zuora_tenant` and its marker.

Pytest loads this module in every project in whose environment the package is installed
(the entry point `pytest11`), so it imports the fake tenant only where a test uses it.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from inspect import signature
from os import PathLike, fspath
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from entity_connections.testing import ServedTenant

_SIGNATURE = 'zuora_tenant(scenario="acme", path=None, policy=None, faults=(), seed=0)'


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line("markers", f"{_SIGNATURE}: the tenant of the fixture zuora_tenant")


@pytest.fixture
def zuora_tenant(request: pytest.FixtureRequest) -> Iterator["ServedTenant"]:
    """A fake Zuora tenant on a free port of this machine, fresh for the test.

    A relative path, of a scenario file or of the tenant's file (`path`), belongs to the folder of
    the test's file.
    """
    from entity_connections.fake.scenarios.catalogue import is_scenario_file
    from entity_connections.testing import serve_tenant

    marker = request.node.get_closest_marker("zuora_tenant")
    args, kwargs = (marker.args, marker.kwargs) if marker else ((), {})
    with ExitStack() as stack:
        try:
            arguments = signature(serve_tenant).bind(*args, **kwargs)
            scenario = arguments.arguments.get("scenario")
            if isinstance(scenario, str | PathLike) and is_scenario_file(fspath(scenario)):
                arguments.arguments["scenario"] = request.path.parent / scenario
            if isinstance(path := arguments.arguments.get("path"), str | PathLike):
                arguments.arguments["path"] = request.path.parent / path
            tenant = stack.enter_context(serve_tenant(*arguments.args, **arguments.kwargs))
        except (TypeError, ValueError) as error:
            pytest.fail(f"The marker {_SIGNATURE} cannot be used: {error}", pytrace=False)
        yield tenant
