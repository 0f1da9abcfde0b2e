"""Every problem in config.toml is reported: where it is, what it is, and what to do."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from entity_connections.settings.config_models import make_json_schema
from entity_connections.settings.errors import SettingsError
from entity_connections.settings.paths import PROFILE_NAME, PROFILE_NAME_RULE
from entity_connections.settings.profiles import list_profile_names, load_profiles, write_profile
from entity_connections.settings.zuora_environments import ENVIRONMENTS

from tests.settings.reports import check_report

Config = Callable[[str], Path]

ROOT = 'environment = "eu-api-sandbox"\n'
SECRET = "s3cr3t-Of-Acme+42"
NO_PLACE = (
    'profiles.one: the tenant needs either environment = "us-api-sandbox" or another name, '
    'or base_url = "https://…".'
)


def report(config: Config, text: str) -> str:
    """Return the error about a config.toml; it names the file and repeats no secret."""
    path = config(text)
    with pytest.raises(SettingsError) as raised:
        load_profiles()
    message = check_report(raised.value, SECRET)
    assert message.startswith(f"{path}: ")
    return message.removeprefix(f"{path}: ")


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("read_onyl = true", "read_onyl: there is no such key; did you mean read_only?"),
        ('Client-ID = "x"', "Client-ID: there is no such key; did you mean client_id?"),
        (f'secret_comand = "pass {SECRET}"',
         "secret_comand: there is no such key; did you mean secret_command?"),
        ("zzz = 1", ("zzz: there is no such key; there are: environment, base_url, client_id,"
         " secret_command, risk, read_only, entity, proxy, user.")),
        ('read_only = "yes"', "read_only: it must be true or false, without quotes."),
        ("entity = 12", "entity: it must be a text in quotes."),
        ('entity = ""', "entity: it is empty; give it a value, or remove the line."),
        ('entity = "a\\u001b[2J"', ("entity: it holds a character that cannot be seen; give it"
         " a value, or remove the line.")),
        ('risk = "low"', "risk: it must be 'sandbox' or 'production'."),
        ("secret_command = \"'x\"",
         "secret_command: a quotation mark in it is not closed, or it ends with a backslash."),
    ],
)  # fmt: skip
def test_a_problem_with_a_key_is_one_sentence(config: Config, lines: str, sentence: str) -> None:
    assert report(config, f"[profiles.one]\n{ROOT}{lines}") == f"profiles.one.{sentence}"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[profile.one]", "profile: there is no such key; did you mean profiles?"),
        ('client_id = "x"', ("client_id: it belongs to a profile: write it below a line such as"
         " [profiles.acme].")),
        ("profiles = 3", "profiles: it must be a table of keys and values."),
        ("[profiles]\none = 3", "profiles.one: it must be a table of keys and values."),
        (f'[profiles."a b"]\n{ROOT}',
         f"profiles.a b: {PROFILE_NAME_RULE}"),
        (f"[profiles.Acme]\n{ROOT}[profiles.acme]\n{ROOT}",
         "profiles: two names differ only in capitals: rename one."),
        ("[profiles.one]", NO_PLACE),
        (f'[profiles.one]\n{ROOT}base_url = "https://rest.zuora.com"', NO_PLACE),
        ('[profiles.one]\nbase_url = "https://zuora.acme.example"',
         ("profiles.one: its base_url is none that Zuora lists: add"
         ' risk = "sandbox" or risk = "production".')),
        ('[profiles.one]\nenvironment = "eu-sandbox"', ("profiles.one.environment: it must be one"
         f" of {', '.join(ENVIRONMENTS)}; for any other tenant write a base_url.")),
    ],
)  # fmt: skip
def test_a_problem_with_a_table_is_one_sentence(config: Config, text: str, sentence: str) -> None:
    assert report(config, text) == sentence


@pytest.mark.parametrize("key", ["client_secret", "clientSecret", "password", "client_secert"])
def test_a_secret_in_the_file_is_refused_and_not_repeated(config: Config, key: str) -> None:
    sentence = report(config, f'[profiles.one]\n{ROOT}{key} = "{SECRET}"')
    assert "a secret does not belong in this file" in sentence
    assert sentence.endswith("run: entity-connections login")


@pytest.mark.parametrize(
    "lines",
    [
        f'base_url = "https://alice:{SECRET}@rest.zuora.com"',
        f'{ROOT}proxy = "http://ada:{SECRET}@proxy.acme.example"',
        f'{ROOT}proxy = "{SECRET}:8080"',
        f'environment = ["{SECRET}"]',
        f'secret_command = ["echo", "{SECRET}"]',
        f'client_id = {{ secret = "{SECRET}" }}',
        f'secret_command = "echo {SECRET}',
        f'secret_command = "echo {SECRET}\\q"',
        f"client_id = {SECRET}",
    ],
)
def test_what_might_be_a_secret_is_never_repeated(config: Config, lines: str) -> None:
    assert report(config, f"[profiles.one]\n{lines}\n")


def test_several_problems_are_reported_together(config: Config) -> None:
    lines = report(config, "[profiles.one]\nzz1 = 1\nzz2 = 2").splitlines()
    assert len(lines) == 2


def test_a_key_cannot_send_escape_sequences_to_the_terminal(config: Config) -> None:
    sentence = report(config, '[profiles.one]\nenvironment = "eu-production"\n"\\u001b[2Jx" = 1')
    assert "\x1b" not in sentence


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('[profiles.one]\nclient_id "x"\n', "line 2, column"),
        ('[profiles.one]\nuser = "a"\nuser = "b"\n', "line 3, column"),
        ("[profiles.one]\n[profiles.one]\n", "line 2, column"),
        ("x = " + "[" * 20_000, "recursion"),
        ("x = " + "9" * 5_000, "integer"),
    ],
)
def test_invalid_toml_is_reported_with_its_line(config: Config, text: str, part: str) -> None:
    sentence = report(config, text)
    assert part in sentence
    assert sentence.endswith(". Correct or remove the line.")


def test_text_that_is_not_utf8_is_reported(home: Path) -> None:
    home.mkdir()
    path = home / "config.toml"
    path.write_bytes(b"[profiles.one]\nuser = 'Andr\xe9'\n")
    with pytest.raises(SettingsError, match=": not TOML in UTF-8"):
        load_profiles()
    path.write_bytes(b"\xef\xbb\xbf[profiles.one]\nenvironment = 'eu-production'\n")
    assert list(load_profiles()) == ["one"]


def test_a_file_that_cannot_be_read_is_reported(home: Path) -> None:
    path = home / "config.toml"
    path.mkdir(parents=True)
    with pytest.raises(SettingsError, match="Is a directory"):
        load_profiles()
    path.rmdir()
    path.write_bytes(b"#" * 1_000_001)
    with pytest.raises(SettingsError, match="is larger than 1,000,000 bytes"):
        load_profiles()
    path.unlink()
    path.symlink_to(path)
    with pytest.raises(SettingsError, match="cannot be read"):
        load_profiles()


@pytest.mark.parametrize("mode", [0o020, 0o002])
@pytest.mark.parametrize(
    "place", ["config/config.toml", "config", "link", "other", "dotfiles", "dotfiles/entity.toml"]
)
def test_a_file_or_folder_that_others_can_change_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, mode: int
) -> None:
    """Whoever changes base_url gets the secret; whoever changes secret_command runs a program."""
    for name in ("config", "other", "dotfiles"):
        (tmp_path / name).mkdir()
    file = tmp_path / "dotfiles" / "entity.toml"
    file.write_text(f"[profiles.one]\n{ROOT}")
    (tmp_path / "other" / "link.toml").symlink_to("../dotfiles/entity.toml")
    (tmp_path / "config" / "config.toml").symlink_to(tmp_path / "other" / "link.toml")
    (tmp_path / "link").symlink_to("config")
    monkeypatch.setenv("ENTITY_CONNECTIONS_CONFIG_DIR", str(tmp_path / "link"))
    assert load_profiles()
    path = tmp_path / place
    path.chmod(path.stat().st_mode | mode)
    with pytest.raises(SettingsError, match=r"can be changed by other users .*: chmod go-w '"):
        load_profiles()
    with pytest.raises(SettingsError, match="can be changed by other users"):
        write_profile("one", {"client_id": "other"})
    assert list_profile_names() == []


def test_nothing_is_written_to_a_folder_that_others_can_change(home: Path) -> None:
    home.mkdir()
    home.chmod(0o777)
    with pytest.raises(SettingsError, match=f"chmod go-w '{home}'"):
        write_profile("one", {"environment": "eu-production"})
    assert not [*home.iterdir()]


def test_every_place_that_others_can_change_is_named(config: Config) -> None:
    path = config(f"[profiles.one]\n{ROOT}")
    path.chmod(0o664)
    path.parent.chmod(0o775)
    with pytest.raises(SettingsError) as raised:
        load_profiles()
    folder_line, file_line = str(raised.value).splitlines()
    assert folder_line.endswith(f"chmod go-w '{path.parent}'")
    assert file_line.endswith(f"chmod go-w '{path}'")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("place", ["config.toml", "."])
def test_a_file_or_folder_of_another_user_is_refused(config: Config, place: str) -> None:
    path = config(f"[profiles.one]\n{ROOT}").parent / place
    os.chown(path, 12345, -1)
    with pytest.raises(SettingsError, match=f"{path} belongs to another user"):
        load_profiles()


def test_the_json_schema_describes_every_key() -> None:
    schema = make_json_schema()
    profiles = schema["properties"]["profiles"]
    assert list(profiles["patternProperties"]) == [f"^{PROFILE_NAME.pattern}$"]
    profile = schema["$defs"]["ProfileTable"]
    assert schema["additionalProperties"] is profile["additionalProperties"] is False
    assert [*profile["properties"]] == [
        "environment", "base_url", "client_id", "secret_command",
        "risk", "read_only", "entity", "proxy", "user",
    ]  # fmt: skip
    assert all(key["description"] for key in profile["properties"].values())
    assert profile["properties"]["environment"]["anyOf"][0]["enum"] == list(ENVIRONMENTS)
    assert profile["properties"]["risk"]["anyOf"][0]["enum"] == ["sandbox", "production"]
    assert profile["properties"]["read_only"]["type"] == "boolean"
    assert json.loads(json.dumps(schema)) == schema
