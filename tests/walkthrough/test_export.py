"""What an export is made of, and that it is the same at every run."""

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from entity_connections.walkthrough.export import export
from entity_connections.walkthrough.export.panel import MARGIN, Panel, captions
from entity_connections.walkthrough.export.pictures import LEFT, LINE, TOP, composed
from entity_connections.walkthrough.screen_text import CELL, Glass, text_of
from rich.cells import cell_len
from textual.geometry import Offset

from tests.walkthrough.takes import HOSTILE, TOUR, shorter, taken, tour

SVG = "{http://www.w3.org/2000/svg}"
PICTURES = ("01-question-click", "01-question-click-2", "01-question", "02-step", "03-there")


def test_a_step_makes_its_clicks_and_its_end(tmp_path: Path) -> None:
    files = export(tour(), tmp_path / "new" / "folder")
    named = ["index.html", "tour.cast", *(f"{one}.svg" for one in PICTURES), "export.json"]
    assert [file.name for file in files] == named
    assert sorted(tmp_path.glob("new/folder/*")) == sorted(files)


def test_the_same_everywhere(tmp_path: Path) -> None:
    """Neither hash seed nor time zone nor terminal of a process gets into a file."""
    again = (
        "from pathlib import Path; from entity_connections.walkthrough.export import export\n"
        f"from tests.walkthrough.takes import tour; export(tour(), Path({str(tmp_path / 'b')!r}))"
    )
    elsewhere = {
        "PYTHONHASHSEED": "7", "TZ": "Asia/Kolkata", "NO_COLOR": "1", "TERM": "dumb",
        "COLUMNS": "40", "USER": "mallory", "HOSTNAME": "elsewhere",
    }  # fmt: skip
    export(tour(), tmp_path / "a")
    subprocess.run([sys.executable, "-c", again], check=True, env=os.environ | elsewhere)
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes(), file.name


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the pictures of the tour by name."""
    folder = tmp_path_factory.mktemp("pictures")
    return {path.stem: path.read_text() for path in export(tour(), folder) if path.suffix == ".svg"}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_says_what_it_shows(pictures: dict[str, str], name: str) -> None:
    root = Xml.fromstring(pictures[name])
    number = int(name[:2])
    assert root.get("role") == "img"
    named = {
        one.get("id"): one.text for one in (*root.iter(f"{SVG}title"), *root.iter(f"{SVG}desc"))
    }
    assert [named[one] for one in (root.get("aria-labelledby") or "").split()] == [
        f"A <b>tour</b> {number}/3",
        tour().script.steps[number - 1].caption,
    ]


def test_a_caption_is_only_text(pictures: dict[str, str]) -> None:
    root = Xml.fromstring(pictures["01-question"])
    assert {one.tag for one in root.iter()} <= {
        f"{SVG}{tag}"
        for tag in ("svg", "title", "desc", "style", "defs", "clipPath", "rect", "text", "g")
    } | {f"{SVG}circle"}
    words = "".join(one.text or "" for one in root.iter(f"{SVG}text")).replace("\xa0", " ")
    assert HOSTILE.replace(" ", "") in words.replace(" ", "")


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_loads_nothing(pictures: dict[str, str], name: str) -> None:
    svg = pictures[name]
    attributes = {key for one in Xml.fromstring(svg).iter() for key in one.keys()}  # noqa: SIM118
    assert not [key for key in attributes if key.endswith(("href", "src"))]
    assert not re.search("@import|@font-face", svg)
    assert all(one.startswith("#") for one in re.findall(r"url\(([^)]*)\)", svg))


def test_pictures_of_one_walkthrough_have_one_size(pictures: dict[str, str]) -> None:
    assert len({re.search('viewBox="([^"]*)"', svg)[1] for svg in pictures.values()}) == 1  # type: ignore[index]


@pytest.mark.parametrize(
    ("name", "sight"),
    [
        ("01-question-click", "Acme-Europe … Connected"),
        ("01-question-click-2", "Acme-US … Request Connection"),
    ],
)
def test_the_pointer_is_on_what_is_clicked(pictures: dict[str, str], name: str, sight: str) -> None:
    found = re.search(
        r'<g transform="translate\(([\d.]+) ([\d.]+)\)"><circle r="21"', pictures[name]
    )
    assert found is not None
    at = Offset(int((float(found[1]) - LEFT) / CELL), int((float(found[2]) - TOP) / LINE))
    assert at == Glass(text_of(pictures[name])).spot(sight).middle


def test_the_end_of_a_step_has_no_pointer(pictures: dict[str, str]) -> None:
    assert "<circle r=" not in pictures["01-question"]


def test_keys_stand_on_caps(pictures: dict[str, str]) -> None:
    below = [word.replace("\xa0", " ") for word in _words_of_panel(pictures["02-step"])]
    assert below[-3:] == ["esc", "e", "americas"]
    assert below[:2] == ["A <b>tour</b>", "2/3"]


@pytest.mark.parametrize("columns", [60, 300])
@pytest.mark.parametrize(
    "caption", ["w" * 240, "名前" * 120, "a word and another one " * 10, "é̂" * 100, "x"]
)
def test_every_caption_fits(columns: int, caption: str) -> None:
    width = 2 * LEFT + columns * CELL
    steps = [tour().script.steps[0].model_copy(update={"caption": caption})]
    take = tour()._replace(script=tour().script.model_copy(update={"steps": steps}))
    panel = Panel.of(take, width)
    caps = (*map(str, range(90)), "newest")
    drawn = panel.drawn(captions(take, 1, caps), 100.0)
    for x, y, length in re.findall(
        r'<text x="([\d.]+)" y="([\d.]+)".*?textLength="([\d.]+)"', drawn
    ):
        assert float(x) >= MARGIN
        assert float(x) + float(length) <= width - MARGIN + 1
        assert 100 < float(y) < 100 + panel.height
    words = [word.replace("\xa0", " ") for word in re.findall(r">([^<]+)</text>", drawn)]
    lines = words[2 : 2 + panel.lines]
    assert caption.replace(" ", "") in "".join(words).replace(" ", "")
    assert all(cell_len(line) <= columns for line in lines)
    assert words[-1] == "newest"


def test_a_typed_text_too_long_for_a_cap_is_cut() -> None:
    take = tour()
    panel = Panel.of(take, 750)
    drawn = panel.drawn(captions(take, 1, ("名" * 200,)), 0)
    assert f"{'名' * 19}…</text>" in drawn


def test_before_the_first_step_the_title_stands() -> None:
    frame = tour().frames[0]
    svg = composed(frame, captions(tour(), 0), Panel.of(tour(), 994), "A tour")
    words = "".join(_words_of_panel(svg)).replace("\xa0", "")
    assert "/3" not in words
    assert tour().script.teaches.replace(" ", "") in words


def test_numbers_are_as_long_as_they_must_be(tmp_path: Path) -> None:
    """So that a folder lists a hundred steps in their order."""
    one, frame = tour().script.steps[2], tour().frames[-1]
    steps = [one.model_copy(update={"picture": None})] * 100
    take = tour()._replace(
        script=tour().script.model_copy(update={"steps": steps}),
        frames=tuple(frame._replace(number=number) for number in range(1, 101)),
    )
    named = [path.name for path in export(take, tmp_path) if path.suffix == ".svg"]
    assert named[0] == "001-step.svg"
    assert named[-1] == "100-step.svg"
    assert named == sorted(named)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("../x/y", "x-y"),
        ("", "walkthrough"),
        (".", "walkthrough"),
        ("ü b", "b"),
        ("a" * 99, "a" * 60),
    ],
)
def test_a_name_becomes_one_of_a_file(tmp_path: Path, name: str, file: str) -> None:
    assert (tmp_path / f"{file}.cast") in export(shorter(tour(), 1)._replace(name=name), tmp_path)


def test_the_smallest_and_the_largest_screen(tmp_path: Path) -> None:
    for columns, rows in ((60, 20), (300, 100)):
        take = taken(
            TOUR.split("[[steps]]")[0].replace("[80, 24]", f"[{columns}, {rows}]") + _STILL
        )
        export(take, tmp_path / str(columns))
        root = Xml.parse(tmp_path / str(columns) / "01-step.svg").getroot()
        assert root.get("width") == f"{columns * CELL + 2 * LEFT:g}"


_STILL = '[[steps]]\ncaption = "Nothing is done."'


def _words_of_panel(svg: str) -> list[str]:
    group = Xml.fromstring(svg).find(f'{SVG}g[@font-family="monospace"]')
    assert group is not None
    return [one.text or "" for one in group.iter(f"{SVG}text")]
