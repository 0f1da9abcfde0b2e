"""What a profile in config.toml says is what the program does."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from entity_connections.domain.risk import Risk
from entity_connections.settings import paths as places
from entity_connections.settings.environments import ENVIRONMENTS
from entity_connections.settings.errors import SettingsError
from entity_connections.settings.profiles import load, names, profile_of_address

Config = Callable[[str], Path]

FULL = """
[profiles.acme-sandbox]
environment = "us-api-sandbox"
client_id = "0b9c51a3-0000-4000-8000-000000000001"
secret_command = "op read op://acme/zuora"
risk = "sandbox"
read_only = true
entity = "Acme-Americas"
user = "alice@acme.example"
"""


def test_no_file_means_no_profiles(home: Path) -> None:
    settings = load()
    assert not settings.profiles
    assert settings.path == home / "config.toml"
    assert not home.exists()


def test_everything_that_can_be_said_is_read(config: Config) -> None:
    path = config(FULL)
    profile = load().profile("acme-sandbox")
    assert profile.base_url == "https://rest.apisandbox.zuora.com"
    assert profile.client_id == "0b9c51a3-0000-4000-8000-000000000001"
    assert profile.secret_command == "op read op://acme/zuora"
    assert profile.risk is Risk.SANDBOX
    assert profile.read_only
    assert (profile.entity, profile.user) == ("Acme-Americas", "alice@acme.example")
    assert profile.origins["client_id"] == str(path)
    assert profile.options == ("--profile", "acme-sandbox")


@pytest.mark.parametrize("word", ENVIRONMENTS)
def test_every_environment_of_zuora_has_a_word(config: Config, word: str) -> None:
    config(f'[profiles.one]\nenvironment = "{word}"')
    profile = load().profile("one")
    assert (profile.base_url, profile.risk) == (
        ENVIRONMENTS[word].base_url,
        ENVIRONMENTS[word].risk,
    )
    assert not profile.read_only


def test_the_words_stand_for_eleven_different_roots() -> None:
    assert len({one.base_url for one in ENVIRONMENTS.values()}) == 11


def test_all_that_is_production_is_called_so() -> None:
    for one in ENVIRONMENTS.values():
        assert (
            (one.risk is Risk.PRODUCTION)
            == ("Production" in one.title)
            == ("production" in one.word)
        )


def test_the_other_name_of_cloud_2_is_not_taken_for_cloud_1(config: Config) -> None:
    config('[profiles.one]\nenvironment = "us-cloud-2-production"')
    assert load().profile("one").base_url == "https://rest.zuora.com"


def test_the_environment_of_the_process_wins(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    config(FULL)
    monkeypatch.setenv("ZUORA_CLIENT_ID", "from-outside")
    monkeypatch.setenv("ZUORA_ENTITY_ID", "Acme-Europe")
    profile = load().profile("acme-sandbox")
    assert (profile.client_id, profile.entity) == ("from-outside", "Acme-Europe")
    assert (profile.origins["client_id"], profile.origins["entity"]) == (
        "ZUORA_CLIENT_ID",
        "ZUORA_ENTITY_ID",
    )


@pytest.mark.parametrize("variable", ["ZUORA_CLIENT_ID", "ZUORA_ENTITY_ID"])
@pytest.mark.parametrize(
    ("value", "problem"),
    [("", "is empty"), (" ", "is empty"), ("a\udc80", "is not text"), ("a\x1bb", "cannot be seen")],
)
def test_a_variable_that_names_nothing_is_refused(
    config: Config, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, problem: str
) -> None:
    config(FULL)
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=f"^{variable} in the environment .*{problem}"):
        load()
    with pytest.raises(SettingsError, match=f"^{variable} in the environment .*{problem}"):
        profile_of_address("https://rest.zuora.com")


@pytest.mark.parametrize(
    ("variable", "value", "remedy"),
    [
        ("HOME", None, "set HOME"),
        ("HOME", "relative", "set HOME"),
        ("HOME", "", "HOME in the environment is empty"),
        ("ENTITY_CONNECTIONS_CONFIG_DIR", "", "CONFIG_DIR in the environment is empty"),
        ("ENTITY_CONNECTIONS_CONFIG_DIR", "~nobody-here/x", "name the whole path"),
    ],
)
def test_no_place_to_keep_files_in_is_told(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str | None, remedy: str
) -> None:
    def no_entry(_: object) -> None:
        raise KeyError

    monkeypatch.setattr("pwd.getpwuid", no_entry)
    for name in ("XDG_CONFIG_HOME", "ENTITY_CONNECTIONS_CONFIG_DIR"):
        monkeypatch.delenv(name, raising=False)
    if value is None:
        monkeypatch.delenv(variable)
    else:
        monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=remedy):
        load()


def test_no_folder_is_made_where_the_program_happens_to_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Older releases of platformdirs leave the ~ in place where nobody has a home."""
    monkeypatch.delenv("ENTITY_CONNECTIONS_CONFIG_DIR", raising=False)
    monkeypatch.setattr("platformdirs.user_config_path", lambda *_, **__: Path("~/.config/x"))
    with pytest.raises(SettingsError, match="no home directory"):
        load()


