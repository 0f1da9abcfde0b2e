"""How a moment is told."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from entity_connections.domain import clock
from entity_connections.domain.clock import format_moment

NOON = datetime(2026, 11, 30, 12, 0).astimezone()


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (NOON, "12:00"),
        (NOON.astimezone(UTC), "12:00"),
        (NOON + timedelta(hours=11), "23:00"),
        (NOON + timedelta(hours=13), "2026-12-01 01:00"),
        (NOON - timedelta(days=1), "2026-11-29 12:00"),
        (NOON - timedelta(days=365), "2025-11-30 12:00"),
    ],
)
def test_a_moment_that_is_not_today_has_its_day(
    moment: datetime, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "current", SimpleNamespace(time=NOON.timestamp))
    assert format_moment(moment) == text
