"""A secret is found where it may be, kept where it should be, and told nowhere."""

import os
import shlex
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from entity_connections.domain.risk import Risk
from entity_connections.domain.secret import Secret
from entity_connections.settings.errors import SettingsError
from entity_connections.settings.profiles import Profile, load, profile_of_address
from entity_connections.settings.secrets import secret_command, secrets
from keyring.backend import KeyringBackend
from keyring.backends.null import Keyring as NullKeyring

from tests.settings.keyring_backends import (
    BrokenKeyring,
    ForgetfulKeyring,
    LockedKeyring,
    ManglingKeyring,
    MemoryKeyring,
    NoKeyring,
    StubbornKeyring,
)

UseKeyring = Callable[[KeyringBackend], None]

VALUE = "s3cr3t-Of-Acme+42="
SECRET = Secret(VALUE)
ACME = Profile("acme", "https://rest.test.zuora.com", "id", Risk.SANDBOX)

posix = pytest.mark.skipif(not hasattr(os, "getuid"), reason="this system has no such modes")


def printing(code: str) -> Profile:
    """Return a profile whose secret_command is a line of Python."""
    return ACME._replace(secret_command=shlex.join([sys.executable, "-SIc", code]))


def found(profile: Profile) -> tuple[str, str]:
    """Return the secret of a profile in plain, and its origin."""
    value, origin = secrets.find(profile)
    return value.get_secret_value(), origin


def problem(raised: "pytest.ExceptionInfo[SettingsError]") -> str:
    """Return the sentence of an error, none of whose causes repeats the secret."""
    error: BaseException | None = raised.value
    while error:
        assert VALUE not in f"{error} {error!r} {error.args}"
        error = error.__context__
    return str(raised.value)


@pytest.fixture
def file(home: Path) -> Path:
    """The file of last resort, as it should be."""
    path = home / "secrets" / "acme"
    path.parent.mkdir(mode=0o700, parents=True)
    path.touch(mode=0o600)
    path.write_text(f"{VALUE}\n")
    return path


def test_the_environment_wins_over_the_command_the_keyring_and_the_file(
    monkeypatch: pytest.MonkeyPatch, memory: MemoryKeyring, file: Path
) -> None:
    file.write_text("in-file")
    assert found(ACME) == ("in-file", str(file))
    memory.held["entity-connections", "acme"] = "in-keyring"
    assert found(ACME) == ("in-keyring", "the keyring (Memory)")
    by_command = printing("print('by-command')")
    assert found(by_command) == ("by-command", "secret_command")
    monkeypatch.setenv("ZUORA_CLIENT_SECRET", "from-outside\n")
    assert found(by_command) == ("from-outside", "ZUORA_CLIENT_SECRET")


OWN = '[profiles.acme]\nenvironment = "eu-production"\nclient_id = "id"'
NONE = '[profiles.acme]\nenvironment = "eu-production"'


@pytest.mark.parametrize(
    ("text", "id_", "secret", "refused"),
    [
        (OWN, "", "", ""),
        (OWN, "other", VALUE, ""),
        (OWN, "id", VALUE, ""),
        (OWN, "id", "", ""),
        (OWN, "other", "", "ZUORA_CLIENT_ID is set without ZUORA_CLIENT_SECRET"),
        (OWN, "", VALUE, "ZUORA_CLIENT_SECRET is set without ZUORA_CLIENT_ID"),
        (NONE, "other", "", ""),
        (NONE, "other", VALUE, ""),
    ],
)
@pytest.mark.parametrize("by_command", [False, True])
def test_half_a_pair_of_credentials_is_never_used(
    config: Callable[[str], Path],
    memory: MemoryKeyring,
    text: str,
    id_: str,
    secret: str,
    refused: str,
    by_command: bool,
) -> None:
    command = shlex.join([sys.executable, "-SIc", "print('kept')"])
    path = config(f"{text}\nsecret_command = '''{command}'''" if by_command else text)
    memory.held["entity-connections", "acme"] = "kept"
    environ = {"ENTITY_CONNECTIONS_CONFIG_DIR": str(path.parent)}
    given = {"ZUORA_CLIENT_ID": id_, "ZUORA_CLIENT_SECRET": secret}
    environ |= {name: value for name, value in given.items() if value}
    profile = load(environ).profile("acme")
    if refused:
        with pytest.raises(SettingsError) as raised:
            secrets.find(profile, environ)
        assert problem(raised).startswith(refused)
    else:
        value = secrets.find(profile, environ).value
        assert value.get_secret_value() == (secret or "kept")


