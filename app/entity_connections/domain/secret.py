"""Secrets that do not appear in a repr, a log line or a traceback."""


class Secret:
    """A secret text that prints as stars."""

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
