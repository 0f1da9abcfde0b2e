"""The start of the screen in an entity that was named."""

import asyncio
import threading
from pathlib import Path

import pytest
from entity_connections.domain.entities import Entity, Hierarchy
from entity_connections.services.storage.list_cache import ListCache
from entity_connections.services.tenant import Tenant
from entity_connections.services.workspace import UserSession
from entity_connections.tui.app import ConnectionsApp
from entity_connections.walkthrough.key_events import key_event

from tests.acme import CORPORATION, EUROPE, US, client, open_acme, write_names
from tests.tui.open_screen import ScreenDriver, TenantSetup, make_workspace


async def begun(
    start: str, cache: ListCache | None = None, typed: str = ""
) -> tuple[str, str, list[str]]:
    """Return the entity acted in, the notice, and the writes, once the screen has settled.

    The keys `typed` come before the tenant is open.
    """
    fake = open_acme()
    target = make_workspace(fake, "alice", setup=TenantSetup(cache=cache))

    async def enter(user: str) -> UserSession:
        return (await target.enter(user))._replace(start=start)

    app = ConnectionsApp(target._replace(enter=enter))
    async with app.run_test(size=(160, 48)) as pilot:
        ui = ScreenDriver(app, pilot, fake)
        for key in typed:
            app.post_message(key_event(key))
        await ui.wait_until(lambda: ui.screen.view.entered and not ui.screen.view.reading)
        await ui.settle()
        found = ui.state.acting_id, ui.notice, write_names(ui.state.session.request_log)
    fake.close()
    return found


async def test_a_start_entity_whose_name_moved_to_another_entity(tmp_path: Path) -> None:
    fake, cache = open_acme(), ListCache(tmp_path / "state.sqlite3", "acme")
    tenant = Tenant(client(fake), cache=cache)
    await tenant.open()
    await tenant.read(US)
    tenant.hierarchy = Hierarchy([
        Entity(CORPORATION, "Acme Corporation", "", None),
        Entity(US, "Acme-Europe", "", CORPORATION),
    ])  # fmt: skip
    tenant.save_cache(US)
    fake.close()
    assert (await begun("Acme-Europe", cache))[0] == EUROPE


@pytest.mark.parametrize(
    ("start", "why"),
    [
        ("Acme-UK", "Acme-UK is not provisioned yet."),
        ("nosuch", 'No entity is called "nosuch".'),
    ],
)
async def test_a_start_entity_that_cannot_be_used_is_named_before_anything_is_sent(
    start: str, why: str
) -> None:
    acting_id, notice, writes = await begun(start, typed="ry")
    assert (acting_id, writes) == (CORPORATION, [])
    assert f"{why} You act in Acme Corporation instead." in notice
    assert "Not used, because they were typed before: r y." in notice


async def test_a_repeated_start_opens_one_session() -> None:
    fake = open_acme()
    target, entered = make_workspace(fake, "alice"), 0

    class Slow(ListCache):
        def load(self) -> None:
            looking.set()
            go_on.wait(10)

    looking, go_on = threading.Event(), threading.Event()

    async def enter(user: str) -> UserSession:
        nonlocal entered
        entered += 1
        session = await target.enter(user)
        session.tenant.cache = Slow(None, "acme")
        return session

    app = ConnectionsApp(target._replace(enter=enter))
    async with app.run_test() as pilot:
        ui = ScreenDriver(app, pilot, fake)
        await ui.wait_until(looking.is_set)
        ui.screen.reader.enter("alice")
        await asyncio.sleep(0)
        go_on.set()
        await ui.wait_until(lambda: ui.screen.view.entered)
        await ui.settle()
    fake.close()
    assert entered == 1
