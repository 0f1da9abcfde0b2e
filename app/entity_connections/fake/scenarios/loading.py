"""Getting a scenario by its name or from a file; only the one that is asked for is loaded."""

from importlib import import_module
from pathlib import Path

from entity_connections.fake.scenarios.model import Scenario
from entity_connections.fake.scenarios.scenarios import check_scenario, is_file

LIMIT = 20_000_000
"""Most bytes of a scenario file."""


class ScenarioFileError(ValueError):
    """A scenario file that cannot be used; the message names it and the place, a line for each."""


def load(named: str | Scenario) -> Scenario:
    """Return the scenario of this name, or in the file at this path.

    Raises:
        UnknownScenarioError: There is no scenario of this name.
        ScenarioFileError: The file cannot be used.
    """
    if isinstance(named, Scenario):
        return named
    if is_file(named):
        return read(Path(named))
    check_scenario(named)
    module = import_module(f"entity_connections.fake.scenarios.data.{named.replace('-', '_')}")
    scenario: Scenario = module.scenario()
    return scenario


def read(path: Path) -> Scenario:
    """Return the scenario in a TOML or JSON file.

    Raises:
        ScenarioFileError: The file cannot be read, or what stands in it cannot be used.
    """
    from entity_connections.fake.scenarios.scenario_file import parsed

    try:
        if not path.exists():
            raise ScenarioFileError(f"There is no scenario file {path}.")
        if not path.is_file():  # a pipe would be waited for
            raise ScenarioFileError(f"{path} is not a file.")
        with path.open("rb") as file:
            content = file.read(LIMIT + 1)
    except OSError as error:
        raise ScenarioFileError(f"{path} cannot be read: {error.strerror}.") from error
    if len(content) > LIMIT:
        raise ScenarioFileError(f"{path} is larger than {LIMIT:,} bytes.")
    return parsed(content, str(path), as_json=path.suffix.lower() == ".json")
