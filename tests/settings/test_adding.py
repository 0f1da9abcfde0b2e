"""A new profile is appended; what stood in config.toml stays byte for byte."""

import os
import stat
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from entity_connections.domain.risk import Risk
from entity_connections.domain.text import clean
from entity_connections.settings.editing import add_profile, set_client_id
from entity_connections.settings.errors import SettingsError
from entity_connections.settings.profiles import load
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Config = Callable[[str], Path]

posix = pytest.mark.skipif(not hasattr(os, "getuid"), reason="this system has no such modes")

EU = "environment = 'eu-production'\n"
OLD = "# mine\n[profiles.old]  # the first\nenvironment = 'eu-production' # not \"double\"\n"


def test_the_first_profile_makes_the_file(home: Path) -> None:
    added = add_profile("acme", environment="us-api-sandbox", client_id="id", read_only=True)
    assert load().profile("acme") == added
    assert (added.risk, added.read_only, added.client_id) == (Risk.SANDBOX, True, "id")
    assert (home / "config.toml").read_text() == (
        '[profiles.acme]\nenvironment = "us-api-sandbox"\nclient_id = "id"\nread_only = true\n'
    )


@posix
def test_the_new_file_is_its_owners_alone(home: Path) -> None:
    add_profile("acme", environment="us-api-sandbox")
    assert stat.S_IMODE((home / "config.toml").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


@pytest.mark.parametrize("old", [OLD, OLD.rstrip(), OLD.replace("\n", "\r\n"), "# nothing yet"])
def test_what_stood_there_stays(config: Config, old: str) -> None:
    path = config("")
    path.write_bytes(old.encode())
    add_profile("acme", base_url="http://127.0.0.1:8040", entity="Åcme \"x\" \\ 'y'")
    assert path.read_bytes().startswith(old.encode())
    assert load().profile("acme").entity == "Åcme \"x\" \\ 'y'"
    assert ("old" in load().profiles) == ("old" in old)


@posix
def test_the_mode_and_a_link_stay(config: Config, tmp_path: Path) -> None:
    path = config(OLD)
    real = path.rename(tmp_path / "dotfiles.toml")
    real.chmod(0o644)
    path.symlink_to(real)
    add_profile("acme", environment="us-api-sandbox")
    assert path.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o644
    assert list(load().profiles) == ["old", "acme"]


def test_a_name_with_a_dot_is_one_name() -> None:
    add_profile("acme.eu", environment="eu-production")
    assert list(load().profiles) == ["acme.eu"]


@pytest.mark.parametrize(
    ("name", "values", "sentence"),
    [
        ("old", {"environment": "eu-production"}, "There is a profile 'old' already"),
        ("OLD", {"environment": "eu-production"}, "differ only in capitals"),
        ("a b", {"environment": "eu-production"}, "cannot be called"),
        ("..", {"environment": "eu-production"}, "cannot be called"),
        ("x", {}, "does not say where the tenant is"),
        ("x", {"environment": "eu"}, "Zuora has no 'eu'"),
        ("x", {"base_url": "http://rest.zuora.com"}, "base_url"),
        ("x", {"environment": "eu-production", "client_id": "a\nb"}, "holds a line break"),
        ("x", {"environment": "eu-production", "user": ""}, "user is empty"),
        ("x", {"environment": "eu-production", "risk": "sandbox"}, 'risk is "sandbox"'),
    ],
)
def test_what_cannot_be_added_leaves_the_file(
    config: Config, name: str, values: dict[str, Any], sentence: str
) -> None:
    path = config(OLD)
    with pytest.raises(SettingsError, match=sentence):
        add_profile(name, **values)
    assert path.read_text() == OLD
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    ("old", "sentence"),
    [
        (
            "profiles = { old = { environment = 'eu-production' } }\n",
            r"edit \[profiles.acme\] there",
        ),
        ("[profiles.old]\nenvironment = 1\n", "must be a text"),
        ("[profiles", "at end of document"),
    ],
)
def test_a_file_that_cannot_be_added_to_stays(config: Config, old: str, sentence: str) -> None:
    path = config(old)
    with pytest.raises(SettingsError, match=sentence):
        add_profile("acme", environment="us-api-sandbox")
    assert path.read_text() == old


def test_a_disk_that_says_no_leaves_the_file(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = config(OLD)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SettingsError, match=r"cannot be written: No space left on device\."):
        add_profile("acme", environment="us-api-sandbox")
    assert path.read_text() == OLD
    assert list(path.parent.iterdir()) == [path]


def test_the_variables_of_the_moment_are_not_written(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZUORA_CLIENT_ID", "of-the-moment")
    assert add_profile("acme", environment="us-api-sandbox").client_id == "of-the-moment"
    assert "of-the-moment" not in (home / "config.toml").read_text()


@given(entity=st.text(st.characters(codec="utf-8"), min_size=1, max_size=40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_refused_or_read_back(home: Path, entity: str) -> None:
    (home / "config.toml").unlink(missing_ok=True)
    if any(unicodedata.category(char) == "Cc" for char in entity) or not entity.strip():
        with pytest.raises(SettingsError, match=r"control character|is empty"):
            add_profile("acme", environment="us-api-sandbox", entity=entity)
    else:
        added = add_profile("acme", environment="us-api-sandbox", entity=entity)
        assert added.entity == load().profile("acme").entity == (clean(entity) or None)


NEW = 'client_id = "n\\"ew"'
ENDS_LATER = f"[profiles.b]\nclient_id = 'b'\n{EU}"
OTHER_WAYS = f"[profiles.a]\n{EU}[ profiles . 'old' ]\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (OLD, OLD.replace("first\n", f"first\n{NEW}\n")),
        (
            f"{OLD}client_id = 'older' # gone\nuser = 'x'\n{ENDS_LATER}",
            f"{OLD}{NEW}\nuser = 'x'\n{ENDS_LATER}",
        ),
        (OTHER_WAYS + EU.rstrip(), f"{OTHER_WAYS}{NEW}\n{EU.rstrip()}"),
        (
            f"{OTHER_WAYS}{EU}".replace("\n", "\r\n"),
            f"{OTHER_WAYS}{NEW}\n{EU}".replace("\n", "\r\n"),
        ),
    ],
    ids=["none before", "an older one", "other spelling", "other line ends"],
)
def test_a_client_id_is_written_where_it_belongs(config: Config, old: str, new: str) -> None:
    path = config("")
    path.write_bytes(old.encode())
    assert set_client_id("old", 'n"ew').client_id == 'n"ew'
    assert path.read_bytes().decode() == new
    assert load().profile("old").client_id == 'n"ew'


@pytest.mark.parametrize(
    ("name", "client_id", "old", "sentence"),
    [
        ("other", "id", OLD, "There is no profile 'other'"),
        ("old", "", OLD, "client_id is empty"),
        ("old", "a\nb", OLD, "holds a line break"),
        ("old", "id", "[profiles]\nold.environment = 'eu-production'\n", "there by hand"),
        ("old", "id", f"[profiles.x]\nuser = '''\n[profiles.old]'''\n{EU}{OLD}", "there by hand"),
    ],
)
def test_a_client_id_that_cannot_be_written_leaves_the_file(
    config: Config, name: str, client_id: str, old: str, sentence: str
) -> None:
    path = config(old)
    with pytest.raises(SettingsError, match=sentence):
        set_client_id(name, client_id)
    assert path.read_text() == old
