"""A session: the process that draws the screen for one visitor, and its talk with the browser.

The process is a Textual app with a web driver. On its standard streams, each packet is a letter
(D: terminal data, M: a message as JSON, P: part of a file), the length of the payload in four
bytes, and the payload. The output begins with the line __GANGLION__.
"""

import asyncio
import json
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple, Self

from aiohttp import web

GRACE = 2.0
"""Seconds for the process to end when asked to, or to take what was typed."""
_MIN_SIZE, _MAX_SIZE = (20, 5), (240, 80)
"""Columns and lines; a larger screen would take more memory than a visitor may cost."""


class Command(NamedTuple):
    """The command to run for each visitor, without a shell.

    `environ` is the whole environment of the process, but for the size of the terminal.
    """

    arguments: Sequence[str]
    environ: Mapping[str, str]
    folder: str


class Session:
    """One visitor's process and websocket."""

    def __init__(self, process: Process, websocket: web.WebSocketResponse) -> None:
        if process.stdin is None or process.stdout is None:
            raise TypeError("The process of a session has pipes.")
        self._process, self._websocket = process, websocket
        self._stdin, self._stdout = process.stdin, process.stdout
        self._output = asyncio.create_task(self._forward_output())

    @classmethod
    async def start(
        cls, command: Command, websocket: web.WebSocketResponse, width: int, height: int
    ) -> Self:
        """Start the process, whose output goes to the browser; OSError if that is impossible."""
        width, height = clamp_size(width, height)
        process = await asyncio.create_subprocess_exec(
            *command.arguments,
            stdin=PIPE,
            stdout=PIPE,
            env={**command.environ, "COLUMNS": str(width), "ROWS": str(height)},
            cwd=command.folder,
            start_new_session=True,  # ctrl+c in the server's terminal is for the server only
        )
        return cls(process, websocket)

    async def handle_message(self, text: str) -> None:
        """Pass a message of the browser to the process; ignore an invalid one.

        Raises:
            TimeoutError: the process does not read its input.
        """
        try:
            message = json.loads(text)
        except (ValueError, RecursionError):
            return
        async with asyncio.timeout(GRACE):
            match message:
                case ["stdin", str(typed)]:
                    await self._send(b"D", typed.encode("utf-8", "ignore"))
                case ["resize", {"width": int(width), "height": int(height)}]:
                    width, height = clamp_size(width, height)
                    await self._send_meta({"type": "resize", "width": width, "height": height})
                case ["ping", str(stamp)]:
                    with suppress(ConnectionError):  # the browser has gone
                        await self._websocket.send_json(["pong", stamp])
                case ["focus" | "blur" as kind]:
                    await self._send_meta({"type": kind})

    async def stop(self) -> None:
        """End the process: by a message, after GRACE seconds by force."""
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE):
                await self._send_meta({"type": "quit"})
                await asyncio.wait([self._output])
                await self._process.wait()
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()
            self._output.cancel()
            await asyncio.gather(self._output, return_exceptions=True)
            await self._stdout.read()  # process.wait() needs the end of the output
            await self._process.wait()

    async def _forward_output(self) -> None:
        """Send what the process draws to the browser; when it ends, close the websocket."""
        read = self._stdout.readexactly
        try:
            while await self._stdout.readline() not in (b"__GANGLION__\n", b""):
                pass
            while True:
                kind = await read(1)
                payload = await read(int.from_bytes(await read(4), "big"))
                if kind == b"D":  # messages and files: the page opens and saves nothing
                    with suppress(ConnectionError):  # the browser has gone: read on to the end
                        await self._websocket.send_bytes(payload)
        except (ValueError, asyncio.IncompleteReadError):  # no packets, or no more
            pass
        finally:
            await self._websocket.close()

    async def _send_meta(self, message: dict[str, str | int]) -> None:
        await self._send(b"M", json.dumps(message).encode())

    async def _send(self, kind: bytes, payload: bytes) -> None:
        with suppress(ConnectionError):  # the process has ended: `_forward_output` notices
            self._stdin.write(kind + len(payload).to_bytes(4, "big") + payload)
            await self._stdin.drain()


def clamp_size(width: int, height: int) -> tuple[int, int]:
    """Return the nearest size that a screen can have."""
    (min_width, min_height), (max_width, max_height) = _MIN_SIZE, _MAX_SIZE
    return min(max(width, min_width), max_width), min(max(height, min_height), max_height)
