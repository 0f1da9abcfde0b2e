"""What a terminal shows that cannot show our signs."""

import ast
from pathlib import Path

import entity_connections
import pytest
from entity_connections.ascii_signs import (
    ASCII_SIGNS,
    find_terminal_encoding,
    make_sign_replacer,
)
from rich.cells import cell_len

SHOWN = ("cli", "domain/rows.py", "tui", "walkthrough")
"""Files and folders of the package whose literals come to the screen."""


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("ascii", "= Connected > Cafe ???? ??"),
        ("iso8859-1", "= Connected > Café ???? ??"),
        ("utf-8", "● Connected → Café 東京 한"),
    ],
)
def test_what_an_encoding_cannot_show_is_replaced_in_the_same_width(
    encoding: str, shown: str
) -> None:
    text = "● Connected → Café 東京 한"
    replaced = make_sign_replacer(encoding, cell_len)(text)
    assert (replaced, cell_len(replaced)) == (shown, cell_len(text))


def test_the_console_of_windows_shows_signs_whatever_its_locale(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setattr("sys.platform", "win32")
    assert find_terminal_encoding() == "utf-8"


@pytest.mark.parametrize(
    ("variables", "shows_signs"),
    [
        ({"LC_ALL": "C"}, False),
        ({"LC_ALL": "POSIX", "LANG": "C.UTF-8"}, False),
        ({"LC_ALL": "", "LC_CTYPE": "C.UTF-8", "LANG": "C"}, False),  # as Python changes LANG=C
        ({"LC_CTYPE": "C.UTF-8"}, True),  # as Python changes an empty environment
        ({"LANG": "xx_YY.utf8"}, True),  # not installed here
    ],
)
def test_the_locale_tells_what_the_terminal_shows(
    variables: dict[str, str], shows_signs: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("locale.getencoding", lambda: "ANSI_X3.4-1968")
    assert (find_terminal_encoding() == "utf-8") is shows_signs


def test_every_sign_of_the_program_has_an_ascii_sign() -> None:
    package = Path(entity_connections.__file__).parent
    shown = [package / name for name in SHOWN]
    files = [file for path in shown for file in (path.rglob("*.py") if path.is_dir() else [path])]
    signs = {char for file in files for text in _find_literals(file) for char in text}
    assert "●" in signs
    assert {sign for sign in signs if sign.isprintable() and not sign.isascii()} <= set(ASCII_SIGNS)
    assert all(cell_len(sign) == 1 for sign in ASCII_SIGNS)


def _find_literals(file: Path) -> list[str]:
    """Return the texts in a file's code, without its docstrings."""
    nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    docstrings = {node.value for node in nodes if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in docstrings
    ]
