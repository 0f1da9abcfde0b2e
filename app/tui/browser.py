"""The driver for a browser: textual-serve's end of the pipe is our terminal."""

import contextlib
import os
import threading
from functools import partial
from typing import Any

from textual.drivers.web_driver import WebDriver

from app.tui.terminal import GRACE


class BrowserDriver(WebDriver):
    """Textual's driver, which also ends the program when nobody is at the other end."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._write = partial(_send, self.fileno)

    def run_input_thread(self) -> None:
        """Take what is typed; when no more can come, leave."""
        super().run_input_thread()
        if not self.exit_event.is_set():
            force = threading.Timer(GRACE, os._exit, (1,))
            force.daemon = True
            force.start()
            self._loop.call_soon_threadsafe(self._app.exit)


def _send(descriptor: int, data: bytes) -> int:
    with contextlib.suppress(BrokenPipeError):
        return os.write(descriptor, data)
    return 0
