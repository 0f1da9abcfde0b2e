"""Client secrets in the keyring of the system, when the extra `[keyring]` is installed."""

import os
import sys
from collections.abc import Callable
from contextlib import nullcontext, suppress
from importlib.util import find_spec
from threading import Thread, current_thread, main_thread
from threading import enumerate as enumerate_threads
from typing import TYPE_CHECKING, NamedTuple

from entity_connections.domain.secret import Secret
from entity_connections.domain.text import clean
from entity_connections.settings.errors import SettingsError
from entity_connections.settings.paths import APP
from entity_connections.settings.secrets.parsing import parse_secret
from entity_connections.settings.secrets.terminal import preserve_terminal

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

TIMEOUT = 30.0
"""Seconds the keyring may take: the system may ask the user to unlock it first."""

_THREAD_NAME = "keyring"
_BACKEND = "PYTHON_KEYRING_BACKEND"


class KeyringResult(NamedTuple):
    """The secret in the keyring and its name, or None and why there is no secret, for people."""

    secret: Secret | None
    message: str


def read_keyring(profile_name: str, timeout: float = TIMEOUT) -> KeyringResult:
    """Return the secret of a profile; waits at most `timeout` seconds."""
    return _ask(lambda keyring: _read(keyring, profile_name), timeout)


def write_keyring(profile_name: str, secret: Secret, timeout: float = TIMEOUT) -> KeyringResult:
    """Store a secret and read it back; waits at most `timeout` seconds.

    The result has no secret when it was not stored. The keyring may then hold an older one.
    """

    def store(keyring: "KeyringBackend") -> KeyringResult:
        problem = "the keyring did not keep it"
        try:
            keyring.set_password(APP, profile_name, secret.get_secret_value())
            stored = _read(keyring, profile_name)
            if stored.secret and stored.secret.get_secret_value() == secret.get_secret_value():
                return stored
        except Exception as error:  # noqa: BLE001 - backends raise anything
            problem = _describe(error)
        with suppress(Exception):
            keyring.delete_password(APP, profile_name)
        return KeyringResult(None, problem)

    return _ask(store, timeout)


def delete_keyring(profile_name: str) -> KeyringResult:
    """Delete the secret of a profile.

    The message of the result is "" where the keyring holds none any more; else there is the
    secret in it, or why the keyring cannot tell.
    """

    def delete(keyring: "KeyringBackend") -> KeyringResult:
        with suppress(Exception):  # there is none, or what is read afterwards tells
            keyring.delete_password(APP, profile_name)
        remaining = _read(keyring, profile_name)
        return remaining if remaining.secret else KeyringResult(None, "")

    return _ask(delete, TIMEOUT)


def _ask(question: Callable[["KeyringBackend"], KeyringResult], timeout: float) -> KeyringResult:
    """Ask the keyring in a thread, which is abandoned when no answer comes in time.

    The keyring is not asked again then. Only in the main thread is the terminal protected from a
    keyring that asks on it.
    """
    silence = KeyringResult(None, f"the keyring did not answer within {timeout:g} seconds")
    if any(thread.name == _THREAD_NAME for thread in enumerate_threads()):
        return silence
    answers: list[KeyringResult] = []

    def ask() -> None:
        try:
            answers.append(question(_find_keyring()))
        except BaseException as error:  # noqa: BLE001 - backends raise anything
            answers.append(KeyringResult(None, _describe(error)))

    thread = Thread(target=ask, name=_THREAD_NAME, daemon=True)
    in_main_thread = current_thread() is main_thread()
    with preserve_terminal() if in_main_thread else nullcontext():
        thread.start()
        thread.join(timeout)
    return answers[0] if answers else silence


def _find_keyring() -> "KeyringBackend":
    if sys.platform != "darwin":
        # On other systems its search for Apple's libraries runs a compiler and a linker.
        sys.modules.setdefault("keyring.backends.macOS.api", None)  # type: ignore[arg-type]
    import keyring  # slow to import

    return keyring.get_keyring()


def may_ask_on_terminal() -> bool:
    """Return whether keyrings are installed that ask for a password on the terminal.

    Those of the packages keyrings.alt and keyrings.cryptfile do.
    """
    return find_spec("keyrings") is not None


def _read(keyring: "KeyringBackend", profile_name: str) -> KeyringResult:
    name = clean(str(keyring.name), 64)
    try:
        secret = parse_secret(keyring.get_password(APP, profile_name) or "", name)
    except SettingsError:
        return KeyringResult(None, f"nothing in the keyring ({name})")
    return KeyringResult(secret, f"the keyring ({name})")


def _describe(error: BaseException) -> str:
    """Return why the keyring cannot be used, without the text of the error, which may hold data."""
    if isinstance(error, ImportError):
        if name := os.environ.get(_BACKEND):
            return f"{_BACKEND} names no keyring that can be used: {clean(name, 64)!r}"
        return "no keyring is installed (the extra [keyring])"
    if type(error).__name__ == "NoKeyringError":  # of a package that may not be there
        return "this machine has no keyring"
    return f"the keyring does not answer ({type(error).__name__})"