def test_every_place_looked_at_is_told_when_there_is_none(home: Path) -> None:
    with pytest.raises(SettingsError) as raised:
        secrets.find(ACME)
    assert str(raised.value) == (
        "There is no client secret for the profile acme: ZUORA_CLIENT_SECRET is not set, there is "
        f"no secret_command, nothing in the keyring (Memory), and no file {home}/secrets/acme. "
        "To store it: entity-connections login --profile acme"
    )


@pytest.mark.parametrize("held", ["", " \n", f"{VALUE}\udc80", f"{VALUE}\x00"])
def test_what_cannot_be_sent_is_nothing_in_the_keyring(memory: MemoryKeyring, held: str) -> None:
    memory.held["entity-connections", "acme"] = held
    with pytest.raises(SettingsError) as raised:
        secrets.find(ACME)
    assert "nothing in the keyring (Memory)" in problem(raised)


def test_an_address_has_only_the_environment() -> None:
    address = profile_of_address("http://127.0.0.1:8040")
    with pytest.raises(SettingsError, match="set ZUORA_CLIENT_SECRET, and ZUORA_CLIENT_ID"):
        secrets.find(address)
    with pytest.raises(SettingsError, match="for profiles only"):
        secrets.keep(address, SECRET)


def test_a_kept_secret_is_found_again(memory: MemoryKeyring, home: Path) -> None:
    assert secrets.keep(ACME, SECRET) == "the keyring (Memory)"
    assert found(ACME) == (VALUE, "the keyring (Memory)")
    assert not home.exists()


def test_another_profile_does_not_see_it() -> None:
    secrets.keep(ACME, SECRET)
    with pytest.raises(SettingsError):
        secrets.find(ACME._replace(name="acme2"))


@pytest.mark.parametrize(
    ("backend", "reason"),
    [
        (ForgetfulKeyring(), "the keyring did not keep it"),
        (ManglingKeyring(), "the keyring did not keep it"),
        (NullKeyring(), "the keyring did not keep it"),  # type: ignore[no-untyped-call]
        (LockedKeyring(), "the keyring does not take it (KeyringLocked)"),
        (NoKeyring(), "the keyring does not take it (NoKeyringError)"),
        (BrokenKeyring(), "the keyring does not take it (AttributeError)"),
    ],
    ids=lambda one: type(one).__name__ if isinstance(one, KeyringBackend) else "",
)
def test_what_the_keyring_does_not_keep_goes_to_a_file_and_is_found_there(
    use_keyring: UseKeyring, home: Path, backend: KeyringBackend, reason: str
) -> None:
    use_keyring(backend)
    path = home / "secrets" / "acme"
    assert secrets.keep(ACME, SECRET) == f"{path}, which only you can read, because {reason}"
    assert found(ACME) == (VALUE, str(path))


