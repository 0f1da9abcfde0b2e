"""Telling a story to the screen: press, click, wait until it has settled, look."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

from entity_connections.cli.tenant.targets import lab_of
from entity_connections.domain.risk import Risk
from entity_connections.fake.rules.policy import Policy
from entity_connections.fake.scenarios.scenarios import USERS
from entity_connections.fake.tenant import Tenant as FakeTenant
from entity_connections.services.request_log import RequestLog
from entity_connections.services.screen_state import ScreenState
from entity_connections.services.storage.journal import Journal
from entity_connections.services.storage.store import Store
from entity_connections.services.tenant import Tenant
from entity_connections.services.workspace import UserSession, Workspace
from entity_connections.services.write_lock import WriteLock
from entity_connections.services.zuora_api import ZuoraApi
from entity_connections.tui.app import ConnectionsApp
from entity_connections.tui.dialogs.confirmation import Confirmation
from entity_connections.tui.screens.connections import Connections
from entity_connections.tui.widgets.grid.grid import Grid
from entity_connections.tui.widgets.text_lines import TextLines
from entity_connections.walkthrough.keys import event as key_event
from entity_connections.zuora.auth import credentials
from entity_connections.zuora.client import ZuoraClient
from textual.pilot import Pilot

from tests.acme import open_acme

Wrap = Callable[[ZuoraApi], ZuoraApi]
PATIENCE = 500
"""How often to look whether the screen has settled before giving up."""


class Story:
    """One run of the screen on a fresh tenant."""

    def __init__(self, app: ConnectionsApp, pilot: Pilot[None], fake: FakeTenant) -> None:
        self.pilot = pilot
        self.app = app
        self.fake = fake

    @property
    def screen(self) -> ConnectionsScreen:
        """The main screen, whatever dialog stands above it."""
        found = self.app.screen_stack[0]
        assert isinstance(found, ConnectionsScreen)
        return found

    @property
    def desk(self) -> ScreenState:
        assert self.screen.desk is not None
        return self.screen.desk

    @property
    def on_top(self) -> bool:
        """Whether no dialog stands above the main screen."""
        return self.app.screen is self.screen

    @property
    def notice(self) -> str:
        """The message above the keys, or ""."""
        lines = self.screen.view.notice
        return lines.content.plain if lines.display else ""

    def lines(self, id_: str) -> str:
        """The text of one of the parts of the main screen."""
        return self.screen.query_one(f"#{id_}", TextLines).content.plain

    def row(self, name: str) -> list[str]:
        """The cells of the row of an entity, as shown."""
        items = self.screen.view.rows.items
        return next([cell.text for cell in one.cells] for one in items if one.cells[0].text == name)

    def names(self) -> list[str]:
        """The entities of the rows, from top to bottom."""
        return [one.cells[0].text for one in self.screen.view.rows.items]

    @property
    def cursor(self) -> str:
        """The entity of the row under the cursor."""
        grid = self.screen.view.rows
        assert grid.cursor_key is not None
        return grid.item(grid.cursor_key).cells[0].text

    async def settle(self) -> None:
        """Wait until nothing is under way and everything is drawn."""
        await self.until(
            lambda: self.app.input.is_empty and not any(one.is_running for one in self.app.workers)
        )

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something holds."""
        for _ in range(PATIENCE):
            await self.pilot.pause()
            if condition():
                await self.pilot.pause()
                return
        raise AssertionError("The screen never settled.")

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, each when a question takes it, and wait."""
        for key in keys:
            await self.pilot.press(key)
            if not self._takes_a_key():
                await self.until(self._takes_a_key)
        await self.settle()

    def _takes_a_key(self) -> bool:
        question = self.app.screen
        early = isinstance(question, Confirmation) and not (question.armed or question.invalidated)
        return self.app.input.is_empty and not early

    async def press_at_once(self, *keys: str) -> None:
        """Press keys in one burst, and wait."""
        for key in keys:
            self.app.post_message(key_event(key))
        await self.settle()

    async def type(self, text: str) -> None:
        """Type a text."""
        await self.press(*(_KEYS.get(char, char) for char in text))

    async def to(self, name: str) -> None:
        """Put the cursor on the row of an entity."""
        grid = self.screen.view.rows
        grid.cursor_key = next(one.key for one in grid.items if one.cells[0].text == name)
        await self.settle()

    async def act_in(self, name: str) -> None:
        """Switch to an entity by the switcher."""
        await self.press("e")
        await self.type(name)
        await self.press("enter")

    async def click_cell(self, name: str, column: str) -> None:
        """Click into a cell of the main screen's rows."""
        await self.click_grid(self.screen.view.rows, name, column)

    async def click_grid(self, grid: Grid, name: str, column: str) -> None:
        """Click into a cell of any grid."""
        place = next(n for n, one in enumerate(grid.items) if one.cells[0].text.strip() == name)
        x = next(slot.start for slot in grid._slots if slot.column.key == column)
        await self.pilot.click(grid, offset=(x + 1, place + 1 - grid.scroll_offset.y))
        await self.settle()

    async def click_word(self, id_: str, word: str) -> None:
        """Click a word in one of the parts of the main screen."""
        for y, line in enumerate(self.lines(id_).split("\n")):
            if word in line:
                await self.pilot.click(f"#{id_}", offset=(line.index(word) + 2, y))
                await self.settle()
                return
        raise AssertionError(f"{word!r} is not in {self.lines(id_)!r}")


