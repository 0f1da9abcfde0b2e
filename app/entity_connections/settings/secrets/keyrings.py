"""The system's keyring, when the extra `[keyring]` is installed and something answers there."""

import contextlib
from typing import NamedTuple

from entity_connections.domain.secret import Secret, SecretValue
from entity_connections.domain.text import clean
from entity_connections.settings.paths import APP


class Looked(NamedTuple):
    """What came of asking the keyring.

    Attributes:
        secret: what it holds, or None.
        place: what the keyring is called, or why there is nothing to be had from it.
    """

    secret: SecretValue | None
    place: str


def look(name: str) -> Looked:
    """Ask for the secret of a profile; the system may want to be unlocked by its user first."""
    try:
        import keyring  # a tenth of a second: only when it is asked

        backend = _called(keyring.get_keyring())
        held = (keyring.get_password(APP, name) or "").strip()
    except ImportError:
        return Looked(None, "no keyring is installed (the extra [keyring])")
    except Exception as error:  # noqa: BLE001 - backends raise what they like
        return Looked(None, f"the keyring does not answer ({type(error).__name__})")
    if not held or not held.isprintable():
        return Looked(None, f"nothing in the keyring ({backend})")
    return Looked(Secret(held), f"the keyring ({backend})")


def put(name: str, secret: SecretValue) -> Looked:
    """Store a secret and read it back; without a secret in the answer it is not stored."""
    try:
        import keyring

        keyring.set_password(APP, name, secret.get_secret_value())
    except ImportError:
        return Looked(None, "no keyring is installed (the extra [keyring])")
    except Exception as error:  # noqa: BLE001 - backends raise what they like
        problem = f"the keyring does not take it ({type(error).__name__})"
    else:
        found = look(name)
        if found.secret and found.secret.get_secret_value() == secret.get_secret_value():
            return found
        problem = "the keyring did not keep it"
    _remove(name)  # an older secret in there would be found before the new one elsewhere
    return Looked(None, problem)


def _remove(name: str) -> None:
    # Nothing may be there, nothing answer, nothing be installed.
    with contextlib.suppress(Exception):
        import keyring

        keyring.delete_password(APP, name)


def _called(backend: object) -> str:
    return clean(str(getattr(backend, "name", "") or type(backend).__name__), 64)
