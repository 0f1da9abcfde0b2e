"""Lines that follow one another: each carries the SHA-256 of the one before it.

A line is a JSON object; `prev` in it is the hash of the bytes of the line before,
and "" in the first. The head tells the last line. Whoever rewrites everything, head
included, is not found out; a slip or a clumsy hand is.
"""

import hashlib
import json
from typing import NamedTuple


class Head(NamedTuple):
    """How many lines there were when the last was added, and the hash of that one."""

    lines: int
    hash: str


class Verdict(NamedTuple):
    """Whether the lines are as they were written.

    Attributes:
        lines: how many there are.
        problems: a sentence for each place that was changed or is missing, naming the line.
        notes: a sentence for each thing that is strange and harmless.
    """

    lines: int
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def hash_of(line: bytes) -> str:
    """Return what the line after `line` carries as `prev`."""
    return hashlib.sha256(line).hexdigest()


def split(data: bytes) -> list[bytes]:
    """Return the lines of a file; the last may be torn."""
    lines = data.split(b"\n")
    return lines if lines[-1] else lines[:-1]


def follow(tail: list[bytes], head: Head | None) -> Head | None:
    """Return the head that fits `tail`, the last two lines at least, or None where none does.

    A program that was killed after a line and before its head leaves one line more.
    Where the lines are not those that the head promises it stays as it is, so that
    the next line is chained to what is missing, and the gap is found ever after.
    """
    if head is None or not tail:
        return head
    if hash_of(tail[-1]) != head.hash and hash_of(tail[-2] if len(tail) > 1 else b"") == head.hash:
        return Head(head.lines + 1, hash_of(tail[-1]))
    return head


def check(data: bytes, head: Head | None) -> Verdict:
    """Look at every line."""
    lines, previous = split(data), ""
    problems: list[str] = []
    notes: list[str] = []
    for number, line in enumerate(lines, 1):
        last = number == len(lines)
        found = parsed(line)
        if found is None:
            torn = (last and not data.endswith(b"\n")) or _whole_after(lines, number)
            word = "was torn when the program or the machine stopped" if torn else "is not JSON"
            (notes if torn else problems).append(f"Line {number} {word}.")
        elif found.get("prev") != previous:
            what = "the first line has changed, or lines before it are missing"
            what = what if number == 1 else f"line {number - 1} has changed, or lines are missing"
            problems.append(f"Line {number} does not follow what is before it: {what}.")
        previous = hash_of(line)
    _check_head(lines, head, problems, notes)
    return Verdict(len(lines), tuple(problems), tuple(notes))


def _whole_after(lines: list[bytes], number: int) -> bool:
    """Whether the line after line `number` was added to it as it is."""
    after = parsed(lines[number]) if number < len(lines) else None
    return after is not None and after.get("prev") == hash_of(lines[number - 1])


def _check_head(
    lines: list[bytes], head: Head | None, problems: list[str], notes: list[str]
) -> None:
    if head is None:
        if len(lines) > 1:
            problems.append(f"Line {len(lines)} may not be the last: the .head file is missing.")
        return
    if head.lines > len(lines):
        missing = f"{head.lines} lines were written" if lines else "every line"
        problems.append(f"After line {len(lines)} lines are missing: {missing}.")
        return
    at = head.lines
    if at and hash_of(lines[at - 1]) != head.hash:
        problems.append(f"Line {at} is not what was written last: it has changed.")
    if at + 1 == len(lines):
        notes.append(f"Line {at + 1} was the last thing a program did before it stopped.")
    elif at < len(lines):
        problems.append(f"Lines {at + 1} to {len(lines)} were added by something else.")


def parsed(line: bytes) -> dict[str, object] | None:
    """Return the object that a line holds, or None when it holds none."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
