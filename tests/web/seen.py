"""What a terminal in a browser shows of what it is sent."""

import pyte

from tests.terminal.pty import FOREIGN


class Seen:
    """A terminal's screen."""

    def __init__(self, columns: int = 80, lines: int = 24) -> None:
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.Stream(self.screen)

    def feed(self, data: bytes) -> None:
        """Draw something more."""
        self._stream.feed(FOREIGN.sub("", data.decode()))

    def text(self) -> str:
        """Return what is on the screen."""
        return "\n".join(self.screen.display)
