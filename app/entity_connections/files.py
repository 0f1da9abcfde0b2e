"""Files that only this program's user may read: made 0600, and trusted only when they are ours.

Everything here blocks for the disk and raises OSError, whose text holds no secret.
"""

import glob
import os
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LOCK_TIMEOUT = 10.0
"""Seconds to wait for another program that holds a file."""
STALE_TEMP_AGE = 60.0
"""Seconds after which a file that was to replace another is nobody's any more."""

_ALWAYS = (
    getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOFOLLOW", 0)  # a link may lead anywhere
    | getattr(os, "O_NONBLOCK", 0)  # a pipe would make us wait for its other end
    | getattr(os, "O_BINARY", 0)
)


@contextmanager
def open_private(path: Path, flags: int) -> Iterator[int]:
    """Open a file of ours, and with O_CREAT make it and its folder; yields the descriptor.

    A file that others may read is closed to them.

    Raises:
        OSError: it cannot be opened, is a link or no plain file, or belongs to somebody else.
    """
    if flags & os.O_CREAT:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, flags | _ALWAYS, 0o600)
    try:
        _check(descriptor, path)
        yield descriptor
    finally:
        os.close(descriptor)


def read_private(path: Path, limit: int | None = None) -> bytes:
    """Return the contents of a file of ours.

    Raises:
        OSError: as `opened`, or it is longer than `limit` bytes.
    """
    with open_private(path, os.O_RDONLY) as descriptor:
        if limit is not None and os.fstat(descriptor).st_size > limit:
            raise OSError(f"{path} is too long.")
        return read_from(descriptor, 0)


def read_from(descriptor: int, start: int) -> bytes:
    """Return everything from the byte `start` on."""
    os.lseek(descriptor, start, os.SEEK_SET)
    pieces = []
    while piece := os.read(descriptor, 1 << 20):
        pieces.append(piece)
    return b"".join(pieces)


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte and wait until the disk has them."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
    os.fsync(descriptor)


def sync_folder(path: Path) -> None:
    """Wait until the disk knows that a file is in its folder."""
    if sys.platform != "win32":
        descriptor = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def replace_file(path: Path, data: bytes) -> None:
    """Put `data` in the place of a file: whoever reads it finds the old or the new, whole.

    Raises:
        OSError: it cannot be written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _clear(path)
    new = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _ALWAYS, 0o600)
    try:
        try:
            write_all(descriptor, data)
        finally:
            os.close(descriptor)
        new.replace(path)
    except BaseException:
        with suppress(OSError):
            new.unlink()
        raise


def _clear(path: Path) -> None:
    """Remove what programs that were killed in `replace` have left."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.{'[0-9a-f]' * 8}"):
        with suppress(OSError):
            if time.time() - left.lstat().st_mtime > STALE_TEMP_AGE:
                left.unlink()


@contextmanager
def lock_file(descriptor: int, path: Path) -> Iterator[None]:
    """Keep other programs that ask for it out of a file.

    Raises:
        TimeoutError: another program held it for `PATIENCE` seconds.
    """
    give_up = time.monotonic() + LOCK_TIMEOUT
    while not _seize(descriptor):
        if time.monotonic() > give_up:
            raise TimeoutError(f"Another program holds {path}.")
        time.sleep(0.01)
    try:
        yield
    finally:
        _release(descriptor)


def _check(descriptor: int, path: Path) -> None:
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        raise OSError(f"{path} is not a plain file.")
    if sys.platform == "win32":
        return  # modes and owners mean nothing there; the user's folder is private
    if found.st_uid != os.geteuid():
        raise PermissionError(f"{path} belongs to somebody else.")
    if stat.S_IMODE(found.st_mode) & 0o077:
        os.fchmod(descriptor, 0o600)


if sys.platform == "win32":
    import msvcrt

    _FAR = 1 << 40  # a byte nobody writes: a held one could not be read by others

    def _seize(descriptor: int) -> bool:
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _release(descriptor: int) -> None:
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _seize(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _release(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
