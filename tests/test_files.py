"""Reading files safely, private files, and replacement in one step."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from entity_connections.files import (
    UnsafeFileError,
    check_private_folder,
    make_private_folder,
    read_file,
    replace_file,
    replace_private_file,
)

Replace = Callable[[Path, bytes], None]
both = pytest.mark.parametrize("replace", [replace_file, replace_private_file])


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def private(tmp_path: Path) -> Path:
    """A private file in a private folder."""
    folder = tmp_path / "private"
    folder.mkdir(mode=0o700)
    path = folder / "file"
    path.touch(mode=0o600)
    path.write_bytes(b"contents")
    return path


def test_a_file_is_read_up_to_the_limit(private: Path) -> None:
    assert read_file(private, 8) == read_file(private, 8, private=True) == b"contents"
    with pytest.raises(UnsafeFileError, match="is larger than 7 bytes"):
        read_file(private, 7)


def test_a_pipe_or_a_folder_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UnsafeFileError, match="is not a file"):
        read_file(tmp_path / "pipe", 8)
    with pytest.raises(IsADirectoryError):
        read_file(tmp_path, 8)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_private_file_that_others_can_open_is_refused(private: Path, mode: int) -> None:
    private.chmod(mode)
    assert read_file(private, 8) == b"contents"
    with pytest.raises(UnsafeFileError, match=f"is open to other users .* chmod 600 '{private}'"):
        read_file(private, 8, private=True)


def test_a_link_is_followed_but_not_to_a_private_file(private: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(private)
    assert read_file(link, 8) == b"contents"
    with pytest.raises(OSError, match="symbolic links"):
        read_file(link, 8, private=True)


def test_files_and_folders_of_other_users_are_refused(
    private: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, folder = private.stat().st_uid, private.parent
    monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    for check in (
        lambda: read_file(private, 8, private=True),
        lambda: check_private_folder(folder),
    ):
        with pytest.raises(UnsafeFileError, match="belongs to another user"):
            check()


def test_a_private_folder_is_closed_to_others_and_no_link(private: Path, tmp_path: Path) -> None:
    folder = private.parent
    check_private_folder(folder)
    check_private_folder(tmp_path / "missing")
    link = tmp_path / "link"
    link.symlink_to(folder)
    with pytest.raises(UnsafeFileError, match="is not a folder"):
        check_private_folder(link)
    with pytest.raises(UnsafeFileError, match="is not a folder"):
        check_private_folder(private)
    folder.chmod(0o750)
    with pytest.raises(UnsafeFileError, match=f"chmod 700 '{folder}'"):
        check_private_folder(folder)


def test_a_folder_that_is_made_private_may_be_reached_through_a_link(tmp_path: Path) -> None:
    folder, link = tmp_path / "folder", tmp_path / "link"
    folder.mkdir(mode=0o755)
    link.symlink_to(folder)
    make_private_folder(link, "ours")
    assert mode_of(folder) == 0o700


def test_a_folder_of_another_user_is_not_made_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir(mode=0o755)
    monkeypatch.setattr(os, "getuid", lambda: folder.stat().st_uid + 1)
    with pytest.raises(UnsafeFileError, match="belongs to another user"):
        make_private_folder(folder, "ours")
    assert mode_of(folder) == 0o755


@both
def test_replacing_leaves_nothing_but_the_new_contents(tmp_path: Path, replace: Replace) -> None:
    path = tmp_path / "file"
    for data in (b"first", b"second"):
        replace(path, data)
        assert path.read_bytes() == data
    assert list(tmp_path.iterdir()) == [path]


@both
def test_a_full_disk_leaves_the_old_contents(
    tmp_path: Path, replace: Replace, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        replace(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o277])
def test_the_umask_decides_the_mode_of_ordinary_files_only(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        replace_file(tmp_path / "ordinary", b"")
        replace_private_file(tmp_path / "folder" / "private", b"")
    finally:
        os.umask(before)
    assert mode_of(tmp_path / "ordinary") == 0o666 & ~umask
    assert mode_of(tmp_path / "folder") == 0o700
    assert mode_of(tmp_path / "folder" / "private") == 0o600


def test_an_ordinary_file_keeps_its_mode_and_its_link(tmp_path: Path) -> None:
    path, link = tmp_path / "file", tmp_path / "link"
    path.touch()
    path.chmod(0o666)  # more than the umask leaves to a new file
    link.symlink_to(path)
    replace_file(link, b"new")
    assert link.is_symlink()
    assert (path.read_bytes(), mode_of(path)) == (b"new", 0o666)


def test_a_private_file_replaces_a_link(private: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(private)
    replace_private_file(link, b"new")
    assert not link.is_symlink()
    assert (link.read_bytes(), private.read_bytes()) == (b"new", b"contents")
