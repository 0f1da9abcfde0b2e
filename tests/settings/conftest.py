"""Folders, variables and a keyring of its own for every test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest
from entity_connections.settings.environment_variables import CONFIG_DIR, STATE_DIR
from keyring.backend import KeyringBackend
from keyring.backends.null import Keyring as NullKeyring

from tests.settings.keyring_backends import MemoryKeyring


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The config folder, which does not exist yet; no setting of the machine is visible."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv(CONFIG_DIR, str(tmp_path / "config"))
    monkeypatch.setenv(STATE_DIR, str(tmp_path / "state"))
    for name in ("ZUORA_CLIENT_ID", "ZUORA_CLIENT_SECRET", "ZUORA_ENTITY_ID"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "config"


@pytest.fixture
def config(home: Path) -> Callable[[str], Path]:
    """Writes config.toml."""

    def write(text: str) -> Path:
        home.mkdir(mode=0o700, exist_ok=True)
        path = home / "config.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def use_keyring() -> Iterator[Callable[[KeyringBackend], None]]:
    """Sets the keyring until the test ends."""
    yield keyring.set_keyring
    keyring.set_keyring(NullKeyring())  # type: ignore[no-untyped-call]


@pytest.fixture(autouse=True)
def memory(use_keyring: Callable[[KeyringBackend], None]) -> MemoryKeyring:
    """The keyring of a test that sets none itself."""
    backend = MemoryKeyring()
    use_keyring(backend)
    return backend
