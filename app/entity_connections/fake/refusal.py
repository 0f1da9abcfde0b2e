"""The error with which rules and request checks refuse a call (contract F)."""

from collections.abc import Mapping
from enum import IntEnum


class Category(IntEnum):
    """The last two digits of an error code (contract F3)."""

    PERMISSION = 10
    AUTHENTICATION = 11
    INVALID_VALUE = 20
    UNKNOWN_FIELD = 21
    MISSING_FIELD = 22
    QUERY = 27
    RULE = 30
    NOT_FOUND = 40
    METHOD = 45
    CONTENTION = 50
    INTERNAL = 60
    CONCURRENCY = 70
    MALFORMED = 90


class Refusal(Exception):
    """A call is refused; `messages` are the reasons, one sentence each.

    The default status is HTTP 200: Zuora reports what its rules forbid inside a successful
    response, and keeps other statuses for calls that it cannot process.
    """

    def __init__(
        self,
        category: int,
        *messages: str,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(*messages)
        self.category = category
        self.messages = messages
        self.status = status
        self.headers = headers

    @property
    def code(self) -> int:
        """The error code: six digits for the resource, two for the category.

        Zuora does not publish the resource number of entities and connections: it is 500000 here.
        """
        return 90000011 if self.category == Category.AUTHENTICATION else 50000000 + self.category


def forbidden(message: str) -> Refusal:
    """Return the refusal of a call that this caller may not make."""
    return Refusal(Category.PERMISSION, message)


def broken_rule(message: str) -> Refusal:
    """Return the refusal of a change that a rule forbids to everyone."""
    return Refusal(Category.RULE, message)


def not_found(message: str) -> Refusal:
    """Return the refusal of a call that names something which does not exist."""
    return Refusal(Category.NOT_FOUND, message)


def require_fields(values: Mapping[str, object], *names: str) -> None:
    """Raise `Refusal` when one of these fields is missing or null."""
    missing = [f"{name} is missing." for name in names if values.get(name) is None]
    if missing:
        raise Refusal(Category.MISSING_FIELD, *missing, status=400)


def invalid_value(*messages: str, status: int = 400) -> Refusal:
    """Return the refusal of values that cannot be accepted, one reason each."""
    return Refusal(Category.INVALID_VALUE, *messages, status=status)
