"""Keyrings for tests: one that works and several that do not."""

from getpass import getpass
from threading import Event

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError


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

    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class StubbornKeyring(ForgetfulKeyring):
    """Keeps an older password, whatever it is told."""

    def get_password(self, service: str, username: str) -> str | None:
        return "older"

    def delete_password(self, service: str, username: str) -> None:
        raise PasswordDeleteError("no")


class LockableKeyring(MemoryKeyring):
    """Answers nothing while it is locked."""

    locked = False

    def get_password(self, service: str, username: str) -> str | None:
        self._check_unlocked()
        return super().get_password(service, username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self._check_unlocked()
        super().set_password(service, username, password)

    def delete_password(self, service: str, username: str) -> None:
        self._check_unlocked()
        super().delete_password(service, username)

    def _check_unlocked(self) -> None:
        if self.locked:
            raise KeyringLocked("the user did not unlock it")


class AskingKeyring(MemoryKeyring):
    """Asks on the terminal, as encrypted keyrings do."""

    def get_password(self, service: str, username: str) -> str | None:
        return getpass("Password of the keyring: ")


class HangingKeyring(MemoryKeyring):
    """Does not answer before the event `answered`."""

    def __init__(self) -> None:
        super().__init__()
        self.answered = Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.answered.wait()
        return super().get_password(service, username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self.answered.wait()
        super().set_password(service, username, password)


class FailingKeyring(MemoryKeyring):
    """Raises an error, which repeats the password if there is one."""

    name = "Failing\x1b[31m"

    def __init__(self, error: type[Exception]) -> None:
        super().__init__()
        self._error = error

    def get_password(self, service: str, username: str) -> str | None:
        raise self._error("no password")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise self._error(f"cannot store {password}")
