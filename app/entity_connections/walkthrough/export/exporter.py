"""Writes all files of a recording."""

import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from entity_connections.domain.text import clean
from entity_connections.walkthrough.caption_bar import terminal_size
from entity_connections.walkthrough.export.html_page import render_page
from entity_connections.walkthrough.export.pictures import draw_captioned_picture
from entity_connections.walkthrough.recording import Recording

_LAST_SCREEN = 5.0
"""Seconds for which the recording of the terminal shows its last screen."""
_CLIP_PATH = re.compile(r' clip-path="[^"]*"')
_MONOSPACE_FONTS = {"darwin": "Menlo", "win32": "Consolas"}


class ExportError(Exception):
    """Why nothing can be exported, in a sentence."""


def prepare_folder(path: Path, *, force: bool) -> None:
    """Make the folder; raise ExportError if that fails, or if it holds files, unless `force`."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        is_empty = not any(path.iterdir())
    except OSError as error:
        raise ExportError(f"{clean(str(path))} cannot be used: {error.strerror}.") from error
    if not is_empty and not force:
        raise ExportError(
            f"{clean(str(path))} is not empty; name another folder, or replace files"
            " there with --force."
        )


def export(recording: Recording, folder: Path, *, with_png: bool = False) -> list[Path]:
    """Write the pictures, the page and the terminal recording, and return their paths.

    Each step makes NN-NAME.svg, the screen at its end with its caption, and for each of
    its clicks NN-NAME-click.svg, the screen with the pointer on what is clicked. What cannot be
    written or drawn raises ExportError.
    """
    pictures = dict(_draw_pictures(recording))
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", recording.name).strip("-")[:60] or "walkthrough"
    files = {
        "index.html": render_page(recording).encode(),
        f"{name}.cast": _asciicast(recording).encode(),
    }
    files |= {f"{name}.svg": svg.encode() for name, svg in pictures.items()}
    if with_png:
        draw_png = _load_png_renderer()
        files |= {f"{name}.png": draw_png(svg) for name, svg in pictures.items()}
    try:
        for name, data in files.items():
            (folder / name).write_bytes(data)
    except OSError as error:
        raise ExportError(f"{clean(str(folder))}: {name}: {error.strerror}.") from error
    return [folder / name for name in files]


def _draw_pictures(recording: Recording) -> Iterator[tuple[str, str]]:
    digits = max(2, len(str(len(recording.steps))))
    for recorded in recording.steps:
        name = f"{recorded.number:0{digits}}-{recorded.step.picture or 'step'}"
        for number, frame in enumerate(recorded.clicks, 1):
            suffix = f"-{number}" if number > 1 else ""
            yield f"{name}-click{suffix}", draw_captioned_picture(recording, frame)
        yield name, draw_captioned_picture(recording, recorded.last)


def _asciicast(recording: Recording) -> str:
    """Return the recording of the terminal as asciicast, version 2.

    See https://docs.asciinema.org/manual/asciicast/v2/. It names no date and no machine.
    """
    size = terminal_size(recording.script)
    title = recording.script.title
    header = {"version": 2, "width": size.width, "height": size.height, "title": title}
    end = recording.output[-1][0] + _LAST_SCREEN
    events = [(round(time, 6), "o", data) for time, data in (*recording.output, (end, ""))]
    return "".join(f"{json.dumps(line)}\n" for line in (header, *events))


def _load_png_renderer() -> Callable[[str], bytes]:
    """Return what draws an SVG as PNG, with the usual monospace font of the system."""
    try:
        from resvg_py import svg_to_bytes
    except ModuleNotFoundError as error:
        raise ExportError(
            "PNG needs the extra [record]; install it: pip install 'entity-connections[record]',"
            " or from its source: pip install '.[record]'."
        ) from error
    font = _MONOSPACE_FONTS.get(sys.platform, "DejaVu Sans Mono")

    def draw(svg: str) -> bytes:
        # Clipping takes most of the time, and cuts off nothing.
        svg = _CLIP_PATH.sub("", svg).replace("<svg ", '<svg overflow="visible" ')
        return svg_to_bytes(svg_string=svg, monospace_family=font, sans_serif_family=font)

    blank = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{}</svg>'
    letter = '<text y="9" font-family="monospace">M</text>'
    if draw(blank.format("")) == draw(blank.format(letter)):
        raise ExportError(f"PNG needs the font {font}; install it, or leave the PNGs out.")
    return draw
