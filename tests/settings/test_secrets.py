"""Finding and storing client secrets; no error repeats anything of a secret."""

import os
import shlex
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from entity_connections.domain.risk import Risk
from entity_connections.domain.secret import Secret
from entity_connections.settings.errors import SettingsError
from entity_connections.settings.profiles import Profile, load_profile, make_profile_for_url
from entity_connections.settings.secrets.client_secret import (
    delete_secret,
    find_secret,
    store_secret,
)
from entity_connections.settings.secrets.system_keyring import (
    KeyringResult,
    read_keyring,
    write_keyring,
)
from keyring.backend import KeyringBackend
from keyring.backends.null import Keyring as NullKeyring
from keyring.errors import KeyringLocked, NoKeyringError

from tests.settings.keyring_backends import (
    FailingKeyring,
    ForgetfulKeyring,
    HangingKeyring,
    LockableKeyring,
    MemoryKeyring,
    StubbornKeyring,
)
from tests.settings.reports import check_report
from tests.terminal.pty import Terminal

UseKeyring = Callable[[KeyringBackend], None]

VALUE = "s3cr3t-Of-Acme+42="
SECRET = Secret(VALUE)
ACME = Profile("acme", "https://rest.test.zuora.com", "id", Risk.SANDBOX)

NO_KEYRING = FailingKeyring(NoKeyringError)


def find(profile: Profile) -> tuple[str, str]:
    """Return the secret of a profile as text, and its origin."""
    value, origin = find_secret(profile)
    return value.get_secret_value(), origin


@pytest.fixture
def file(home: Path) -> Path:
    """The secret file of the profile acme, with a secret and the right modes."""
    path = home / "secrets" / "acme"
    path.parent.mkdir(mode=0o700, parents=True)
    path.touch(mode=0o600)
    path.write_text(f"{VALUE}\n")
    return path


def test_the_variable_wins_over_the_command_the_file_and_the_keyring(
    monkeypatch: pytest.MonkeyPatch, memory: MemoryKeyring, file: Path
) -> None:
    memory.passwords["entity-connections", "acme"] = "in-keyring"
    assert find(ACME) == (VALUE, str(file))
    file.unlink()
    assert find(ACME) == ("in-keyring", "the keyring (Memory)")
    command = shlex.join([sys.executable, "-SIc", "print('by-command')"])
    with_command = ACME._replace(secret_command=command)
    assert find(with_command) == ("by-command", "secret_command")
    monkeypatch.setenv("ZUORA_CLIENT_SECRET", "from-variable\n")
    assert find(with_command) == ("from-variable", "ZUORA_CLIENT_SECRET")


@pytest.mark.parametrize(
    ("configured_id", "variable_id", "variable_secret", "allowed"),
    [
        ("id", "", "", True),
        ("id", "other", VALUE, True),
        ("id", "id", VALUE, True),
        ("id", "id", "", True),
        ("id", "other", "", False),
        ("id", "", VALUE, False),
        ("", "other", "", True),
        ("", "other", VALUE, True),
    ],
)
def test_id_and_secret_of_two_clients_are_never_used_together(
    config: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
    memory: MemoryKeyring,
    configured_id: str,
    variable_id: str,
    variable_secret: str,
    allowed: bool,
) -> None:
    line = f'client_id = "{configured_id}"' if configured_id else ""
    config(f'[profiles.acme]\nenvironment = "eu-production"\n{line}')
    memory.passwords["entity-connections", "acme"] = "stored"
    for name, value in (("CLIENT_ID", variable_id), ("CLIENT_SECRET", variable_secret)):
        if value:
            monkeypatch.setenv(f"ZUORA_{name}", value)
    profile = load_profile("acme")
    if allowed:
        assert find(profile)[0] == (variable_secret or "stored")
    else:
        with pytest.raises(SettingsError, match="Only one of ZUORA_CLIENT_ID and") as raised:
            find_secret(profile)
        check_report(raised.value, VALUE)


def test_a_missing_secret_is_reported_with_every_place_searched(home: Path) -> None:
    with pytest.raises(SettingsError) as raised:
        find_secret(ACME)
    assert str(raised.value) == (
        "There is no client secret for the profile acme: ZUORA_CLIENT_SECRET is not set, there is "
        f"no secret_command, no file {home}/secrets/acme, and nothing in the keyring (Memory). "
        "Run: entity-connections login --profile acme"
    )


@pytest.mark.parametrize("password", ["", " \n", f"{VALUE}\x00"])
def test_text_that_cannot_be_sent_is_no_secret_in_the_keyring(
    memory: MemoryKeyring, password: str
) -> None:
    memory.passwords["entity-connections", "acme"] = password
    with pytest.raises(SettingsError) as raised:
        find_secret(ACME)
    assert "nothing in the keyring (Memory)" in check_report(raised.value, VALUE)


def test_a_base_url_has_only_the_variables() -> None:
    profile = make_profile_for_url("http://127.0.0.1:8040")
    with pytest.raises(SettingsError, match="Set ZUORA_CLIENT_ID and ZUORA_CLIENT_SECRET"):
        find_secret(profile)