@pytest.mark.parametrize(
    ("lines", "risk"),
    [
        ('base_url = "https://zuora.acme.example"\nrisk = "sandbox"', Risk.SANDBOX),
        ('base_url = "https://zuora.acme.example"\nrisk = "production"', Risk.PRODUCTION),
        ('base_url = "https://rest.zuora.com"', Risk.PRODUCTION),
        ('base_url = "https://rest.test.eu.zuora.com"', Risk.SANDBOX),
        ('base_url = "http://127.0.0.1:8040"', Risk.SANDBOX),
        ('base_url = "http://localhost:8040"\nrisk = "production"', Risk.PRODUCTION),
        ('base_url = "https://[::1]:8040"', Risk.SANDBOX),
        ('environment = "eu-api-sandbox"\nrisk = "production"', Risk.PRODUCTION),
    ],
)
def test_what_is_at_stake(config: Config, lines: str, risk: Risk) -> None:
    config(f"[profiles.one]\n{lines}")
    assert load().profile("one").risk is risk


@pytest.mark.parametrize(
    "root", ['environment = "us-production"', 'base_url = "https://rest.zuora.com"']
)
def test_production_cannot_be_called_a_sandbox(config: Config, root: str) -> None:
    """Changing the environment of a copied profile and not its risk must not open production."""
    config(f'[profiles.one]\n{root}\nrisk = "sandbox"')
    with pytest.raises(SettingsError, match=r'risk is "sandbox", but https://rest.zuora.com is '):
        load()


def test_an_unknown_profile_names_the_nearest(config: Config) -> None:
    config(FULL)
    with pytest.raises(SettingsError) as raised:
        load().profile("acme-sandbocks")
    assert "did you mean acme-sandbox?" in str(raised.value)
    assert "entity-connections login --profile acme-sandbocks" in str(raised.value)


def test_an_unknown_profile_like_no_other_lists_them(config: Config) -> None:
    config(FULL)
    with pytest.raises(SettingsError, match=r"there are: acme-sandbox\."):
        load().profile("production")


def test_without_profiles_the_way_to_one_is_told() -> None:
    with pytest.raises(SettingsError, match=r"config\.toml\. To make it: entity-connections login"):
        load().profile("acme")


def test_an_unknown_profile_that_is_no_name_is_harmless() -> None:
    with pytest.raises(SettingsError) as raised:
        load().profile("\x1b]0;x\x07; rm -rf ~")
    assert "\x1b" not in str(raised.value)
    assert "login" not in str(raised.value)


