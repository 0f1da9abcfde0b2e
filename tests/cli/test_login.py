"""The commands `login`, `profiles` and `config`."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.tenant import PROGRAM, SECRETS, Served, environ, run
from tests.terminal.pty import Terminal

SECRET = SECRETS[0]


def login(home: Path, tenant: Served, *arguments: str, stdin: str = SECRET, **more: str) -> str:
    client_id = tenant.users["alice"][0]
    done = run(home, "login", "--profile", "fake", "--base-url", tenant.url,
               "--client-id", client_id, *arguments, stdin=stdin, **more)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert SECRET not in done.stdout + done.stderr
    return done.stderr


def test_login_makes_a_profile_that_works(home: Path, tenant: Served) -> None:
    output = login(home, tenant)
    assert "accepts the credentials" in output
    assert "The profile fake (sandbox)" in output
    path = home / "config" / "secrets" / "fake"
    assert f"The secret is in {path}" in output
    assert path.stat().st_mode & 0o077 == 0
    assert SECRET not in (home / "config" / "config.toml").read_text()
    assert run(home, "connections", "--profile", "fake", "--json").returncode == 0


def test_login_takes_the_credentials_from_variables(home: Path, tenant: Served) -> None:
    done = run(home, "login", "--profile", "e", "--base-url", tenant.url, **tenant.environ())
    assert done.returncode == 0
    assert "The secret is taken from ZUORA_CLIENT_SECRET." in done.stderr
    assert "ZUORA_CLIENT_ID is set: unset it to use what was stored" in done.stderr
    assert run(home, "entities", "--profile", "e").returncode == 0


def test_refused_credentials_are_not_stored(home: Path, tenant: Served) -> None:
    client_id = tenant.users["alice"][0]
    done = run(home, "login", "--profile", "fake", "--base-url", tenant.url,
               "--client-id", client_id, stdin="hush-hush\n")  # fmt: skip
    assert done.returncode == 3
    assert "Nothing was stored." in done.stderr
    assert "hush" not in done.stderr
    assert not home.exists()


def test_an_existing_profile_gets_a_new_secret(home: Path, tenant: Served) -> None:
    login(home, tenant)
    before = (home / "config" / "config.toml").read_text()
    (home / "config" / "secrets" / "fake").unlink()
    assert run(home, "connections", "--profile", "fake").returncode == 3
    assert run(home, "login", "--profile", "fake", stdin=SECRET).returncode == 0
    assert run(home, "connections", "--profile", "fake").returncode == 0
    assert (home / "config" / "config.toml").read_text() == before


def test_an_existing_profile_gets_another_client_id(home: Path, tenant: Served) -> None:
    login(home, tenant)
    bruno, secret = tenant.users["bruno"]
    done = run(home, "login", "--profile", "fake", "--client-id", bruno, stdin=secret)
    assert done.returncode == 0
    assert "Its client id is in" in done.stderr
    assert f'client_id = "{bruno}"' in (home / "config" / "config.toml").read_text()
    listed = run(home, "entities", "--profile", "fake", "--json")
    assert sum(entity["enterable"] for entity in json.loads(listed.stdout)) == 1


def test_an_existing_profile_keeps_its_base_url(home: Path, tenant: Served) -> None:
    login(home, tenant)
    done = run(home, "login", "--profile", "fake", "--environment", "eu-production", stdin=SECRET)
    assert done.returncode == 2
    assert "there is a profile fake for http://127.0.0.1" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "--profile is needed"),
        (["--profile", "a"], "--environment is needed"),
        (["--profile", "../a", "--environment", "eu-production"], "a profile's name is"),
        (["--profile", "a", "--environment", "eu-prodction"], "'us-production', "),
        (["--profile", "a", "--environment", "eu-production", "--base-url", "https://x.example"],
         "give one"),
        (["--profile", "a", "--base-url", "http://x.example"], "https"),
        (["--profile", "a", "--base-url", "https://x.example"], "--risk is needed"),
        (["--profile", "a", "--environment", "us-production"], "--client-id is needed"),
        (["--profile", "a", "--environment", "eu-production", "--client-id", "x"],
         "holds no secret"),
        (["--profile", "a", "--client-secret", "x"], "No such option '--client-secret'"),
    ],
)  # fmt: skip
def test_missing_or_wrong_input_is_reported(home: Path, arguments: list[str], message: str) -> None:
    done = run(home, "login", *arguments, stdin="")
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert not home.exists()


STRICT = {"PYTHONUTF8": "0", "PYTHONIOENCODING": "utf-8:strict"}
"""As Python reads its input in most locales, but for C."""


@pytest.mark.parametrize("encoding", [{"PYTHONUTF8": "1"}, STRICT])
def test_a_secret_that_is_not_text_is_not_repeated(home: Path, encoding: dict[str, str]) -> None:
    command = [*PROGRAM, "login", "--profile", "a", "--environment", "eu-production"]
    done = subprocess.run(
        [*command, "--client-id", "x"], input=b"s3cr\xff3t\n", capture_output=True, timeout=50,
        env=environ(home, **encoding),
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"holds no secret" in done.stderr
    assert b"s3cr" not in done.stderr
    assert not home.exists()


@pytest.mark.parametrize("question", ["Client id", "Client secret"])
def test_an_answer_that_is_not_text_is_refused(home: Path, question: str) -> None:
    known = environ(home, **STRICT)
    settings = [f"{k}={v}" for k, v in known.items() if k.startswith(("ENTITY_", "PYTHON"))]
    options = ["--environment", "eu-production", "--profile", "a"]
    options += ["--client-id", "x"] * (question == "Client secret")
    with Terminal(["env", *settings, *PROGRAM, "login", *options]) as terminal:
        terminal.wait_for(question)
        terminal.wait_quiet()
        os.write(terminal.child.child_fd, b"s3cr\xff3t\r")
        assert terminal.wait_exit() == 2
        output = terminal.transcript.decode("utf-8", "replace")  # the terminal echoes the byte
        assert "not text" in output
        assert "Traceback" not in output
    assert not home.exists()


def test_login_asks_on_a_terminal_and_does_not_show_the_secret(home: Path, tenant: Served) -> None:
    settings = [f"{k}={v}" for k, v in environ(home).items() if k.startswith(("ENTITY_", "PYTHON"))]
    with Terminal(["env", *settings, *PROGRAM, "login"]) as terminal:
        for question, answer in (
            ("Name of the profile", "asked"),
            ("Environment, or a REST root", tenant.url),
            ("Client id", tenant.users["alice"][0]),
            ("Client secret (not shown)", SECRET),
        ):
            terminal.wait_for(question)
            terminal.wait_quiet()
            terminal.send(answer, "enter")
        assert terminal.wait_exit() == 0
        assert "accepts the credentials" in terminal.transcript.decode()
        assert SECRET not in terminal.transcript.decode()
    assert run(home, "entities", "--profile", "asked").returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_at_the_secret_prompt_restores_the_echo(
    home: Path, number: signal.Signals
) -> None:
    settings = [f"{k}={v}" for k, v in environ(home).items() if k.startswith(("ENTITY_", "PYTHON"))]
    options = ["--environment", "eu-production", "--profile", "a", "--client-id", "x"]
    with Terminal(["env", *settings, *PROGRAM, "login", *options]) as terminal:
        terminal.wait_for("Client secret (not shown)")
        terminal.wait_quiet()
        assert terminal.leftovers() == ["attributes"]
        os.kill(terminal.pid, number)
        assert terminal.wait_exit() == 128 + number
        assert terminal.leftovers() == []
    assert not home.exists()


def test_a_crash_leaves_no_core_dump(tmp_path: Path, home: Path) -> None:
    command = ["sh", "-c", 'ulimit -c unlimited; exec "$@"', "sh", *PROGRAM]
    with subprocess.Popen(
        [*command, "serve", "--port", "0", "--json"], stdout=subprocess.PIPE, env=environ(home),
        cwd=tmp_path,
    ) as program:  # fmt: skip
        assert program.stdout
        assert program.stdout.readline()
        program.send_signal(signal.SIGABRT)
        _, status = os.waitpid(program.pid, 0)
    assert os.WTERMSIG(status) == signal.SIGABRT
    assert not os.WCOREDUMP(status)
    assert not [*tmp_path.glob("core*")]


def test_a_keyring_that_does_not_answer_can_be_left(home: Path) -> None:
    (home / "config").mkdir(parents=True)
    (home / "config" / "config.toml").write_text(
        '[profiles.a]\nenvironment = "eu-production"\nclient_id = "x"\n'
    )
    backend = {"PYTHON_KEYRING_BACKEND": "tests.settings.keyring_backends.HangingKeyring"}
    with subprocess.Popen(
        [*PROGRAM, "doctor", "--profile", "a"], env=environ(home, **backend),
        stderr=subprocess.PIPE, text=True,
    ) as program:  # fmt: skip
        assert program.stderr
        assert program.stderr.readline() == (
            "waiting up to 30 s for the keyring to be unlocked; ctrl+c gives up\n"
        )
        program.send_signal(signal.SIGINT)
        assert program.wait(10) == 130


def test_profiles_are_listed(home: Path, tenant: Served) -> None:
    empty = run(home, "profiles")
    assert (empty.returncode, empty.stdout) == (0, "")
    assert "login --profile NAME" in empty.stderr
    login(home, tenant)
    assert "fake     sandbox  allowed" in run(home, "profiles").stdout


def test_config_explain_shows_each_origin_and_no_secret(home: Path, tenant: Served) -> None:
    login(home, tenant)
    explained = run(home, "config", "explain", ZUORA_ENTITY_ID="x").stdout
    lines = [line.split() for line in explained.splitlines()]
    assert ["base_url", tenant.url, str(home / "config" / "config.toml")] in lines
    assert ["entity", "x", "ZUORA_ENTITY_ID"] in lines
    assert ["client_secret", "set", str(home / "config" / "secrets" / "fake")] in lines
    for arguments in ((), ("--profile", "fake"), ("--base-url", tenant.url)):
        done = run(home, "config", "explain", *arguments, **tenant.environ())
        assert done.returncode == 0
        assert SECRET not in done.stdout + done.stderr


def test_config_schema_is_json(home: Path) -> None:
    assert "profiles" in json.loads(run(home, "config", "schema").stdout)["properties"]


def test_an_invalid_file_is_reported_in_a_sentence(home: Path) -> None:
    (home / "config").mkdir(parents=True)
    (home / "config" / "config.toml").write_text('[profiles.a]\nclient_secret = "hush-hush"\n')
    for command in (["profiles"], ["config", "explain"], ["connections", "--profile", "a"]):
        done = run(home, *command)
        assert (done.returncode, done.stdout) == (2, "")
        assert "client_secret" in done.stderr
        assert "hush" not in done.stderr
        assert "Traceback" not in done.stderr
