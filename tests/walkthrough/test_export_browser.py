"""The page of a walkthrough in a real browser."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from entity_connections.walkthrough.export import export

from tests.walkthrough.takes import tour
from tests.web.browser import MISSING, Tab, browsing, find

CHROMIUM = find()

pytestmark = [
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(CHROMIUM is None, reason=MISSING),
]


@pytest.fixture
def page(tmp_path: Path) -> str:
    """Return the address of the tour's page."""
    export(tour(), tmp_path / "out")
    return (tmp_path / "out/index.html").as_uri()


@pytest_asyncio.fixture
async def tab(page: str, tmp_path: Path) -> AsyncIterator[Tab]:
    """Return the page, shown."""
    async with browsing(CHROMIUM or "", tmp_path / "profile") as browser:
        tab = await browser.visit(page, size=(1200, 900))
        await tab.until("document.readyState === 'complete'")
        yield tab


@pytest.mark.asyncio
async def test_the_page(tab: Tab) -> None:
    """It loads nothing, shows every picture, and goes from step to step."""
    await _shows_every_picture(tab)
    assert [url for url in tab.asked if not url.startswith(("data:", "file:"))] == []
    assert len([url for url in tab.asked if url.startswith("file:")]) == 1
    assert tab.complaints == []

    await _steps_by_keys(tab)
    await _in_a_dark_room(tab)
    await _on_a_phone(tab)


async def _shows_every_picture(tab: Tab) -> None:
    sizes = await tab.evaluate(
        "Promise.all([...document.images].map(async (one) =>"
        " (await one.decode(), [one.naturalWidth, one.naturalHeight])))"
    )
    assert len(sizes) == 5
    assert all(width > 900 and height > 150 for width, height in sizes)


async def _steps_by_keys(tab: Tab) -> None:
    assert await _place(tab) == ""
    for key, place in (
        ("ArrowRight", "step-1"), ("ArrowRight", "step-2"), ("ArrowLeft", "step-1"),
        ("ArrowLeft", ""), ("ArrowLeft", ""), ("ArrowRight", "step-1"), ("ArrowRight", "step-2"),
        ("ArrowRight", "step-3"), ("ArrowRight", "step-3"), ("ArrowLeft", "step-2"),
    ):  # fmt: skip
        await _press(tab, key)
        assert await _place(tab) == place, key


async def _in_a_dark_room(tab: Tab) -> None:
    async def ground(scheme: str) -> Any:
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        await tab.call("Emulation.setEmulatedMedia", features=features)
        return await tab.evaluate("getComputedStyle(document.body).backgroundColor")

    assert await ground("light") == "rgb(246, 247, 249)"
    assert await ground("dark") == "rgb(20, 23, 28)"


async def _on_a_phone(tab: Tab) -> None:
    """Nothing but the pictures is wider than the window; what is clicked is in sight."""
    await tab.resize(390, 844)
    await tab.call("Page.reload")
    await tab.until("document.readyState === 'complete' && innerWidth === 390")
    await _shows_every_picture(tab)
    assert await tab.evaluate("document.documentElement.scrollWidth") <= 390
    left, width, whole = await tab.evaluate(
        "(({scrollLeft, clientWidth, scrollWidth}) => [scrollLeft, clientWidth, scrollWidth])"
        "(document.querySelector('[data-at]'))"
    )
    assert whole > width
    frame = next(frame for frame in tour().frames if frame.pointer)
    assert frame.pointer is not None
    assert left < frame.pointer.x / 80 * whole < left + width


async def _press(tab: Tab, key: str) -> None:
    for what in ("rawKeyDown", "keyUp"):
        await tab.call("Input.dispatchKeyEvent", type=what, key=key)


async def _place(tab: Tab) -> Any:
    """Return the step that has the focus, and see that all of its beginning is in the window."""
    at = await tab.evaluate(
        "(({id, tagName}) => tagName === 'SECTION' ? id : '')(document.activeElement)"
    )
    if at:
        top = await tab.evaluate(f"document.getElementById({at!r}).getBoundingClientRect().top")
        assert 0 <= top < 300
    return at
