"""The main screen at every size, in every state, in every theme."""

import asyncio

import pytest
from entity_connections.fake.scenarios.catalogue import SCENARIOS
from entity_connections.tui import auto_refresh as refreshing
from entity_connections.tui.widgets.too_small import TooSmall

from tests.acme import CORPORATION, US, client
from tests.tui.snapshots import Snapshot
from tests.tui.story import Place, story

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (160, 48), (200, 60), (60, 20)], ids=str)
async def test_outbound(snap: Snapshot, size: tuple[int, int]) -> None:
    """Every state a row can have; at 80 columns and less, Under is folded away."""
    async with story(size=size) as told:
        snap(told.app)


@pytest.mark.parametrize("theme", ["dark", "light", "high-contrast", "colour-blind-safe"])
async def test_inbound(snap: Snapshot, theme: str) -> None:
    """What waits comes first; the tab counts it; signs and words besides colour."""
    async with story(size=(80, 24), theme=theme) as told:
        await told.press("i")
        snap(told.app)


async def test_no_color(snap: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shades of grey only, and nothing lost."""
    monkeypatch.setenv("NO_COLOR", "1")
    async with story(size=(80, 24)) as told:
        snap(told.app)


async def test_too_small(snap: Snapshot) -> None:
    """A terminal that cannot hold the screen is told so, and how large it should be."""
    async with story(size=(40, 10)) as told:
        snap(told.app)
        await told.pilot.resize_terminal(80, 24)
        await told.settle()
        assert told.screen.query_one(TooSmall).display is False


@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_every_scenario_opens_and_can_be_walked_through(scenario: str) -> None:
    async with story(scenario, size=(80, 24)) as told:
        await told.press("down", "i", "down", "o", "e", "down", "escape", "question_mark", "escape")
        assert told.on_top


async def test_the_key_bar_greys_what_is_impossible_on_the_row() -> None:
    async with story() as told:
        await told.to("Acme-Americas")
        connected = told.screen.view.keys.content
        await told.to("Acme-US")
        assert not told.screen.view.keys.content.is_same(connected)


async def test_global_500_shows_its_511_rows() -> None:
    async with story("global-500") as told:
        assert len(told.names()) == 511
        await told.press("end")
        assert told.screen.view.rows.scroll_offset.y > 400


async def test_sorting_by_key_and_by_click_keeps_the_cursor_on_its_record() -> None:
    async with story() as told:
        await told.to("Acme-Japan")
        in_tree = told.names()
        await told.press("s")
        assert told.names() == sorted(in_tree, key=str.casefold)
        grid = told.screen.view.rows
        await told.pilot.click(grid, offset=(4, 0))
        await told.settle()
        assert told.names() == sorted(in_tree, key=str.casefold, reverse=True)
        await told.pilot.click(grid, offset=(4, 0))
        await told.settle()
        assert told.names() == in_tree
        assert told.cursor == "Acme-Japan"


async def test_a_refresh_on_the_heels_of_a_key_leaves_the_cursor_where_the_key_put_it() -> None:
    async with story() as told:
        await told.to("Acme-US")
        told.screen.view.rows.action_move(1)
        told.screen.view.draw()
        assert told.cursor == "Acme-Canada"
        await told.settle()
        assert told.cursor == "Acme-Canada"
        await told.press("i")
        assert told.cursor == "Acme-Germany"
        await told.press("o")
        assert told.cursor == "Acme-Canada"


async def test_what_somebody_else_does_in_a_shared_tenant_is_soon_seen_and_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The message about what one did oneself goes when the list says otherwise."""
    monkeypatch.setattr(refreshing, "FAST", 0.05)
    async with story(place=Place(shared=True)) as told:
        await told.to("Acme-US")
        await told.press("r", "y")
        assert "is Pending until Acme-US accepts" in told.notice
        waiting = (await client(told.fake).list_connections(US)).items
        asked = next(one for one in waiting if one.source_id == CORPORATION)
        await client(told.fake).deny(US, asked.id)
        await told.until(lambda: told.row("Acme-US")[2] == "✕ Disconnected")
        assert told.notice == ""


async def test_it_refreshes_by_itself_while_somebody_looks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(refreshing, "refresh_interval", lambda budget: 0.05)
    async with story() as told:
        told.app.app_focus = False
        await told.settle()
        await client(told.fake).request_connection(CORPORATION, US, "k")
        await told.settle()
        assert told.row("Acme-US")[2] == "○ Not connected"
        told.app.app_focus = True
        await told.until(lambda: told.row("Acme-US")[2] == "◐ Pending")


async def test_a_column_without_room_is_not_sorted_by() -> None:
    async with story(size=(80, 24)) as told:
        await told.press("s", "s")
        assert told.screen.view.rows.sorting == ("status", False)


async def test_ctrl_c_leaves_but_not_behind_the_back_of_a_write() -> None:
    async with story() as told:
        stuck = asyncio.Event()

        async def never(*_: object) -> None:
            await stuck.wait()

        told.desk.session.tenant.zuora.request_connection = never  # type: ignore[assignment,method-assign]
        await told.to("Acme-US")
        await told.pilot.press("r")
        await told.until(lambda: not told.on_top)
        await told.pilot.press("y")
        await told.until(lambda: told.on_top and told.screen.work.writing)
        await told.pilot.press("ctrl+c")
        await told.pilot.pause()
        assert "A write is being sent" in told.notice
        assert told.app.is_running
        await told.pilot.press("ctrl+c")
        await told.until(lambda: told.app._exit)
        stuck.set()


async def test_the_connection_id_can_be_copied() -> None:
    async with story() as told:
        await told.to("Acme-Americas")
        await told.press("c")
        assert told.app.clipboard == "8a80825555a3c7a10155b466736c5c3f"
        await told.to("Acme-US")
        await told.press("c")
        assert "no connection in this row yet" in told.notice
