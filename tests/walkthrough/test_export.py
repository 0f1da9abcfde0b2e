"""The files of an export: pictures, terminal recording, PNGs, and the folder."""

import json
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pyte
import pytest
from entity_connections.walkthrough.export import pictures
from entity_connections.walkthrough.export.caption_panel import MARGIN, CaptionPanel
from entity_connections.walkthrough.export.exporter import export
from entity_connections.walkthrough.export.folder import ExportError, prepare_folder
from entity_connections.walkthrough.export.pictures import (
    CELL_WIDTH,
    LEFT,
    LINE_HEIGHT,
    TOP,
    png,
    screen_size,
)
from entity_connections.walkthrough.script_file import parse_script
from rich.cells import cell_len
from textual.geometry import Offset

from tests.walkthrough.recordings import MARKUP, TOUR, record_script, tour

SVG = "{http://www.w3.org/2000/svg}"
PICTURES = ("01-question-click", "01-question-click-2", "01-question", "02-step", "03-there")


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    export(tour(), folder)
    return folder


@pytest.fixture
def picture(request: pytest.FixtureRequest, exported: Path) -> str:
    return (exported / f"{request.param}.svg").read_text()


def with_pictures(*names: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("picture", names, indirect=True)


def panel_texts(source: str) -> list[str]:
    group = ElementTree.fromstring(source).find(f'{SVG}g[@font-family="monospace"]')
    assert group is not None
    return [(text.text or "").replace("\xa0", " ") for text in group.iter(f"{SVG}text")]


# Pictures


def test_each_step_has_pictures_of_its_clicks_and_of_its_end(exported: Path) -> None:
    names = {"index.html", "tour.cast", *(f"{name}.svg" for name in PICTURES)}
    assert {path.name for path in exported.iterdir()} == names


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_has_title_and_description(exported: Path, name: str) -> None:
    root = ElementTree.parse(exported / f"{name}.svg").getroot()
    texts = {
        element.get("id"): element.text
        for tag in ("title", "desc")
        for element in root.iter(f"{SVG}{tag}")
    }
    number = int(name[:2])
    assert root.get("role") == "img"
    assert [texts[id_] for id_ in root.get("aria-labelledby", "").split()] == [
        f"A <b>tour</b> {number}/3",
        tour().script.steps[number - 1].caption,
    ]


@with_pictures("01-question")
def test_a_caption_is_only_text(picture: str) -> None:
    root = ElementTree.fromstring(picture)
    tags = ["svg", "title", "desc", "style", "defs", "clipPath", "rect", "text", "g", "circle"]
    assert {element.tag for element in root.iter()} <= {f"{SVG}{tag}" for tag in tags}
    assert MARKUP.replace(" ", "") in "".join(panel_texts(picture)).replace(" ", "")


@with_pictures(*PICTURES)
def test_a_picture_loads_nothing(picture: str) -> None:
    root = ElementTree.fromstring(picture)
    attributes = {key for element in root.iter() for key in element.attrib}
    assert not [key for key in attributes if key.endswith(("href", "src"))]
    assert not re.search("@import|@font-face", picture)
    assert all(url.startswith("#") for url in re.findall(r"url\(([^)]*)\)", picture))


def test_pictures_of_one_walkthrough_have_one_size(exported: Path) -> None:
    roots = [ElementTree.parse(path).getroot() for path in exported.glob("*.svg")]
    assert len({root.get("viewBox") for root in roots}) == 1


@pytest.mark.parametrize("size", [[60, 20], [61, 33], [300, 100]])
def test_the_size_of_a_picture_is_that_of_the_screen(size: list[int]) -> None:
    """Rich draws the screen; a new version of it may draw it in another size."""
    script = parse_script(TOUR.split("[[steps]]")[0] + '[[steps]]\ncaption = "One."', "test.toml")
    frame = record_script(script.model_copy(update={"size": size})).frames[-1]
    root = ElementTree.fromstring(frame.svg)
    width, height = screen_size(*size)
    assert [float(number) for number in root.get("viewBox", "").split()] == [
        0,
        0,
        width,
        pytest.approx(height),
    ]


@pytest.mark.parametrize("number", [0, 1])
def test_the_pointer_is_on_what_is_clicked(exported: Path, number: int) -> None:
    name = PICTURES[number]
    picture = (exported / f"{name}.svg").read_text()
    match = re.search(r'<g transform="translate\(([\d.]+) ([\d.]+)\)"><circle r="21"', picture)
    assert match is not None
    x, y = float(match[1]), float(match[2])
    locator = tour().script.steps[0].do[number].click or ""
    frame = tour().steps()[0].clicks[number]
    cell = Offset(int((x - LEFT) / CELL_WIDTH), int((y - TOP) / LINE_HEIGHT))
    assert cell == frame.pointer == frame.text.find(locator).center


@with_pictures("01-question")
def test_the_end_of_a_step_has_no_pointer(picture: str) -> None:
    assert "<circle r=" not in picture


@with_pictures("02-step")
def test_keys_are_drawn_as_caps(picture: str) -> None:
    texts = panel_texts(picture)
    assert texts[:2] == ["A <b>tour</b>", "2/3"]
    assert texts[-3:] == ["esc", "e", "americas"]


@pytest.mark.parametrize("columns", [60, 300])
@pytest.mark.parametrize(
    "caption", ["w" * 240, "名前" * 120, "a word and another one " * 10, "é̂" * 100, "x"]
)
def test_every_caption_fits(columns: int, caption: str) -> None:
    width, _ = screen_size(columns, 20)
    steps = [tour().script.steps[0].model_copy(update={"caption": caption})]
    recording = tour()._replace(script=tour().script.model_copy(update={"steps": steps}))
    panel = CaptionPanel.for_recording(recording, width)
    keys = (*map(str, range(90)), "newest", "名" * 200)
    drawn = panel.draw(recording.captions(recording.frames[1]._replace(keys=keys)), 100.0)
    for x, y, length in re.findall(
        r'<text x="([\d.]+)" y="([\d.]+)".*?textLength="([\d.]+)"', drawn
    ):
        assert float(x) >= MARGIN
        assert float(x) + float(length) <= width - MARGIN + 1
        assert 100 < float(y) < 100 + panel.height
    texts = [text.replace("\xa0", " ") for text in re.findall(r">([^<]+)</text>", drawn)]
    assert caption.replace(" ", "") in "".join(texts).replace(" ", "")
    assert all(cell_len(line) <= columns for line in texts[2 : 2 + panel.lines])
    assert texts[-1] == f"{'名' * 19}…"


def test_a_folder_lists_a_hundred_steps_in_order(tmp_path: Path) -> None:
    steps = [tour().script.steps[2].model_copy(update={"picture": None})] * 100
    recording = tour()._replace(
        script=tour().script.model_copy(update={"steps": steps}),
        frames=tuple(tour().frames[-1]._replace(step=number) for number in range(1, 101)),
    )
    names = [path.name for path in export(recording, tmp_path) if path.suffix == ".svg"]
    assert names == sorted(names)
    assert (names[0], names[-1]) == ("001-step.svg", "100-step.svg")


@pytest.mark.parametrize(
    ("name", "file_name"),
    [("../x/y", "x-y"), ("", "walkthrough"), ("ü b", "b"), ("a" * 99, "a" * 60)],
)
def test_a_name_becomes_a_file_name(tmp_path: Path, name: str, file_name: str) -> None:
    assert (tmp_path / f"{file_name}.cast") in export(tour()._replace(name=name), tmp_path)


# The terminal recording


def read_cast(folder: Path) -> tuple[dict[str, object], list[tuple[float, str, str]]]:
    header, *events = map(json.loads, (folder / "tour.cast").read_text().splitlines())
    return header, [(time, kind, data) for time, kind, data in events]


def test_a_cast_is_asciicast_2_and_plays_to_the_last_screen(exported: Path) -> None:
    header, events = read_cast(exported)
    width, height = tour().size
    assert header == {"version": 2, "width": width, "height": height, "title": "A <b>tour</b>"}
    assert {kind for _, kind, _ in events} == {"o"}
    assert all(before[0] <= after[0] for before, after in pairwise(events))
    screen = pyte.Screen(width, height)
    stream = pyte.Stream(screen)
    for _, _, data in events:
        stream.feed(data)
    lines = [line.rstrip() for line in screen.display]
    assert lines[:24] == list(tour().frames[-1].text.lines)
    assert "3/3" in lines[24]
    assert "Enter goes there." in lines[25]


def test_a_cast_shows_its_last_screen_for_some_seconds(exported: Path) -> None:
    _, (*_, before, last) = read_cast(exported)
    assert last[0] >= max(before[0], tour().frames[-1].time) + 3
    assert last[2] == ""


# PNG


def test_each_picture_as_png(tmp_path: Path) -> None:
    paths = export(tour(), tmp_path, with_png=True)
    pngs = [path for path in paths if path.suffix == ".png"]
    assert {path.stem for path in pngs} == set(PICTURES)
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in pngs)


