"""Writes all files of a recording."""

import re
from collections.abc import Iterator
from pathlib import Path

from entity_connections.walkthrough.export.asciicast import asciicast
from entity_connections.walkthrough.export.folder import write_files
from entity_connections.walkthrough.export.page import page
from entity_connections.walkthrough.export.pictures import Picture, captioned_picture, png
from entity_connections.walkthrough.recording import Recording

PAGE = "index.html"


def export(recording: Recording, folder: Path, *, with_png: bool = False) -> list[Path]:
    """Write the pictures, the page and the terminal recording, and return their paths.

    Each step makes NN-NAME.svg, the screen at its end with its caption, and for each of
    its clicks NN-NAME-click.svg, the screen with the pointer on what is clicked.

    Args:
        recording: what to export.
        folder: where to; it exists.
        with_png: whether to write each picture as PNG, too.

    Raises:
        ExportError: files cannot be written, or PNGs cannot be drawn.
    """
    pictures = dict(_pictures(recording))
    files = {
        PAGE: page(recording).encode(),
        f"{_file_name(recording.name)}.cast": asciicast(recording).encode(),
    }
    files |= {f"{name}.svg": picture.svg.encode() for name, picture in pictures.items()}
    if with_png:
        files |= {f"{name}.png": png(picture) for name, picture in pictures.items()}
    return write_files(folder, files)


def _pictures(recording: Recording) -> Iterator[tuple[str, Picture]]:
    digits = max(2, len(str(len(recording.script.steps))))
    for recorded in recording.steps():
        name = f"{recorded.number:0{digits}}-{recorded.step.picture or 'step'}"
        for number, frame in enumerate(recorded.clicks, 1):
            suffix = f"-{number}" if number > 1 else ""
            yield f"{name}-click{suffix}", captioned_picture(recording, frame)
        yield name, captioned_picture(recording, recorded.last)


def _file_name(name: str) -> str:
    """Return the name of a walkthrough with characters that every file system takes."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")[:60] or "walkthrough"
