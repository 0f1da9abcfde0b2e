"""A file of linked lines that is only ever added to, by several programs at once.

What the last line is, and how many there are, is kept in a second file, the head:
without it nobody would miss lines at the end.
"""

import json
import os
import threading
from pathlib import Path

from app.services import private
from app.services.links import Head, Verdict, check, follow, hash_of, parsed, split

TAIL = 1 << 16
"""Bytes read from the end of a file to find its last two lines, at first."""
ENOUGH = 3
"""Line ends in what was read that make sure of two whole lines."""
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

    def append(self, fields: dict[str, object]) -> None:
        """Add a line; when this returns, the disk has it."""
        if self.path is None or self.head_path is None:
            with self._threads:
                data, head = self._memory
                line = _line(fields, head.hash)
                self._memory = data + line + b"\n", Head(head.lines + 1, hash_of(line))
            return
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT
        with (
            private.opened(self.path, flags) as file,
            private.held(file, self.path),
            private.opened(self.head_path, os.O_RDWR | os.O_CREAT) as head_file,
        ):
            self._append(self.path, file, head_file, fields)

    def read(self) -> bytes:
        """Return all lines as they stand in the file; nothing where there is no file."""
        if self.path is None:
            return self._memory[0]
        try:
            return private.read(self.path)
        except FileNotFoundError:
            return b""

    def verify(self) -> Verdict:
        """Look at every line, while nobody adds one."""
        if self.path is None or self.head_path is None:
            return check(*self._memory)
        try:
            with private.opened(self.path, os.O_RDONLY) as file, private.held(file, self.path):
                return self._verdict(private.read_from(file, 0))
        except FileNotFoundError:
            return self._verdict(b"")

    def _verdict(self, data: bytes) -> Verdict:
        try:
            raw = private.read(self.head_path) if self.head_path else b""
        except FileNotFoundError:
            raw = b""
        verdict = check(data, head := _head(raw))
        if raw and head is None:
            return verdict._replace(
                problems=(*verdict.problems, f"The file {self.head_path} cannot be read.")
            )
        return verdict

    def _append(self, path: Path, file: int, head_file: int, fields: dict[str, object]) -> None:
        size = os.lseek(file, 0, os.SEEK_END)
        tail = _tail(file, size)
        told = _head(private.read_from(head_file, 0))
        head = follow(tail, told) or _counted(file)
        if head != told and size:
            _write_head(head_file, head)  # never more than one line behind
        line = _line(fields, head.hash)
        torn = bool(size) and private.read_from(file, size - 1) != b"\n"
        try:
            private.write_all(file, (b"\n" if torn else b"") + line + b"\n")
            _write_head(head_file, Head(head.lines + 1, hash_of(line)))
        except OSError:
            os.ftruncate(file, size)  # what could not be added whole was never there
            raise
        if not size:
            private.sync_folder(path)


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
    private.write_all(head_file, json.dumps(head._asdict()).encode().ljust(HEAD_WIDTH) + b"\n")
    os.ftruncate(head_file, os.lseek(head_file, 0, os.SEEK_CUR))


def _counted(file: int) -> Head:
    """Return the head of a file that has none."""
    lines = split(private.read_from(file, 0))
    return Head(len(lines), hash_of(lines[-1]) if lines else "")


def _tail(file: int, size: int) -> list[bytes]:
    """Return the last two lines of a file at least, if there are as many."""
    start = max(0, size - TAIL)
    data = private.read_from(file, start)
    while start and data.count(b"\n") < ENOUGH:
        start = max(0, start - TAIL * 16)
        data = private.read_from(file, start)
    return split(data)[1:] if start else split(data)
