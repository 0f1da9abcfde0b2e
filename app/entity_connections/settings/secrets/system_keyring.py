"""Client secrets in the keyring of the system, when the extra `[keyring]` is installed."""

from contextlib import suppress
from typing import NamedTuple

from entity_connections.domain.secret import Secret
from entity_connections.domain.text import clean
from entity_connections.settings.errors import SettingsError
from entity_connections.settings.paths import APP


class KeyringResult(NamedTuple):
    """The answer of the keyring.

    Attributes:
        secret: the secret in it, or None.
        message: the name of the keyring, or why there is no secret, for people.
    """

    secret: Secret | None
    message: str


def read_keyring(profile_name: str) -> KeyringResult:
    """Return the secret of a profile; the system may ask the user to unlock the keyring first."""
    try:
        import keyring  # slow to import

        name = clean(str(keyring.get_keyring().name), 64)
        password = (keyring.get_password(APP, profile_name) or "").strip()
    except Exception as error:  # noqa: BLE001 - backends raise anything
        return KeyringResult(None, _describe(error))
    if not password or not password.isprintable():
        return KeyringResult(None, f"nothing in the keyring ({name})")
    return KeyringResult(Secret(password), f"the keyring ({name})")


def write_keyring(profile_name: str, secret: Secret) -> KeyringResult:
    """Store a secret and read it back; the result has no secret when it was not stored."""
    problem = "the keyring did not keep it"
    try:
        import keyring

        keyring.set_password(APP, profile_name, secret.get_secret_value())
    except Exception as error:  # noqa: BLE001 - backends raise anything
        problem = _describe(error)
    stored = read_keyring(profile_name)
    if stored.secret and stored.secret.get_secret_value() == secret.get_secret_value():
        return stored
    # An older secret in the keyring would be found before the new one in a file.
    with suppress(Exception):
        keyring.delete_password(APP, profile_name)
    if read_keyring(profile_name).secret:
        raise SettingsError(
            f"The keyring holds an older secret for {profile_name} and will not let go of it:"
            f" remove it there (service {APP}, user {profile_name}), then log in again."
        )
    return KeyringResult(None, problem)


def _describe(error: Exception) -> str:
    """Return why the keyring cannot be used, without the text of the error, which may hold data."""
    if isinstance(error, ImportError):
        return "no keyring is installed (the extra [keyring])"
    return f"the keyring does not answer ({type(error).__name__})"
