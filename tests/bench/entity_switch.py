"""From choosing another entity to its rows, at full size, and how long no key would be heard.

Measured inside the process, because only there one sees the event loop stand still.
"""

import asyncio
import time
from collections.abc import Iterator
from statistics import median

from entity_connections.cli.tenant.fake_workspace import make_fake_workspace
from entity_connections.cli.tenant_options import TenantOptions
from entity_connections.tui.app import ConnectionsApp
from entity_connections.tui.screens.connections import ConnectionsScreen

from tests.bench.figures import Budget, Figure
from tests.bench.programs import Contest

PAUSE = 0.001
"""Seconds between two looks at the event loop."""


class LoopProbe:
    """Notes the longest time, in seconds, for which the event loop did not come round."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._task = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(PAUSE)
            self.longest = max(self.longest, time.perf_counter() - before - PAUSE)

    def stop(self) -> None:
        self._task.cancel()


def measure(contest: Contest) -> Iterator[Figure]:
    """Yield the time of a switch and the longest stop of the event loop in it."""
    if contest.with_itself:
        return
    switches = asyncio.run(_switches(contest.runs))
    times, stops = zip(*switches, strict=True)
    yield Figure("entity switch, 511 rows", "ms", median(times) * 1000, Budget(100, "alone"))
    yield Figure("entity switch, loop stands", "ms", median(stops) * 1000, Budget(30, "alone"))


async def _switches(runs: int) -> list[tuple[float, float]]:
    app = ConnectionsApp(make_fake_workspace(TenantOptions(scenario="global-500", user="alice")))
    async with app.run_test(size=(120, 36)):
        screen = app.screen
        assert isinstance(screen, ConnectionsScreen)
        await _rows_shown(screen)
        assert screen.state is not None
        tenant = screen.state.session.tenant
        open_to_us = [entity.id for entity in tenant.hierarchy if tenant.can_act_in(entity.id)]
        return [await _switch(screen, id_) for id_ in open_to_us[1 : runs + 1]]


async def _switch(screen: ConnectionsScreen, entity_id: str) -> tuple[float, float]:
    probe = LoopProbe()
    started = time.perf_counter()
    screen.act_in(entity_id)
    await _rows_shown(screen)
    taken = time.perf_counter() - started
    probe.stop()
    return taken, probe.longest


async def _rows_shown(screen: ConnectionsScreen) -> None:
    """Wait until the rows of the acting entity are read and drawn."""
    async with asyncio.timeout(20):
        # Polled, because the screen tells nobody when it has read.
        while screen.state is None or screen.state.snapshot is None or screen.view.reading:  # noqa: ASYNC110
            await asyncio.sleep(PAUSE)
        drawn = asyncio.Event()
        screen.call_after_refresh(drawn.set)
        await drawn.wait()
