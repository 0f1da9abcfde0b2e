"""Secrets that do not appear in a repr, a log line or a traceback."""

from typing import Protocol


class SecretValue(Protocol):
    """Holds a secret; pydantic's `SecretStr` has the same interface."""

    def get_secret_value(self) -> str:
        """Return the secret."""


class Secret:
    """A secret that prints as stars. Unlike `SecretStr` it does not load pydantic."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def get_secret_value(self) -> str:
        """Return the secret."""
        return self._value

    def __repr__(self) -> str:
        return "Secret('**********')"

    def __reduce__(self) -> str:
        raise TypeError("A secret is not written anywhere.")
