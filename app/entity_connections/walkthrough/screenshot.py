"""Pictures of terminal rows, as SVG that is the same at every run and loads nothing."""

import io
import re
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from textual.app import App
from textual.strip import Strip, StripRenderable

_WEB_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
_UNIQUE_ID = re.compile(r"terminal-\d+(?=-matrix)")
_ROWS_FORMAT = """\
<svg xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: monospace; font-size: {char_height}px; }}
{styles}
</style>
<defs>{lines}</defs>
{backgrounds}
<g class="{unique_id}-matrix">{matrix}</g>
</svg>
"""


def take_screenshot(app: App[Any]) -> str:
    """Return what an app shows now."""
    svg = _WEB_FONT.sub("", app.export_screenshot(title=app.title))
    svg = svg.replace("Fira Code, monospace", "monospace").replace("Fira Code", "monospace")
    # Rich puts a checksum of the picture before each class and id.
    unique_id = _UNIQUE_ID.search(svg)
    return svg.replace(f"{unique_id[0]}-", "terminal-") if unique_id else svg


def draw_rows(rows: Sequence[Strip]) -> str:
    """Return rows of a terminal without the frame of a window."""
    console = Console(
        width=rows[0].cell_length,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        record=True,
        legacy_windows=False,
    )
    console.print(StripRenderable(list(rows)))
    return console.export_svg(code_format=_ROWS_FORMAT, unique_id="captions")
