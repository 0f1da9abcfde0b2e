"""The walkthroughs that come with the program: they run, and look as they did.

Pictures are compared with `tests/snapshots/walkthroughs/NAME/PICTURE.svg`; after
`pytest --snapshot-update` look at the new ones.
"""

import os
import re
import subprocess
import sys
import textwrap
from functools import cache
from pathlib import Path

import pytest
from entity_connections import walkthrough
from entity_connections.walkthrough import recording
from entity_connections.walkthrough.caption_bar import bar_height
from entity_connections.walkthrough.export.exporter import export
from entity_connections.walkthrough.recording import Recording
from entity_connections.walkthrough.script_file import (
    list_shipped_scripts,
    parse_script,
    read_script,
)
from entity_connections.walkthrough.script_models import Walkthrough
from textual.geometry import Size

from tests.tui.snapshots import FOLDER, compare
from tests.walkthrough.recordings import record_script

NAMES = sorted(list_shipped_scripts())
# All tests of a walkthrough run in one worker, which records it once.
each_walkthrough = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in NAMES]
)


def read_shipped(name: str) -> Walkthrough:
    return read_script(list_shipped_scripts()[name])


@cache
def recording_of(name: str) -> Recording:
    return record_script(read_shipped(name), name)


@each_walkthrough
def test_it_runs_and_looks_as_it_did(name: str, request: pytest.FixtureRequest) -> None:
    update = request.config.getoption("--snapshot-update")
    folder = FOLDER / "walkthroughs" / name
    pictures = {}
    for recorded in recording_of(name).steps:
        if recorded.step.picture:
            pictures[recorded.step.picture] = recorded.last.svg
    for picture, svg in pictures.items():
        compare(folder / f"{picture}.svg", svg, update=update)
    unused = [path for path in folder.glob("*.svg") if path.stem not in pictures]
    if update:
        for path in unused:
            path.unlink()
    else:
        assert unused == []


def test_the_example_in_the_readme_runs() -> None:
    text = (Path(walkthrough.__file__).parent / "README.md").read_text()
    (example,) = re.findall(r"^ {4}title = .*\n(?:(?: {4}.*)?\n)+", text, re.MULTILINE)
    record_script(parse_script(textwrap.dedent(example), "README.md"))


@pytest.mark.xdist_group("a-day-with-faults")
def test_it_is_the_same_at_every_run_on_every_machine(tmp_path: Path) -> None:
    """Neither chance nor settings of the terminal, of Textual or of the system are in an export."""
    name = "a-day-with-faults"
    export(recording_of(name), tmp_path)
    settings = {
        "PYTHONHASHSEED": "7", "HOME": str(tmp_path), "USER": "mallory", "HOSTNAME": "elsewhere",
        "TZ": "Asia/Tokyo", "LC_ALL": "C", "TERM": "dumb", "NO_COLOR": "1", "COLUMNS": "40",
        "TEXTUAL": "debug", "TEXTUAL_ANIMATIONS": "basic", "TEXTUAL_COLOR_SYSTEM": "256",
        "TEXTUAL_DIM_FACTOR": "10", "TEXTUAL_FILTERS": "dim", "TEXTUAL_FPS": "7",
        "TEXTUAL_SCREENSHOT": "1", "TEXTUAL_THEME": "nord",
        "ZUORA_ENTITY_ID": "8a80825556ff28a4015708ba29312ecc",
    }  # fmt: skip
    command = [sys.executable, "-m", "entity_connections", "walkthrough", name, "--export"]
    subprocess.run([*command, str(tmp_path / "again")], env=os.environ | settings, check=True)
    files = [path for path in tmp_path.iterdir() if path.is_file()]
    assert len(files) == len(list((tmp_path / "again").iterdir()))
    for path in files:
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes(), path.name


@each_walkthrough
def test_it_fits_a_terminal_of_80_by_24(name: str) -> None:
    script = read_shipped(name)
    assert bar_height(script, 80) <= 4
    record_script(script.model_copy(update={"size": (80, 20)}))


@each_walkthrough
def test_it_runs_in_a_terminal_that_is_larger_than_it_was_written_for(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "terminal_size", lambda _: Size(160, 48))
    record_script(read_shipped(name))


@each_walkthrough
def test_its_steps_promise_texts_and_have_pictures(name: str) -> None:
    script = read_shipped(name)
    assert 5 <= len(script.steps) <= 14
    assert script.size == (100, 26)
    assert all(step.see for step in script.steps)
    pictures = [step.picture for step in script.steps if step.picture]
    assert len(pictures) >= len(script.steps) / 2
    assert len(set(pictures)) == len(pictures)
