"""A real browser without a window, driven through its own protocol (CDP).

Enough of it for these tests, over the websocket client that is here anyway: the usual driver
would bring fifty megabytes into everybody's environment, and no browser.
"""

import asyncio
import base64
import json
import os
import re
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import aiohttp

from tests.web.seen import Seen

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING: Final = (
    "there is no Chromium: install one (apt-get install chromium), put it on PATH, or name it"
    " in CHROME"
)
CTRL: Final = 2
_KEYS: Final = {"enter": ("Enter", 13, "\r"), "escape": ("Escape", 27, ""), "tab": ("Tab", 9, "")}


def find() -> str | None:
    """Return where a Chromium is, or None."""
    kept = sorted((Path.home() / ".cache/ms-playwright").glob("chromium-*/chrome-linux*/chrome"))
    places = [os.environ.get("CHROME"), *map(shutil.which, NAMES), *map(str, kept)]
    return next((place for place in places if place), None)


class Browser:
    """A running browser."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._number = 0
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._tabs: dict[str, Tab] = {}

    async def visit(self, url: str, size: tuple[int, int] = (1000, 660)) -> "Tab":
        """Open a page as somebody new, who has never been there."""
        person = await self.call("Target.createBrowserContext")
        context = person["browserContextId"]
        made = await self.call("Target.createTarget", url="about:blank", browserContextId=context)
        target = made["targetId"]
        joined = await self.call("Target.attachToTarget", targetId=target, flatten=True)
        tab = self._tabs[joined["sessionId"]] = Tab(self, joined["sessionId"], target, context)
        for domain in ("Page", "Network", "Runtime", "Log"):
            await tab.call(f"{domain}.enable")
        # Each window is to believe that it is the one that is used.
        await tab.call("Emulation.setFocusEmulationEnabled", enabled=True)
        await tab.resize(*size)
        await tab.call("Page.navigate", url=url)
        return tab

    async def call(self, method: str, session: str = "", **what: Any) -> Any:
        """Tell the browser, or one of its tabs, to do something."""
        self._number += 1
        answer = self._answers[self._number] = asyncio.get_running_loop().create_future()
        message = {"id": self._number, "method": method, "params": what}
        await self._socket.send_json(message | ({"sessionId": session} if session else {}))
        async with asyncio.timeout(20):
            return await answer

    async def listen(self) -> None:
        """Take what the browser says, until it ends."""
        async for message in self._socket:
            said = json.loads(message.data)
            if "id" not in said:
                if tab := self._tabs.get(said.get("sessionId", "")):
                    tab.heed(said["method"], said["params"])
            elif "error" in said:
                self._answers.pop(said["id"]).set_exception(RuntimeError(said["error"]["message"]))
            else:
                self._answers.pop(said["id"]).set_result(said["result"])


class Tab:
    """A page, and what the terminal on it has been sent.

    Attributes:
        seen: the terminal.
        asked: every address it asked for.
        complaints: what it complained of: errors, refused resources.
    """

    def __init__(self, browser: Browser, session: str, target: str, context: str) -> None:
        self._browser, self._session, self._target = browser, session, target
        self._context = context
        self._changed = asyncio.Event()
        self.seen = Seen()
        self.asked: list[str] = []
        self.complaints: list[str] = []

    async def call(self, method: str, **what: Any) -> Any:
        """Tell this page to do something."""
        return await self._browser.call(method, self._session, **what)

    async def evaluate(self, script: str) -> Any:
        """Return what a script on the page returns."""
        done = await self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in done, done
        return done["result"].get("value")

    async def resize(self, width: int, height: int) -> None:
        """Give the window another size, in pixels."""
        await self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip

    async def close(self) -> None:
        """Close the window."""
        await self._browser.call("Target.closeTarget", targetId=self._target)

    async def allow_clipboard(self) -> None:
        """Let the page use the clipboard without being asked."""
        await self._browser.call(
            "Browser.grantPermissions", browserContextId=self._context,
            permissions=["clipboardReadWrite", "clipboardSanitizedWrite"],
        )  # fmt: skip

    def text(self) -> str:
        """Return what is on the screen."""
        return self.seen.text()

    async def wait(self, what: str | Callable[[], bool]) -> None:
        """Wait until a text is on the screen, or something holds."""
        holds = what if callable(what) else lambda: what in self.text()
        try:
            async with asyncio.timeout(20):
                while not holds():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            told = f"{what!r} did not come:\n{self.text()}\n{self.complaints}"
            raise AssertionError(told) from None

    async def wait_without(self, text: str) -> None:
        """Wait until a text is on the screen no more."""
        await self.wait(lambda: text not in self.text())

    async def until(self, script: str) -> None:
        """Wait until a script on the page returns something true."""
        for _ in range(400):
            if await self.evaluate(script):
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"never true: {script}")

    async def press(self, *keys: str) -> None:
        """Press keys: "ctrl+l", "enter", or letters one after another."""
        for key in keys:
            control = key.startswith("ctrl+")
            letter = key[-1]
            code = ord(letter.upper()) if letter.isalnum() else 0
            name, code, text = _KEYS.get(key, (letter, code, letter))
            await self._key(name, code, "" if control else text, CTRL if control else 0)

    async def type(self, text: str) -> None:
        """Type a text."""
        await self.press(*text)

    async def click(self, text: str, beside: str = "") -> None:
        """Click on a text that is seen once, or once in a line that matches a pattern."""

        def places() -> list[tuple[float, float]]:
            return [
                (line.index(text) + len(text) / 2, number + 0.5)
                for number, line in enumerate(self.seen.screen.display)
                if text in line and re.search(beside, line)
            ]

        await self.wait(lambda: len(places()) == 1)
        ((column, line),) = places()
        rect = await self.evaluate(
            "(({x, y, width, height}) => [x, y, width, height])"
            "(document.querySelector('.xterm-screen').getBoundingClientRect())"
        )
        x = rect[0] + rect[2] * column / self.seen.screen.columns
        y = rect[1] + rect[3] * line / self.seen.screen.lines
        for what, buttons in (("mouseMoved", 0), ("mousePressed", 1), ("mouseReleased", 0)):
            await self.call(
                "Input.dispatchMouseEvent", type=what, x=x, y=y, buttons=buttons, clickCount=1,
                button="none" if what == "mouseMoved" else "left",
            )  # fmt: skip

    async def picture(self) -> bytes:
        """Return what the window shows, as PNG."""
        return base64.b64decode((await self.call("Page.captureScreenshot"))["data"])

    async def _key(self, name: str, code: int, text: str, modifiers: int) -> None:
        how = {"key": name, "windowsVirtualKeyCode": code, "modifiers": modifiers}
        if name.isascii() and name.isalpha() and len(name) == 1:
            how["code"] = f"Key{name.upper()}"
            how["modifiers"] = modifiers | (8 if name.isupper() else 0)
        down = {"type": "keyDown", "text": text} if text else {"type": "rawKeyDown"}
        await self.call("Input.dispatchKeyEvent", **down, **how)
        await self.call("Input.dispatchKeyEvent", type="keyUp", **how)

    def heed(self, event: str, what: dict[str, Any]) -> None:
        """Take in what happened on the page."""
        match event:
            case "Network.requestWillBeSent":
                self.asked.append(what["request"]["url"])
            case "Network.webSocketCreated":
                self.asked.append(what["url"])
                size = parse_qs(urlsplit(what["url"]).query)
                self.seen = Seen(int(size["width"][0]), int(size["height"][0]))
            case "Network.webSocketFrameSent":
                match json.loads(what["response"]["payloadData"]):
                    case ["resize", {"width": int(width), "height": int(height)}]:
                        self.seen.screen.resize(height, width)
            case "Network.webSocketFrameReceived" if what["response"]["opcode"] == 2:
                self.seen.feed(base64.b64decode(what["response"]["payloadData"]))
            case "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(what["exceptionDetails"]))
            case "Log.entryAdded":
                self.complaints.append(json.dumps(what["entry"]))
        self._changed.set()


@asynccontextmanager
async def browsing(place: str, home: Path) -> AsyncIterator[Browser]:
    """Run a browser that keeps what it knows in a folder."""
    process = await asyncio.create_subprocess_exec(
        place, "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-3d-apis",
        "--disable-background-networking", "--disable-component-update", "--no-first-run",
        "--remote-debugging-port=0", f"--user-data-dir={home}", "about:blank",
        stderr=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stderr is not None
    try:
        async with asyncio.timeout(30):
            address = ""
            while not address.startswith("DevTools listening on "):
                line = await process.stderr.readline()
                assert line, "the browser does not start"
                address = line.decode()
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(address.split()[-1], max_msg_size=0) as socket,
        ):
            browser = Browser(socket)
            listening = asyncio.create_task(browser.listen())
            yield browser
            with suppress(Exception):
                await browser.call("Browser.close")
            listening.cancel()
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.stderr.read()
        await process.wait()
