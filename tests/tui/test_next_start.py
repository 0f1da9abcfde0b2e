"""The next start: what an earlier run has read, and what became of what it left open."""

import threading
from datetime import timedelta
from pathlib import Path

from entity_connections.domain.actions import REQUEST
from entity_connections.domain.clock import now
from entity_connections.domain.connections import PENDING, Direction
from entity_connections.services.operations.operation import Operation
from entity_connections.services.storage.journal import Journal
from entity_connections.services.storage.list_cache import CachedLists, ListCache
from entity_connections.services.tenant import Tenant
from entity_connections.tui.app import ConnectionsApp
from entity_connections.tui.commands import COMMANDS_BY_ID
from entity_connections.tui.dialogs.action_confirmation import ActionConfirmation
from textual.pilot import Pilot

from tests.acme import CORPORATION, US, client, open_acme
from tests.services.factories import intend
from tests.tui.open_screen import (
    FAST,
    REFRESHING,
    ScreenDriver,
    TenantSetup,
    make_workspace,
    open_screen,
)
from tests.tui.snapshots import Snapshot

OTHER_PROCESS = "elsewhere:1"
"""A program on another machine, whose open writes may be looked up at once."""


async def yesterday(path: Path, hours: float = 3) -> ListCache:
    """Return the cache that a run some hours ago has left."""
    fake, cache = open_acme(), ListCache(path / "state.sqlite3", "acme")
    tenant = Tenant(client(fake), lambda: now() - timedelta(hours=hours), cache)
    await tenant.open(CORPORATION)
    await tenant.read(CORPORATION)
    tenant.save_cache(CORPORATION, Direction.OUTBOUND)
    fake.close()
    return cache


def leave_open(ui: ScreenDriver, journal: Journal, name: str) -> None:
    """Leave an intent without an outcome, as a killed program does."""
    row = next(row for row in ui.state.tab.rows() if row.counterpart.title == name)
    intend(journal, Operation.plan(REQUEST, row))


async def leave_request_open(path: Path) -> None:
    """Leave a request to Acme-US without an outcome, nine hours ago."""
    long_ago = now() - timedelta(hours=9)
    journal = Journal(path, "acme", clock=lambda: long_ago, process_id=OTHER_PROCESS)
    async with open_screen() as ui:
        leave_open(ui, journal, "Acme-US")


async def test_offline(snap: Snapshot, tmp_path: Path) -> None:
    """The rows of three hours ago, greyed, with their age; one line says that it is offline."""
    cache = await yesterday(tmp_path)
    async with open_screen(
        faults=["offline"], setup=TenantSetup(cache=cache), timing=REFRESHING
    ) as ui:
        assert "Zuora cannot be reached: No connection" in ui.notice
        await ui.press("escape")
        await ui.snap_sizes(snap)
        assert len(ui.row_names()) == 14
        assert ui.screen.view.rows.stale
        assert "read 3 h ago" in ui.banner
        await ui.move_to("Acme-Germany")
        ui.fake.faults.off()
        await ui.wait_until(lambda: not ui.banner)
        await ui.wait_until(lambda: "updated just now" in ui.age)
        assert ui.cursor == "Acme-Germany"


async def test_the_rows_are_there_before_anything_answers(tmp_path: Path) -> None:
    cache = await yesterday(tmp_path, hours=50)
    setup = TenantSetup(cache=cache)
    async with open_screen(
        faults=["latency=60,calls=tokens"], setup=setup, ready=lambda ui: bool(ui.row_names())
    ) as ui:
        assert len(ui.row_names()) == 14
        assert ui.age == "reading… · read 2 days ago"
        assert ui.screen.view.rows.stale
        await ui.pilot.press("2")
        ui.fake.faults.off("latency")
        await ui.settle()
        assert ui.age == "updated just now"
        assert ui.state.direction is Direction.INBOUND


async def test_trying_again_offline_keeps_the_tab_and_the_cursor(tmp_path: Path) -> None:
    cache = await yesterday(tmp_path)
    async with open_screen(faults=["offline"], setup=TenantSetup(cache=cache)) as ui:
        await ui.press("2")
        await ui.press_on("Acme-Japan", "a")
        COMMANDS_BY_ID["refresh"].run(ui.screen)
        await ui.settle()
        assert isinstance(ui.app.screen, ActionConfirmation)
        assert not ui.app.screen.invalidated
        await ui.press("y")
        assert "Nothing was sent." in ui.notice
        ui.fake.faults.off()
        await ui.press("ctrl+r")
        assert ui.cursor == "Acme-Japan"
        assert ui.cell("Acme-Japan", "status") == "◐ Pending"


class SlowDisk(ListCache):
    """A cache whose first reading takes until it is let go."""

    def __init__(self, path: Path | None) -> None:
        super().__init__(path, "acme")
        self.asked, self.go_on = threading.Event(), threading.Event()

    def load(self) -> CachedLists | None:
        if not self.asked.is_set():
            self.asked.set()
            self.go_on.wait(20)
        return super().load()


async def test_a_cancelled_start_is_repeated(tmp_path: Path) -> None:
    disk = SlowDisk((await yesterday(tmp_path)).path)
    setup = TenantSetup(cache=disk)
    async with open_screen(
        faults=["offline"], setup=setup, ready=lambda _: disk.asked.is_set()
    ) as ui:
        await ui.pilot.press("ctrl+r")
        await ui.wait_until(lambda: ui.screen.state is not None)
        disk.go_on.set()
        await ui.settle()
        assert len(ui.row_names()) == 14
        assert ui.age == "refresh failed · read 3 h ago"