def test_without_the_keyring_package_there_is_the_file(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert "no keyring is installed (the extra [keyring])" in secrets.keep(ACME, SECRET)
    assert secrets.find(ACME).origin == str(home / "secrets" / "acme")
    (home / "secrets" / "acme").unlink()
    with pytest.raises(SettingsError, match=r"no keyring is installed \(the extra \[keyring\]\)"):
        secrets.find(ACME)


def test_an_older_secret_that_the_keyring_will_not_let_go_of_is_told(
    use_keyring: UseKeyring,
) -> None:
    use_keyring(StubbornKeyring())
    with pytest.raises(SettingsError, match="holds an older secret for acme"):
        secrets.keep(ACME, SECRET)


def test_an_older_secret_in_the_keyring_does_not_hide_the_newer_file(
    use_keyring: UseKeyring,
) -> None:
    backend = ForgetfulKeyring()
    backend.held["entity-connections", "acme"] = "older"
    use_keyring(backend)
    secrets.keep(ACME, SECRET)
    assert found(ACME)[0] == VALUE


def test_a_secret_in_the_keyring_leaves_none_in_a_file(file: Path) -> None:
    secrets.keep(ACME, Secret("newer"))
    assert not file.exists()


@pytest.mark.parametrize("backend", [LockedKeyring(), NoKeyring(), BrokenKeyring()])
def test_a_keyring_that_does_not_answer_is_a_reason_not_a_crash(
    use_keyring: UseKeyring, file: Path, backend: KeyringBackend
) -> None:
    use_keyring(backend)
    assert found(ACME) == (VALUE, str(file))
    file.unlink()
    with pytest.raises(SettingsError, match="the keyring does not answer"):
        secrets.find(ACME)


@posix
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_only_its_owner_can_read_the_file(use_keyring: UseKeyring, home: Path, umask: int) -> None:
    use_keyring(NoKeyring())
    before = os.umask(umask)
    try:
        secrets.keep(ACME, SECRET)
    finally:
        os.umask(before)
    path = home / "secrets" / "acme"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert [one.name for one in path.parent.iterdir()] == ["acme"]


@posix
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_file_that_others_can_open_is_refused_with_the_remedy(file: Path, mode: int) -> None:
    file.chmod(mode)
    with pytest.raises(SettingsError) as raised:
        secrets.find(ACME)
    assert problem(raised) == (
        f"{file} is open to other users of this machine, so the secret in it is not used: "
        f"chmod 600 '{file}'"
    )


@posix
def test_a_folder_that_others_can_open_is_refused_with_the_remedy(
    use_keyring: UseKeyring, file: Path
) -> None:
    file.parent.chmod(0o755)
    with pytest.raises(SettingsError, match=f"chmod 700 '{file.parent}'"):
        secrets.find(ACME)
    use_keyring(NoKeyring())
    with pytest.raises(SettingsError, match=f"chmod 700 '{file.parent}'"):
        secrets.keep(ACME, Secret("newer"))
    assert file.read_text() == f"{VALUE}\n"


@posix
def test_a_link_is_refused(file: Path, tmp_path: Path) -> None:
    real = file.rename(tmp_path / "real")
    file.symlink_to(real)
    with pytest.raises(SettingsError, match="is a link"):
        secrets.find(ACME)
    file.unlink()
    file.parent.rename(tmp_path / "folder")
    file.parent.symlink_to(tmp_path / "folder")
    with pytest.raises(SettingsError, match="is a link"):
        secrets.find(ACME)


@posix
def test_keeping_replaces_a_link_and_leaves_what_is_behind_it(
    use_keyring: UseKeyring, file: Path, tmp_path: Path
) -> None:
    use_keyring(NoKeyring())
    real = file.rename(tmp_path / "real")
    file.symlink_to(real)
    secrets.keep(ACME, Secret("newer"))
    assert real.read_text() == f"{VALUE}\n"
    assert found(ACME)[0] == "newer"


@posix
def test_a_file_of_somebody_else_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: file.stat().st_uid + 1)
    with pytest.raises(SettingsError, match="belongs to another user"):
        secrets.find(ACME)


@posix
def test_a_pipe_in_place_of_the_file_is_not_waited_for(file: Path) -> None:
    file.unlink()
    os.mkfifo(file, 0o600)
    with pytest.raises(SettingsError, match="is not a file"):
        secrets.find(ACME)


@pytest.mark.parametrize("held", [b"", b"\n\n", b"\xff\xfe", b"a\x00b", b"\x1b[2J"])
def test_a_file_without_a_secret_is_told(file: Path, held: bytes) -> None:
    file.write_bytes(held)
    with pytest.raises(SettingsError, match="holds no secret"):
        secrets.find(ACME)


def test_a_secret_that_cannot_be_sent_is_refused_before_it_is_kept(memory: MemoryKeyring) -> None:
    for said in ("", "  ", f"{VALUE}\udc80", f"{VALUE}\x00"):
        with pytest.raises(SettingsError) as raised:
            secrets.keep(ACME, Secret(said))
        assert "What was given holds no secret" in problem(raised)
        with pytest.raises(SettingsError) as raised:
            secrets.find(ACME, {"ZUORA_CLIENT_SECRET": said})
        assert problem(raised).startswith("ZUORA_CLIENT_SECRET in the environment ")
    assert not memory.held


