"""Finds and reads the files of walkthroughs; what cannot be used raises ScriptError."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from entity_connections.domain.text import clean
from entity_connections.domain.validation_messages import describe_place, describe_validation_error
from entity_connections.domain.words import suggest
from entity_connections.fake.scenarios.catalogue import SCENARIOS
from entity_connections.files import UnsafeFileError, read_file
from entity_connections.walkthrough.script_models import Act, Step, Walkthrough

SUFFIX = ".toml"
_SCRIPTS = Path(__file__).with_name("scripts")
_MAX_BYTES = 1_000_000
_MAX_PROBLEMS = 10


class ScriptError(ValueError):
    """A script that cannot be used: one problem a line, each with its file and step."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(clean(problem, 500) for problem in problems))


def list_shipped_scripts() -> dict[str, Path]:
    """Return the scripts that come with the program, by name."""
    return {path.stem: path for path in sorted(_SCRIPTS.glob(f"*{SUFFIX}"))}


def find_script(name: str) -> Path:
    """Return the path of a walkthrough: of a shipped one by its name, else `name` as a path."""
    shipped = list_shipped_scripts()
    if name in shipped:
        return shipped[name]
    path = Path(name)
    if path.suffix == SUFFIX or "/" in name:
        return path
    hint = suggest(name, shipped) or f"; there are {', '.join(shipped)}."
    raise ScriptError(f"There is no walkthrough {name[:60]!r}{hint} A file ends in {SUFFIX}.")


def read_script(path: Path) -> Walkthrough:
    """Return the script in a file; a scenario file is looked for beside it."""
    try:
        text = read_file(path, _MAX_BYTES).decode("utf-8-sig")
    except UnsafeFileError as error:
        raise ScriptError(str(error)) from error
    except OSError as error:
        raise ScriptError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ScriptError(f"{path} is not a text in UTF-8.") from error
    script = parse_script(text, path.name)
    if script.scenario in SCENARIOS:
        return script
    return script.model_copy(update={"scenario": str(path.parent / script.scenario)})


def parse_script(text: str, file_name: str) -> Walkthrough:
    """Return the script in a text; `file_name` is for error messages only."""
    try:
        return Walkthrough.model_validate(tomllib.loads(text))
    except ValidationError as error:
        problems = [_describe(problem) for problem in error.errors()[:_MAX_PROBLEMS]]
    except (ValueError, RecursionError) as error:
        problems = [f"not TOML: {error}."]
    raise ScriptError(*(f"{file_name}: {problem}" for problem in problems))


def _describe(error: Mapping[str, Any]) -> str:
    location: tuple[str | int, ...] = error["loc"]
    model = Act if "do" in location else Step if len(location) > 1 else Walkthrough
    message = describe_validation_error(error, model.model_fields)
    return f"{describe_place(location)}: {message}"
