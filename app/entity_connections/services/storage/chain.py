"""A file of linked lines that is only ever added to, by several programs at once.

What the last line is, and how many there are, is kept in a second file, the head:
without it nobody would miss lines at the end.
"""

import json
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from entity_connections import files
from entity_connections.services.storage.links import (
    Head,
    Verdict,
    check,
    follow,
    hash_of,
    parsed,
    split,
)

TAIL = 1 << 16
"""Bytes read from the end of a file to find its last two lines, at first."""
ENOUGH = 3
"""Line ends in what was read that make sure of two whole lines."""
Line = Callable[[Callable[[], bytes]], dict[str, object]]
"""Makes the fields of a line; it may read what stands before it, and nobody adds any meanwhile."""
HEAD_WIDTH = 100
"""Bytes of the head: it is written over in one go, and none is longer."""


class Chain:
    """A chain of lines in a file, or in memory where there is none.

    Several programs and threads may add to one file. Every method blocks for the
    disk and raises OSError.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.head_path = path.with_name(f"{path.name}.head") if path else None
        self._memory: tuple[bytes, Head] = (b"", Head(0, ""))
        self._threads = threading.Lock()

    def append(self, make: Line) -> None:
        """Add a line; when this returns, the disk has it. What `make` raises is raised here."""
        if self.path is None or self.head_path is None:
            with self._threads:
                data, head = self._memory
                line = _line(make(lambda: data), head.hash)
                self._memory = data + line + b"\n", Head(head.lines + 1, hash_of(line))
            return
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT
        with files.open_private(self.path, flags) as file, files.lock_file(file, self.path):
            fields = make(lambda: files.read_from(file, 0))
            lost = not self.head_path.exists()
            with files.open_private(self.head_path, os.O_RDWR | os.O_CREAT) as head_file:
                self._append(self.path, file, head_file, fields, lost=lost)

    def read(self) -> bytes:
        """Return all lines as they stand in the file; nothing where there is no file."""
        if self.path is None:
            return self._memory[0]
        try:
            return files.read_private(self.path)
        except FileNotFoundError:
            return b""

    def verify(self) -> Verdict:
        """Look at every line, while nobody adds one."""
        if self.path is None or self.head_path is None:
            return check(*self._memory)
        try:
            with (
                files.open_private(self.path, os.O_RDONLY) as file,
                files.lock_file(file, self.path),
            ):
                return self._verdict(files.read_from(file, 0))
        except FileNotFoundError:
            return self._verdict(b"")

    def _verdict(self, data: bytes) -> Verdict:
        trouble = ""
        try:
            raw = files.read_private(self.head_path) if self.head_path else b""
        except FileNotFoundError:
            raw, trouble = b"", f"The file {self.head_path} is missing." if data else ""
        verdict = check(data, head := _head(raw))
        if raw and head is None:
            trouble = f"The file {self.head_path} cannot be read."
        return verdict._replace(problems=(*verdict.problems, trouble)) if trouble else verdict

    def _append(
        self, path: Path, file: int, head_file: int, fields: dict[str, object], *, lost: bool
    ) -> None:
        size = os.lseek(file, 0, os.SEEK_END)
        tail = _tail(file, size)
        told = _head(files.read_from(head_file, 0))
        head = follow(tail, told) or _counted(file, lost=lost)
        if head != told and size:
            _write_head(head_file, head)  # never more than one line behind
        line = _line(fields, head.hash)
        torn = bool(size) and files.read_from(file, size - 1) != b"\n"
        try:
            files.write_all(file, (b"\n" if torn else b"") + line + b"\n")
            _write_head(head_file, Head(head.lines + 1, hash_of(line)))
        except OSError:
            os.ftruncate(file, size)  # what could not be added whole was never there
            with suppress(OSError):
                _write_head(head_file, head)
            raise
        if not size:
            files.sync_folder(path)


def _line(fields: dict[str, object], prev: str) -> bytes:
    return json.dumps(fields | {"prev": prev}, ensure_ascii=False).encode(errors="replace")


def _head(raw: bytes) -> Head | None:
    found = parsed(raw)
    match found:
        case {"lines": int(lines), "hash": str(hash_)} if lines > 0:
            return Head(lines, hash_)
    return None


def _write_head(head_file: int, head: Head) -> None:
    os.lseek(head_file, 0, os.SEEK_SET)
    if not head.lines:
        return os.ftruncate(head_file, 0)
    files.write_all(head_file, json.dumps(head._asdict()).encode().ljust(HEAD_WIDTH) + b"\n")
    return os.ftruncate(head_file, os.lseek(head_file, 0, os.SEEK_CUR))


def _counted(file: int, *, lost: bool) -> Head:
    """Return the head of a file that has none.

    One line may lack it: the program was killed between the two. Otherwise nobody
    knows what was the last, so the next line is chained to nothing, and that is
    found ever after.
    """
    lines = split(files.read_from(file, 0))
    killed = len(lines) == 1 and not lost
    return Head(len(lines), hash_of(lines[0]) if killed else "")


def _tail(file: int, size: int) -> list[bytes]:
    """Return the last two lines of a file at least, if there are as many."""
    start = max(0, size - TAIL)
    data = files.read_from(file, start)
    while start and data.count(b"\n") < ENOUGH:
        start = max(0, start - TAIL * 16)
        data = files.read_from(file, start)
    return split(data)[1:] if start else split(data)
