"""How long a server that does not answer is waited for in all."""

import math

import pytest
from entity_connections.domain.errors import Unreachable
from entity_connections.zuora.http.limits import SilenceLimit


def test_without_a_missing_answer_there_is_no_limit() -> None:
    silence = SilenceLimit(60)
    for start in range(0, 1000, 14):
        silence.count_call(start, start + 14, answered=True)
    assert silence.check() == math.inf


def test_slow_answers_before_a_missing_one_count() -> None:
    silence = SilenceLimit(60)
    silence.count_call(0, 14, answered=True)
    silence.count_call(14, 16, answered=True)  # is not slow
    silence.count_call(16, 34, answered=False)
    assert silence.check() == 60 - 14 - 18


def test_calls_at_the_same_time_count_as_one() -> None:
    silence = SilenceLimit(60)
    for start in (0, 0, 5):
        silence.count_call(start, start + 18, answered=False)
    assert silence.check() == 60 - 23


def test_a_connection_that_breaks_at_once_is_not_silence() -> None:
    silence = SilenceLimit(60)
    silence.count_call(0, 1, answered=False)
    assert silence.check() == math.inf


def test_after_the_limit_nothing_is_sent() -> None:
    silence = SilenceLimit(60)
    for start in (0, 20, 40):
        silence.count_call(start, start + 20, answered=False)
    with pytest.raises(Unreachable, match="waiting for 60 s in all") as refusal:
        silence.check()
    assert refusal.value.retries_exhausted


def test_retry_delays_count() -> None:
    silence = SilenceLimit(60)
    silence.count_call(0, 1, answered=True)
    silence.count_delay(1, 31)
    silence.count_call(31, 49, answered=False)
    assert silence.check() == 60 - 30 - 18
