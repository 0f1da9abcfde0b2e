"""Keyrings for tests: one that works and several that do not."""

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, NoKeyringError, PasswordDeleteError


class MemoryKeyring(KeyringBackend):
    """Keeps everything until the test ends."""

    priority = 1
    name = "Memory"

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.held.pop((service, username), None) is None:
            raise PasswordDeleteError("not there")


class ForgetfulKeyring(MemoryKeyring):
    """Says that it has stored something, and has not, as keyring's own null backend."""

    name = "Forgetful"

    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class StubbornKeyring(MemoryKeyring):
    """Keeps what it had, whatever it is told."""

    name = "Stubborn"

    def get_password(self, service: str, username: str) -> str | None:
        return "of-old"

    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class ManglingKeyring(MemoryKeyring):
    """Cuts what it is given."""

    name = "Mangling"

    def set_password(self, service: str, username: str, password: str) -> None:
        super().set_password(service, username, password[:8])


class LockedKeyring(MemoryKeyring):
    """Its user does not open it; the error repeats what it was given."""

    name = "Locked"

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("Failed to unlock the collection!")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked(f"Failed to unlock the collection for {password}!")


class NoKeyring(MemoryKeyring):
    """A machine without any."""

    name = "None"

    def get_password(self, service: str, username: str) -> str | None:
        raise NoKeyringError("No recommended backend was available.")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NoKeyringError("No recommended backend was available.")

    def delete_password(self, service: str, username: str) -> None:
        raise NoKeyringError("No recommended backend was available.")


class BrokenKeyring(MemoryKeyring):
    """Raises what no documentation mentions."""

    name = "Broken\x1b[31m"

    def get_password(self, service: str, username: str) -> str | None:
        raise AttributeError("'NoneType' object has no attribute 'bus'")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise AttributeError(f"'NoneType' object has no attribute {password!r}")
