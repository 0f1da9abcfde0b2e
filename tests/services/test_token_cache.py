"""The cached tokens: one serves several processes for minutes, and never near its end."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from entity_connections.domain import clock
from entity_connections.domain.secret import Secret
from entity_connections.services.storage.token_cache import MAX_AGE, Token, TokenCache

from tests.acme import EUROPE

URL, CLIENT = "https://rest.zuora.com", "a-client"
TOKEN = "0123456789abcdef" * 2


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "state.sqlite3"


@pytest.fixture
def set_time(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Return a function that sets the clock of the machine."""

    class SetClock:
        moment = 1_000_000.0

        def time(self) -> float:
            return self.moment

        def monotonic(self) -> float:
            return 5.0

    fixed = SetClock()
    monkeypatch.setattr(clock, "current", fixed)

    def set_time(moment: float) -> None:
        fixed.moment = moment

    return set_time


def save(path: Path, seconds: float, base_url: str = URL, client_id: str = CLIENT) -> None:
    token = Token(Secret(TOKEN), clock.monotonic() + seconds, (EUROPE,))
    TokenCache(path, base_url, client_id).save(token)


@pytest.mark.parametrize(
    ("seconds", "age", "is_used"),
    [
        (3_300.0, 0.0, True),
        (3_300.0, MAX_AGE - 1, True),
        (3_300.0, MAX_AGE, False),
        (60.0, 59.0, True),
        (60.0, 60.0, False),
        (3_300.0, -1.0, False),  # the clock was set back: nobody knows how old it is
    ],
)
def test_a_token_is_used_for_minutes_and_not_near_its_end(
    path: Path, set_time: Callable[[float], None], seconds: float, age: float, *, is_used: bool
) -> None:
    set_time(1_000_000.0)
    save(path, seconds)
    set_time(1_000_000.0 + age)
    cached = TokenCache(path, URL, CLIENT).load()
    assert (cached is not None) is is_used
    if cached:
        assert (cached.secret.get_secret_value(), cached.entity_ids) == (TOKEN, (EUROPE,))
        assert cached.renew_at - clock.monotonic() == min(seconds, MAX_AGE) - age
        assert TOKEN not in repr(cached)


def test_a_token_belongs_to_a_client_of_a_tenant(path: Path) -> None:
    save(path, 3_300.0)
    assert TokenCache(path, URL, "another-client").load() is None
    assert TokenCache(path, "https://rest.eu.zuora.com", CLIENT).load() is None
    assert path.stat().st_mode & 0o077 == 0


def test_a_removed_token_is_not_in_the_file(path: Path) -> None:
    save(path, 3_300.0)
    save(path, 3_300.0, client_id="another-client")
    save(path, 3_300.0, "https://rest.eu.zuora.com")
    TokenCache(path, URL, "").remove_all()
    assert TokenCache(path, URL, CLIENT).load() is None
    assert TokenCache(path, URL, "another-client").load() is None
    assert TokenCache(path, "https://rest.eu.zuora.com", CLIENT).load() is not None
    TokenCache(path, "https://rest.eu.zuora.com", "").remove_all()
    assert not [file for file in path.parent.iterdir() if TOKEN.encode() in file.read_bytes()]


def test_nothing_is_made_to_remove_what_is_not_there(path: Path) -> None:
    TokenCache(path, URL, CLIENT).remove_all()
    assert not path.parent.exists()


@pytest.mark.parametrize(
    "change",
    [
        "token = 'two lines' || char(10)", "token = NULL", "entity_ids = '../x'",
        "expires_at = 'soon'", "expires_at = NULL",
    ],
)  # fmt: skip
def test_a_damaged_token_is_not_used(path: Path, change: str) -> None:
    save(path, 3_300.0)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"UPDATE token SET {change}")
    assert TokenCache(path, URL, CLIENT).load() is None


def test_a_file_that_cannot_be_used_costs_only_a_token(tmp_path: Path) -> None:
    cache = TokenCache(tmp_path, URL, CLIENT)  # a folder
    cache.save(Token(Secret(TOKEN), clock.monotonic() + 3_300.0, ()))
    assert cache.load() is None
