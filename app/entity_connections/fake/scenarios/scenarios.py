"""The names a person can choose from: scenarios and users, and nothing heavy.

The command line checks `--scenario` and `--user` against this module before it
loads a server, so nothing but the two tables and their errors lives here.
"""

SCENARIOS = {
    "acme": "Zuora's example company, with every state of a row",
    "denied-removed": "acme, but a denied request vanishes from the lists",
    "empty": "five entities, and no connection yet",
    "global-500": "512 entities, the most there can be; 513 connections",
    "hostile": "names and statuses that attack the screen",
}
"""Every scenario and what it shows, in one line."""

USERS = {
    "alice": "administrator of all she can enter",
    "bruno": "administrator of one entity only",
    "carol": "standard user: may look, not act",
}
"""The users every scenario has, and who they are in it."""


def is_file(name: str) -> bool:
    """Whether `name` means a scenario file: it ends like one."""
    return name.lower().endswith((".toml", ".json"))


class UnknownScenarioError(ValueError):
    """A scenario was named that does not exist; the message lists those that do."""


def check_scenario(name: str) -> None:
    """Return quietly if `name` is a scenario.

    Raises:
        UnknownScenarioError: It is not; the message names it and the valid ones.
    """
    if name not in SCENARIOS:
        raise UnknownScenarioError(f"There is no scenario {name!r}. Choose {_either(SCENARIOS)}.")


def _either(names: dict[str, str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}"
