"""Where an export goes: nothing of anybody else's is touched there."""

import hashlib
import json
from functools import partial
from pathlib import Path

import pytest
from entity_connections.walkthrough.export import ExportError, export, try_out
from entity_connections.walkthrough.export.folder import LIST

from tests.walkthrough.takes import shorter, tour


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_an_earlier_export_is_replaced(tmp_path: Path) -> None:
    """And what it had more is gone, so that no picture of a step that is no more stays."""
    export(tour(), tmp_path)
    files = export(shorter(tour(), 1), tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted(files)
    assert (tmp_path / "03-there.svg") not in files


def test_other_files_stay(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "04-mine.svg").write_text("mine")
    export(tour(), tmp_path)
    export(shorter(tour(), 1), tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert (tmp_path / "04-mine.svg").read_text() == "mine"


@pytest.mark.parametrize("before", [True, False], ids=["of an export", "of somebody"])
def test_a_file_that_was_changed_is_not_overwritten(tmp_path: Path, *, before: bool) -> None:
    if before:
        export(tour(), tmp_path)
    (tmp_path / "02-step.svg").write_text("mine")
    stood = _contents(tmp_path)
    with pytest.raises(ExportError, match=r"02-step\.svg in .* nothing was written; move it"):
        export(tour(), tmp_path)
    assert _contents(tmp_path) == stood


def test_a_file_that_was_changed_is_not_removed(tmp_path: Path) -> None:
    export(tour(), tmp_path)
    (tmp_path / "03-there.svg").write_text("mine")
    export(shorter(tour(), 2), tmp_path)
    assert (tmp_path / "03-there.svg").read_text() == "mine"


def test_the_same_files_without_their_list_are_no_obstacle(tmp_path: Path) -> None:
    export(tour(), tmp_path)
    (tmp_path / LIST).unlink()
    export(tour(), tmp_path)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "other.svg"
    other.write_text("mine")
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "02-step.svg").symlink_to(other)
    with pytest.raises(ExportError, match=r"02-step\.svg"):
        export(tour(), folder)
    assert other.read_text() == "mine"


def test_a_file_on_its_way_takes_no_name_of_somebody_elses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even the one it would have drawn."""
    monkeypatch.setattr("entity_connections.walkthrough.export.folder.token_hex", lambda _: "new")
    (tmp_path / ".index.html.new").write_text("mine")
    with pytest.raises(ExportError, match=r"cannot be written: File exists\."):
        export(tour(), tmp_path)
    assert _contents(tmp_path) == {".index.html.new": b"mine"}
    monkeypatch.undo()
    export(tour(), tmp_path)
    assert (tmp_path / ".index.html.new").read_text() == "mine"


def test_another_walkthrough_keeps_its_folder(tmp_path: Path) -> None:
    export(tour(), tmp_path)
    stood = _contents(tmp_path)
    with pytest.raises(ExportError, match=r"holds the walkthrough tour; name another folder\."):
        export(tour()._replace(name="other"), tmp_path)
    assert _contents(tmp_path) == stood


@pytest.mark.parametrize(
    "said",
    [
        "", "{", "[]", "5", '{"walkthrough": "tour"}', '{"walkthrough": "tour", "files": 5}',
        "[" * 99_999, "\udcff",
    ],
)  # fmt: skip
def test_somebody_elses_list_stays(tmp_path: Path, said: str) -> None:
    (tmp_path / LIST).write_bytes(said.encode(errors="surrogateescape"))
    stood = _contents(tmp_path)
    with pytest.raises(ExportError, match=r"is no list of an export, so nothing was written"):
        export(tour(), tmp_path)
    assert _contents(tmp_path) == stood


def test_a_list_that_is_a_link_stays(tmp_path: Path) -> None:
    (tmp_path / LIST).symlink_to(tmp_path / "nowhere")
    with pytest.raises(ExportError, match=r"is no list of an export"):
        export(tour(), tmp_path)
    assert (tmp_path / LIST).is_symlink()


def test_a_list_that_lies_removes_nothing_elsewhere(tmp_path: Path) -> None:
    """Though it knows what another file holds."""
    folder = tmp_path / "out"
    export(tour(), folder)
    for place in (tmp_path, folder):
        (place / "mine.txt").write_text("mine")
    export(shorter(tour(), 1), folder)
    found = json.loads((folder / LIST).read_text())
    mine = hashlib.sha256(b"mine").hexdigest()
    found["files"] |= dict.fromkeys(("../mine.txt", "mine.txt", str(tmp_path / "mine.txt")), mine)
    (folder / LIST).write_text(json.dumps(found))
    export(shorter(tour(), 1), folder)
    assert (tmp_path / "mine.txt").exists()
    assert (folder / "mine.txt").exists()


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("file", "is a file; name a folder."),
        ("file/below", r"cannot be (used|written): Not a directory\."),
        ("x" * 300, r"cannot be (used|written): File name too long\."),
        ("null\0", r"cannot be (used|written): it is no path\."),
        ("loop/below", r"cannot be (used|written): Too many levels of symbolic links\."),
    ],
)
def test_a_path_that_cannot_be_a_folder(tmp_path: Path, path: str, sentence: str) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for refuse in (partial(try_out, "tour"), partial(export, tour())):
        with pytest.raises(ExportError, match=sentence):
            refuse(tmp_path / path)
    assert (tmp_path / "file").read_text() == "mine"


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk leaves no half of a file, and says what is wrong."""

    def full(*_: object) -> Path:
        raise OSError(28, "No space left on device")

    export(shorter(tour(), 1), tmp_path)
    stood = _contents(tmp_path)
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(ExportError, match=r"cannot be written: No space left on device\."):
        export(tour(), tmp_path)
    assert _contents(tmp_path) == stood
    monkeypatch.undo()
    export(tour(), tmp_path)


def test_what_cannot_be_exported_is_told_before_it_is_performed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    try_out("tour", tmp_path / "new" / "folder", png=False)
    try_out("tour", tmp_path)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr("os.mkdir", read_only)
    for folder in (tmp_path, tmp_path / "new"):
        with pytest.raises(ExportError, match=r"cannot be written: Read-only file system\."):
            try_out("tour", folder)
    monkeypatch.undo()
    export(tour(), tmp_path)
    with pytest.raises(ExportError, match=r"holds the walkthrough tour"):
        try_out("other", tmp_path)


def test_what_is_not_text_in_a_path_stays_out_of_the_terminal(tmp_path: Path) -> None:
    folder = tmp_path / "\x1b[31mred"
    folder.write_text("")
    with pytest.raises(ExportError) as caught:
        export(tour(), folder)
    assert str(caught.value).isprintable()
