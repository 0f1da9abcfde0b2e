"""Each setting is shown with its origin; of a secret only whether it is there."""

import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from entity_connections.settings.explain import ExplainedSetting, explain_profile
from entity_connections.settings.profiles import Profile, load_profile, make_profile_for_url

from tests.settings.keyring_backends import MemoryKeyring

Config = Callable[[str], Path]

VALUE = "s3cr3t-Of-Acme+42="


def explain(profile: Profile) -> dict[str, ExplainedSetting]:
    """Return the settings of a profile by key; the secret is in none of them."""
    settings = {setting.key: setting for setting in explain_profile(profile)}
    assert VALUE not in str(settings)
    return settings


def explain_acme() -> dict[str, ExplainedSetting]:
    return explain(load_profile("acme"))


def test_every_setting_has_an_origin(config: Config, tmp_path: Path) -> None:
    path = config(
        '[profiles.acme]\nenvironment = "eu-production"\nclient_id = "id"\nread_only = true'
    )
    settings = explain_acme()
    assert settings["profile"] == ("profile", "acme", str(path))
    assert settings["base_url"] == (
        "base_url",
        "https://rest.eu.zuora.com",
        "environment 'eu-production', EU Production",
    )
    assert settings["risk"][1:] == ("production", "the environment eu-production, EU Production")
    assert settings["client_id"][1:] == ("id", str(path))
    assert settings["read_only"][1:] == ("true", str(path))
    assert settings["entity"][1:] == ("", "not set")
    assert settings["journal"][1:] == (
        str(tmp_path / "state" / "state.sqlite3"),
        "ENTITY_CONNECTIONS_STATE_DIR",
    )
    assert settings["config"][1:] == (str(path), "ENTITY_CONNECTIONS_CONFIG_DIR")


def test_environment_variables_are_origins(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    config('[profiles.acme]\nenvironment = "eu-production"\nclient_id = "id"')
    monkeypatch.setenv("ZUORA_CLIENT_ID", "other")
    monkeypatch.setenv("ZUORA_CLIENT_SECRET", VALUE)
    monkeypatch.setenv("ZUORA_ENTITY_ID", "Acme")
    settings = explain_acme()
    assert settings["client_id"][1:] == ("other", "ZUORA_CLIENT_ID")
    assert settings["entity"][1:] == ("Acme", "ZUORA_ENTITY_ID")
    assert settings["client_secret"][1:] == ("set", "ZUORA_CLIENT_SECRET")
    assert settings["read_only"][1:] == ("false", "default")


def test_the_proxy_is_explained_without_its_password(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = '[profiles.acme]\nenvironment = "eu-production"\n'
    config(table)
    monkeypatch.setenv("https_proxy", f"http://ada:{VALUE}@proxy.acme.example:8080")
    monkeypatch.setenv("no_proxy", "acme.example")
    assert explain_acme()["proxy"][1:] == ("http://proxy.acme.example:8080", "https_proxy")
    monkeypatch.setenv("no_proxy", "acme.example,zuora.com")
    assert explain_acme()["proxy"][1:] == ("", "no_proxy lists the host")
    config(f'{table}proxy = "https://other.acme.example"')
    assert explain_acme()["proxy"][1:] == ("https://other.acme.example", "the profile")


def test_id_and_secret_of_two_clients_are_reported(
    config: Config, monkeypatch: pytest.MonkeyPatch, memory: MemoryKeyring
) -> None:
    config('[profiles.acme]\nenvironment = "eu-production"\nclient_id = "id"')
    memory.passwords["entity-connections", "acme"] = VALUE
    assert explain_acme()["client_secret"][1:] == ("set", "the keyring (Memory)")
    monkeypatch.setenv("ZUORA_CLIENT_SECRET", VALUE)
    settings = explain_acme()["client_secret"]
    assert settings.value == "not found"
    assert settings.origin.startswith("Only one of ZUORA_CLIENT_ID and ZUORA_CLIENT_SECRET is set")


def test_a_missing_secret_is_reported(config: Config) -> None:
    config('[profiles.acme]\nenvironment = "eu-production"')
    settings = explain_acme()
    assert settings["client_secret"].value == "not found"
    assert "entity-connections login --profile acme" in settings["client_secret"].origin
    assert settings["client_id"][1:] == ("", "not set")


def test_the_arguments_of_a_command_are_not_shown(config: Config) -> None:
    command = shlex.join([sys.executable, "-SIc", f"print('{VALUE}')"])
    config(f'[profiles.acme]\nenvironment = "eu-production"\nsecret_command = """{command}"""')
    settings = explain_acme()
    assert settings["secret_command"].value == f"{sys.executable} …"
    assert settings["client_secret"][1:] == ("set", "secret_command")


def test_a_base_url_is_explained_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZUORA_CLIENT_SECRET", VALUE)
    monkeypatch.setenv("ZUORA_CLIENT_ID", "id")
    settings = explain(make_profile_for_url("https://zuora.acme.example"))
    assert settings["profile"][1:] == ("https://zuora.acme.example", "--base-url")
    assert settings["risk"][1:] == ("production", "assumed: not listed by Zuora")
    assert settings["client_secret"][1:] == ("set", "ZUORA_CLIENT_SECRET")
