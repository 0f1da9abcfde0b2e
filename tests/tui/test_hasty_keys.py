"""Keys that were typed before the screen was there."""

import asyncio

import pytest
from textual.pilot import Pilot

from app.cli.targets import fake_target
from app.tui.app import ConnectionsApp
from app.walkthrough.keys import event
from app.walkthrough.stage import stage


@pytest.mark.parametrize("key", ["e", "r", "slash", "ctrl+l", "escape", "ctrl+q"])
def test_they_do_no_harm(key: str, capsys: pytest.CaptureFixture[str]) -> None:
    with stage(still=True) as here:
        app = ConnectionsApp(fake_target("acme", "alice"))

        async def hasty(_pilot: Pilot[object]) -> None:
            app.post_message(event(key))
            await asyncio.sleep(1)
            app.exit()

        here.runner.run(app.run_async(headless=True, auto_pilot=hasty))
    assert app.return_code == 0
    assert capsys.readouterr() == ("", "")
