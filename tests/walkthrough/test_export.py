"""The files of an export: pictures, terminal recording, PNGs, and the folder."""

import json
import re
import sys
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pyte
import pytest
from entity_connections.walkthrough.caption_bar import terminal_size
from entity_connections.walkthrough.export.exporter import ExportError, export, prepare_folder
from entity_connections.walkthrough.export.pictures import (
    CELL_WIDTH,
    LEFT,
    LINE_HEIGHT,
    TOP,
    screen_size,
)
from entity_connections.walkthrough.screen_text import click_cell
from textual.geometry import Offset

from tests.cli.tenant import run
from tests.walkthrough.recordings import HEADER, SHORT_TOUR, make_script, record_script, tour

pytestmark = pytest.mark.xdist_group("tour")  # one worker records it
SVG = "{http://www.w3.org/2000/svg}"
PICTURES = ("01-question-click", "01-question-click-2", "01-question", "02-step", "03-there")


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    export(tour(), folder)
    return folder


def caption_texts(picture: Path) -> str:
    """Return the text of the captions of a picture, without spaces."""
    captions = ElementTree.parse(picture).getroot().findall(f"{SVG}g")[-1]
    texts = (text.text or "" for text in captions.iter(f"{SVG}text"))
    return "".join("".join(texts).split())


# Pictures


def test_each_step_has_pictures_of_its_clicks_and_of_its_end(exported: Path) -> None:
    names = {"index.html", "tour.cast", *(f"{name}.svg" for name in PICTURES)}
    assert {path.name for path in exported.iterdir()} == names


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_has_its_caption_loads_nothing_and_holds_only_text(
    exported: Path, name: str
) -> None:
    path = exported / f"{name}.svg"
    root = ElementTree.parse(path).getroot()
    number = int(name[:2])
    caption = tour().script.steps[number - 1].caption
    assert root.findtext(f"{SVG}title") == f"A <b>tour</b> {number}/3"
    assert root.findtext(f"{SVG}desc") == caption
    assert f"{number}/3A<b>tour</b>" in caption_texts(path)
    assert "".join(caption.split()) in caption_texts(path)
    tags = "svg title desc style defs clipPath rect text g circle path"
    assert {element.tag for element in root.iter()} <= {f"{SVG}{tag}" for tag in tags.split()}
    attributes = {key for element in root.iter() for key in element.attrib}
    assert not [key for key in attributes if key.endswith(("href", "src"))]
    assert not re.search("@import|@font-face", path.read_text())
    assert all(url.startswith("#") for url in re.findall(r"url\(([^)]*)\)", path.read_text()))


def test_pictures_of_one_walkthrough_have_one_size(exported: Path) -> None:
    roots = [ElementTree.parse(path).getroot() for path in exported.glob("*.svg")]
    assert len({root.get("viewBox") for root in roots}) == 1


@pytest.mark.parametrize("size", [(60, 20), (61, 33), (300, 100)])
def test_the_size_of_a_picture_is_that_of_the_screen(size: tuple[int, int]) -> None:
    """Rich draws the screen; a new version of it may draw it in another size."""
    script = make_script("").model_copy(update={"size": size})
    root = ElementTree.fromstring(record_script(script).steps[0].last.svg)
    width, height = screen_size(*size)
    view = [float(number) for number in root.get("viewBox", "").split()]
    assert view == [0, 0, width, pytest.approx(height)]


@pytest.mark.parametrize("number", [0, 1])
def test_the_pointer_is_on_what_is_clicked(exported: Path, number: int) -> None:
    picture = (exported / f"{PICTURES[number]}.svg").read_text()
    match = re.search(r'<g transform="translate\(([\d.]+) ([\d.]+)\)"><circle r="21"', picture)
    assert match is not None
    x, y = float(match[1]), float(match[2])
    locator = tour().script.steps[0].do[number].click or ""
    frame = tour().steps[0].clicks[number]
    cell = Offset(int((x - LEFT) / CELL_WIDTH), int((y - TOP) / LINE_HEIGHT))
    assert cell == frame.pointer == click_cell(frame.text.find(locator))
    assert "<circle r=" not in (exported / "01-question.svg").read_text()


def test_keys_are_drawn_with_the_caption(exported: Path) -> None:
    assert "[esc][e][americas]" in caption_texts(exported / "02-step.svg")


