"""Finding a font whose letters are all of one width, for pictures made of pixels."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from entity_connections.walkthrough.export.errors import ExportError

_BEST = (
    "DejaVuSansMono", "JetBrainsMono-Regular", "CascadiaMono", "Menlo", "FiraMono-Regular",
    "NotoSansMono-Regular", "consola", "LiberationMono-Regular", "cour",
)  # fmt: skip
"""Files to prefer: they have the signs of the screen, and look well."""
_SUFFIXES = (".ttf", ".otf", ".ttc")


class Font(NamedTuple):
    """A font on this machine.

    Attributes:
        family: what it is called.
        folder: where its files are.
    """

    family: str
    folder: Path


def monospace() -> Font:
    """Return the best font there is.

    Raises:
        ExportError: there is none.
    """
    from PIL import ImageFont  # with the extra only

    files = sorted(_files(), key=lambda file: (_rank(file.stem), str(file)))
    for file in files:
        try:
            with file.open("rb") as data:  # by a name, Pillow would look elsewhere, too
                family, _ = ImageFont.truetype(data).getname()
        except OSError:
            continue
        if family:
            return Font(family, file.parent)
    raise ExportError(
        "No monospace font was found on this machine, and pixels need one; install one"
        " (on Debian: apt-get install fonts-dejavu-core), or leave the images out."
    )


def _files() -> Iterator[Path]:
    for folder in _folders():
        for where, _, names in os.walk(folder):
            for name in names:
                stem, suffix = os.path.splitext(name)  # noqa: PTH122 - there are thousands
                if suffix.lower() in _SUFFIXES and (stem in _BEST or "mono" in stem.lower()):
                    yield Path(where, name)


def _folders() -> list[Path]:
    """Return where the system and its user keep fonts."""
    try:
        home = Path.home()
    except RuntimeError:  # there is none, and so no folder in it
        home = Path(os.devnull)
    if sys.platform == "darwin":
        return [Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts"]
    if sys.platform == "win32":
        local = Path(os.environ.get("LOCALAPPDATA", home / "AppData/Local"))
        windows = Path(os.environ.get("WINDIR", "C:/Windows"))
        return [windows / "Fonts", local / "Microsoft/Windows/Fonts"]
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share")
    return [
        Path("/usr/share/fonts"),
        Path("/usr/local/share/fonts"),
        data / "fonts",
        home / ".fonts",
    ]


def _rank(stem: str) -> tuple[int, int]:
    """Return how far from the best a file is; among unknown ones a plain cut goes first."""
    if stem in _BEST:
        return _BEST.index(stem), 0
    slanted = any(word in stem.lower() for word in ("bold", "italic", "oblique", "light"))
    return len(_BEST), int(slanted)
