"""A visitor: a process of their own, and the talk between it and their browser."""

import asyncio
import json
import logging
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from aiohttp import web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

# What it logs, that a process did not start, the process has said itself.
logging.getLogger("textual-serve").addHandler(logging.NullHandler())

GRACE = 2.0
"""Seconds a process may take to end when asked, or to read what was typed."""

_WIDTHS = range(20, 501)
_HEIGHTS = range(5, 201)


class Command(NamedTuple):
    """What to run for each visitor.

    Attributes:
        arguments: the program, and what to tell it; no shell reads it.
        environ: all of its environment but the size of the terminal.
        folder: where it runs.
    """

    arguments: Sequence[str]
    environ: Mapping[str, str]
    folder: str


class Visit(AppService):
    """A process that draws for a browser, and what it is told from there."""

    def __init__(self, command: Command, websocket: web.WebSocketResponse) -> None:
        async def close() -> None:
            await websocket.close()

        super().__init__(
            "",
            write_bytes=websocket.send_bytes,
            write_str=websocket.send_str,
            close=close,
            download_manager=DownloadManager(),
        )
        self._what = command
        self._websocket = websocket

    async def take(self, message: str) -> None:
        """Pass on what a browser says; nonsense is left out.

        Raises:
            TimeoutError: the process takes nothing any more.
        """
        try:
            said = json.loads(message)
        except (ValueError, RecursionError):
            return
        async with asyncio.timeout(GRACE):
            match said:
                case ["stdin", str(typed)]:
                    await self.send_bytes(typed.encode("utf-8", "ignore"))
                case ["resize", {"width": int(width), "height": int(height)}]:
                    await self.set_terminal_size(*possible(width, height))
                case ["ping", str(stamp)]:
                    await self._websocket.send_json(["pong", stamp])
                case ["focus"]:
                    await self.focus()
                case ["blur"]:
                    await self.blur()

    async def run(self) -> None:
        """Pass on what the process draws; when it ends, however it does, so does the visit."""
        try:
            with suppress(ValueError):  # it draws nothing that one could pass on
                await super().run()
        finally:
            await self.remote_close()

    async def stop(self) -> None:
        """End the process: by asking, then by force."""
        process, task = self._process, self._task
        if process is None or task is None:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE):
                await self.send_meta({"type": "quit"})
                await asyncio.wait([task])
                await process.wait()
        if process.returncode is None:
            await self._force(process, task)

    @staticmethod
    async def _force(process: Process, task: asyncio.Task[None]) -> None:
        with suppress(ProcessLookupError):
            process.kill()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        if process.stdout is not None:
            await process.stdout.read()  # a full pipe would never tell of the end
        await process.wait()

    async def on_data(self, payload: bytes) -> None:
        """Pass on what is drawn; a browser that has gone takes nothing, and stops nobody."""
        with suppress(ConnectionError):
            await super().on_data(payload)

    async def on_meta(self, data: bytes) -> None:
        """Heed the end only: the page opens no address, and downloads no file."""
        if json.loads(data).get("type") == "exit":
            await super().on_meta(data)

    async def on_packed(self, payload: bytes) -> None:
        """Pass on no file."""

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        width, height = possible(width, height)
        self._process = process = await asyncio.create_subprocess_exec(
            *self._what.arguments,
            stdin=PIPE,
            stdout=PIPE,
            env={**self._what.environ, "COLUMNS": str(width), "ROWS": str(height)},
            cwd=self._what.folder,
            start_new_session=True,  # ctrl+c is for the server, which tells its visitors
        )
        self._stdin = process.stdin
        # What it says of a crash goes where our own errors go. AppService would keep it, and
        # then write it to stdout.
        process.stderr = asyncio.StreamReader()
        process.stderr.feed_eof()
        return process


def possible(width: int, height: int) -> tuple[int, int]:
    """Return a size that a screen can have, the nearest to what a browser says."""
    return (
        min(max(width, _WIDTHS[0]), _WIDTHS[-1]),
        min(max(height, _HEIGHTS[0]), _HEIGHTS[-1]),
    )
