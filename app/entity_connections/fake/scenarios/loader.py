"""Loading a scenario by its name or from a file; no other scenario is imported."""

from importlib import import_module
from pathlib import Path

from entity_connections.fake.model import Scenario
from entity_connections.fake.scenarios.catalogue import check_scenario_name, is_scenario_file

MAX_FILE_SIZE = 20_000_000
"""The most bytes of a scenario file."""


class ScenarioFileError(ValueError):
    """A scenario file that cannot be used.

    The message has a line for each problem, with the name of the file and the place in it.
    """


def load_scenario(scenario: str | Scenario) -> Scenario:
    """Return a built-in scenario, or the one in the file at a path.

    Raises:
        UnknownScenarioError: There is no scenario of this name.
        ScenarioFileError: The file cannot be used.
    """
    if isinstance(scenario, Scenario):
        return scenario
    if is_scenario_file(scenario):
        return _read_file(Path(scenario))
    check_scenario_name(scenario)
    module_name = scenario.replace("-", "_")
    module = import_module(f"entity_connections.fake.scenarios.builtin.{module_name}")
    built_in: Scenario = module.scenario()
    return built_in


def _read_file(path: Path) -> Scenario:
    from entity_connections.fake.scenarios.file_parser import parse_scenario  # imports pydantic

    try:
        if not path.exists():
            raise ScenarioFileError(f"There is no scenario file {path}.")
        if not path.is_file():  # reading a pipe would wait for a writer
            raise ScenarioFileError(f"{path} is not a file.")
        with path.open("rb") as file:
            content = file.read(MAX_FILE_SIZE + 1)
    except OSError as error:
        raise ScenarioFileError(f"{path} cannot be read: {error.strerror}.") from error
    if len(content) > MAX_FILE_SIZE:
        raise ScenarioFileError(f"{path} is larger than {MAX_FILE_SIZE:,} bytes.")
    return parse_scenario(content, str(path), as_json=path.suffix.lower() == ".json")
