"""Output of the commands: data on stdout, for people or machines; everything else on stderr.

Names were cleaned where they entered the program.
"""

import contextlib
import io
import json
import os
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from entity_connections.ascii_signs import find_terminal_encoding, make_sign_replacer

if TYPE_CHECKING:
    from entity_connections.domain.entities import Entity

MAX_COLUMN_WIDTH = 48
"""Cells of a column of a table, however long the names are."""

_FORMULA = tuple("=+-@")
_progress = ""
"""The line that `show_progress` has written, where the cursor still is."""


def echo(text: str) -> None:
    """Write a line of data to stdout. A reader that has closed the pipe is not an error.

    Where stdout cannot be written, such as on a full disk, stderr takes its place.
    """
    try:
        _write(sys.stdout, text)
    except OSError as error:
        discard_output(sys.stdout)
        sys.stdout = sys.stderr
        info(f"entity-connections: stdout takes no output ({error.strerror}). It follows here.")
        info(text)


def info(text: str) -> None:
    """Write a line for people to stderr, if that can be written."""
    with contextlib.suppress(OSError):
        _write(sys.stderr, text)


def discard_output(stream: TextIO) -> None:
    """Discard everything that is written to a stream from now on."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def is_progress_shown() -> bool:
    """Return whether a line of `show_progress` is on the terminal."""
    return bool(_progress)


def show_progress(text: str) -> None:
    """Show how far a command is, if stderr is a terminal; the next line of output replaces it."""
    global _progress
    if sys.stderr.isatty() and (text or _progress):
        with contextlib.suppress(OSError):
            sys.stderr.write(f"\r{' ' * len(_progress)}\r{text}")
            sys.stderr.flush()
            _progress = text


def echo_json(value: Any) -> None:
    """Write JSON to stdout: indented on a terminal, on one line in a pipe."""
    indent = 2 if sys.stdout.isatty() else None
    echo(json.dumps(value, ensure_ascii=escapes_json(), indent=indent))


def escapes_json() -> bool:
    """Return whether JSON on stdout has to do with ASCII."""
    return sys.stdout.encoding.lower() != "utf-8"


def echo_csv(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write CSV to stdout; a text that a spreadsheet would take for a formula gets an apostrophe.

    Names come from Zuora, where anybody may give one that a spreadsheet would carry out.
    """
    import csv  # rarely needed

    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows([f"'{text}" if text[:1] in _FORMULA else text for text in row] for row in rows)
    echo(lines.getvalue().removesuffix("\n"))


def format_table(
    heads: Sequence[str], rows: Iterable[Sequence[str]], widest: int | None = MAX_COLUMN_WIDTH
) -> str:
    """Return a table as lines of text; a column has `widest` cells at most."""
    lines = [[_cut(text, widest) for text in line] for line in (heads, *rows)]
    widths = [max(map(_count_cells, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            text + " " * (width - _count_cells(text))
            for text, width in zip(line, widths, strict=True)
        ).rstrip()
        for line in lines
    )


def format_title(entity: "Entity", depth: int = 0) -> str:
    """Return the title of an entity for a table, indented by its depth in the hierarchy."""
    indent = "  " * depth
    return indent + entity.cut_title(max(16, MAX_COLUMN_WIDTH - len(indent)), _cut)


def entity_to_json(entity: "Entity") -> dict[str, str]:
    """Return the JSON object of an end of a connection."""
    return {"id": entity.id, "name": entity.name, "displayName": entity.display_name}


def print_warnings(warnings: Iterable[str]) -> None:
    """Write each warning about a list to stderr, once."""
    for warning in dict.fromkeys(warnings):
        info(warning)


def _write(stream: TextIO, text: str) -> None:
    if _progress:
        show_progress("")
    encoding = find_terminal_encoding() if stream.isatty() else stream.encoding
    text = make_sign_replacer(encoding, _count_cells)(text)
    try:
        stream.write(text.encode(stream.encoding, "replace").decode(stream.encoding) + "\n")
        stream.flush()
    except BrokenPipeError:
        discard_output(stream)


def _cut(text: str, widest: int | None) -> str:
    if widest is None or _count_cells(text) <= widest:
        return text
    while _count_cells(text) > widest - 1:
        text = text[:-1]
    return f"{text}…"


def _count_cells(text: str) -> int:
    return sum(
        0 if unicodedata.combining(char) else 1 + (unicodedata.east_asian_width(char) in "WF")
        for char in text
    )
