"""Pictures of the screen as SVG, which is the same at every run and loads nothing."""

import re
from typing import Any

from textual.app import App

_WEB_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
_UNIQUE_ID = re.compile(r"terminal-\d+(?=-matrix)")


def take_screenshot(app: App[Any]) -> str:
    """Return what an app shows now."""
    svg = _WEB_FONT.sub("", app.export_screenshot(title=app.title))
    svg = svg.replace("Fira Code, monospace", "monospace").replace("Fira Code", "monospace")
    # Rich puts a checksum of the picture before each class and id.
    unique_id = _UNIQUE_ID.search(svg)
    return svg.replace(f"{unique_id[0]}-", "terminal-") if unique_id else svg
