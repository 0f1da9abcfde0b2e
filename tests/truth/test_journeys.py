"""After any faults, kills and wrong clocks, what was said is true, and nothing is blocked."""

import pytest

from tests.truth.journey import Step, describe_failure, find_failure, make_steps


@pytest.mark.parametrize("seed", range(12))
def test_what_is_said_about_writes_is_true(seed: int) -> None:
    steps = make_steps(seed)
    if find_failure(seed, steps):
        pytest.fail(describe_failure(seed, steps), pytrace=False)


def test_the_first_list_of_a_program_is_empty_once() -> None:
    steps = [
        Step("act", {"pair": 0, "program": 1, "other": False, "kill_at": None}),
        Step("act", {"pair": 2, "program": 1, "other": True, "kill_at": 9}),
        Step("wait", {"seconds": 700}),
        Step("switch_on", {"fault": "list-empty,times=1"}),
        Step("recover", {"program": 0, "kill_at": None}),
    ]
    assert not find_failure(38, steps)
