"""Profiles from config.toml, from environment variables and from `--base-url`."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from entity_connections.domain.risk import Risk
from entity_connections.settings import paths
from entity_connections.settings.environment_variables import CONFIG_DIR, STATE_DIR
from entity_connections.settings.errors import SettingsError
from entity_connections.settings.profiles import (
    list_profile_names,
    load_profile,
    load_profiles,
    make_profile_for_url,
)
from entity_connections.settings.secrets.client_secret import find_secret
from entity_connections.settings.zuora_environments import ENVIRONMENTS

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
    assert not load_profiles()
    assert not home.exists()


def test_every_key_is_read(config: Config) -> None:
    config(FULL)
    profile = load_profile("acme-sandbox")
    assert profile.base_url == "https://rest.apisandbox.zuora.com"
    assert profile.client_id == "0b9c51a3-0000-4000-8000-000000000001"
    assert profile.secret_command == "op read op://acme/zuora"
    assert profile.risk is Risk.SANDBOX
    assert profile.read_only
    assert (profile.entity, profile.user) == ("Acme-Americas", "alice@acme.example")
    assert profile.options == ("--profile", "acme-sandbox")


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_every_environment_can_be_named(config: Config, name: str) -> None:
    config(f'[profiles.one]\nenvironment = "{name}"')
    profile = load_profile("one")
    assert profile.base_url == ENVIRONMENTS[name].base_url
    assert (profile.risk is Risk.PRODUCTION) == ("Production" in ENVIRONMENTS[name].title)
    assert not profile.read_only


def test_the_eleven_environments_have_different_base_urls() -> None:
    assert len({environment.base_url for environment in ENVIRONMENTS.values()}) == 11


def test_environment_variables_win(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    config(FULL)
    monkeypatch.setenv("ZUORA_CLIENT_ID", "from-outside")
    monkeypatch.setenv("ZUORA_ENTITY_ID", "Acme-Europe")
    profile = load_profile("acme-sandbox")
    assert (profile.client_id, profile.entity) == ("from-outside", "Acme-Europe")
    assert (profile.origins["client_id"], profile.origins["entity"]) == (
        "ZUORA_CLIENT_ID",
        "ZUORA_ENTITY_ID",
    )


@pytest.mark.parametrize("variable", ["ZUORA_CLIENT_ID", "ZUORA_CLIENT_SECRET", "ZUORA_ENTITY_ID"])
@pytest.mark.parametrize(
    ("value", "problem"),
    [(" ", "is empty"), ("a\udc80", "is not text"), ("a\x1bb", "cannot be seen")],
)
def test_a_variable_without_a_usable_value_is_refused(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, problem: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=f"^{variable} in the environment .*{problem}"):
        find_secret(make_profile_for_url("https://rest.zuora.com"))


@pytest.mark.parametrize(
    ("variable", "value", "remedy"),
    [
        ("HOME", None, "no home directory. Set HOME"),
        ("HOME", "relative", "no home directory. Set HOME"),
        ("HOME", "/nonexistent", "no home directory. Set HOME"),
        ("ENTITY_CONNECTIONS_CONFIG_DIR", "", "CONFIG_DIR in the environment is empty"),
        (
            "ENTITY_CONNECTIONS_CONFIG_DIR",
            "~no-such-user/x",
            "There is no home directory. Set HOME",
        ),
    ],
)
def test_a_missing_home_folder_is_reported(
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
        load_profiles()


@pytest.mark.parametrize(
    ("lines", "risk"),
    [
        ('base_url = "https://zuora.acme.example"\nrisk = "sandbox"', Risk.SANDBOX),
        ('base_url = "https://zuora.acme.example"\nrisk = "production"', Risk.PRODUCTION),
        ('base_url = "https://rest.zuora.com"', Risk.PRODUCTION),
        ('base_url = "http://localhost:8040"', Risk.SANDBOX),
        ('environment = "eu-api-sandbox"\nrisk = "production"', Risk.PRODUCTION),
    ],
)
def test_the_risk_of_a_profile(config: Config, lines: str, risk: Risk) -> None:
    config(f"[profiles.one]\n{lines}")
    assert load_profile("one").risk is risk


@pytest.mark.parametrize(
    "root", ['environment = "us-production"', 'base_url = "https://rest.zuora.com"']
)
def test_production_cannot_be_declared_a_sandbox(config: Config, root: str) -> None:
    """Changing the environment of a copied profile and not its risk must not open production."""
    config(f'[profiles.one]\n{root}\nrisk = "sandbox"')
    with pytest.raises(SettingsError, match=r'risk is "sandbox", but https://rest.zuora.com is '):
        load_profiles()


def test_an_unknown_profile_is_reported_with_a_similar_one(config: Config) -> None:
    config(FULL)
    with pytest.raises(SettingsError) as raised:
        load_profile("acme-sandbocks\x1b]0;")
    assert "did you mean acme-sandbox? To make one: entity-connections login" in str(raised.value)
    assert "\x1b" not in str(raised.value)


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
def test_an_unknown_base_url_is_production(
    monkeypatch: pytest.MonkeyPatch, url: str, risk: Risk
) -> None:
    monkeypatch.setenv("ZUORA_CLIENT_ID", "x")
    monkeypatch.setenv("ZUORA_ENTITY_ID", "Acme")
    profile = make_profile_for_url(url)
    assert profile.risk is risk
    assert (profile.client_id, profile.entity, profile.in_config) == ("x", "Acme", False)
    assert profile.options == ("--base-url", profile.base_url)


@pytest.mark.parametrize(
    "url", ["http://rest.zuora.com", "rest.zuora.com", "https://u:pass-w0rd@rest.zuora.com", ""]
)
def test_an_unusable_base_url_is_reported(url: str) -> None:
    with pytest.raises(SettingsError, match="--base-url") as raised:
        make_profile_for_url(url)
    assert "pass-w0rd" not in str(raised.value)


def test_names_for_completion_need_no_valid_file(config: Config) -> None:
    config('[profiles.one]\nnonsense = 1\n[profiles."a b"]\n[profiles.two]')
    assert list_profile_names() == ["one", "two"]
    config("[profiles")
    assert list_profile_names() == []
    config("profiles = 3")
    assert list_profile_names() == []


def test_the_variables_name_the_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(STATE_DIR, str(tmp_path))
    assert paths.state_file() == tmp_path / "state.sqlite3"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv(CONFIG_DIR)
    assert paths.config_file().parts[-2:] == ("entity-connections", "config.toml")
    monkeypatch.setenv(STATE_DIR, "~/state")
    assert paths.state_file() == Path.home() / "state" / "state.sqlite3"
    monkeypatch.setenv(STATE_DIR, "state")
    assert paths.state_file() == Path.cwd() / "state" / "state.sqlite3"


def test_environment_variables_suffice_without_slow_imports() -> None:
    code = """
import sys
from entity_connections.settings.profiles import list_profile_names, make_profile_for_url
from entity_connections.settings.secrets.client_secret import find_secret
find_secret(make_profile_for_url("https://rest.zuora.com"))
list_profile_names()
slow = {"pydantic", "tomlkit", "httpx", "keyring", "textual", "rich", "click", "subprocess"}
print(sorted(slow & set(sys.modules)))
"""
    environ = {**os.environ, "ZUORA_CLIENT_ID": "x", "ZUORA_CLIENT_SECRET": "x"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")
