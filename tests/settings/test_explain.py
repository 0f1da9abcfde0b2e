"""Each setting is told with its origin; a secret only as there or not there."""

import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from entity_connections.settings.explain import Explained, explain
from entity_connections.settings.profiles import load, profile_of_address

from tests.settings.keyring_backends import MemoryKeyring

Config = Callable[[str], Path]

VALUE = "s3cr3t-Of-Acme+42="


def explained(name: str = "acme") -> dict[str, Explained]:
    """Return what is told of a profile, by key; the secret is nowhere in it."""
    found = {one.key: one for one in explain(load().profile(name))}
    assert VALUE not in str(found)
    return found


def test_every_setting_has_an_origin(config: Config, tmp_path: Path) -> None:
    path = config(
        '[profiles.acme]\nenvironment = "eu-production"\nclient_id = "id"\nread_only = true'
    )
    found = explained()
    assert found["profile"] == ("profile", "acme", str(path))
    assert found["base_url"] == (
        "base_url",
        "https://rest.eu.zuora.com",
        f"{path}: environment 'eu-production', EU Production",
    )
    assert found["risk"][1:] == ("production", "the environment eu-production, EU Production")
    assert found["client_id"][1:] == ("id", str(path))
    assert found["read_only"][1:] == ("true", str(path))
    assert found["entity"][1:] == ("", "not set")
    assert found["journal"][1:] == (
        str(tmp_path / "state" / "state.sqlite3"),
        "ENTITY_CONNECTIONS_STATE_DIR",
    )
    assert found["config"][1:] == (str(path), "ENTITY_CONNECTIONS_CONFIG_DIR")


def test_what_the_environment_says_is_told(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    config('[profiles.acme]\nenvironment = "eu-production"\nclient_id = "id"')
    monkeypatch.setenv("ZUORA_CLIENT_ID", "other")
    monkeypatch.setenv("ZUORA_CLIENT_SECRET", VALUE)
    monkeypatch.setenv("ZUORA_ENTITY_ID", "Acme")
    found = explained()
    assert found["client_id"][1:] == ("other", "ZUORA_CLIENT_ID")
    assert found["entity"][1:] == ("Acme", "ZUORA_ENTITY_ID")
    assert found["client_secret"][1:] == ("set", "ZUORA_CLIENT_SECRET")
    assert found["read_only"][1:] == ("false", "default")


@pytest.mark.parametrize(
    ("alone", "missing"),
    [("ZUORA_CLIENT_ID", "ZUORA_CLIENT_SECRET"), ("ZUORA_CLIENT_SECRET", "ZUORA_CLIENT_ID")],
)
def test_half_a_pair_of_credentials_is_told(
    config: Config, monkeypatch: pytest.MonkeyPatch, memory: MemoryKeyring, alone: str, missing: str
) -> None:
    config('[profiles.acme]\nenvironment = "eu-production"\nclient_id = "id"')
    memory.held["entity-connections", "acme"] = VALUE
    assert explained()["client_secret"][1:] == ("set", "the keyring (Memory)")
    monkeypatch.setenv(alone, VALUE if "SECRET" in alone else "other")
    found = explained()["client_secret"]
    assert found.value == "not found"
    assert found.origin.startswith(f"{alone} is set without {missing}, and the profile acme has")


def test_a_missing_secret_is_told_with_the_remedy(config: Config) -> None:
    config('[profiles.acme]\nenvironment = "eu-production"')
    found = explained()
    assert found["client_secret"].value == "not found"
    assert "entity-connections login --profile acme" in found["client_secret"].origin
    assert found["client_id"][1:] == ("", "not set")


def test_of_a_command_only_the_program_is_told(config: Config) -> None:
    command = shlex.join([sys.executable, "-SIc", f"print('{VALUE}')"])
    config(f'[profiles.acme]\nenvironment = "eu-production"\nsecret_command = """{command}"""')
    found = explained()
    assert found["secret_command"].value == f"{sys.executable} …"
    assert found["client_secret"][1:] == ("set", "secret_command")


def test_a_command_that_is_none_is_told(config: Config) -> None:
    config('[profiles.acme]\nenvironment = "eu-production"\nsecret_command = "\'x"')
    found = explained()
    assert found["secret_command"].value == "not a command"
    assert found["client_secret"].value == "not found"


def test_an_address_by_hand_is_explained_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZUORA_CLIENT_SECRET", VALUE)
    monkeypatch.setenv("ZUORA_CLIENT_ID", "id")
    found = {one.key: one for one in explain(profile_of_address("https://zuora.acme.example"))}
    assert found["profile"][1:] == ("https://zuora.acme.example", "--base-url")
    assert found["risk"][1:] == ("production", "assumed: an address Zuora does not list")
    assert found["client_secret"][1:] == ("set", "ZUORA_CLIENT_SECRET")
    assert VALUE not in str(found)
