"""The driver for a browser: textual-serve's end of the pipe is our terminal."""

import contextlib
import os
import threading
from functools import partial
from typing import Any

from textual.drivers._byte_stream import ByteStream
from textual.drivers.web_driver import WebDriver, _ExitInput

from entity_connections.tui.terminal.input import InputParser
from entity_connections.tui.terminal.run import GRACE


class BrowserDriver(WebDriver):
    """Textual's driver, which also ends the program when nobody is at the other end."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._write = partial(_send, self.fileno)

    def run_input_thread(self) -> None:
        """Take what is typed; when no more can come, leave."""
        with contextlib.suppress(_ExitInput):
            self._read_packets()
        self._input_reader.close()
        if not self.exit_event.is_set():
            force = threading.Timer(GRACE, os._exit, (1,))
            force.daemon = True
            force.start()
            self._loop.call_soon_threadsafe(self._app.exit)

    def _read_packets(self) -> None:
        """Read packets of input, and of news about the browser's window."""
        parser, packets = InputParser(), ByteStream()
        for data in self._input_reader:
            for kind, payload in packets.feed(data) if data else ():
                if kind == "D":
                    for message in parser.feed(payload):
                        self.process_message(message)
                else:
                    self._on_meta(kind, payload)
            for message in parser.tick():
                self.process_message(message)


def _send(descriptor: int, data: bytes) -> int:
    with contextlib.suppress(BrokenPipeError):
        return os.write(descriptor, data)
    return 0
