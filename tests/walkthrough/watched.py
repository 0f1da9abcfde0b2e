"""A person at the watched screen: what they do, and when."""

import asyncio
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from entity_connections.cli.tenant.fake_workspace import make_fake_workspace
from entity_connections.cli.tenant_options import TenantOptions
from entity_connections.walkthrough import keys
from entity_connections.walkthrough.making.composing import composed
from entity_connections.walkthrough.making.moments import Moment
from entity_connections.walkthrough.making.watching import WatchedApp
from entity_connections.walkthrough.screen_text import Glass
from entity_connections.walkthrough.script import Step, Walkthrough
from entity_connections.walkthrough.virtual_time import stage
from textual import events
from textual.geometry import Offset

SIZE = (100, 26)


class Click(NamedTuple):
    """A click on a text or a cell, or some cells beside it.

    Attributes:
        on: a sight, or the cell.
        beside: cells from its middle.
        dragged: cells that the mouse moves before it is let go.
    """

    on: str | Offset
    beside: Offset = Offset()
    dragged: int = 0


def watched(
    *does: str | float | Click | events.Event, scenario: str = "acme", user: str = "alice"
) -> list[Moment]:
    """Return what is noticed of a person, who opens the screen and leaves it with ctrl+q.

    Args:
        does: in order: a key, a pause in seconds, a click, or anything a terminal sends.
            After each key and click comes a pause of 0.5 seconds, but before a pause.
        scenario: of the fake tenant.
        user: who it is.
    """
    with stage(still=True) as here:
        app = WatchedApp(make_fake_workspace(TenantOptions(scenario=scenario, user=user)))
        app.animation_level = "none"

        async def use(_pilot: object) -> None:
            await asyncio.sleep(2)
            for one, after in pairwise((*does, "ctrl+q")):
                if isinstance(one, float):
                    await asyncio.sleep(one)
                    continue
                for event in _events(app, one):
                    app.post_message(event)
                if not isinstance(after, float):
                    await asyncio.sleep(0.5)
            app.post_message(keys.event("ctrl+q"))
            await asyncio.sleep(5)

        here.runner.run(app.run_async(headless=True, size=SIZE, auto_pilot=use))
    return app.moments


def steps(moments: Sequence[Moment]) -> list[Step]:
    """Return the steps of a script, without the first, in which the screen opens."""
    return composed(moments).steps[1:]


def script_of(moments: Sequence[Moment], scenario: str = "acme") -> Walkthrough:
    """Return the script that comes of what was done."""
    found = composed(moments).steps
    return Walkthrough(title="Watched", teaches="x", scenario=scenario, size=[*SIZE], steps=found)


def _events(app: WatchedApp, one: str | Click | events.Event) -> Sequence[events.Event]:
    if isinstance(one, str):
        return [keys.event(one)]
    if isinstance(one, events.Event):
        return [one]
    at = one.on if isinstance(one.on, Offset) else _middle(app, one.on)
    began, ended = at + one.beside, at + one.beside + Offset(one.dragged, 0)
    return [_mouse(events.MouseDown, began), _mouse(events.MouseUp, ended)]


def _middle(app: WatchedApp, sight: str) -> Offset:
    return Glass.of(app).spot(sight, lambda cell: app._under(cell) is not None).middle


def _mouse(kind: type[events.MouseEvent], at: Offset) -> events.MouseEvent:
    return kind(None, at.x, at.y, 0, 0, 1, False, False, False, screen_x=at.x, screen_y=at.y)
