"""After any faults, kills and wrong clocks, what was said is true, and nothing is blocked."""

import pytest

from tests.truth.journey import describe_failure, find_failure, make_steps


@pytest.mark.parametrize("seed", range(50))
def test_what_is_said_about_writes_is_true(seed: int) -> None:
    steps = make_steps(seed)
    if find_failure(seed, steps):
        pytest.fail(describe_failure(seed, steps), pytrace=False)
