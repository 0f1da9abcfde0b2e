"""The page in a real browser: by mouse, by keys, by two people at once."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.web.browser import MISSING, Browser, Tab, browsing, find
from tests.web.serving import Serving, serving

CHROMIUM = find()
pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(CHROMIUM is None, reason=MISSING),
]
TO_AMERICAS = "8a80825555a3c7a10155b466736c5c3f"


class Room(NamedTuple):
    """A server of the screen, and a browser."""

    server: Serving
    browser: Browser

    async def visit(self, size: tuple[int, int] = (1000, 660)) -> Tab:
        """Open the page as somebody new, and wait until they may type."""
        tab = await self.browser.visit(self.server.url, size)
        await tab.wait("DEMO acme")
        await tab.until("document.activeElement.className == 'xterm-helper-textarea'")
        return tab


@asynccontextmanager
async def room(folder: Path, *arguments: str) -> AsyncIterator[Room]:
    with serving(folder, *arguments) as server:
        async with browsing(CHROMIUM or "", folder / "browser") as browser:
            yield Room(server, browser)


async def by_mouse(tab: Tab) -> None:
    """Do what Zuora's page on setting up a connection says, with clicks only."""
    await tab.click("Acme Corporation ▾")
    await tab.click("Acme-Americas", r"│ +Acme-Americas ")
    await tab.click("Request Connection", r"^[ >] Acme-Europe ")
    await answer(tab, "Request a connection?", lambda: tab.click("Request Connection to"))
    await tab.wait(lambda: seen(tab, r"^[ >] Acme-Europe .*Pending"))

    await tab.click("Acme-Americas ▾")
    await tab.click("Acme-Europe", r"│ +Acme-Europe ")
    await tab.wait("Acme-Europe ▾")
    await tab.click("Share From (Inbound)")
    await tab.click("Accept", r"^[ >] Acme-Americas ")
    await answer(tab, "Accept this request?", lambda: tab.click("Accept request from"))
    await tab.wait(lambda: seen(tab, r"^[ >] Acme-Americas .*● Connected"))


async def by_keys(tab: Tab) -> None:
    """Do the same with keys only."""
    await tab.press("e")
    await tab.wait("Entity switcher")
    await tab.type("americas")
    await tab.press("enter")
    await tab.wait("Acme-Americas ▾")
    await tab.press("/")
    await tab.type("acme-europe")
    await tab.press("enter")
    await tab.wait("6 of 14")
    await tab.press("r")
    await answer(tab, "Request a connection?", lambda: tab.press("y"))
    await tab.wait(lambda: seen(tab, r"^[ >] Acme-Europe .*Pending"))

    await tab.press("g")
    await tab.wait("Acme-Europe ▾")
    await tab.wait(lambda: seen(tab, r"^> Acme-Americas .*Accept"))
    await tab.press("a")
    await answer(tab, "Accept this request?", lambda: tab.press("y"))
    await tab.wait(lambda: seen(tab, r"^[ >] Acme-Americas .*● Connected"))


async def answer(tab: Tab, question: str, act: Callable[[], Awaitable[None]]) -> None:
    """Answer a question, which takes no answer in its first moment, however long that is here."""
    await tab.wait(question)
    while question in tab.text():
        await asyncio.sleep(0.35)
        await act()
        with suppress(TimeoutError):
            async with asyncio.timeout(2):
                await tab.wait_without(question)


def seen(tab: Tab, pattern: str) -> bool:
    return re.search(pattern, tab.text(), re.MULTILINE) is not None


async def began(tab: Tab, times: int) -> None:
    """Wait until a page has asked for a terminal so many times."""
    await tab.wait(lambda: len([one for one in tab.asked if one.startswith("ws:")]) == times)


async def test_two_people_set_up_a_connection_and_do_not_see_each_others(tmp_path: Path) -> None:
    async with room(tmp_path) as here:
        one, other = await here.visit(), await here.visit((1400, 900))
        await by_mouse(one)
        await by_keys(other)  # not connected there: it asks for what the other has
        for tab in (one, other):
            assert all(here.server.host in asked for asked in tab.asked)
            assert not [text for text in tab.complaints if "security" in text or "Error" in text]
            # Letters on a canvas: an empty window packs much smaller.
            assert len(await tab.picture()) > 20_000


async def test_keys_that_a_browser_would_like_for_itself(tmp_path: Path) -> None:
    async with room(tmp_path) as here:
        tab = await here.visit()
        await tab.allow_clipboard()
        for key, title in (
            ("ctrl+l", "/oauth/token"), ("F", "rate-limit"), ("J", "Journal"),
            ("ctrl+p", "Find a command"),
        ):  # fmt: skip
            await tab.press(key)
            await tab.wait(title)
            await tab.press("escape")
            await tab.wait_without(title)
        await tab.wait(TO_AMERICAS)
        await tab.press("c")
        await tab.until(f"navigator.clipboard.readText().then(text => text == '{TO_AMERICAS}')")
        await tab.press("ctrl+r")
        await tab.press("ctrl+z")
        await tab.press("?")
        await tab.wait("Every key")
        assert len([one for one in tab.asked if one.startswith("ws:")]) == 1


async def test_a_window_that_changes_its_size_and_a_visit_that_ends(tmp_path: Path) -> None:
    async with room(tmp_path) as here:
        tab = await here.visit((600, 420))
        columns = tab.seen.screen.columns
        assert columns < 70
        await tab.resize(1400, 900)
        await tab.wait(lambda: tab.seen.screen.columns > 2 * columns)
        await tab.wait("ctrl+p Commands")

        await tab.press("ctrl+q")
        await tab.until("document.body.classList.contains('-closed')")
        assert "forgotten" in await tab.evaluate("document.getElementById('ended').innerText")
        await tab.until("document.activeElement.id == 'anew'")
        await tab.press("enter")
        await began(tab, 2)
        await tab.wait("DEMO acme")
        assert len(here.server.visitors()) == 1

        await tab.close()
        async with asyncio.timeout(5):
            while here.server.visitors():  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.02)


async def test_a_full_house_is_said_and_shuts_out_nobody_who_has_a_seat(tmp_path: Path) -> None:
    async with room(tmp_path, "--seats", "1") as here:
        seated = await here.visit()
        await seated.call("Page.reload")
        await began(seated, 2)
        await seated.wait("DEMO acme")

        late = await here.browser.visit(here.server.url)
        for times in (1, 2):
            await began(late, times)
            await late.until("document.body?.classList.contains('-closed')")
            told = await late.evaluate("document.getElementById('ended').innerText")
            assert told.startswith("The only seat is taken.")
            await late.until("document.activeElement.id == 'anew'")
            if times == 1:
                await late.press("enter")

        await seated.press("?")
        await seated.wait("Every key")
        await seated.press("escape", "ctrl+q")
        await seated.until("document.body.classList.contains('-closed')")
        await late.press("enter")
        await late.wait("DEMO acme")


async def test_a_server_that_has_gone_is_said(tmp_path: Path) -> None:
    async with room(tmp_path) as here:
        tab = await here.visit()
        here.server.process.terminate()
        await tab.until("document.body.classList.contains('-closed')")
        await asyncio.to_thread(here.server.process.wait, 10)
        await tab.press("enter")
        await tab.until("document.getElementById('told').innerText.includes('does not answer')")
        await tab.evaluate("window.fetch = async () => new Response('', { status: 502 })")
        await tab.press("enter")
        await tab.until("document.getElementById('told').innerText.includes('answers with 502')")
