"""Keyrings for tests: one that works and several that do not."""

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, NoKeyringError, PasswordDeleteError


class MemoryKeyring(KeyringBackend):
    """Keeps passwords until the test ends."""

    priority = 1
    name = "Memory"

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.passwords: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.passwords.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.passwords[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.passwords.pop((service, username), None) is None:
            raise PasswordDeleteError("not there")


class ForgetfulKeyring(MemoryKeyring):
    """Stores nothing and reports no error, like the null backend of keyring."""

    name = "Forgetful"

    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class StubbornKeyring(MemoryKeyring):
    """Always returns an older password, and stores nothing."""

    name = "Stubborn"

    def get_password(self, service: str, username: str) -> str | None:
        return "older"

    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class ManglingKeyring(MemoryKeyring):
    """Stores a part of the password only."""

    name = "Mangling"

    def set_password(self, service: str, username: str, password: str) -> None:
        super().set_password(service, username, password[:8])


class LockedKeyring(MemoryKeyring):
    """Is not unlocked by its user; the error repeats the password."""

    name = "Locked"

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("Failed to unlock the collection!")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked(f"Failed to unlock the collection for {password}!")


class NoKeyring(MemoryKeyring):
    """Stands for a machine without a keyring."""

    name = "None"

    def get_password(self, service: str, username: str) -> str | None:
        raise NoKeyringError("No recommended backend was available.")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NoKeyringError("No recommended backend was available.")

    def delete_password(self, service: str, username: str) -> None:
        raise NoKeyringError("No recommended backend was available.")


class BrokenKeyring(MemoryKeyring):
    """Raises errors that are not documented."""

    name = "Broken\x1b[31m"

    def get_password(self, service: str, username: str) -> str | None:
        raise AttributeError("'NoneType' object has no attribute 'bus'")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise AttributeError(f"'NoneType' object has no attribute {password!r}")
