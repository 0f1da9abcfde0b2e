"""The error with which rules and request checks refuse a call (contract F)."""

from collections.abc import Mapping
from enum import IntEnum

_UNKNOWN_RESOURCE = 500000
"""Stands for the resource number, which Zuora does not publish for entities and connections."""
_NOT_SIGNED_IN_CODE = 90000011


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
    """A call is refused.

    The default status is HTTP 200: Zuora reports what its rules forbid inside a successful
    response, and keeps other statuses for calls that it cannot process.

    Attributes:
        category: The category of the error code.
        messages: The reasons, one sentence each.
        status: The HTTP status.
        headers: Headers of the response.
    """

    def __init__(
        self,
        category: Category,
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
        """The error code: six digits for the resource, two for the category."""
        if self.category is Category.AUTHENTICATION:
            return _NOT_SIGNED_IN_CODE
        return _UNKNOWN_RESOURCE * 100 + self.category


def invalid_value(*messages: str, status: int = 400) -> Refusal:
    """Return the refusal of values that cannot be accepted, one reason each."""
    return Refusal(Category.INVALID_VALUE, *messages, status=status)
