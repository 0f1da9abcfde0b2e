"""A script as the text of its file, and the file."""

import json
import os
from contextlib import suppress
from pathlib import Path

from entity_connections.walkthrough.script import Act, Step, Walkthrough

_HEAD = """\
# Made by watching somebody use the screen. Each caption says what is done: write there
# what your audience should know, and in `teaches` what it learns. Then play it.
"""


def as_toml(script: Walkthrough) -> str:
    """Return a watched script as a person would write it; `script.parsed` reads it back.

    Of a step it knows what watching finds: no other user, no faults, and no picture.
    """
    top = [
        f"title = {_text(script.title)}",
        f"teaches = {_text(script.teaches)}",
        f"scenario = {_text(script.scenario)}",
        f"user = {_text(script.user)}",
        f"size = {script.size}",
    ]
    blocks = (_HEAD.rstrip(), "\n".join(top), *map(_step, script.steps))
    return "\n\n".join(blocks) + "\n"


def try_out(path: Path) -> None:
    """See whether `save` could write a file there.

    Raises:
        OSError: it could not.
    """
    new, descriptor = _beside(_follow(path))
    os.close(descriptor)
    new.unlink()


def save(path: Path, text: str, *, replace: bool) -> None:
    """Write a file that is whole as soon as it is there.

    Raises:
        FileExistsError: there is one, and it is not to be replaced.
        OSError: it cannot be written.
    """
    path = _follow(path)
    new, descriptor = _beside(path)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        if replace:
            new.replace(path)
        else:
            _put(new, path)
    finally:
        with suppress(FileNotFoundError):
            new.unlink()


def _follow(path: Path) -> Path:
    """Return where a link leads; a link to itself leads nowhere, and stays what it is."""
    return Path(os.path.realpath(path))


def _put(new: Path, path: Path) -> None:
    """Give a file its name, if nothing else has it.

    Raises:
        FileExistsError: something has.
    """
    try:
        path.hardlink_to(new)  # replaces nothing, unlike a rename
    except FileExistsError:
        raise
    except (OSError, NotImplementedError):  # there are no hard links: take the name first
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
        new.replace(path)


def _beside(path: Path) -> tuple[Path, int]:
    """Make a file in the same folder; return it, and its descriptor."""
    new = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    return new, os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)


def _step(step: Step) -> str:
    lines = ["[[steps]]", f"caption = {_text(step.caption)}"]
    for key, values in (("do", list(map(_act, step.do))), ("see", _texts(step.see))):
        if values:
            lines.append(f"{key} = {_list(values)}")
    if step.gone:
        lines.append(f"gone = {_list(_texts(step.gone))}")
    return "\n".join(lines)


def _act(act: Act) -> str:
    key, value = next((key, value) for key, value in act if value is not None)
    return f"{{ {key} = {_text(value)} }}"


def _list(values: list[str]) -> str:
    inside = ", ".join(values)
    if len(inside) < 90:
        return f"[{inside}]"
    return "[\n" + "".join(f"    {one},\n" for one in values) + "]"


def _texts(values: list[str]) -> list[str]:
    return list(map(_text, values))


def _text(text: str) -> str:
    """Return a string of TOML; what JSON would write differently, no clean text holds."""
    return json.dumps(text, ensure_ascii=False)
