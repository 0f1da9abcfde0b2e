"""Files that only this program's user may read: made 0600, and trusted only when they are ours.

Everything here blocks for the disk and raises OSError, whose text holds no secret.
"""

import glob
import os
import time
from contextlib import suppress
from pathlib import Path

STALE_TEMP_AGE = 60.0
"""Seconds after which a file that was to replace another is nobody's any more."""

_ALWAYS = (
    getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOFOLLOW", 0)  # a link may lead anywhere
    | getattr(os, "O_NONBLOCK", 0)  # a pipe would make us wait for its other end
    | getattr(os, "O_BINARY", 0)
)


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte and wait until the disk has them."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
    os.fsync(descriptor)


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
