"""How often to refresh when calls are short."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from entity_connections.domain import clock
from entity_connections.services.refresh_interval import (
    has_budget,
    rate_limit_sentence,
    refresh_interval,
)
from entity_connections.services.request_log import RateLimit

from tests.services.factories import MORNING


@pytest.mark.parametrize(
    ("limit", "remaining", "seconds"),
    [
        (50_000, 50_000, 30),
        (50_000, 10_000, 30),
        (50_000, 5_000, 60),
        (50_000, 2_500, 120),
        (50_000, 1_000, 300),
        (50_000, 1, 300),
        (50_000, 0, 300),
        (50_000, -7, 300),
        (0, 0, 30),
        (-1, 5, 30),
    ],
)
def test_refreshes_become_rarer_as_the_budget_runs_low(
    limit: int, remaining: int, seconds: float
) -> None:
    assert refresh_interval(RateLimit(limit, remaining, None, MORNING)) == pytest.approx(seconds)


def test_nothing_known_slows_nothing() -> None:
    assert refresh_interval(None) == 30
    assert rate_limit_sentence(None) == ""


def test_the_sentence_names_remaining_calls_reset_time_and_interval(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clock, "current", SimpleNamespace(time=MORNING.timestamp))
    assert rate_limit_sentence(RateLimit(50_000, 49_000, 60, MORNING)) == ""
    sentence = rate_limit_sentence(RateLimit(50_000, 400, 3600 * 3.5, MORNING, 3600), MORNING)
    until = f"{MORNING.replace(hour=12, minute=30).astimezone():%H:%M}"
    assert sentence == (
        f"Only 400 of 50,000 calls an hour left until {until}; refreshing every 5 min."
    )
    sentence = rate_limit_sentence(RateLimit(2_500, 300, None, MORNING))
    assert sentence == "Only 300 of 2,500 calls left; refreshing every 50 s."


@pytest.mark.parametrize(
    ("reset", "waited", "seconds"),
    [
        (5.0, 3_600, 30),
        (5.0, 0, 30),
        (200.0, 0, 200),
        (200.0, 80, 120),
        (200.0, 200, 30),
        (1_200.0, 0, 300),
        (999_999_999.0, 0, 300),
        (None, 3_600, 300),
    ],
)
def test_a_budget_counts_no_longer_than_until_it_starts_anew(
    reset: float | None, waited: float, seconds: float
) -> None:
    budget = RateLimit(100, 0, reset, MORNING)
    present = MORNING + timedelta(seconds=waited)
    assert refresh_interval(budget, present) == seconds
    assert bool(rate_limit_sentence(budget, present)) == (seconds > 30)


def test_what_nobody_asked_for_leaves_a_fifth_of_the_limit() -> None:
    assert has_budget(None, 512)
    assert has_budget(RateLimit(1_000, 300, 60, MORNING), 100)
    assert not has_budget(RateLimit(1_000, 300, 60, MORNING), 101)
