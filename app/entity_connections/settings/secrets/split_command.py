"""Splits the command of a `secret_command` into its program and arguments."""

import os
import shlex
import sys


def split_command_line(command: str, platform: str = sys.platform) -> list[str]:
    r"""Return the program and the arguments, split as a POSIX shell splits them.

    A `~` or `~user` at the start of one is replaced by the home directory. A backslash on Windows
    is an ordinary character: it separates the folders of a path.

    Raises:
        ValueError: a quotation mark is not closed, or the command ends with an escape.
    """
    lexer = shlex.shlex(command, posix=True, punctuation_chars=False)
    lexer.whitespace_split = True
    lexer.commenters = ""
    if platform == "win32":
        lexer.escape = ""
    return [os.path.expanduser(part) for part in lexer]  # noqa: PTH111 - not all are paths
