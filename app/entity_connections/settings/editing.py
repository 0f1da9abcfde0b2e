"""Writing into config.toml: a new profile, a client id; all else stays byte for byte."""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from entity_connections.files import replace_file
from entity_connections.settings import paths as places
from entity_connections.settings.errors import SettingsError
from entity_connections.settings.profiles import FILE_LIMIT, Profile, Settings, parse, read
from entity_connections.settings.reading import content


def add_profile(
    name: str,
    *,
    environment: str | None = None,
    base_url: str | None = None,
    client_id: str | None = None,
    secret_command: str | None = None,
    risk: str | None = None,
    read_only: bool | None = None,
    entity: str | None = None,
    user: str | None = None,
    environ: Mapping[str, str] | None = None,
) -> Profile:
    """Append a profile to config.toml, making the file when there is none, and return it.

    Raises:
        SettingsError: the name is taken, a value cannot be used, or the file
            cannot be read or written; it is then as it was.
    """
    environ = os.environ if environ is None else environ
    said = {
        "environment": environment,
        "base_url": base_url,
        "client_id": client_id,
        "secret_command": secret_command,
        "risk": risk,
        "read_only": read_only,
        "entity": entity,
        "user": user,
    }
    table = {key: value for key, value in said.items() if value is not None}
    path = places.config_file(environ)
    before = content(path, FILE_LIMIT) or b""
    known = parse(before, path)
    if name in read(known, path, environ):
        raise SettingsError(f"There is a profile {name!r} already in {path}.")
    wanted = _with(known, name, table)
    added = read(wanted, path, environ)[name]
    after = before + _gap(before) + _table(name, table).encode()
    _check(after, wanted, path, name)
    _write(path, after)
    return added


def set_client_id(name: str, client_id: str, environ: Mapping[str, str] | None = None) -> Profile:
    """Write the client id of a profile that is in config.toml already, and return the profile.

    Raises:
        SettingsError: there is no such profile, the id cannot be used, or the
            file cannot be read or written; it is then as it was.
    """
    environ = os.environ if environ is None else environ
    path = places.config_file(environ)
    before = content(path, FILE_LIMIT) or b""
    known = parse(before, path)
    Settings(path, read(known, path, environ)).profile(name)
    wanted = _with(known, name, {**known["profiles"][name], "client_id": client_id})
    changed = read(wanted, path, environ)[name]
    line = f"client_id = {json.dumps(client_id, ensure_ascii=False)}"
    after = _in_table(before.decode(), name, line).encode()
    _check(after, wanted, path, name)
    _write(path, after)
    return changed


def _with(known: dict[str, Any], name: str, table: Mapping[str, object]) -> dict[str, Any]:
    return {**known, "profiles": {**known.get("profiles", {}), name: dict(table)}}


def _in_table(text: str, name: str, line: str) -> str:
    """Return the file with a line in a profile's table; whether it is right is checked later."""
    head = re.compile(rf"""[ \t]*\[ *profiles *\. *(["']?){re.escape(name)}\1 *\]""")
    lines = text.splitlines(keepends=True)
    for start, one in enumerate(lines, 1):
        if head.match(one):
            ending = "\r\n" if one.endswith("\r\n") else "\n"
            if not one.endswith("\n"):
                lines[start - 1] += ending
            for at in range(start, len(lines)):
                if lines[at].lstrip().startswith("["):
                    break
                if re.match(r"[ \t]*client_id[ \t]*=", lines[at]):
                    lines[at] = line + ending
                    return "".join(lines)
            lines.insert(start, line + ending)
            break
    return "".join(lines)


def _check(after: bytes, wanted: dict[str, Any], path: Path, name: str) -> None:
    try:
        right = parse(after, path) == wanted
    except SettingsError:
        right = False
    if not right:  # profiles = {…} on one line cannot be added to from below
        raise SettingsError(
            f"{path} is written in a way that nothing can be put into: "
            f"edit [profiles.{name}] there by hand."
        )


def _gap(before: bytes) -> bytes:
    if not before.strip():
        return b""
    return b"\n" if before.endswith(b"\n") else b"\n\n"


def _table(name: str, table: Mapping[str, str | bool]) -> str:
    head = f'"{name}"' if "." in name else name
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in table.items()]
    return "\n".join([f"[profiles.{head}]", *lines, ""])


def _write(path: Path, text: bytes) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        there = path.resolve()  # behind a link of whoever keeps such files elsewhere
        mode = there.stat().st_mode & 0o777 if there.exists() else 0o600
        replace_file(there, text)
        there.chmod(mode)
    except OSError as error:
        problem = error.strerror
    else:
        return
    raise SettingsError(f"{path} cannot be written: {problem}.")
