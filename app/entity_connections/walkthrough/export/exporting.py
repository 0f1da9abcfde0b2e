"""Writing a take as files."""

import re
from collections.abc import Iterator
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path

from entity_connections.walkthrough.export import fonts
from entity_connections.walkthrough.export.cast import cast
from entity_connections.walkthrough.export.errors import ExportError
from entity_connections.walkthrough.export.folder import Folder
from entity_connections.walkthrough.export.page import page
from entity_connections.walkthrough.export.panel import Panel, captions
from entity_connections.walkthrough.export.pictures import Screen, composed
from entity_connections.walkthrough.export.scenes import scenes
from entity_connections.walkthrough.player import reading_time
from entity_connections.walkthrough.take import Frame, Take

PAGE = "index.html"


def try_out(name: str, folder: Path, *, png: bool = False, gif: bool = False) -> None:
    """See whether a walkthrough could be exported, before it is performed for that.

    Args:
        name: of the walkthrough.
        folder: where to; it is not made yet.
        png: whether each picture is wanted as PNG, too.
        gif: whether a moving picture is.

    Raises:
        ExportError: the folder cannot be used, or what pixels need is not there.
    """
    Folder(folder, name).try_out()
    if png or gif:
        _font()


def export(take: Take, folder: Path, *, png: bool = False, gif: bool = False) -> list[Path]:
    """Write a walkthrough's pictures, page and terminal recording, and return the files.

    Each step makes NN-NAME.svg, the screen at its end with its caption, and for each of
    its clicks NN-NAME-click.svg, the screen with the pointer on what is clicked. All is
    made before anything is written, and is the same at every run.

    Args:
        take: what was performed.
        folder: where to; it is made if need be.
        png: whether each picture is wanted as PNG, too.
        gif: whether a moving picture is.

    Raises:
        ExportError: the folder cannot be used, or what pixels need is not there.
    """
    into = Folder(folder, take.name)
    name = _as_file_name(take.name)
    pictures = dict(_pictures(take))
    files = {PAGE: page(take).encode(), f"{name}.cast": cast(take).encode()}
    files |= {f"{one}.svg": svg.encode() for one, svg in pictures.items()}
    if png or gif:
        font = _font()
        from entity_connections.walkthrough.export import images

        drawn = cache(partial(images.png, font=font))  # most are wanted twice
        if png:
            files |= {f"{one}.png": drawn(svg) for one, svg in pictures.items()}
        if gif:
            shown = [
                images.Still(drawn(_composed(take, frame)), seconds)
                for frame, seconds in zip(take.frames, _durations(take), strict=True)
            ]
            files[f"{name}.gif"] = images.gif(shown)
    return into.write(files)


def _font() -> fonts.Font:
    """Return the font that pixels are drawn with.

    Raises:
        ExportError: the extra is missing, or there is no font.
    """
    if find_spec("PIL") is None or find_spec("resvg_py") is None:
        raise ExportError(
            "PNG and GIF need the extra [record]; install it:"
            " pip install 'entity-connections[record]', or from its source:"
            " pip install '.[record]'."
        )
    return fonts.monospace()


def _pictures(take: Take) -> Iterator[tuple[str, str]]:
    """Yield the pictures with their names: in a step its clicks, then its end."""
    for scene in scenes(take):
        name = f"{scene.number:0{_digits(take)}}-{scene.step.picture or 'step'}"
        for place, frame in enumerate(scene.clicks, 1):
            yield f"{name}-click{f'-{place}' * (place > 1)}", _composed(take, frame)
        yield name, _composed(take, scene.last)


def _durations(take: Take) -> Iterator[float]:
    """Yield how long each frame is looked at: the end of a step, until its caption is read."""
    for frame, following in zip(take.frames, [*take.frames[1:], take.frames[-1]], strict=True):
        if frame.last:
            yield reading_time(captions(take, frame.number).text)
        else:
            yield following.at - frame.at


def _composed(take: Take, frame: Frame) -> str:
    panel = Panel.of(take, Screen.of(frame).width)
    said = captions(take, frame.number, frame.caps)
    return composed(frame, said, panel, f"{take.script.title} {said.place}".rstrip())


def _digits(take: Take) -> int:
    return max(2, len(str(len(take.script.steps))))


def _as_file_name(name: str) -> str:
    """Return a walkthrough's name as one that any system takes for a file."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")[:60] or "walkthrough"
