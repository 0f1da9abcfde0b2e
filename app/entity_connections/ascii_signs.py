"""ASCII signs in place of ours, for a terminal whose locale cannot show them."""

import os
import re
import sys
import unicodedata
from collections.abc import Callable

_NON_ASCII = re.compile(r"[^\x00-\x7f]+")
# Each takes as many cells as what it replaces, so that nothing on the screen moves. No sign of a
# status or of a mark is a key, or looks like the lines of a tree.
_ASCII = {
    "○◐●✕✓◇": "o~=X+%",
    "▸▶→▾▼↓◂◀←▴▲↑": ">>>vvv<<<^^^",
    "·•—–…×⏎": "-*--.x/",
    "“”„‘’": '"""\'\'',
    "─━═╌╍▔▁▀▄": "---------",
    "│┃║╎╏▏▎▍▌▐▊▋▉▕": "||||||||||||||",
    "╭╮╰╯┌┐└┘├┤┬┴┼┏┓┗┛╔╗╚╝": "++++++`+||+++++++++++",
    "█▓▒░▂▃▅▆▇▖▗▘▙▚▛▜▝▞▟": "###################",
}
ASCII_SIGNS = {
    sign: replacement
    for signs, replacements in _ASCII.items()
    for sign, replacement in zip(signs, replacements, strict=True)
}
"""The sign to show in place of each sign of ours, and of each that Textual draws with."""


def find_terminal_encoding() -> str:
    """Return the encoding of the terminal, which the locale names.

    Python takes UTF-8 where the locale is C, and sets LC_CTYPE so, unless LC_ALL is set; what the
    user has chosen counts. A locale that is named but not installed says its encoding, too.
    """
    if sys.platform == "win32":  # Python writes Unicode to the console, whatever the locale
        return "utf-8"
    variables = [os.environ.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG")]
    if variables[:2] == ["", "C.UTF-8"] and variables[2] in ("C", "POSIX"):
        return "ascii"
    name = next(filter(None, variables), "")
    if "UTF-8" in name.upper().replace("UTF8", "UTF-8"):
        return "utf-8"
    import locale

    return locale.getencoding()


def make_sign_replacer(encoding: str, count_cells: Callable[[str], int]) -> Callable[[str], str]:
    """Return a function that replaces what an encoding cannot show.

    A letter loses its accents; other characters than our signs become as many question marks as
    they have cells.

    Args:
        encoding: the encoding of the terminal.
        count_cells: returns how many cells a text takes.
    """
    if _can_encode("".join(ASCII_SIGNS), encoding):
        return lambda text: text
    signs = {ord(sign): new for sign, new in ASCII_SIGNS.items() if not _can_encode(sign, encoding)}

    def replace(match: re.Match[str]) -> str:
        text = match[0].translate(signs)
        if _can_encode(text, encoding):
            return text
        without_accents = mark(unicodedata.normalize("NFD", text))
        same_width = count_cells(without_accents) == count_cells(text)
        return without_accents if same_width else mark(text)

    def mark(text: str) -> str:
        return _NON_ASCII.sub(lambda rest: "?" * count_cells(rest[0]), text)

    return lambda text: text if text.isascii() else _NON_ASCII.sub(replace, text)


def _can_encode(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
