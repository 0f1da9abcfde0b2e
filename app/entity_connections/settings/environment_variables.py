"""Variables of the environment: an empty one is refused, and never taken for an unset one."""

import os
from collections.abc import Mapping

from entity_connections.domain.text import find_problem
from entity_connections.settings.errors import SettingsError

CLIENT_ID = "ZUORA_CLIENT_ID"
CLIENT_SECRET = "ZUORA_CLIENT_SECRET"  # noqa: S105 - its name
ENTITY_ID = "ZUORA_ENTITY_ID"


def read_variable(name: str, environ: Mapping[str, str] | None = None) -> str | None:
    """Return the value of a variable, or None when it is not set.

    Raises:
        SettingsError: it is set, and empty or no text; its value is not repeated.
    """
    value = (os.environ if environ is None else environ).get(name)
    if value is None:
        return None
    value = value.strip()  # a file that was read into it may have ended with a line break
    if problem := find_problem(value):
        raise SettingsError(f"{name} in the environment {problem}. Give it a value, or unset it.")
    return value