_KEYS = {" ": "space", "-": "minus", ".": "full_stop", "[": "left_square_bracket", "/": "slash"}


class Place(NamedTuple):
    """What kind of tenant a story plays in.

    Attributes:
        risk: what is at stake.
        name: the profile; "" takes the scenario.
        lock: whether writes are allowed; None leaves them open.
        traffic: what goes over the wire; None makes an empty one for each way in.
        store: what was read before, and is kept.
        journal: the record of writes; None makes one in memory.
        shared: whether others write to the same fake tenant.
    """

    risk: Risk = Risk.DEMO
    name: str = ""
    lock: WriteLock | None = None
    traffic: RequestLog | None = None
    store: Store | None = None
    journal: Journal | None = None
    shared: bool = False


DEMO = Place()


def target_of(
    fake: FakeTenant,
    user: str,
    wrap: Wrap | None = None,
    scenario: str = "acme",
    place: Place = DEMO,
) -> Workspace:
    """Return a fake tenant as a target; `wrap` may put faults in front of the adapter."""
    lock, name = place.lock or WriteLock(), place.name or scenario
    demo = place.risk is Risk.DEMO

    async def enter(username: str) -> UserSession:
        known = next(one for one in fake.users if one.username == username)
        traffic = place.traffic or RequestLog()
        known_by = credentials(known.client_id, known.client_secret)
        zuora: ZuoraApi = ZuoraClient.in_process(fake.asgi, known_by, lock, traffic)
        return UserSession(
            tenant=Tenant(wrap(zuora) if wrap else zuora, store=place.store),
            login=known.login,
            start=None if place.store else known.home_entity_id,
            role=lambda entity_id: fake.role(username, entity_id) if demo else None,
            traffic=traffic,
        )

    return Workspace(
        risk=place.risk,
        name=name,
        user=user,
        users=tuple(USERS.items()) if demo else (),
        enter=enter,
        lock=lock,
        journal=place.journal or Journal(None, name),
        options=("--scenario", scenario, "--user", user) if demo else ("--profile", name),
        lab=lab_of([fake]) if demo else None,
        shared=place.shared,
    )


@asynccontextmanager
async def story(
    scenario: str = "acme",
    *,
    user: str = "alice",
    size: tuple[int, int] = (120, 36),
    theme: str = "dark",
    policy: Policy | None = None,
    wrap: Wrap | None = None,
    place: Place = DEMO,
    ready: Callable[[Story], bool] | None = None,
) -> AsyncIterator[Story]:
    """Open the screen on a fresh tenant and wait for its rows, or for what `ready` waits for."""
    fake = open_acme(scenario, policy)
    app = ConnectionsApp(target_of(fake, user, wrap, scenario, place))
    app.theme = theme
    async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
        told = Story(app, pilot, fake)
        await told.until(lambda: ready(told) if ready else told.screen.view.reading is False)
        if ready is None:
            await told.settle()
        yield told
    fake.close()
