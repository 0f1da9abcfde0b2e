"""What a click is called: a text that leads back to what was clicked."""

import asyncio
from collections.abc import Iterator

import pytest
from entity_connections.cli.tenant.fake_workspace import make_fake_workspace
from entity_connections.cli.tenant_options import TenantOptions
from entity_connections.walkthrough import keys
from entity_connections.walkthrough.making.naming import NEAR, sight_of
from entity_connections.walkthrough.making.phrases import phrases
from entity_connections.walkthrough.making.watching import WatchedApp
from entity_connections.walkthrough.screen_text import Glass
from entity_connections.walkthrough.virtual_time import stage
from textual.geometry import Offset

SIZE = (100, 26)


@pytest.mark.parametrize("scenario", ["acme", "hostile"])
def test_every_name_leads_back_to_what_was_clicked(scenario: str) -> None:
    """Wherever one clicks, on the main screen, in a list and in a question."""
    with stage(still=True) as here:
        app = WatchedApp(make_fake_workspace(TenantOptions(scenario=scenario, user="alice")))
        nameless: list[str] = []

        async def look(_pilot: object) -> None:
            await asyncio.sleep(2)
            for key in ("down", "r", "escape", "e"):
                app.post_message(keys.event(key))
                await asyncio.sleep(1)
                nameless.extend(_nameless(app))
            app.exit()

        here.runner.run(app.run_async(headless=True, size=SIZE, auto_pilot=look))
    # No name: nothing but signs, and rows that look the same.
    assert not nameless if scenario == "acme" else len(set(nameless)) <= 8


def _nameless(app: WatchedApp) -> Iterator[str]:
    """Try every cell; return the texts that have no name."""
    glass = Glass.of(app)
    for cell in (Offset(x, y) for y in range(len(glass.lines)) for x in range(0, SIZE[0], 3)):
        taker = app._under(cell)
        here = [one for one in phrases(glass, cell.y) if one.start <= cell.x < one.end]
        if sight := sight_of(glass, cell, app._under):
            found = glass.spot(sight, lambda at: app._under(at) is not None).middle
            assert app._under(found) is taker
            assert abs(found.y - cell.y) < NEAR
            if here:
                assert here[0].start <= found.x < here[0].end
                assert found.y == cell.y
        elif here and taker is not None:
            yield here[0].text


TABLE = Glass(
    (
        "  Acme ▾                      DEMO",
        "  Name        Under     Status",
        "> Acme-US     Acme      ● Connected",
        "  Acme        Acme-US   ● Connected",
        "  Acme-US     Acme      ○ None",
        "  Acme Globa… Acme-Eur… ○ … sending",
    )
)


@pytest.mark.parametrize(
    ("cell", "sight"),
    [
        (Offset(0, 0), "Acme ▾"),
        (Offset(2, 3), "Acme"),
        (Offset(12, 3), "Acme"),
        (Offset(25, 3), "Acme … Connected"),
        (Offset(26, 4), "None"),
        (Offset(9, 5), "Acme Globa"),
        (Offset(14, 5), "Acme-Eur"),
        (Offset(2, 4), None),
        (Offset(2, 9), None),
    ],
)
def test_the_name_is_as_short_as_it_is_clear(cell: Offset, sight: str | None) -> None:
    assert sight_of(TABLE, cell, lambda at: "table") == sight


def test_what_takes_no_click_has_no_name() -> None:
    assert sight_of(TABLE, Offset(2, 3), lambda at: None) is None