def test_a_png_without_its_font_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be a picture without letters."""
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(ExportError, match="PNG needs the font Consolas"):
        png(pictures.captioned_picture(tour(), tour().frames[-1]))


def test_a_png_without_the_extra_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(ExportError, match=r"pip install 'entity-connections\[record\]'"):
        png(pictures.captioned_picture(tour(), tour().frames[-1]))


# The folder


def test_a_new_folder_is_made(tmp_path: Path) -> None:
    prepare_folder(tmp_path / "a/b", force=False)
    assert (tmp_path / "a/b").is_dir()


def test_a_folder_with_files_is_refused_unless_forced(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ExportError, match=r"is not empty; .* --force"):
        prepare_folder(tmp_path, force=False)
    prepare_folder(tmp_path, force=True)
    assert (tmp_path / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("file", "is a file; name a folder"),
        ("file/below", "cannot be used: Not a directory"),
        ("null\0", "cannot be used: it is no path"),
    ],
)
def test_what_is_no_folder(tmp_path: Path, path: str, message: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ExportError, match=message):
        prepare_folder(tmp_path / path, force=True)


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "index.html").mkdir()
    with pytest.raises(ExportError, match="cannot be written: Is a directory"):
        export(tour(), tmp_path)


def test_the_command(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "entity_connections", "walkthrough", "deny-a-request"]

    def run(*options: str) -> subprocess.CompletedProcess[str]:
        arguments = [*command, "--export", str(tmp_path / "out"), *options]
        return subprocess.run(arguments, capture_output=True, text=True)

    ended = run()
    assert (ended.returncode, ended.stderr) == (0, "")
    assert sorted(ended.stdout.split()) == sorted(map(str, (tmp_path / "out").iterdir()))
    assert run().returncode == 2
    assert run("--force").returncode == 0
