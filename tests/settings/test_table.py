"""What is wrong in config.toml is told: where, what, and what to do about it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from entity_connections.settings.environments import ENVIRONMENTS
from entity_connections.settings.errors import SettingsError
from entity_connections.settings.profiles import load
from entity_connections.settings.table import KEYS, ProfileTable, schema

Config = Callable[[str], Path]

ROOT = 'environment = "eu-api-sandbox"\n'
SECRET = "s3cr3t-Of-Acme+42"


def told(config: Config, text: str) -> str:
    """Return the sentence about a config.toml; it names the file and repeats no secret."""
    path = config(text)
    with pytest.raises(SettingsError) as raised:
        load()
    assert str(raised.value).startswith(f"{path}: ")
    error: BaseException | None = raised.value
    while error:  # a crash report prints the whole chain
        assert SECRET not in f"{error} {error!r}"
        error = error.__context__
    return str(raised.value).removeprefix(f"{path}: ")


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
            "[profiles.one] entity is empty; leave the line out instead.",
        ),
        (
            f'[profiles.one]\n{ROOT}entity = "a\\u001b[2J"',
            "[profiles.one] entity holds a line break or a control character.",
        ),
        (
            f'[profiles.one]\n{ROOT}entity = "{"x" * 1001}"',
            "[profiles.one] entity is longer than 1,000 characters.",
        ),
        (
            f'[profiles.one]\n{ROOT}risk = "low"',
            "[profiles.one] risk must be 'sandbox' or 'production'.",
        ),
        ("profiles = 3", "profiles must be a table of profiles, as in [profiles.acme]."),
        (
            "[profiles]\none = 3",
            "[profiles] one must be a table, as in [profiles.acme].",
        ),
        (
            f'[profiles."a b"]\n{ROOT}',
            (
                "a profile cannot be called 'a b': up to 64 letters, digits, dots, hyphens and "
                "underscores, the first a letter or digit."
            ),
        ),
        (
            f"[profiles.Acme]\n{ROOT}[profiles.acme]\n{ROOT}",
            "the profiles 'Acme' and 'acme' differ only in capitals: rename one.",
        ),
        (
            "[profiles.one]",
            (
                "[profiles.one] does not say where the tenant is: add "
                'environment = "us-api-sandbox" or another word, or base_url = "https://…".'
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
def test_the_sentence(config: Config, text: str, sentence: str) -> None:
    assert told(config, text) == sentence


def test_an_unknown_environment_names_the_nearest_and_lists_all(config: Config) -> None:
    sentence = told(config, '[profiles.one]\nenvironment = "eu-sandbox"')
    assert "Zuora has no 'eu-sandbox'; did you mean eu-" in sentence
    assert "us-performance-test. Any other root is a base_url." in sentence


@pytest.mark.parametrize(
    "key", ["client_secret", "clientSecret", "client-secret", "secret", "password", "client_secert"]
)
def test_a_secret_in_the_file_is_refused_and_not_repeated(config: Config, key: str) -> None:
    sentence = told(config, f'[profiles.one]\n{ROOT}{key} = "{SECRET}"')
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
    assert told(config, f"[profiles.one]\n{lines}\n")


def test_all_problems_are_told_at_once_up_to_a_limit(config: Config) -> None:
    path = config("[profiles.one]\n" + "".join(f"zz{n} = {n}\n" for n in range(9)))
    with pytest.raises(SettingsError) as raised:
        load()
    lines = str(raised.value).splitlines()
    assert len(lines) == 7
    assert all(line.startswith(f"{path}: [profiles.one] zz") for line in lines[:6])
    assert lines[6] == f"{path}: and 3 more."


def test_a_key_from_outside_cannot_act_on_the_terminal(config: Config) -> None:
    sentence = told(config, '[profiles.one]\nenvironment = "eu-production"\n"\\u001b[2Jx" = 1')
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
def test_what_is_not_toml_is_told_with_its_line(config: Config, text: str, part: str) -> None:
    sentence = told(config, text)
    assert part in sentence
    assert sentence.endswith(". Mend the line, or take it out.")


def test_a_file_in_another_encoding_is_told_with_its_line(home: Path) -> None:
    home.mkdir()
    path = home / "config.toml"
    path.write_bytes(b"[profiles.one]\nuser = 'Andr\xe9'\n")
    with pytest.raises(SettingsError, match="line 2 is not UTF-8 text"):
        load()
    path.write_bytes(b"\xef\xbb\xbf[profiles.one]\nenvironment = 'eu-production'\n")
    assert list(load().profiles) == ["one"]


def test_a_file_that_is_none_is_told(home: Path) -> None:
    path = home / "config.toml"
    path.mkdir(parents=True)
    with pytest.raises(SettingsError, match="is not a file"):
        load()
    path.rmdir()
    path.write_bytes(b"#" * 1_000_001)
    with pytest.raises(SettingsError, match="is larger than 1,000,000 bytes"):
        load()
    path.unlink()
    path.symlink_to(path)
    with pytest.raises(SettingsError, match="cannot be read"):
        load()


def test_the_schema_says_what_the_program_checks() -> None:
    found = schema()["properties"]["profiles"]
    (profile,) = found["patternProperties"].values()
    assert profile["additionalProperties"] is found["additionalProperties"] is False
    assert tuple(profile["properties"]) == tuple(KEYS) == ProfileTable._fields
    assert profile["properties"]["environment"]["enum"] == list(ENVIRONMENTS)
    assert profile["properties"]["risk"]["enum"] == ["sandbox", "production"]
    assert profile["properties"]["read_only"]["type"] == "boolean"
    assert all(one["description"] for one in profile["properties"].values())
    assert json.loads(json.dumps(schema())) == schema()
