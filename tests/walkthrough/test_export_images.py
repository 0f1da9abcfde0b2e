"""Pictures made of pixels: with the extra, and with a font."""

import io
from importlib import util
from pathlib import Path

import pytest
from entity_connections.walkthrough.export import ExportError, export, fonts, images, try_out
from entity_connections.walkthrough.export.fonts import Font
from PIL import Image

from tests.walkthrough.takes import shorter, tour


@pytest.fixture(scope="module")
def font() -> Font:
    """Return a font of this machine."""
    try:
        return fonts.monospace()
    except ExportError as error:
        pytest.skip(str(error))


@pytest.mark.usefixtures("font")
def test_each_picture_and_a_moving_one(tmp_path: Path) -> None:
    export(shorter(tour(), 1), tmp_path / "again", png=True, gif=True)
    files = export(shorter(tour(), 1), tmp_path, png=True, gif=True)
    pictures = [path for path in files if path.suffix == ".png"]
    assert [path.stem for path in pictures] == [
        path.stem for path in files if path.suffix == ".svg"
    ]
    for path in files:
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes(), path.name
    with Image.open(pictures[0]) as still, Image.open(tmp_path / "tour.gif") as moving:
        assert still.size == moving.size
        assert moving.n_frames == 5  # type: ignore[attr-defined]
        assert moving.info["loop"] == 0
        read_by = 2 + len(tour().script.teaches) / 20
        assert moving.info["duration"] == pytest.approx(read_by * 1000, abs=10)


def test_letters_are_drawn(font: Font) -> None:
    """A font that is not found would leave the picture empty, without a word."""
    (frame, *_) = tour().frames
    drawn = Image.open(io.BytesIO(images.png(frame.svg, font))).convert("RGB")
    title = drawn.crop((9, 41, 9 + 12 * 15, 41 + 24))
    assert len(set(title.get_flattened_data())) > 20


def test_quick_moments_are_passed_over(font: Font) -> None:
    """No player shows them; their time goes to what follows, and equal ones are one."""
    one, two = (
        images.png(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{inside}</svg>', font
        )
        for inside in ("", '<rect width="5" height="5" fill="red"/>')
    )
    series = [
        (one, 1.0),
        (one, 1.5),
        (two, 0.03),
        (one, 0.5),
        (two, 0.06),
        (two, 30.0),
        (one, 0.01),
    ]
    moving = Image.open(io.BytesIO(images.gif([images.Still(*each) for each in series])))
    shown = []
    for number in range(moving.n_frames):  # type: ignore[attr-defined]
        moving.seek(number)
        shown.append(moving.info["duration"])
    assert shown == [3030, 30060]


@pytest.mark.parametrize("missing", ["PIL", "resvg_py"])
@pytest.mark.parametrize("kind", ["png", "gif"])
def test_without_the_extra_a_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str, kind: str
) -> None:
    find = util.find_spec
    monkeypatch.setattr(
        "entity_connections.walkthrough.export.exporting.find_spec",
        lambda name: None if name == missing else find(name),
    )
    with pytest.raises(ExportError, match=r"pip install 'entity-connections\[record\]'"):
        export(tour(), tmp_path / "out", **{kind: True})
    with pytest.raises(ExportError, match=r"\[record\]"):
        try_out("tour", tmp_path / "out", **{kind: True})
    assert not (tmp_path / "out").exists()
    export(tour(), tmp_path / "out")


def test_without_a_font_a_sentence_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_folders", lambda: [tmp_path / "nowhere", tmp_path])
    (tmp_path / "DejaVuSansMono.ttf").write_bytes(b"no font")
    with pytest.raises(ExportError, match="No monospace font was found"):
        try_out("tour", tmp_path / "out", png=True)
    with pytest.raises(ExportError, match="No monospace font was found"):
        export(tour(), tmp_path / "out", png=True)
    assert not (tmp_path / "out").exists()


def test_the_best_font_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, font: Font
) -> None:
    """A known one before an unknown one, and a plain cut before a slanted one."""
    data = _any_file(font)
    names = ("AMono-BoldItalic", "BMono", "LiberationMono-Regular", "DejaVuSansMono", "Serif")
    for number, name in enumerate(names):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / f"{name}.ttf").write_bytes(data)
    monkeypatch.setattr(fonts, "_folders", lambda: [tmp_path])
    for best in (3, 2, 1, 0):
        assert fonts.monospace().folder == tmp_path / str(best)
        (tmp_path / str(best) / f"{names[best]}.ttf").unlink()
    with pytest.raises(ExportError):
        fonts.monospace()


def _any_file(font: Font) -> bytes:
    return next(
        path for path in sorted(font.folder.iterdir()) if path.suffix == ".ttf"
    ).read_bytes()


def test_nobody_needs_a_home_for_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_home() -> Path:
        raise RuntimeError

    monkeypatch.setattr(Path, "home", no_home)
    assert fonts._folders()