def test_a_file_that_cannot_be_written_is_told(use_keyring: UseKeyring, home: Path) -> None:
    use_keyring(NoKeyring())
    home.mkdir()
    (home / "secrets").write_text("in the way")
    with pytest.raises(SettingsError) as raised:
        secrets.keep(ACME, SECRET)
    assert str(home / "secrets") in problem(raised)


def test_a_command_prints_the_secret_on_its_first_line() -> None:
    assert found(printing(f"print('{VALUE}  \\nand more')"))[0] == VALUE


def test_a_command_runs_without_a_shell() -> None:
    code = "import sys; print(sys.argv[1])"
    command = shlex.join([sys.executable, "-SIc", code, "$HOME; echo `id`"])
    assert found(ACME._replace(secret_command=command))[0] == "$HOME; echo `id`"


def test_a_command_does_not_read_what_is_meant_for_the_program() -> None:
    reading = printing("import sys; print('read: ' + sys.stdin.read())").secret_command
    code = f"""
from entity_connections.settings.secrets.secret_command import run
print(run({reading!r}).get_secret_value())
"""
    ran = subprocess.run(
        [sys.executable, "-c", code], input="typed", capture_output=True, text=True, check=True
    )
    assert ran.stdout == "read:\n"


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (f"import sys; print('{VALUE}'); sys.exit('no {VALUE}')", "failed with exit status 1"),
        ("pass", "holds no secret"),
        ("print()", "holds no secret"),
        ("import sys; sys.stdout.buffer.write(b'\\xff')", "holds no secret"),
        (f"print('{VALUE}' * 999_999)", "printed more than 4,096 bytes"),
        ("while True: print('y')", "printed more than 4,096 bytes"),
        pytest.param("import os; os.kill(os.getpid(), 9)", "failed with signal 9", marks=posix),
    ],
)
def test_a_command_that_fails_is_told_without_its_words(
    code: str, sentence: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SettingsError) as raised:
        secrets.find(printing(code))
    assert sentence in problem(raised)
    assert "secret_command" in problem(raised)
    assert capfd.readouterr() == ("", "")


def test_a_command_that_fails_is_not_passed_over(memory: MemoryKeyring) -> None:
    """An older secret elsewhere would be sent, and nobody would know why it is refused."""
    memory.held["entity-connections", "acme"] = "older"
    with pytest.raises(SettingsError):
        secrets.find(printing("raise SystemExit(1)"))


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (f"/no/such/program {VALUE}", "(/no/such/program …) cannot be run: No such file"),
        (f"/ {VALUE}", "cannot be run: Permission denied"),
        (f"'{VALUE}", "is not a command: a quote is missing"),
        ("  ", "is not a command"),
        (f"'' {VALUE}", "is not a command"),
        (f"a\0b {VALUE}", "cannot be run: not a command"),
    ],
)
def test_what_is_no_command_is_told_without_its_arguments(command: str, sentence: str) -> None:
    with pytest.raises(SettingsError) as raised:
        secrets.find(ACME._replace(secret_command=command))
    assert sentence in problem(raised)


def test_a_command_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []

    class Noted(subprocess.Popen[bytes]):
        def __init__(self, *args: Any, **named: Any) -> None:
            super().__init__(*args, **named)
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Noted)
    command = printing("import time; time.sleep(600)").secret_command or ""
    with pytest.raises(SettingsError, match=r"took longer than 0\.2 seconds"):
        secret_command.run(command, seconds=0.2)
    assert started[0].wait(10) != 0


@posix
def test_a_child_that_keeps_the_output_open_is_not_waited_for(tmp_path: Path) -> None:
    """Some password managers leave an agent behind that inherits the pipe."""
    until = tmp_path / "pipe"
    os.mkfifo(until)
    code = f"import os; print('{VALUE}', flush=True); os.fork() or open({str(until)!r}).read()"
    got = secret_command.run(printing(code).secret_command or "", seconds=20)
    os.close(os.open(until, os.O_WRONLY))  # lets the child end
    assert got.get_secret_value() == VALUE


def test_a_secret_has_no_repr() -> None:
    secrets.keep(ACME, SECRET)
    assert VALUE not in repr(secrets.find(ACME))
    assert VALUE not in f"{secrets.find(ACME)}"
