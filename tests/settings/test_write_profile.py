"""Writing profiles into config.toml; the user's own lines and comments survive."""

import stat
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from entity_connections.domain.risk import Risk
from entity_connections.domain.text import clean
from entity_connections.settings.errors import SettingsError
from entity_connections.settings.profiles import load_profile, load_profiles, write_profile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Config = Callable[[str], Path]

EU = {"environment": "eu-production"}
OLD = "# mine\n[profiles.old]  # the first\nenvironment = 'eu-production' # not \"double\"\n"
INLINE = "profiles = { old = { environment = 'eu-production' } }\n"


def test_the_first_profile_makes_the_file(home: Path) -> None:
    values = {"environment": "us-api-sandbox", "client_id": "id", "user": None, "read_only": True}
    added = write_profile("acme", values)
    assert load_profile("acme") == added
    assert (added.risk, added.read_only, added.client_id) == (Risk.SANDBOX, True, "id")
    path = home / "config.toml"
    assert path.read_text() == (
        '[profiles.acme]\nenvironment = "us-api-sandbox"\nclient_id = "id"\nread_only = true\n'
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


@pytest.mark.parametrize("old", [OLD, OLD.rstrip(), OLD.replace("\n", "\r\n"), "# nothing yet"])
def test_the_lines_of_the_user_stay(config: Config, old: str) -> None:
    path = config("")
    path.write_bytes(old.encode())
    entity = "Åcme \"x\" \\ 'y'"
    write_profile("acme.eu", {"base_url": "http://127.0.0.1:8040", "entity": entity})
    assert path.read_bytes().startswith(old.encode())
    assert load_profile("acme.eu").entity == entity
    assert ("old" in load_profiles()) == ("old" in old)


def test_the_mode_and_a_link_stay(config: Config, tmp_path: Path) -> None:
    path = config(OLD)
    target = path.rename(tmp_path / "dotfiles.toml")
    target.chmod(0o644)
    path.symlink_to(target)
    write_profile("acme", EU)
    assert path.is_symlink()
    assert stat.S_IMODE(target.stat().st_mode) == 0o644
    assert list(load_profiles()) == ["old", "acme"]


@pytest.mark.parametrize(
    ("name", "values", "sentence"),
    [
        ("OLD", EU, "differ only in capitals"),
        ("a b", EU, "a profile's name is up to 64"),
        ("..", EU, "a profile's name is up to 64"),
        ("x", {}, "needs either environment"),
        ("x", {"base_url": "http://rest.zuora.com"}, "base_url: The address must begin with https"),
        ("x", {**EU, "user": ""}, "user: it is empty"),
        ("x", {**EU, "risk": "sandbox"}, 'risk is "sandbox"'),
        ("old", {"client_id": "a\nb"}, "client_id: it holds a character that cannot be seen"),
    ],
)
def test_an_invalid_profile_is_not_written(
    config: Config, name: str, values: dict[str, Any], sentence: str
) -> None:
    path = config(OLD)
    with pytest.raises(SettingsError, match=sentence):
        write_profile(name, values)
    assert path.read_text() == OLD
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    ("old", "sentence"),
    [
        (INLINE, r"edit \[profiles.acme\] there by hand"),
        ("[profiles.old]\nenvironment = 1\n", "must be a text in quotes"),
    ],
)
def test_a_file_that_cannot_be_edited_stays(config: Config, old: str, sentence: str) -> None:
    path = config(old)
    with pytest.raises(SettingsError, match=sentence):
        write_profile("acme", EU)
    assert path.read_text() == old


def test_environment_variables_are_not_written(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZUORA_CLIENT_ID", "from-variable")
    assert write_profile("acme", EU).client_id == "from-variable"
    assert "from-variable" not in (home / "config.toml").read_text()


@given(entity=st.text(st.characters(codec="utf-8"), min_size=1, max_size=40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_refused_or_read_back(home: Path, entity: str) -> None:
    (home / "config.toml").unlink(missing_ok=True)
    unseen = {"Cc", "Cf", "Zl", "Zp"} & {unicodedata.category(char) for char in entity}
    if unseen or not entity.strip():
        with pytest.raises(SettingsError, match=r"cannot be seen|is empty"):
            write_profile("acme", {**EU, "entity": entity})
    else:
        added = write_profile("acme", {**EU, "entity": entity})
        assert added.entity == load_profile("acme").entity == (clean(entity) or None)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (OLD, f'{OLD}client_id = "n\\"ew"\n'),
        (
            f"{OLD}client_id = 'older' # from Zuora\n[profiles.b]\nenvironment = 'eu-production'\n",
            OLD
            + 'client_id = "n\\"ew" # from Zuora\n'
            + "[profiles.b]\nenvironment = 'eu-production'\n",
        ),
        (
            "[ profiles . 'old' ]\nenvironment = 'eu-production'\n",
            "[ profiles . 'old' ]\nenvironment = 'eu-production'\nclient_id = \"n\\\"ew\"\n",
        ),
        (
            "[profiles]\nold.environment = 'eu-production'\n",
            '[profiles]\nold.environment = \'eu-production\'\nold.client_id = "n\\"ew"\n',
        ),
    ],
    ids=["new key", "existing key", "spaces in the header", "dotted keys"],
)
def test_a_client_id_is_written_into_the_profile(config: Config, old: str, new: str) -> None:
    path = config(old)
    write_profile("old", {"client_id": 'n"ew'})
    assert path.read_text() == new
    assert load_profile("old").client_id == 'n"ew'
