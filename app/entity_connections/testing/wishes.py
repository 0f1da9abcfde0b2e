"""What somebody says of the tenant they want, in the forms that a test would use."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from entity_connections.fake.faults.catalogue import Setting, parsed
from entity_connections.fake.rules.policy import Policy
from entity_connections.fake.scenarios.model import Scenario

Switches = Policy | Mapping[str, str] | Iterable[str] | str
"""A policy; its choices by name; or "name=value", one or several, as for `serve --policy`."""
Bad = str | Setting | Iterable[str | Setting]
"""A fault as for `serve --fault`, or several."""


def scenario(given: object) -> str | Scenario:
    """Return the name, the path or the scenario.

    Raises:
        TypeError: it is none.
    """
    if isinstance(given, Scenario):
        return given
    if isinstance(given, str | os.PathLike) and isinstance(path := os.fspath(given), str):
        return path
    raise _not_taken("scenario", 'a name ("empty"), the path of a scenario file', given)


def path(given: object) -> Path | None:
    """Return where the tenant is to live, as a path.

    Raises:
        TypeError: it is none.
    """
    if given is None:
        return None
    if isinstance(given, str | os.PathLike) and isinstance(text := os.fspath(given), str):
        return Path(text)
    raise _not_taken("path", "the path of a file, as text or as a Path", given)


def policy(given: object, before: Policy) -> Policy:
    """Return the policy: `before` with these choices, or one in its place.

    Raises:
        TypeError: it is none.
        entity_connections.fake.rules.policy.PolicyError: there is no such choice.
    """
    if given is None:
        return before
    if isinstance(given, Policy):
        return given
    if isinstance(given, Mapping):
        given = [f"{name}={value}" for name, value in given.items()]
    switches = _texts(given)
    if switches is None:
        forms = '"denied=removed", a list of such texts, {"denied": "removed"} or a Policy'
        raise _not_taken("policy", forms, given)
    return before.switched(switches)


def faults(given: object) -> list[Setting]:
    """Return the faults.

    Raises:
        TypeError: it is none.
        entity_connections.fake.faults.catalogue.FaultError: there is no such fault.
    """
    if isinstance(given, Setting):
        return [given]
    listed = [given] if isinstance(given, str) else given
    found = list(listed) if isinstance(listed, Iterable) else [None]
    if not all(isinstance(one, str | Setting) for one in found) or isinstance(given, Mapping):
        raise _not_taken("faults", '"latency=2,times=3" or a list of such texts', given)
    return [one if isinstance(one, Setting) else parsed(str(one)) for one in found]


def seed(given: object) -> int:
    """Return the seed.

    Raises:
        TypeError: it is none.
    """
    if isinstance(given, int) and not isinstance(given, bool):
        return given
    raise _not_taken("seed", "a whole number", given)


def _texts(given: object) -> list[str] | None:
    if isinstance(given, str):
        return [given]
    found = list(given) if isinstance(given, Iterable) else [None]
    return [str(one) for one in found] if all(isinstance(one, str) for one in found) else None


def _not_taken(name: str, forms: str, given: object) -> TypeError:
    return TypeError(f"{name} takes {forms}; not {given!r:.60}.")
