"""The walkthroughs that come with the program: played to their ends, and looked at.

A step that does not come about fails with its caption and both screens. So does
one whose picture differs from `tests/snapshots/walkthroughs/NAME/PICTURE.svg`;
`pytest --snapshot-update` takes the new ones as right: look at them then.
"""

import hashlib
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from entity_connections.walkthrough import caption_bar as strip
from entity_connections.walkthrough.screen_text import text_of
from entity_connections.walkthrough.script import Step, Walkthrough, read, shipped
from entity_connections.walkthrough.take import Take

from tests.tui.snapshots import FOLDER, compare
from tests.walkthrough.performed import performed

NAMES = sorted(shipped())
ALBUM = FOLDER / "walkthroughs"
# A worker that has performed one keeps the take for all tests of it.
every = pytest.mark.parametrize(
    "name", [pytest.param(one, marks=pytest.mark.xdist_group(one)) for one in NAMES]
)

PROCEDURE = """
In a source entity, send a connection request to a target entity.
Log in as a source entity administrator who must have permission to access to the target entity.
Navigate to the source entity from the entity switcher.
Click your username at the top right
and navigate to Administration > Manage Entity Connections.
In the Share To (Outbound) tab, click Request Connection next to the target entity.
The connection is then in Pending status.
In the target entity, accept the connection request from the source entity.
Navigate to the target entity from the entity switcher.
Click your username at the top right
and navigate to Administration > Manage Entity Connections.
In the Share From (Inbound) tab, you can see a connection request from the source entity.
Click Accept.
The connection status is changed to Connected.
"""
"""Both parts of Zuora's page "Set up an entity connections for object sharing"."""


def script_of(name: str) -> Walkthrough:
    return read(shipped()[name])


@cache
def take_of(name: str) -> Take:
    return performed(script_of(name), name)


def ends(take: Take) -> list[str]:
    """Return the picture before the first step, and those at the end of each."""
    return [frame.svg for frame in take.frames if frame.last]


def fingerprint(take: Take) -> str:
    """Return what differs as soon as a bit of a take does."""
    return hashlib.sha256(repr((take.frames, take.stream, take.size)).encode()).hexdigest()


def look(folder: Path, number: int, step: Step, svg: str, *, update: bool) -> None:
    """Compare the picture of a step with the one that is kept in a folder.

    Raises:
        AssertionError: it differs, or there is none; with the caption and both screens.
    """
    path = folder / f"{step.picture}.svg"
    kept = text_of(path.read_text()) if path.exists() else ("(there is none)",)
    try:
        compare(path, svg, update=update)
    except AssertionError as error:
        screens = ("The picture:", *kept, "The screen now:", *text_of(svg))
        shown = "\n".join(screens)
        raise AssertionError(f'Step {number}, "{step.caption}": {error}\n{shown}') from None


@every
def test_it_comes_about_and_looks_as_it_did(name: str, request: pytest.FixtureRequest) -> None:
    update = request.config.getoption("--snapshot-update")
    pictured = [(n, one) for n, one in enumerate(script_of(name).steps, 1) if one.picture]
    seen = ends(take_of(name))
    for number, step in pictured:
        look(ALBUM / name, number, step, seen[number], update=update)
    names = {step.picture for _, step in pictured}
    left = [path for path in (ALBUM / name).glob("*.svg") if path.stem not in names]
    if update:
        for path in left:
            path.unlink()
    else:
        assert left == [], "pictures that no step takes any more"


@every
def test_it_is_the_same_at_every_run(name: str) -> None:
    assert fingerprint(performed(script_of(name), name)) == fingerprint(take_of(name))


def test_it_is_the_same_on_every_machine(tmp_path: Path) -> None:
    """The one with the journal: it holds times, and which program wrote it."""
    code = (
        "from tests.walkthrough.test_shipped import *\nprint(fingerprint(take_of('disconnect')))\n"
    )
    theirs = {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": f"{Path(__file__).parents[2]}:{Path(__file__).parents[2]}/app",
        "PYTHONHASHSEED": "7",
        "HOME": str(tmp_path),
        "TZ": "Asia/Tokyo",
        "LC_ALL": "C",
        "TERM": "dumb",
        "NO_COLOR": "1",
        "COLUMNS": "40",
        "TEXTUAL": "debug",
        "TEXTUAL_ANIMATIONS": "basic",
        "TEXTUAL_COLOR_SYSTEM": "256",
        "TEXTUAL_DIM_FACTOR": "10",
        "TEXTUAL_FILTERS": "dim",
        "TEXTUAL_FPS": "7",
        "TEXTUAL_SCREENSHOT": "1",
        "TEXTUAL_THEME": "nord",
        "ZUORA_ENTITY_ID": "8a80825556ff28a4015708ba29312ecc",
    }
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, cwd=tmp_path, env=theirs, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == fingerprint(take_of("disconnect"))
    assert list(tmp_path.iterdir()) == []


@every
def test_it_fits_a_small_terminal(name: str) -> None:
    """In 80x24 the captions take four rows at most, and everything can be done and seen."""
    script = script_of(name)
    assert strip.rows(script, 80) <= 4
    performed(script.model_copy(update={"size": [80, 20]}))


@every
def test_each_step_proves_what_it_teaches(name: str) -> None:
    script = script_of(name)
    assert 5 <= len(script.steps) <= 14
    assert script.size == [100, 26]
    assert all(step.see for step in script.steps)
    assert sum(step.picture is not None for step in script.steps) >= len(script.steps) / 2


def test_the_first_one_is_the_procedure_word_for_word_and_by_mouse() -> None:
    steps = script_of("set-up-a-connection").steps
    captions = " ".join(step.caption for step in steps)
    ours_left_out = re.sub(r" ?\([A-Z][^)]*\.\)", "", captions)
    assert re.sub(r"\d\.(\d\.)? ", "", ours_left_out) == " ".join(PROCEDURE.split())
    assert all(act.click for step in steps for act in step.acts)


def test_a_picture_that_differs_is_told_with_its_step_and_both_screens(tmp_path: Path) -> None:
    step = script_of("deny-a-request").steps[1]
    before, after = ends(take_of("deny-a-request"))[1:3]
    look(tmp_path, 2, step, before, update=True)
    look(tmp_path, 2, step, before, update=False)
    with pytest.raises(AssertionError) as caught:
        look(tmp_path, 2, step, after, update=False)
    said = str(caught.value)
    assert said.startswith(f'Step 2, "{step.caption}": requested.svg differs')
    shown, now = said.split("The screen now:")
    assert "Acme-Europe                 Acme Corporation        ○ Not connected" in shown
    assert "Acme-Europe                 Acme Corporation        ◐ Pending" in now
    assert (tmp_path / "requested.actual.svg").read_text() == after
