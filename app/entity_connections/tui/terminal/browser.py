"""The driver for the browser page: textual-serve's pipe takes the place of a terminal."""

import asyncio
import contextlib
import os
import threading
from functools import partial
from typing import Any

from textual.app import App
from textual.drivers._byte_stream import ByteStream
from textual.drivers.web_driver import WebDriver, _ExitInput

from entity_connections.tui.terminal.forced_exit import start_forced_exit
from entity_connections.tui.terminal.input_parser import InputParser


class BrowserDriver(WebDriver):
    """Textual's driver, plus our input parser and an exit when the pipe is closed."""

    def __init__(self, app: App[Any], **kwargs: Any) -> None:
        super().__init__(app, **kwargs)
        self.app = app
        self.loop = asyncio.get_running_loop()
        self._write = partial(_write_to_pipe, self.fileno)
        self._input_thread: threading.Thread | None = None

    def stop_application_mode(self) -> None:
        """Stop the input, too: what was read later would find the event loop closed."""
        super().stop_application_mode()
        if self._input_thread is not None:
            self._input_thread.join()

    def run_input_thread(self) -> None:
        """Read input until the pipe is closed; then end the program."""
        self._input_thread = threading.current_thread()
        with contextlib.suppress(_ExitInput):
            self._read_packets()
        self._input_reader.close()
        if not self.exit_event.is_set():
            start_forced_exit(partial(os._exit, 1))
            self.loop.call_soon_threadsafe(self.app.exit)

    def _read_packets(self) -> None:
        """Read packets of input, and of messages about the browser window, until the app ends."""
        parser, packets = InputParser(), ByteStream()
        for data in self._input_reader:
            for kind, payload in packets.feed(data) if data else ():
                if kind == "D":
                    for message in parser.feed(payload):
                        if self.exit_event.is_set():
                            return
                        self.process_message(message)
                else:
                    self._on_meta(kind, payload)
            for message in parser.tick():
                self.process_message(message)


def _write_to_pipe(descriptor: int, data: bytes) -> int:
    with contextlib.suppress(BrokenPipeError):
        return os.write(descriptor, data)
    return 0
