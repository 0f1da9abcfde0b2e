"""Finds rows of the journal that were changed, removed or moved after they had been written.

Each row holds the hash of its content and the hash of the row before. That finds mistakes
and damage. It does not find a person who computes the hashes anew, nor a file that was
removed or replaced as a whole.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple


class Verification(NamedTuple):
    """Whether all rows are as they were written.

    Attributes:
        lines: how many rows there are.
        problems: a sentence for each place that was changed or is missing.
    """

    lines: int
    problems: tuple[str, ...] = ()


def hash_row(prev_hash: str, content: Sequence[object]) -> str:
    """Compute the SHA-256 of the previous row's hash and this row's content, as hexadecimal."""
    text = json.dumps([prev_hash, *content], default=repr)
    return hashlib.sha256(text.encode()).hexdigest()


def verify_rows(rows: Iterable[Sequence[Any]], last_seq: int) -> Verification:
    """Check all rows.

    Args:
        rows: number, hash of the row before, own hash, and the values of the content.
        last_seq: the number of the row that was written last, 0 for none; the first is 1.
    """
    problems: list[str] = []
    lines, expected_seq, expected_hash = 0, 1, ""
    for seq, prev_hash, hash_, *content in rows:
        lines += 1
        if seq != expected_seq:
            problems.append(_describe_gap(expected_seq, seq - 1))
        elif prev_hash != expected_hash:
            problems.append(f"Line {seq} does not follow the line before it.")
        if hash_ != hash_row(prev_hash, content):
            problems.append(f"Line {seq} has been changed.")
        expected_seq, expected_hash = seq + 1, hash_
    if expected_seq <= last_seq:
        problems.append(_describe_gap(expected_seq, last_seq))
    return Verification(lines, tuple(problems))


def _describe_gap(first: int, last: int) -> str:
    return f"Line {first} is missing." if first == last else f"Lines {first} to {last} are missing."
