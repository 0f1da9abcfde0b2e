"""Reading files without trusting them, private files, and replacement in one step.

Every function waits for the disk, and raises OSError or UnsafeFileError. The messages hold no
file contents. What could not be written is unchanged.
"""

import io
import os
import stat
import sys
from contextlib import suppress
from pathlib import Path


class UnsafeFileError(OSError):
    """A file or folder that must not be used.

    The message is a whole sentence: which file, what is wrong, and what to do about it.
    """


def read_file(path: Path, limit: int, *, private: bool = False) -> bytes:
    """Return the contents of a regular file.

    Args:
        path: the file. A pipe or a device in its place is refused without waiting for it.
        limit: the most bytes that are accepted.
        private: refuse links, files of other users, and files that other users can open.
    """
    extra_flags = 0
    if sys.platform != "win32":  # no file name of Windows leads to a pipe by accident
        extra_flags = os.O_NONBLOCK | (os.O_NOFOLLOW if private else 0)
    with io.FileIO(path, opener=lambda name, flags: os.open(name, flags | extra_flags)) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise UnsafeFileError(f"{path} is not a file.")
        if private:
            _check_private(path, status)
        data = file.read(limit + 1) or b""
    if len(data) > limit:
        raise UnsafeFileError(f"{path} is larger than {limit:,} bytes.")
    return data


def check_private_folder(path: Path) -> None:
    """Check that a folder, if there is one, belongs to the user, is no link, and is private."""
    try:
        status = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return
    if not stat.S_ISDIR(status.st_mode):
        raise UnsafeFileError(f"{path} is not a folder.")
    _check_private(path, status)


def make_private_folder(path: Path, own_prefix: str) -> None:
    """Make a folder that only the user can open, whatever the umask, or close an existing one.

    Missing parents are made in the same way; existing ones are left as they are. A link is
    followed. A folder that is open to others is closed only if it holds nothing but the
    program's own files: others may need what else is in it, and it is refused.

    Args:
        path: the folder.
        own_prefix: what the names of the program's own files begin with.
    """
    _make_missing_folders(path)
    status = path.stat()
    if not stat.S_ISDIR(status.st_mode):
        raise UnsafeFileError(f"{path} is not a folder.")
    if (
        _is_own(status)
        and status.st_mode & 0o077
        and all(entry.name.startswith(own_prefix) for entry in path.iterdir())
    ):
        path.chmod(0o700)
    else:
        _check_private(path, status)


def make_private_file(path: Path) -> None:
    """Close a file to others, which fails where it is not the user's own."""
    mode = path.lstat().st_mode
    if not stat.S_ISREG(mode):
        raise OSError("it is not a plain file")
    if stat.S_IMODE(mode) & 0o077:
        path.chmod(0o600)


def replace_file(path: Path, data: bytes) -> None:
    """Write an ordinary file in one step: whoever reads it gets the old or the new contents.

    A new file has the mode that the umask leaves; an existing one keeps its mode. A link is
    followed. The folder must exist.
    """
    target = path.resolve()
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
    _replace(target, data, 0o666, mode)


def replace_private_file(path: Path, data: bytes) -> None:
    """Write a file that only the user can read (mode 0600), in one step.

    Missing folders are made with mode 0700. A link is replaced, not followed.
    """
    _make_missing_folders(path.parent)
    _replace(path, data, 0o600, 0o600)


def _make_missing_folders(path: Path) -> None:
    """Make a folder and its missing parents with mode 0700, whatever the umask."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        with suppress(FileExistsError):  # another program has made it meanwhile
            folder.mkdir(mode=0o700)
            folder.chmod(0o700)


def _replace(path: Path, data: bytes, new_mode: int, mode: int | None = None) -> None:
    """Write a file; `new_mode` is subject to the umask, `mode` is not."""
    temporary = path.with_name(f".{os.urandom(8).hex()}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, new_mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        if mode is not None:
            temporary.chmod(mode)
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def _is_own(status: os.stat_result) -> bool:
    return sys.platform == "win32" or status.st_uid == os.getuid()


def _check_private(path: Path, status: os.stat_result) -> None:
    if sys.platform == "win32":
        return  # a mode says nothing there: the user's own folders are closed by access lists
    if status.st_uid != os.getuid():
        raise UnsafeFileError(f"{path} belongs to another user of this machine; it is not used.")
    if status.st_mode & 0o077:
        mode = "700" if stat.S_ISDIR(status.st_mode) else "600"
        raise UnsafeFileError(
            f"{path} is open to other users of this machine, so it is not used: "
            f"chmod {mode} '{path}'"
        )