async def test_lists_are_saved_for_the_next_start(tmp_path: Path) -> None:
    cache = ListCache(tmp_path / "state.sqlite3", "acme")
    async with open_screen(setup=TenantSetup(cache=cache)) as ui:
        await ui.press("2", "ctrl+r")
    found = cache.load()
    assert found is not None
    assert found.acting_id == CORPORATION
    assert found.direction is Direction.INBOUND
    assert len(found.snapshots) == 1


async def test_the_lists_are_saved_when_a_run_has_ended(tmp_path: Path) -> None:
    cache = ListCache(tmp_path / "state.sqlite3", "acme")
    async with open_screen(setup=TenantSetup(cache=cache)) as ui:
        await ui.press_on("Acme-US", "r", "y")
        found = cache.load()
    assert found is not None
    assert (US, PENDING) in {
        (record.target_id, record.status) for record in found.snapshots[0].connections
    }


async def test_the_lists_of_all_entities_are_saved(tmp_path: Path) -> None:
    cache = ListCache(tmp_path / "state.sqlite3", "acme")
    async with open_screen(setup=TenantSetup(cache=cache)) as ui:
        await ui.press("w")
        found = cache.load()
    assert found is not None
    assert len(found.snapshots) == 11


async def test_lists_are_saved_by_quitting_while_others_are_read(tmp_path: Path) -> None:
    cache, fake = ListCache(tmp_path / "state.sqlite3", "acme"), open_acme()
    app = ConnectionsApp(make_workspace(fake, "alice", setup=TenantSetup(cache=cache)), timing=FAST)

    async def read_some_and_quit(pilot: Pilot[None]) -> None:
        ui = ScreenDriver(app, pilot, fake)
        await ui.settle()
        fake.faults.on("latency=60,calls=connections,after=3")
        await pilot.press("w")
        await ui.wait_until(lambda: ui.state.session.tenant.lists_read == 4)
        await pilot.press("escape", "q")

    await app.run_async(headless=True, auto_pilot=read_some_and_quit)
    fake.close()
    found = cache.load()
    assert found is not None
    assert len(found.snapshots) == 4


async def test_recovered_operation(snap: Snapshot, tmp_path: Path) -> None:
    """What became of the write that the last run did not see the end of is shown at once."""
    journal = Journal(tmp_path / "state.sqlite3", "acme", process_id=OTHER_PROCESS)
    async with open_screen() as ui:
        leave_open(ui, journal, "Acme-US")
    later = Journal(tmp_path / "state.sqlite3", "acme")
    async with open_screen(size=(80, 24), setup=TenantSetup(journal=later)) as ui:
        assert ui.cell("Acme-US", "action") == "◇ outcome unknown"
        assert "Acme Corporation → Acme-US" in ui.notice
        assert [entry.outcome for entry in later.read_entries()] == ["unknown"]
        await client(ui.fake).request_connection(CORPORATION, US, "k")
        await ui.press("ctrl+r")
        assert ui.cell("Acme-US", "status") == "◐ Pending"
        assert ui.cell("Acme-US", "action") != "◇ outcome unknown"
        assert [entry.outcome for entry in later.read_entries()] == ["confirmed"]
        snap(ui.app)


async def test_of_many_recovered_operations_the_first_is_shown_and_where_the_others_are(
    tmp_path: Path,
) -> None:
    journal = Journal(tmp_path / "state.sqlite3", "acme", process_id=OTHER_PROCESS)
    async with open_screen() as ui:
        for name in ("Acme-US", "Acme-Brazil", "Acme-Mexico"):
            leave_open(ui, journal, name)
    later = Journal(tmp_path / "state.sqlite3", "acme")
    async with open_screen(size=(80, 24), setup=TenantSetup(journal=later)) as ui:
        assert ui.notice.endswith("2 more: J shows them.")
        assert ui.notice.count(" → ") == 1


async def test_a_write_that_never_happened_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite3"
    await leave_request_open(path)
    async with open_screen(setup=TenantSetup(journal=Journal(path, "acme"))) as ui:
        assert "Request Connection did not happen" in ui.notice
        assert ui.cell("Acme-US", "action") == "Request Connection"
        assert [entry.outcome for entry in Journal(path, "acme").read_entries()] == ["not done"]


async def test_offline_it_stays_unknown_and_is_recorded_once_when_it_is_known(
    tmp_path: Path,
) -> None:
    path = tmp_path / "state.sqlite3"
    await leave_request_open(path)
    cache = await yesterday(tmp_path)
    setup = TenantSetup(cache=cache, journal=Journal(path, "acme"))
    async with open_screen(faults=["offline"], setup=setup) as ui:
        assert ui.cell("Acme-US", "action") == "◇ outcome unknown"
        ui.fake.faults.off()
        await ui.press("ctrl+r")
        assert ui.cell("Acme-US", "action") == "Request Connection"
        assert "did not happen" in ui.notice
        await ui.press("ctrl+r")
    assert Journal(path, "acme").verify().lines == 2


async def test_an_unreadable_journal_is_reported_at_the_start(tmp_path: Path) -> None:
    async with open_screen(setup=TenantSetup(journal=Journal(tmp_path, "acme"))) as ui:
        assert "cannot be read" in ui.notice
        assert len(ui.row_names()) == 14
