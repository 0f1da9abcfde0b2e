"""The environment variables of the program. An empty one is an error, not an unset one."""

import os

from entity_connections.domain.text import find_problem, trim
from entity_connections.settings.errors import SettingsError

CLIENT_ID = "ZUORA_CLIENT_ID"
CLIENT_SECRET = "ZUORA_CLIENT_SECRET"  # noqa: S105 - the name of the variable
ENTITY_ID = "ZUORA_ENTITY_ID"
CONFIG_DIR = "ENTITY_CONNECTIONS_CONFIG_DIR"
STATE_DIR = "ENTITY_CONNECTIONS_STATE_DIR"


def read_variable(name: str) -> str | None:
    """Return the value of a variable, trimmed, or None when it is not set."""
    value = os.environ.get(name)
    if value is None:
        return None
    value = trim(value)  # a value read from a file often ends with a line break
    if problem := find_problem(value):
        raise SettingsError(f"{name} in the environment {problem}. Give it a value, or unset it.")
    return value