def test_without_a_client_id_the_remedy_is_told(config: Config) -> None:
    config('[profiles.one]\nenvironment = "eu-api-sandbox"')
    with pytest.raises(SettingsError, match="entity-connections login --profile one"):
        load().profile("one").needed_client_id()
    with pytest.raises(SettingsError, match="set ZUORA_CLIENT_ID and ZUORA_CLIENT_SECRET"):
        profile_of_address("http://127.0.0.1:1").needed_client_id()


@pytest.mark.parametrize(
    ("url", "risk"),
    [
        ("http://127.0.0.1:8040", Risk.SANDBOX),
        ("https://rest.zuora.com/", Risk.PRODUCTION),
        ("https://rest.test.zuora.com", Risk.SANDBOX),
        ("https://rest.test.zuora.com.evil.example", Risk.PRODUCTION),
        ("https://127.0.0.1.evil.example", Risk.PRODUCTION),
        ("https://proxy.acme.example/zuora", Risk.PRODUCTION),
    ],
)
def test_an_address_by_hand_is_production_unless_known(url: str, risk: Risk) -> None:
    profile = profile_of_address(url, {"ZUORA_CLIENT_ID": "x", "ZUORA_ENTITY_ID": "Acme"})
    assert profile.risk is risk
    assert (profile.client_id, profile.entity, profile.named) == ("x", "Acme", False)
    assert profile.options == ("--base-url", profile.base_url)


@pytest.mark.parametrize(
    "url", ["http://rest.zuora.com", "rest.zuora.com", "https://u:pass-w0rd@rest.zuora.com", ""]
)
def test_an_address_that_cannot_be_used_is_told(url: str) -> None:
    with pytest.raises(SettingsError, match="--base-url") as raised:
        profile_of_address(url)
    assert "pass-w0rd" not in str(raised.value)


def test_names_for_completion_are_safe_even_in_a_bad_file(config: Config) -> None:
    config('[profiles.one]\nnonsense = 1\n[profiles."a b"]\n[profiles.two]')
    assert names() == ["one", "two"]
    config("[profiles")
    assert names() == []
    config("profiles = 3")
    assert names() == []


def test_without_variables_the_platform_says_where(tmp_path: Path) -> None:
    assert places.config_file({}).name == "config.toml"
    assert places.config_file({}).parent.name == "entity-connections"
    assert places.state_file({places.STATE_DIR: str(tmp_path)}) == tmp_path / "state.sqlite3"
    assert places.config_dir({places.CONFIG_DIR: "relative"}) == Path.cwd() / "relative"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_in_place_of_the_file_is_not_waited_for(home: Path) -> None:
    home.mkdir()
    os.mkfifo(home / "config.toml")
    with pytest.raises(SettingsError, match="is not a file"):
        load()


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="this system has no such modes")
def test_a_file_that_everybody_can_change_is_refused(config: Config) -> None:
    """Whoever changes base_url is sent the secret; whoever changes secret_command runs it."""
    path = config(FULL)
    path.chmod(0o664)
    assert load().profiles
    path.chmod(0o666)
    with pytest.raises(SettingsError, match=f"chmod o-w '{path}'"):
        load()


def test_what_every_start_needs_loads_nothing_heavy(config: Config) -> None:
    """A one-shot command may take a third longer than a bare script, imports and all."""
    config(FULL)
    code = """
import sys
from entity_connections.settings import profiles
from entity_connections.settings.secrets import secrets
profile = profiles.load().profile("acme-sandbox")
secrets.find(profile)
heavy = {"pydantic", "httpx", "keyring", "textual", "rich", "click", "subprocess", "difflib"}
print(sorted(heavy & set(sys.modules)))
"""
    environ = {**os.environ, "ZUORA_CLIENT_ID": "x", "ZUORA_CLIENT_SECRET": "x"}
    ran = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True
    )
    assert (ran.stdout, ran.stderr) == ("[]\n", "")