def test_a_folder_lists_a_hundred_steps_in_order(tmp_path: Path) -> None:
    steps = tuple(tour().steps[1]._replace(number=number) for number in range(1, 101))
    script = tour().script.model_copy(update={"steps": [tour().script.steps[1]] * 100})
    exported = export(tour()._replace(script=script, steps=steps), tmp_path)
    names = [path.name for path in exported if path.suffix == ".svg"]
    assert names == sorted(names)
    assert (names[0], names[-1]) == ("001-step.svg", "100-step.svg")


@pytest.mark.parametrize(
    ("name", "file_name"),
    [("../x/y", "x-y"), ("", "walkthrough"), ("ü b", "b"), ("a" * 99, "a" * 60)],
)
def test_a_name_becomes_a_file_name(tmp_path: Path, name: str, file_name: str) -> None:
    assert (tmp_path / f"{file_name}.cast") in export(tour()._replace(name=name), tmp_path)


def test_a_cast_is_asciicast_2_and_plays_to_the_last_screen(exported: Path) -> None:
    header, *events = map(json.loads, (exported / "tour.cast").read_text().splitlines())
    width, height = terminal_size(tour().script)
    assert header == {"version": 2, "width": width, "height": height, "title": "A <b>tour</b>"}
    assert {kind for _, kind, _ in events} == {"o"}
    assert all(before[0] <= after[0] for before, after in pairwise(events))
    assert events[-1] == [events[-2][0] + 5, "o", ""], "the last screen is shown for some seconds"
    screen = pyte.Screen(width, height)
    stream = pyte.Stream(screen)
    for _, _, data in events:
        stream.feed(data)
    lines = [line.rstrip() for line in screen.display]
    assert lines[:24] == list(tour().steps[-1].last.text.lines)
    assert "3/3" in lines[24]
    assert "Enter goes there." in lines[25]


# PNG


def test_each_picture_as_png(tmp_path: Path) -> None:
    paths = export(tour(), tmp_path, with_png=True)
    pngs = [path for path in paths if path.suffix == ".png"]
    assert {path.stem for path in pngs} == set(PICTURES)
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in pngs)


def test_a_png_without_its_font_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It would be a picture without letters."""
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(ExportError, match="PNG needs the font Consolas"):
        export(tour(), tmp_path, with_png=True)


def test_a_png_without_the_extra_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(ExportError, match=r"pip install 'entity-connections\[record\]'"):
        export(tour(), tmp_path, with_png=True)


# The folder


def test_a_folder_with_files_is_refused_unless_forced(tmp_path: Path) -> None:
    folder = tmp_path / "a/b"
    prepare_folder(folder, force=False)
    (folder / "mine.txt").write_text("mine")
    with pytest.raises(ExportError, match=r"is not empty; .* --force"):
        prepare_folder(folder, force=False)
    prepare_folder(folder, force=True)
    assert (folder / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize("path", ["file", "file/below", "n" * 300])
def test_a_folder_that_cannot_be_made(tmp_path: Path, path: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ExportError, match="cannot be used: "):
        prepare_folder(tmp_path / path, force=True)


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "index.html").mkdir()
    with pytest.raises(ExportError, match=r"index\.html: Is a directory"):
        export(tour(), tmp_path)


def test_the_commands(tmp_path: Path) -> None:
    out = tmp_path / "out"
    export_it = ("walkthrough", str(SHORT_TOUR), "--export", str(out))
    ended = run(tmp_path, *export_it)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert sorted(ended.stdout.split()) == sorted(map(str, out.iterdir()))
    assert run(tmp_path, *export_it).returncode == 2
    assert run(tmp_path, *export_it, "--force").returncode == 0
    assert "Deny a request" in run(tmp_path, "walkthrough").stdout


def test_the_command_check(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text(f'{HEADER}[[steps]]\ncaption = "One."')
    bad.write_text(f'{HEADER}[[steps]]\ncaption = "One."\nsee = ["Atlantis"]')
    assert "every step worked" in run(tmp_path, "walkthrough", "check", str(good)).stdout
    missing = str(tmp_path / "missing.toml")
    for script, code, problem in (
        (missing, 2, f"{missing} cannot be read"),
        (str(bad), 1, '"Atlantis" must be seen, and is not.'),
    ):
        ended = run(tmp_path, "walkthrough", "check", script)
        assert (ended.returncode, ended.stdout) == (code, "")
        assert problem in ended.stderr
    bad.write_text(f'{HEADER}[[steps]]\ncaption = "One."\nuser = "mallory"')
    assert "there is no mallory in acme" in run(tmp_path, "walkthrough", "check", str(bad)).stderr