def test_a_stored_secret_is_found_for_its_profile_only(home: Path) -> None:
    assert store_secret(ACME, SECRET) == "the keyring (Memory)"
    assert find(ACME) == (VALUE, "the keyring (Memory)")
    assert VALUE not in repr(find_secret(ACME))
    assert not home.exists()
    with pytest.raises(SettingsError):
        find_secret(ACME._replace(name="acme2"))


@pytest.mark.parametrize(
    ("backend", "reason"),
    [
        (ForgetfulKeyring(), "the keyring did not keep it"),
        (NullKeyring(), "the keyring did not keep it"),  # type: ignore[no-untyped-call]
        (NO_KEYRING, "this machine has no keyring"),
        (FailingKeyring(KeyringLocked), "the keyring does not answer (KeyringLocked)"),
        (FailingKeyring(AttributeError), "the keyring does not answer (AttributeError)"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, KeyringBackend) else "",
)
def test_a_secret_goes_to_a_file_when_the_keyring_does_not_keep_it(
    use_keyring: UseKeyring, home: Path, backend: KeyringBackend, reason: str
) -> None:
    use_keyring(backend)
    path = home / "secrets" / "acme"
    assert store_secret(ACME, SECRET) == f"{path}, which only you can read, because {reason}"
    assert find(ACME) == (VALUE, str(path))


def test_without_the_keyring_package_there_is_the_file(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert "no keyring is installed (the extra [keyring])" in store_secret(ACME, SECRET)
    assert find_secret(ACME).origin == str(home / "secrets" / "acme")
    (home / "secrets" / "acme").unlink()
    with pytest.raises(SettingsError, match=r"no keyring is installed \(the extra \[keyring\]\)"):
        find_secret(ACME)


def test_an_older_secret_that_stays_in_the_keyring_is_not_used(use_keyring: UseKeyring) -> None:
    use_keyring(StubbornKeyring())
    store_secret(ACME, SECRET)
    assert find(ACME)[0] == VALUE


def test_an_older_secret_is_removed_from_the_keyring(use_keyring: UseKeyring) -> None:
    backend = ForgetfulKeyring()
    backend.passwords["entity-connections", "acme"] = "older"
    use_keyring(backend)
    store_secret(ACME, SECRET)
    assert find(ACME)[0] == VALUE
    assert not backend.passwords


def test_the_newest_secret_wins_when_the_keyring_was_locked(use_keyring: UseKeyring) -> None:
    keyring = LockableKeyring()
    use_keyring(keyring)
    other = ACME._replace(name="other")
    store_secret(ACME, Secret("first"))
    store_secret(other, Secret("of other"))
    keyring.locked = True
    store_secret(ACME, Secret("second"))
    assert find(ACME)[0] == "second"
    with pytest.raises(SettingsError, match="does not answer"):
        find_secret(other)
    keyring.locked = False
    assert find(ACME)[0] == "second"
    assert find(other)[0] == "of other"
    store_secret(ACME, Secret("third"))
    assert find(ACME) == ("third", "the keyring (Memory)")
    keyring.locked = True
    with pytest.raises(SettingsError, match="does not answer"):
        find_secret(ACME)


def test_a_deleted_secret_is_neither_in_the_keyring_nor_in_the_file(
    use_keyring: UseKeyring,
) -> None:
    keyring = LockableKeyring()
    use_keyring(keyring)
    store_secret(ACME, SECRET)
    keyring.locked = True
    store_secret(ACME, SECRET)
    assert "does not answer" in delete_secret(ACME)
    keyring.locked = False
    assert find(ACME)[1] == "the keyring (Memory)"
    assert delete_secret(ACME) == delete_secret(ACME) == ""
    with pytest.raises(SettingsError, match="no client secret"):
        find_secret(ACME)
    use_keyring(StubbornKeyring())
    with pytest.raises(SettingsError, match="still in the keyring"):
        delete_secret(ACME)


@pytest.fixture
def hanging(use_keyring: UseKeyring) -> Iterator[None]:
    """A keyring that answers when the test has ended."""
    keyring = HangingKeyring()
    use_keyring(keyring)
    yield
    keyring.answered.set()
    for thread in threading.enumerate():
        if thread.name == "keyring":
            thread.join()


@pytest.mark.parametrize(
    "ask",
    [
        lambda timeout: read_keyring("acme", timeout),
        lambda timeout: write_keyring("acme", SECRET, timeout),
    ],
)
@pytest.mark.usefixtures("hanging")
def test_a_keyring_that_does_not_answer_is_given_up(ask: Callable[[float], KeyringResult]) -> None:
    answer = ask(0.05)
    assert answer == (None, "the keyring did not answer within 0.05 seconds")
    assert ask(1_000).secret is None, "it is not waited for again"


@pytest.mark.parametrize("number", [None, signal.SIGTERM])
def test_the_echo_is_restored_when_a_keyring_that_asks_is_left(
    number: signal.Signals | None,
) -> None:
    timeout = 0.5 if number is None else 20
    code = """if True:
        import keyring, sys
        from entity_connections.settings.secrets.system_keyring import read_keyring
        from tests.settings.keyring_backends import AskingKeyring
        keyring.set_keyring(AskingKeyring())
        print(read_keyring("acme", float(sys.argv[1])).message)
    """
    with Terminal([sys.executable, "-c", code, str(timeout)]) as terminal:
        terminal.wait_for("Password of the keyring")
        if number:
            os.kill(terminal.pid, number)
        assert terminal.wait_exit() == (128 + number if number else 0)
        assert terminal.leftovers() == []


def test_a_wrong_name_of_a_keyring_is_named() -> None:
    code = "from entity_connections.settings.secrets.system_keyring import read_keyring as read\n"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}print(read('acme').message)"],
        env={**os.environ, "PYTHON_KEYRING_BACKEND": "nosuch.Keyring"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    expected = "PYTHON_KEYRING_BACKEND names no keyring that can be used: 'nosuch.Keyring'"
    assert (done.stdout.strip(), done.stderr) == (expected, "")


@pytest.mark.skipif(sys.platform == "darwin", reason="the search is for macOS")
def test_looking_for_a_keyring_starts_no_program(tmp_path: Path) -> None:
    code = """if True:
        import sys
        sys.addaudithook(lambda event, arguments: "Popen" in event and print(event, arguments))
        from entity_connections.settings.secrets.system_keyring import read_keyring
        print(read_keyring("acme").message)
    """
    environ = {**os.environ, "HOME": str(tmp_path)}
    environ.pop("PYTHON_KEYRING_BACKEND", None)
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    [message] = done.stdout.splitlines()
    assert "keyring" in message


def test_a_secret_file_that_stays_is_reported(file: Path) -> None:
    """It wins over the keyring."""
    file.unlink()
    file.mkdir()
    with pytest.raises(SettingsError, match="acme cannot be removed, and the secret in it"):
        store_secret(ACME, Secret("newer"))


@pytest.mark.parametrize(
    "around", ["{} ", "\u00a0{}\u00a0", "\ufeff{}", "\ufeff\u00a0\u200b {}\u2060\u3000\r\n"]
)
def test_blanks_and_invisible_marks_around_a_secret_are_removed(
    monkeypatch: pytest.MonkeyPatch, memory: MemoryKeyring, file: Path, around: str
) -> None:
    pasted = around.format(VALUE)
    file.write_text(pasted, encoding="utf-8")
    assert find(ACME)[0] == VALUE
    file.unlink()
    memory.passwords["entity-connections", "acme"] = pasted
    assert find(ACME)[0] == VALUE
    command = shlex.join([sys.executable, "-SIc", f"print({pasted!r})"])
    assert find(ACME._replace(secret_command=command))[0] == VALUE
    monkeypatch.setenv("ZUORA_CLIENT_SECRET", pasted)
    assert find(ACME)[0] == VALUE


def test_an_older_secret_file_is_removed_when_the_keyring_takes_the_secret(file: Path) -> None:
    store_secret(ACME, Secret("newer"))
    assert not file.exists()


def test_only_the_user_can_read_a_secret_file(use_keyring: UseKeyring, home: Path) -> None:
    use_keyring(NO_KEYRING)
    before = os.umask(0)
    try:
        store_secret(ACME, SECRET)
    finally:
        os.umask(before)
    path = home / "secrets" / "acme"
    modes = [stat.S_IMODE(part.stat().st_mode) for part in (path, path.parent, home)]
    assert modes == [0o600, 0o700, 0o700]


def test_a_file_or_folder_that_others_can_open_is_refused(
    use_keyring: UseKeyring, file: Path
) -> None:
    use_keyring(NO_KEYRING)
    file.chmod(0o640)
    with pytest.raises(SettingsError, match=f"chmod 600 '{file}'"):
        find_secret(ACME)
    file.parent.chmod(0o755)
    with pytest.raises(SettingsError, match=f"chmod 700 '{file.parent}'"):
        find_secret(ACME)
    with pytest.raises(SettingsError, match=f"chmod 700 '{file.parent}'"):
        store_secret(ACME, Secret("newer"))
    assert file.read_text() == f"{VALUE}\n"


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xff\xfe", b"a\x00b", b"\x1b[2J"])
def test_a_file_without_a_secret_is_reported(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    with pytest.raises(SettingsError, match="holds no secret"):
        find_secret(ACME)


def test_a_file_that_cannot_be_written_is_reported(use_keyring: UseKeyring, home: Path) -> None:
    use_keyring(NO_KEYRING)
    home.mkdir()
    (home / "secrets").write_text("in the way")
    with pytest.raises(SettingsError) as raised:
        store_secret(ACME, SECRET)
    assert str(home / "secrets") in check_report(raised.value, VALUE)
