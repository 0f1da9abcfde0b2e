"""Every problem in config.toml is reported: where it is, what it is, and what to do."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from entity_connections.settings.config_models import make_json_schema
from entity_connections.settings.errors import SettingsError
from entity_connections.settings.paths import PROFILE_NAME
from entity_connections.settings.profiles import load_config
from entity_connections.settings.zuora_environments import ENVIRONMENTS

from tests.settings.reports import check_report

Config = Callable[[str], Path]

ROOT = 'environment = "eu-api-sandbox"\n'
SECRET = "s3cr3t-Of-Acme+42"


def report(config: Config, text: str) -> str:
    """Return the error about a config.toml; it names the file and repeats no secret."""
    path = config(text)
    with pytest.raises(SettingsError) as raised:
        load_config()
    message = check_report(raised.value, SECRET)
    assert message.startswith(f"{path}: ")
    return message.removeprefix(f"{path}: ")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            f"[profiles.one]\n{ROOT}read_onyl = true",
            "[profiles.one] read_onyl: there is no such key; did you mean read_only?",
        ),
        (
            f'[profiles.one]\n{ROOT}Client-ID = "x"',
            "[profiles.one] Client-ID: there is no such key; did you mean client_id?",
        ),
        (
            f'[profiles.one]\n{ROOT}secret_comand = "pass {SECRET}"',
            "[profiles.one] secret_comand: there is no such key; did you mean secret_command?",
        ),
        (
            f"[profiles.one]\n{ROOT}zzz = 1",
            (
                "[profiles.one] zzz: there is no such key; there are: environment, base_url, "
                "client_id, secret_command, risk, read_only, entity, user."
            ),
        ),
        ("[profile.one]", "profile: there is no such key; did you mean profiles?"),
        (
            'client_id = "x"',
            "client_id belongs to a profile: write it below a line such as [profiles.acme].",
        ),
        (
            f'[profiles.one]\n{ROOT}read_only = "yes"',
            "[profiles.one] read_only must be true or false, without quotes.",
        ),
        (
            f"[profiles.one]\n{ROOT}entity = 12",
            "[profiles.one] entity must be a text in quotes.",
        ),
        (
            f'[profiles.one]\n{ROOT}entity = ""',
            "[profiles.one] entity is empty; give it a value, or leave the line out.",
        ),
        (
            f'[profiles.one]\n{ROOT}entity = "a\\u001b[2J"',
            (
                "[profiles.one] entity holds a character that cannot be seen; give it a value, or "
                "leave the line out."
            ),
        ),
        (
            f'[profiles.one]\n{ROOT}entity = "{"x" * 4097}"',
            (
                "[profiles.one] entity is longer than 4,096 characters; give it a value, or leave "
                "the line out."
            ),
        ),
        (
            f'[profiles.one]\n{ROOT}risk = "low"',
            "[profiles.one] risk must be 'sandbox' or 'production'.",
        ),
        ("profiles = 3", "profiles must be a table, as in [profiles.acme]."),
        (
            "[profiles]\none = 3",
            "[profiles.one] must be a table, as in [profiles.acme].",
        ),
        (
            f'[profiles."a b"]\n{ROOT}',
            (
                "[profiles.a b] is not the name of a profile: up to 64 letters, digits, dots, "
                "hyphens and underscores, the first a letter or digit."
            ),
        ),
        (
            f"[profiles.Acme]\n{ROOT}[profiles.acme]\n{ROOT}",
            "profiles holds 'Acme' and 'acme', which differ only in capitals: rename one.",
        ),
        (
            "[profiles.one]",
            (
                "[profiles.one] does not say where the tenant is: add "
                'environment = "us-api-sandbox" or another name, or base_url = "https://…".'
            ),
        ),
        (
            f'[profiles.one]\n{ROOT}base_url = "https://rest.zuora.com"',
            "[profiles.one] has both environment and base_url: keep one of them.",
        ),
        (
            '[profiles.one]\nbase_url = "https://zuora.acme.example"',
            (
                "[profiles.one] does not say what is at stake, and its base_url is none that Zuora "
                'lists: add risk = "sandbox" or risk = "production".'
            ),
        ),
    ],
)
def test_a_problem_is_reported_in_one_sentence(config: Config, text: str, sentence: str) -> None:
    assert report(config, text) == sentence


def test_an_unknown_environment_is_reported_with_the_known_ones(config: Config) -> None:
    sentence = report(config, '[profiles.one]\nenvironment = "eu-sandbox"')
    assert "is 'eu-sandbox', which Zuora does not have; did you mean eu-" in sentence
    assert "us-performance-test. For any other tenant write a base_url." in sentence


@pytest.mark.parametrize(
    "key", ["client_secret", "clientSecret", "client-secret", "secret", "password", "client_secert"]
)
def test_a_secret_in_the_file_is_refused_and_not_repeated(config: Config, key: str) -> None:
    sentence = report(config, f'[profiles.one]\n{ROOT}{key} = "{SECRET}"')
    assert "a secret does not belong in this file" in sentence
    assert sentence.endswith("run: entity-connections login --profile one")


@pytest.mark.parametrize(
    "lines",
    [
        f'base_url = "https://alice:{SECRET}@rest.zuora.com"',
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


def test_several_problems_are_reported_together_up_to_a_limit(config: Config) -> None:
    path = config("[profiles.one]\n" + "".join(f"zz{n} = {n}\n" for n in range(9)))
    with pytest.raises(SettingsError) as raised:
        load_config()
    lines = str(raised.value).splitlines()
    assert len(lines) == 7
    assert all(line.startswith(f"{path}: [profiles.one] zz") for line in lines[:6])
    assert lines[6] == f"{path}: and 3 more."


def test_a_key_cannot_send_escape_sequences_to_the_terminal(config: Config) -> None:
    sentence = report(config, '[profiles.one]\nenvironment = "eu-production"\n"\\u001b[2Jx" = 1')
    assert "\x1b" not in sentence


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('[profiles.one]\nclient_id "x"\n', "line 2, column"),
        ('[profiles.one]\nuser = "a"\nuser = "b"\n', "line 3, column"),
        ("[profiles.one]\n[profiles.one]\n", "line 2, column"),
        ("x = " + "[" * 20_000, "nested too deeply"),
        ("x = " + "9" * 5_000, "a number is too long"),
    ],
)
def test_invalid_toml_is_reported_with_its_line(config: Config, text: str, part: str) -> None:
    sentence = report(config, text)
    assert part in sentence
    assert sentence.endswith(". Mend the line, or take it out.")


def test_text_that_is_not_utf8_is_reported_with_its_line(home: Path) -> None:
    home.mkdir()
    path = home / "config.toml"
    path.write_bytes(b"[profiles.one]\nuser = 'Andr\xe9'\n")
    with pytest.raises(SettingsError, match="line 2 is not UTF-8 text"):
        load_config()
    path.write_bytes(b"\xef\xbb\xbf[profiles.one]\nenvironment = 'eu-production'\n")
    assert list(load_config().profiles) == ["one"]


def test_a_file_that_cannot_be_read_is_reported(home: Path) -> None:
    path = home / "config.toml"
    path.mkdir(parents=True)
    with pytest.raises(SettingsError, match="is not a file"):
        load_config()
    path.rmdir()
    path.write_bytes(b"#" * 1_000_001)
    with pytest.raises(SettingsError, match="is larger than 1,000,000 bytes"):
        load_config()
    path.unlink()
    path.symlink_to(path)
    with pytest.raises(SettingsError, match="cannot be read"):
        load_config()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_a_file_that_everybody_can_change_is_refused(config: Config) -> None:
    """Whoever changes base_url gets the secret; whoever changes secret_command runs a program."""
    path = config(f"[profiles.one]\n{ROOT}")
    path.chmod(0o664)
    assert load_config().profiles
    path.chmod(0o666)
    with pytest.raises(SettingsError, match=f"chmod o-w '{path}'"):
        load_config()


def test_the_json_schema_describes_every_key() -> None:
    schema = make_json_schema()
    profiles = schema["properties"]["profiles"]
    assert list(profiles["patternProperties"]) == [f"^{PROFILE_NAME.pattern}$"]
    profile = schema["$defs"]["ProfileTable"]
    assert schema["additionalProperties"] is profile["additionalProperties"] is False
    assert [*profile["properties"]] == [
        "environment", "base_url", "client_id", "secret_command",
        "risk", "read_only", "entity", "user",
    ]  # fmt: skip
    assert all(key["description"] for key in profile["properties"].values())
    assert profile["properties"]["environment"]["anyOf"][0]["enum"] == list(ENVIRONMENTS)
    assert profile["properties"]["risk"]["anyOf"][0]["enum"] == ["sandbox", "production"]
    assert profile["properties"]["read_only"]["type"] == "boolean"
    assert json.loads(json.dumps(schema)) == schema
