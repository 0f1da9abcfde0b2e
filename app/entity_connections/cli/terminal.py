"""What the screen needs of the terminal that the program was started on."""

import os
import sys

import click


def check_terminal(alternative: str) -> None:
    """Check that the screen can be shown.

    Where there is no terminal, or it can only print lines, click.UsageError tells the alternative.
    """
    term = os.environ.get("TERM", "unset")  # Windows does not set it
    if os.environ.get("TEXTUAL_DRIVER") or not (sys.stdin.isatty() and sys.stderr.isatty()):
        problem = "the screen needs a terminal as its input and its error output"
    elif term in ("dumb", "unknown", ""):
        value = f"TERM={term}" if term else "an empty TERM"
        problem = f"{value} says that this terminal cannot place the cursor, which the screen needs"
    else:
        return
    raise click.UsageError(f"{problem}; {alternative}")
