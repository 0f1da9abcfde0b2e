"""Copying from inside tmux, which keeps the terminal's clipboard from the programs in it."""

import base64
import os
import sys

from textual.driver import Driver

if sys.platform != "win32":
    from entity_connections.tui.terminal.driver import TerminalDriver


def get_copy_hint() -> str:
    """Return what copying needs here besides the terminal's consent, or ""."""
    if _find_terminal_in_tmux() is None:
        return ""
    return "In tmux it needs: tmux set -g allow-passthrough on"


def copy_through_tmux(text: str) -> None:
    """Send a text to the clipboard of the terminal around tmux, if the program runs in tmux."""
    if terminal := _find_terminal_in_tmux():
        encoded = base64.b64encode(text.encode()).decode("ascii")
        terminal.write(f"\x1bPtmux;\x1b\x1b]52;c;{encoded}\a\x1b\\")


def _find_terminal_in_tmux() -> Driver | None:
    if sys.platform != "win32" and "TMUX" in os.environ:
        return TerminalDriver.current
    return None
