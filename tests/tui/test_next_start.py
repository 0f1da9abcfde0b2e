"""The next start: what an earlier run has read, and what became of what it left open."""

import asyncio
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from entity_connections.domain.actions import Action
from entity_connections.domain.clock import now
from entity_connections.domain.connections import Connection, Direction
from entity_connections.domain.errors import Unreachable
from entity_connections.domain.list_result import ListResult
from entity_connections.services.operations.execute import Order
from entity_connections.services.storage.journal import Journal
from entity_connections.services.storage.store import Remembered, Store
from entity_connections.services.tenant import Tenant
from entity_connections.services.zuora_api import ZuoraApi
from entity_connections.tui import auto_refresh as refreshing
from entity_connections.tui.dialogs.action_confirmation import ActionConfirmation

from tests.acme import CORPORATION, US, client, open_acme
from tests.tui.snapshots import Snapshot
from tests.tui.story import Place, Story, story

pytestmark = pytest.mark.asyncio
sizes = pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 36), (160, 48)], ids=str)


async def yesterday(path: Path, hours: float = 3) -> Store:
    """Return the store that a run some hours ago has left."""
    fake, store = open_acme(), Store(path / "known.json")
    tenant = Tenant(client(fake), lambda: now() - timedelta(hours=hours), store)
    await tenant.open(CORPORATION)
    await tenant.read(CORPORATION)
    tenant.remember(CORPORATION, Direction.OUTBOUND)
    fake.close()
    return store


class Line:
    """The adapter behind a line that is down until it is mended."""

    def __init__(self, *, down: bool = True) -> None:
        self.down = down
        self.slow: asyncio.Event | None = None
        self.zuora: ZuoraApi | None = None

    def __call__(self, zuora: ZuoraApi) -> ZuoraApi:
        self.zuora = zuora
        return self  # type: ignore[return-value]

    def __getattr__(self, name: str) -> object:
        return getattr(self.zuora, name)

    async def list_accessible_ids(self) -> object:
        if self.slow is not None:
            await self.slow.wait()
        self._look()
        assert self.zuora is not None
        return await self.zuora.list_accessible_ids()

    async def list_connections(
        self, acting_id: str, direction: Direction | None = None
    ) -> ListResult[Connection]:
        self._look()
        assert self.zuora is not None
        return await self.zuora.list_connections(acting_id, direction)

    def _look(self) -> None:
        if self.down:
            raise Unreachable("No connection to Zuora came about.")


