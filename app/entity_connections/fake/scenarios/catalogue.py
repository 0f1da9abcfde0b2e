"""The built-in scenarios and their users by name, and loading a scenario.

The command line reads this module before it loads a server: it must not import anything heavy.
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from entity_connections.domain.words import join_or

if TYPE_CHECKING:
    from entity_connections.fake.model import Scenario

SCENARIOS = {
    "acme": "Zuora's example company, with every documented status",
    "denied-removed": "acme, but a denied request vanishes from the lists",
    "empty": "five entities, and no connection yet",
    "global-500": "512 entities, the most there can be; 513 connections",
    "hostile": "what Zuora does not send: names, statuses and ids that attack a client",
}
"""The built-in scenarios, each with a description in one line."""

USERS = {
    "alice": "administrator of all she can enter",
    "bruno": "administrator of one entity only",
    "carol": "standard user: may look, not act",
}
"""The users of every built-in scenario, each with a description in one line."""


class ScenarioWarning(UserWarning):
    """A value of a scenario file that Zuora does not document; the message names its place."""


def is_scenario_file(name: str) -> bool:
    """Return whether `name` is the path of a scenario file, by its ending."""
    return name.lower().endswith((".toml", ".json"))


def check_scenario(name: str) -> str:
    """Return the name of a built-in scenario or of a scenario file; ValueError if it is neither."""
    if name not in SCENARIOS and not is_scenario_file(name):
        choices = join_or([*SCENARIOS, "a .toml or .json file"])
        raise ValueError(f"There is no scenario {name!r}. Choose {choices}.")
    return name


def load_scenario(scenario: "str | Scenario") -> "Scenario":
    """Return a built-in scenario, or the one in a file; raise ValueError if it cannot be used."""
    if not isinstance(scenario, str):
        return scenario
    if is_scenario_file(scenario):
        from entity_connections.fake.scenarios.file_parser import read_scenario_file

        return read_scenario_file(Path(scenario))
    name = check_scenario(scenario).replace("-", "_")
    module = import_module(f"entity_connections.fake.scenarios.builtin.{name}")
    built_in: Scenario = module.scenario()
    return built_in
