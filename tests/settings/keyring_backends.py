"""Keyrings for tests: one that works and several that do not."""

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError


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
    """Always returns an older password."""

    def get_password(self, service: str, username: str) -> str | None:
        return "older"


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
