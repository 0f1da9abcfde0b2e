"""Random input: the program goes on, and nothing is written that was not confirmed."""

import pytest

from tests.tui import monkey


@pytest.mark.parametrize("seed", range(2))
async def test_random_input(seed: int) -> None:
    await monkey.run(seed, steps=60)