def unsettled(told: Story, journal: Journal, name: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Leave an intent without an outcome, as a killed program does; return its id."""
    row = next(one for one in told.desk.rows() if one.counterpart.title == name)
    monkeypatch.setattr(
        "entity_connections.services.storage.journal.os.getpid", lambda: 999_999_999
    )
    entry = journal.intend(Order.on(Action.REQUEST, row), "alice@acme.example", "track")
    monkeypatch.undo()
    return entry.id


@sizes
async def test_offline(
    snap: Snapshot, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows of three hours ago, greyed, with their age; one line says that it is offline."""
    monkeypatch.setattr(refreshing, "refresh_interval", lambda _: 0.05)
    line, store = Line(), await yesterday(tmp_path)
    async with story(size=size, wrap=line, place=Place(store=store)) as told:
        await told.press("escape")
        snap(told.app)
        assert len(told.names()) == 15
        assert told.screen.view.rows.stale
        assert "read 3 h ago" in told.lines("top")
        await told.to("Acme-Germany")
        line.down = False
        await told.until(lambda: not told.lines("banner"))
        await told.until(lambda: "updated just now" in told.lines("top"))
        assert told.cursor == "Acme-Germany"


async def test_the_rows_are_there_before_anything_answers(tmp_path: Path) -> None:
    line, store = Line(down=False), await yesterday(tmp_path, hours=50)
    line.slow = asyncio.Event()
    place = Place(store=store)
    async with story(wrap=line, place=place, ready=lambda one: bool(one.names())) as told:
        assert len(told.names()) == 15
        assert told.lines("top").endswith("reading… · read 2 days ago")
        assert told.screen.view.rows.stale
        await told.pilot.press("i")
        line.slow.set()
        await told.settle()
        assert told.lines("top").endswith("updated just now")
        assert told.desk.direction is Direction.INBOUND


async def test_trying_again_offline_keeps_the_tab_and_the_cursor(tmp_path: Path) -> None:
    line, store = Line(), await yesterday(tmp_path)
    async with story(wrap=line, place=Place(store=store)) as told:
        await told.press("i")
        await told.to("Acme-Japan")
        await told.press("a")
        told.screen.do_refresh()
        await told.settle()
        assert isinstance(told.app.screen, ActionConfirmation)
        assert not told.app.screen.invalidated
        await told.press("y")
        assert "Nothing was sent." in told.notice
        line.down = False
        await told.press("ctrl+r")
        assert told.cursor == "Acme-Japan"
        assert told.row("Acme-Japan")[2] == "◐ Pending"


class SlowDisk(Store):
    """A store whose first reading takes until it is let go."""

    def __init__(self, path: Path | None) -> None:
        super().__init__(path)
        self.asked, self.go_on = threading.Event(), threading.Event()

    def load(self) -> Remembered | None:
        if not self.asked.is_set():
            self.asked.set()
            self.go_on.wait(20)
        return super().load()


async def test_a_start_that_is_cut_short_begins_anew(tmp_path: Path) -> None:
    disk = SlowDisk((await yesterday(tmp_path)).path)
    place = Place(store=disk)
    async with story(wrap=Line(), place=place, ready=lambda _: disk.asked.is_set()) as told:
        await told.pilot.press("ctrl+r")
        await told.until(lambda: told.screen.desk is not None)
        disk.go_on.set()
        await told.settle()
        assert len(told.names()) == 15
        assert told.lines("banner").startswith("Offline")


async def test_why_it_cannot_be_entered_is_said_once_and_taken_back(tmp_path: Path) -> None:
    line, store = Line(), await yesterday(tmp_path)
    async with story(wrap=line, place=Place(store=store)) as told:
        assert "Zuora cannot be reached: No connection" in told.notice
        line.down = False
        await told.press("ctrl+r")
        assert not told.notice
        assert not told.lines("banner")


async def test_what_was_read_is_kept_for_the_next_start(tmp_path: Path) -> None:
    store = Store(tmp_path / "known.json")
    async with story(place=Place(store=store)) as told:
        await told.press("i", "ctrl+r")
    found = store.load()
    assert found is not None
    assert found.acting_id == CORPORATION
    assert found.direction is Direction.INBOUND
    assert len(found.views) == 1


async def test_a_damaged_store_is_as_good_as_none(tmp_path: Path) -> None:
    store = Store(tmp_path / "known.json")
    (tmp_path / "known.json").write_text("{")
    async with story(place=Place(store=store)) as told:
        assert len(told.names()) == 15


async def test_the_morning_after(
    snap: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What became of the write that the last run did not see the end of is told at once."""
    journal = Journal(tmp_path / "journal.jsonl", "acme")
    async with story() as told:
        unsettled(told, journal, "Acme-US", monkeypatch)
    later = Journal(tmp_path / "journal.jsonl", "acme")
    async with story(size=(80, 24), place=Place(journal=later)) as told:
        assert told.row("Acme-US")[3] == "? outcome unknown"
        assert "Acme Corporation → Acme-US" in told.notice
        assert [one.outcome for one in later.entries()] == [None]
        await client(told.fake).request_connection(CORPORATION, US, "k")
        await told.press("ctrl+r")
        assert told.row("Acme-US")[2] == "◐ Pending"
        assert told.row("Acme-US")[3] != "? outcome unknown"
        assert [one.outcome for one in later.entries()] == ["confirmed"]
        snap(told.app)


async def test_a_write_that_never_happened_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "journal.jsonl"
    journal = Journal(path, "acme", clock=lambda: now() - timedelta(hours=9))
    async with story() as told:
        unsettled(told, journal, "Acme-US", monkeypatch)
    async with story(place=Place(journal=Journal(path, "acme"))) as told:
        assert "Request Connection did not happen" in told.notice
        assert told.row("Acme-US")[3] == "Request Connection"
        assert [one.outcome for one in Journal(path, "acme").entries()] == ["not done"]


async def test_offline_it_stays_unknown_and_is_recorded_once_when_it_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "journal.jsonl"
    journal = Journal(path, "acme", clock=lambda: now() - timedelta(hours=9))
    async with story() as told:
        unsettled(told, journal, "Acme-US", monkeypatch)
    line, store = Line(), await yesterday(tmp_path)
    place = Place(store=store, journal=Journal(path, "acme"))
    async with story(wrap=line, place=place) as told:
        assert told.row("Acme-US")[3] == "? outcome unknown"
        line.down = False
        await told.press("ctrl+r")
        assert told.row("Acme-US")[3] == "Request Connection"
        assert "did not happen" in told.notice
        await told.press("ctrl+r")
    assert len(path.read_text().splitlines()) == 2


async def test_a_journal_that_cannot_be_read_is_told_at_the_start(tmp_path: Path) -> None:
    async with story(place=Place(journal=Journal(tmp_path, "acme"))) as told:
        assert "cannot be read" in told.notice
        assert len(told.names()) == 15
