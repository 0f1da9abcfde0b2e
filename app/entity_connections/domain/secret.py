"""A text that never shows itself: not in a repr, a log line or a traceback."""

from typing import Protocol


class SecretValue(Protocol):
    """What holds a secret; pydantic's `SecretStr` is one too."""

    def get_secret_value(self) -> str:
        """Return the secret, for the one place that needs it."""


class Secret:
    """A secret that prints as stars, without what pydantic's costs to load."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def get_secret_value(self) -> str:
        """Return the secret, for the one place that needs it."""
        return self._value

    def __repr__(self) -> str:
        return "Secret('**********')"

    def __reduce__(self) -> str:
        raise TypeError("A secret is not written anywhere.")
