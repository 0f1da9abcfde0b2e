"""Reading files without trusting them, private files, and replacement in one step.

Every function waits for the disk and raises OSError. The messages hold no file contents.
"""

import os
import stat
import sys
from contextlib import suppress
from pathlib import Path

_NOT_INHERITED = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)  # a pipe would make us wait for its other end
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)


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

    Raises:
        UnsafeFileError: the file is too long, not a regular file, or not private.
        OSError: the file cannot be read.
    """
    try:
        flags = os.O_RDONLY | _NOT_INHERITED | _NO_WAIT | (_NO_LINKS if private else 0)
        descriptor = os.open(path, flags)
    except OSError:
        if private and path.is_symlink():
            raise UnsafeFileError(_describe_link(path)) from None
        raise
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise UnsafeFileError(f"{path} is not a file.")
        if private:
            _check_private(path, status)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = file.read(limit + 1)
    finally:
        os.close(descriptor)
    if len(data) > limit:
        raise UnsafeFileError(f"{path} is larger than {limit:,} bytes.")
    return data


def check_private_folder(path: Path) -> None:
    """Check that a folder belongs to the user and is closed to others, if it exists.

    Raises:
        UnsafeFileError: the folder is a link, belongs to another user, or is open to others.
        OSError: nothing can be learned about the folder.
    """
    try:
        status = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return
    if stat.S_ISLNK(status.st_mode):
        raise UnsafeFileError(_describe_link(path))
    if not stat.S_ISDIR(status.st_mode):
        raise UnsafeFileError(f"{path} is not a folder.")
    _check_private(path, status)


def replace_file(path: Path, data: bytes) -> None:
    """Write an ordinary file in one step: whoever reads it gets the old or the new contents.

    A new file has the mode that the umask leaves; an existing one keeps its mode. A link is
    followed. The folder must exist.

    Raises:
        OSError: the file cannot be written; the old contents are still there.
    """
    target = Path(os.path.realpath(path))
    try:
        mode = stat.S_IMODE(target.stat().st_mode) & 0o777
    except FileNotFoundError:
        _replace(target, data, 0o666)
    else:
        _replace(target, data, mode, keep_mode=True)


def replace_private_file(path: Path, data: bytes) -> None:
    """Write a file that only the user can read (mode 0600), in one step.

    A missing folder is made with mode 0700. A link is replaced, not followed.

    Raises:
        OSError: the file cannot be written; the old contents are still there.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _replace(path, data, 0o600)


def _replace(path: Path, data: bytes, mode: int, *, keep_mode: bool = False) -> None:
    temporary = path.with_name(f".{os.urandom(8).hex()}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NOT_INHERITED
    descriptor = os.open(temporary, flags, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        if keep_mode:
            temporary.chmod(mode)  # the umask may have taken some of it away
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def _check_private(path: Path, status: os.stat_result) -> None:
    if sys.platform == "win32":
        return  # Windows has no such modes; the folders of a user are closed to others
    if status.st_uid != os.getuid():
        raise UnsafeFileError(f"{path} belongs to another user of this machine; it is not used.")
    if status.st_mode & 0o077:
        mode = "700" if stat.S_ISDIR(status.st_mode) else "600"
        raise UnsafeFileError(
            f"{path} is open to other users of this machine, so it is not used: "
            f"chmod {mode} '{path}'"
        )


def _describe_link(path: Path) -> str:
    return f"{path} is a link, and private files are not read through links: remove it."
