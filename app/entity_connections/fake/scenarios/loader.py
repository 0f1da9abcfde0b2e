"""Loading a scenario by its name or from a file; no other scenario is imported."""

from importlib import import_module
from pathlib import Path

from entity_connections.fake.model import Scenario
from entity_connections.fake.scenarios.catalogue import check_scenario_name, is_scenario_file


def load_scenario(scenario: str | Scenario) -> Scenario:
    """Return a built-in scenario, or the one in a file; raise ValueError if it cannot be used."""
    if isinstance(scenario, Scenario):
        return scenario
    if is_scenario_file(scenario):
        # Imports pydantic.
        from entity_connections.fake.scenarios.file_parser import read_scenario_file

        return read_scenario_file(Path(scenario))
    check_scenario_name(scenario)
    name = scenario.replace("-", "_")
    module = import_module(f"entity_connections.fake.scenarios.builtin.{name}")
    built_in: Scenario = module.scenario()
    return built_in
