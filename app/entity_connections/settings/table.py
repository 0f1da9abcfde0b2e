"""What may stand in config.toml, and what is said about everything else.

    [profiles.acme-sandbox]
    environment = "us-api-sandbox"      # or base_url = "https://rest.example.com"
    client_id = "…"                     # or ZUORA_CLIENT_ID in the environment
    secret_command = "op read op://…"   # prints the client secret
    risk = "sandbox"                    # or "production"
    read_only = true
    entity = "Acme-Americas"            # to start in: id, name or display name
    user = "alice@acme.example"         # only shown

Checked by hand: a library that could do it takes as long to load as a whole
one-shot command may.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from entity_connections.domain.text import clean
from entity_connections.settings.environments import ENVIRONMENTS
from entity_connections.settings.errors import SettingsError, nearest
from entity_connections.settings.paths import NAME

LONGEST = 1_000
"""Most characters of a text."""
TOLD = 6
"""Most problems told at once."""


class ProfileTable(NamedTuple):
    """One `[profiles.NAME]` as it stands in the file; each field is one of `KEYS`."""

    environment: str | None = None
    base_url: str | None = None
    client_id: str | None = None
    secret_command: str | None = None
    risk: str | None = None
    read_only: bool = False
    entity: str | None = None
    user: str | None = None


class Key(NamedTuple):
    """A key of a profile.

    Attributes:
        about: what it says, for the JSON schema.
        truth: whether it is true or false, and no text.
        words: the only values there are; empty for any.
    """

    about: str
    truth: bool = False
    words: tuple[str, ...] = ()


KEYS = {
    "environment": Key("Zuora's environment by a word; or base_url.", words=tuple(ENVIRONMENTS)),
    "base_url": Key("A REST root that no word stands for: https, or http on this machine."),
    "client_id": Key("Of the OAuth client; ZUORA_CLIENT_ID in the environment wins."),
    "secret_command": Key("A command that prints the client secret; run without a shell."),
    "risk": Key(
        "Told by the environment; needed with a base_url that Zuora does not list.",
        words=("sandbox", "production"),
    ),
    "read_only": Key("Refuse all writes; production starts locked anyway.", truth=True),
    "entity": Key("To start in: id, name or display name; ZUORA_ENTITY_ID wins."),
    "user": Key("Who works with it; only shown."),
}


def checked(raw: Mapping[str, Any], place: str) -> dict[str, ProfileTable]:
    """Return the profiles in what a TOML file says.

    Args:
        raw: the file as parsed.
        place: what the file is called in an error.

    Raises:
        SettingsError: each problem with its key, what is expected, and the nearest name.
    """
    if problems := list(_problems(raw)):
        more = f"\n{place}: and {len(problems) - TOLD} more." if len(problems) > TOLD else ""
        raise SettingsError("\n".join(f"{place}: {one}" for one in problems[:TOLD]) + more)
    return {name: ProfileTable(**table) for name, table in raw.get("profiles", {}).items()}


def schema() -> dict[str, Any]:
    """Return the JSON schema of config.toml."""
    properties = {
        name: {"description": key.about}
        | (
            {"type": "boolean", "default": False}
            if key.truth
            else {"type": "string", "minLength": 1, "maxLength": LONGEST}
        )
        | ({"enum": list(key.words)} if key.words else {})
        for name, key in KEYS.items()
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "config.toml of entity-connections",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "profiles": {
                "description": "Ways into tenants of Zuora, each by its name.",
                "type": "object",
                "additionalProperties": False,
                "patternProperties": {
                    f"^{NAME.pattern}$": {
                        "type": "object",
                        "additionalProperties": False,
                        "properties": properties,
                        "oneOf": [{"required": ["environment"]}, {"required": ["base_url"]}],
                    }
                },
            }
        },
    }


def _problems(raw: Mapping[str, Any]) -> Iterator[str]:
    yield from (_unknown("", key, ("profiles",)) for key in raw if key != "profiles")
    profiles = raw.get("profiles", {})
    if not isinstance(profiles, dict):
        yield "profiles must be a table of profiles, as in [profiles.acme]."
        return
    by_lower: dict[str, str] = {}
    for name, table in profiles.items():
        if not NAME.fullmatch(name):
            yield (
                f"a profile cannot be called {clean(name, 64)!r}: up to 64 letters, digits, "
                "dots, hyphens and underscores, the first a letter or digit."
            )
        elif not isinstance(table, dict):
            yield f"[profiles] {name} must be a table, as in [profiles.acme]."
        else:
            for key, value in table.items():
                if problem := _problem(name, key, value):
                    yield problem
        # Some file systems would keep both secrets, and both lists of rows, in one file.
        twin = by_lower.setdefault(name.lower(), name)
        if twin != name:
            yield f"the profiles {twin!r} and {name!r} differ only in capitals: rename one."


def _problem(name: str, key: str, value: object) -> str:
    known = KEYS.get(key)
    if known is None:
        return _unknown(name, key, KEYS)
    where = f"[profiles.{name}] {key}"
    if known.truth:
        return "" if isinstance(value, bool) else f"{where} must be true or false, without quotes."
    if not isinstance(value, str):
        return f"{where} must be a text in quotes."
    if not value.strip():
        return f"{where} is empty; leave the line out instead."
    if len(value) > LONGEST:
        return f"{where} is longer than {LONGEST:,} characters."
    if any(char < " " or "\x7f" <= char <= "\x9f" for char in value):
        return f"{where} holds a line break or a control character."
    if key == "risk" and value not in known.words:
        return f"{where} must be {' or '.join(repr(word) for word in known.words)}."
    return ""


_SECRETS = {
    "secret", "clientsecret", "zuoraclientsecret", "apisecretaccesskey",
    "password", "passwd", "token", "accesstoken", "bearertoken", "apikey",
}  # fmt: skip


def _unknown(profile: str, key: str, known: Iterable[str]) -> str:
    where = (f"[profiles.{clean(profile, 64)}] " if profile else "") + clean(key, 64)
    if not profile and key in KEYS:
        return f"{where} belongs to a profile: write it below a line such as [profiles.acme]."
    hint = nearest(key, [*known, "client_secret"])
    bare = key.lower().replace("_", "").replace("-", "").replace(" ", "")
    if bare in _SECRETS or hint.startswith("; did you mean client_secret"):
        return (
            f"{where}: a secret does not belong in this file, which is copied and shown around. "
            "Take the line out, then run: entity-connections login"
            + (f" --profile {profile}" if profile else "")
        )
    hint = hint.replace(" or client_secret", "")
    return f"{where}: there is no such key" + (hint or f"; there are: {', '.join(known)}.")
