"""Opens the screen on a fresh fake tenant: press, click, wait until it has settled, look."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

from entity_connections.domain.risk import Risk
from entity_connections.fake.policy import Policy
from entity_connections.fake.scenarios.catalogue import USERS
from entity_connections.fake.tenant import Tenant as FakeTenant
from entity_connections.services.request_log import RequestLog
from entity_connections.services.screen_state import ScreenState
from entity_connections.services.storage.journal import Journal
from entity_connections.services.storage.list_cache import ListCache
from entity_connections.services.tenant import Tenant
from entity_connections.services.workspace import UserSession, Workspace
from entity_connections.services.write_lock import WriteLock
from entity_connections.tui.app import ConnectionsApp
from entity_connections.tui.dialogs.confirmation import Confirmation
from entity_connections.tui.screens.connections import ConnectionsScreen, SaveChoice
from entity_connections.tui.timing import Timing
from entity_connections.tui.widgets.grid.grid import Grid
from entity_connections.tui.widgets.text_lines import TextLines
from entity_connections.walkthrough.key_events import key_event as key_event
from entity_connections.zuora.http.retry import RetryPolicy
from textual.pilot import Pilot

from tests.acme import ONE_ATTEMPT, client, open_acme
from tests.tui.snapshots import Snapshot

SIZES = ((160, 48), (120, 36), (80, 24), (60, 20))
"""Columns and lines of terminals, from large to small."""
HOLD_READS, HOLD_WRITES = "latency=60,calls=reads", "latency=60,calls=writes"
"""Faults that hold calls until they are switched off."""
TIMEOUT = 45.0
"""Seconds to wait for the screen to settle before giving up: a test may take 60."""
MOMENT = 0.005
"""Seconds without any computing after which the screen is taken for settled."""
TURNS = 20
"""Turns of the event loop in which a message passes from the app to the last widget."""
FAST = Timing(
    answer_delay=0.001,
    cursor_delay=0.001,
    slow_after=60,
    lag_delays=(0.05,) * 3,
    all_lists_delay=3600,
)
"""Delays that no test waits for."""
REFRESHING = FAST._replace(refresh_interval=lambda _: 0.2)
"""The list is read again and again, with pauses in which the screen settles."""


async def resize_terminal(pilot: Pilot[None], size: tuple[int, int]) -> None:
    """Give the terminal of an app another size, and wait until the app has taken it.

    Textual takes it after a moment, which is long on a busy machine.
    """
    deadline = time.monotonic() + TIMEOUT
    await pilot.resize_terminal(*size)
    while pilot.app.screen.size != size:
        assert time.monotonic() < deadline, "The app never took the size of the terminal."
        await pilot.pause(MOMENT)
    await pilot.pause()


class ScreenDriver:
    """Presses and clicks in a running app, and reads what is on the screen."""

    def __init__(self, app: ConnectionsApp, pilot: Pilot[None], fake: FakeTenant) -> None:
        self.pilot = pilot
        self.app = app
        self.fake = fake

    @property
    def screen(self) -> ConnectionsScreen:
        """The main screen, whatever dialog is above it."""
        screen = self.app.screen_stack[0]
        assert isinstance(screen, ConnectionsScreen)
        return screen

    @property
    def rows(self) -> Grid:
        """The grid of the main screen."""
        return self.screen.view.rows

    @property
    def state(self) -> ScreenState:
        assert self.screen.state is not None
        return self.screen.state

    @property
    def shows_main_screen(self) -> bool:
        """Whether no dialog is above the main screen."""
        return self.app.screen is self.screen

    @property
    def notice(self) -> str:
        """The notice above the keys, or ""."""
        bar = self.screen.view.notice_bar
        return bar.content.plain if bar.display else ""

    @property
    def banner(self) -> str:
        """What the lower line of the frame says about the list, or ""."""
        return self._frame_texts()[0]

    @property
    def age(self) -> str:
        """How old the list is, at the right end of the lower line of the frame."""
        return self._frame_texts()[1]

    def _frame_texts(self) -> tuple[str, str]:
        line = self.text("banner")
        left = re.match(r"╰─ (.+?) (?=[─┴]|$)", line)
        right = re.search(r"[─┴] ([^─┴]+) ─╯$", line)
        return left[1] if left else "", right[1] if right else ""

    def text(self, id_: str) -> str:
        """The text of one of the parts of the main screen."""
        return self.screen.query_one(f"#{id_}", TextLines).content.plain

    def cell(self, name: str, column: str) -> str:
        """The text of a cell in the row of an entity."""
        items = self.rows.items
        cells = next(item.cells for item in items if item.cells["counterpart"].text == name)
        return cells[column].text

    def status_and_action(self, name: str) -> tuple[str, str]:
        """The status of an entity's row, and what its Action column says."""
        return self.cell(name, "status"), self.cell(name, "action")

    def row_names(self) -> list[str]:
        """The entities of the rows, from top to bottom."""
        return [item.cells["counterpart"].text for item in self.rows.items]

    @property
    def cursor(self) -> str:
        """The entity of the row under the cursor."""
        keys = [item.key for item in self.rows.items]
        return self.row_names()[keys.index(self.rows.cursor_key or "")]

    def count_lists(self) -> int:
        """Return how many lists of connections the log of requests shows."""
        calls = self.state.session.request_log.calls
        return sum(call.path.startswith("/v1/entity-connections?") for call in calls)

    async def settle(self) -> None:
        """Wait until nothing is being done and everything is drawn."""
        await self._wait_quiet(self._rests)

    def _rests(self) -> bool:
        """Whether no worker runs and no key waits."""
        return self.app.input.is_empty and not any(w.is_running for w in self.app.workers)

    async def wait_until(self, condition: Callable[[], bool]) -> None:
        """Wait until a condition holds."""
        deadline = time.monotonic() + TIMEOUT
        while not condition():
            assert time.monotonic() < deadline, "What was waited for never came."
            await asyncio.sleep(MOMENT)
        await self.idle()

    async def idle(self) -> None:
        """Wait until the program has computed nothing for a moment, and everything is drawn."""
        await self._wait_quiet(lambda: True)

    async def _wait_quiet(self, rests: Callable[[], bool]) -> None:
        """Wait until the program rests and has computed nothing for a moment, and is painted.

        Twice, and after several turns of the event loop each time, because on a busy machine a
        moment may pass in which the program has not had its turn. Between both it is painted,
        because some parts are drawn only after the others are on the screen.
        """
        quiet, deadline = 0, time.monotonic() + TIMEOUT
        while quiet < 2:
            assert time.monotonic() < deadline, "The program never stopped computing."
            rested = rests()  # before the moment, in which what a worker has left is drawn
            for _ in range(TURNS):
                await asyncio.sleep(0)
            before = time.process_time()
            await asyncio.sleep(MOMENT)
            computed = time.process_time() - before > MOMENT / 10
            quiet = 0 if computed or not (rested and rests()) else quiet + 1
            if quiet == 1:
                await self.pilot.pause(0)

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, each when the one before has had its effect, and wait."""
        for key in keys:
            self.app.post_message(key_event(key))
            await self.settle()
            if not self._takes_a_key():
                await self.wait_until(self._takes_a_key)
            elif isinstance(self.app.screen, Confirmation):
                await self.idle()  # its rows are drawn after it is on the screen

    def _takes_a_key(self) -> bool:
        dialog = self.app.screen
        too_early = isinstance(dialog, Confirmation) and not (
            dialog.answerable or dialog.invalidated
        )
        planning = self.screen.is_started and self.screen.writer.planning
        return self.app.input.is_empty and not too_early and not planning

    async def press_at_once(self, *keys: str) -> None:
        """Press keys in one burst, and wait."""
        for key in keys:
            self.app.post_message(key_event(key))
        await self.settle()

    async def type(self, text: str) -> None:
        """Type a text in one burst, and wait."""
        await self.press_at_once(*text)

    async def move_to(self, name: str) -> None:
        """Put the cursor on the row of an entity."""
        self.rows.cursor_key = next(
            item.key for item in self.rows.items if item.cells["counterpart"].text == name
        )
        await self.settle()

    async def press_on(self, name: str, *keys: str) -> None:
        """Put the cursor on the row of an entity, and press keys."""
        await self.move_to(name)
        await self.press(*keys)

    async def type_into(self, key: str, text: str) -> None:
        """Press the key of a filter or of a dialog, type a text in one burst, and press enter."""
        await self.press(key)
        await self.type(text)
        await self.press("enter")

    async def act_in(self, name: str) -> None:
        """Choose an entity in the entity switcher."""
        await self.type_into("e", name)

    async def click_entity(self, name: str) -> None:
        """Choose an entity by clicks: in the tree, or in the switcher where there is no tree."""
        if (tree := self.screen.view.entity_tree) is not None:
            await self.click_grid(tree.grid, name, "name", "name")
        else:
            await self.click_word("header", "▾")
            await self.click_grid(self.app.screen.query_one("#choices", Grid), name, "text")

    async def resize(self, size: tuple[int, int]) -> None:
        """Give the terminal another size, and wait until it is drawn."""
        await resize_terminal(self.pilot, size)
        await self.idle()

    async def snap_sizes(self, snap: Snapshot, sizes: Sequence[tuple[int, int]] = SIZES) -> None:
        """Compare the screen with a picture at each size; the last one stays."""
        for size in sizes:
            await self.resize(size)
            snap(self.app, f"{size[0]}-{size[1]}")

    async def click_cell(self, name: str, column: str) -> None:
        """Click into a cell of the main screen's rows."""
        await self.click_grid(self.rows, name, column, "counterpart")

    async def click_grid(
        self, grid: Grid, name: str, column: str, name_column: str = "text", times: int = 1
    ) -> None:
        """Click into a cell of any grid."""
        names = [item.cells[name_column].text.strip() for item in grid.items]
        x = next(slot.start for slot in grid.slots if slot.column.key == column)
        y = names.index(name) + grid.header_height - grid.scroll_offset.y
        await self.pilot.click(grid, offset=(x + 1, y), times=times)
        await self.settle()

    def _padding(self, id_: str) -> int:
        return self.screen.query_one(f"#{id_}", TextLines).styles.padding.left

    async def click_word(self, id_: str, word: str) -> None:
        """Click a word in one of the parts of the main screen."""
        for y, line in enumerate(self.text(id_).split("\n")):
            if word in line:
                await self.pilot.click(
                    f"#{id_}", offset=(line.index(word) + len(word) // 2 + self._padding(id_), y)
                )
                await self.settle()
                return
        raise AssertionError(f"{word!r} is not in {self.text(id_)!r}")


class TenantSetup(NamedTuple):
    """What kind of tenant the screen is opened on.

    Attributes:
        risk: its risk level.
        name: the profile; "" takes the scenario.
        lock: whether writes are allowed; None leaves them open.
        request_log: the calls to Zuora; None makes a new log for each session.
        cache: the lists of an earlier run, and of this one.
        journal: the record of writes; None makes one in memory.
        shared: whether others write to the same fake tenant.
        retry_policy: how often calls are retried.
    """

    risk: Risk = Risk.DEMO
    name: str = ""
    lock: WriteLock | None = None
    request_log: RequestLog | None = None
    cache: ListCache | None = None
    journal: Journal | None = None
    shared: bool = False
    retry_policy: RetryPolicy = ONE_ATTEMPT


DEMO = TenantSetup()
BeforeEnter = Callable[[str], Awaitable[None]]


async def _do_nothing(_username: str) -> None:
    """Enter at once."""


def make_workspace(
    fake: FakeTenant,
    user: str,
    scenario: str = "acme",
    setup: TenantSetup = DEMO,
    before_enter: BeforeEnter = _do_nothing,
) -> Workspace:
    """Return a fake tenant as a workspace; for the arguments see `open_screen`."""
    lock, name = setup.lock or WriteLock(), setup.name or scenario
    demo = setup.risk is Risk.DEMO

    async def enter(username: str) -> UserSession:
        await before_enter(username)
        account = next(account for account in fake.users if account.name == username)
        request_log = setup.request_log or RequestLog()
        zuora = client(fake, username, lock, request_log, setup.retry_policy)
        return UserSession(
            tenant=Tenant(zuora, cache=setup.cache),
            login=account.username,
            start=None if setup.cache else account.home_entity_id,
            role=lambda entity_id: fake.role(username, entity_id) if demo else None,
            request_log=request_log,
        )

    return Workspace(
        risk=setup.risk,
        name=name,
        user=user,
        users=tuple(USERS.items()) if demo else (),
        enter=enter,
        lock=lock,
        journal=setup.journal or Journal(None, name),
        options=("--scenario", scenario, "--user", user) if demo else ("--profile", name),
        fault_switches=fake.faults if demo else None,
        shared=setup.shared,
    )


@asynccontextmanager
async def open_screen(
    scenario: str = "acme",
    *,
    user: str = "alice",
    size: tuple[int, int] = (120, 36),
    theme: str = "dark",
    policy: Policy | None = None,
    faults: Sequence[str] = (),
    setup: TenantSetup = DEMO,
    timing: Timing = FAST,
    before_enter: BeforeEnter = _do_nothing,
    ready: Callable[[ScreenDriver], bool] | None = None,
    save_choice: SaveChoice | None = None,
    fake: FakeTenant | None = None,
) -> AsyncIterator[ScreenDriver]:
    """Open the screen on a fresh fake tenant and wait for its rows.

    Args:
        scenario: the scenario of the tenant.
        user: the user to start as.
        size: columns and lines of the terminal.
        theme: the theme.
        policy: the policy of the tenant.
        faults: the faults that are on from the start.
        setup: what kind of tenant it is.
        timing: the delays of the screen.
        before_enter: awaited with the user's name before the tenant is opened.
        ready: what to wait for instead of the rows.
        save_choice: remembers what is chosen of the look.
        fake: the tenant, which the caller closes; None for a fresh one.
    """
    shared, fake = fake is not None, fake or open_acme(scenario, policy)
    for fault in faults:
        fake.faults.on(fault)
    workspace = make_workspace(fake, user, scenario, setup, before_enter)
    app = ConnectionsApp(workspace, theme, timing, save_choice=save_choice)
    async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
        ui = ScreenDriver(app, pilot, fake)
        await (ui.wait_until(lambda: ready(ui)) if ready else ui.settle())
        yield ui
        await ui.idle()
    if not shared:
        fake.close()
