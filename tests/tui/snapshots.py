"""Pictures of the screen, compared with those a person has looked at.

A picture is an SVG under `tests/snapshots/`. When it differs, the test shows
the difference as text, and leaves the new picture beside the old one as
`NAME.actual.svg`. `pytest --snapshot-update` takes the new ones as right: look
at them then.
"""

import difflib
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from entity_connections.walkthrough.screenshot import take_screenshot
from rich.cells import cell_len
from textual.app import App

FOLDER = Path(__file__).parents[1] / "snapshots"
_CELL_WIDTH = 12.2
"""Of the pictures that Rich draws."""


class Snapshot:
    """Compares the screen with the picture of a name; a test may take several."""

    def __init__(self, feature: str, test: str, *, update: bool) -> None:
        self._folder = FOLDER / feature
        self._test = test
        self._update = update

    def __call__(self, app: App[None], name: str = "") -> None:
        """Compare what is on the screen now.

        Raises:
            AssertionError: It differs from the picture, or there is none yet.
        """
        path = self._folder / f"{self._test}{'-' * bool(name)}{name}.svg"
        compare(path, take_screenshot(app), update=self._update)


def compare(path: Path, actual: str, *, update: bool) -> None:
    """Compare a picture with the one that is kept at `path`, or let it be that.

    Raises:
        AssertionError: It differs, or there is none yet.
    """
    actual_path = path.with_suffix(".actual.svg")
    if update:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(actual)
    elif not path.exists() or path.read_text() != actual:
        path.parent.mkdir(parents=True, exist_ok=True)
        actual_path.write_text(actual)
        before = svg_lines(path.read_text()) if path.exists() else []
        changes = "\n".join(difflib.unified_diff(before, svg_lines(actual), lineterm="", n=1))
        raise AssertionError(
            f"{path.name} differs; look at {actual_path.name} beside it.\n"
            f"{changes or 'The text is the same: colours or styles differ.'}"
        )
    actual_path.unlink(missing_ok=True)


def svg_lines(svg: str) -> list[str]:
    """Return the text of a picture, line by line."""
    lines: dict[float, str] = {}
    for element in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):
        if not element.get("class", "").endswith("-title"):
            y, cell = float(element.get("y", 0)), round(float(element.get("x", 0)) / _CELL_WIDTH)
            line = lines.get(y, "")
            lines[y] = line + " " * (cell - cell_len(line)) + (element.text or "")
    return [lines[y].replace("\N{NO-BREAK SPACE}", " ").rstrip() for y in sorted(lines)]


def visible_text(app: App[None]) -> str:
    """Return the text on the screen of an app."""
    return "\n".join(svg_lines(take_screenshot(app)))


@pytest.fixture
def snap(request: pytest.FixtureRequest) -> Snapshot:
    """Compares the screen with a picture under `tests/snapshots/FEATURE/`."""
    feature = request.path.stem.removeprefix("test_")
    test = re.sub(r"[^\w-]+", "-", request.node.name.removeprefix("test_")).strip("-")
    return Snapshot(feature, test, update=request.config.getoption("--snapshot-update"))
