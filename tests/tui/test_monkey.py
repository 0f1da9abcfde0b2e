"""Whatever a hand does: the program goes on, and nothing is written that was not confirmed."""

import pytest
from entity_connections.tui.dialogs import confirmation

from tests.tui import monkey

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("seed", range(8))
async def test_random_input(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confirmation, "GUARD", 0.02)
    monkeypatch.setattr(monkey, "STEPS", 60)
    await monkey.run(seed)
