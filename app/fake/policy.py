"""What the fake tenant does where Zuora's documentation is silent (contract L).

Every line is a choice of ours, not a fact about Zuora. Lines with another value
can be switched per scenario, so that a client can be tried both ways.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple


class Denied(Enum):
    """What becomes of a denied request."""

    DISCONNECTED = "becomes Disconnected"
    REMOVED = "is removed"


class Again(Enum):
    """What a request makes when the pair's last connection is Disconnected."""

    NEW_RECORD = "a new record, the old one stays"
    SAME_RECORD = "the same record becomes Pending"


class Withdrawal(Enum):
    """Whether the source may disconnect its own request while it is Pending."""

    REFUSED = "refused, category 30"
    ALLOWED = "allowed, becomes Disconnected"


class ReusedKey(Enum):
    """What an Idempotency-Key answers when entity or body differ from the first time."""

    REPLAYED = "the first answer again"
    REFUSED = "refused, HTTP 422"


class Line(NamedTuple):
    """One line of the table: the question, our choice, the other values, and why."""

    question: str
    choice: str
    others: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class Policy:
    """The choices that can be switched; the defaults are ours."""

    denied: Denied = Denied.DISCONNECTED
    again: Again = Again.NEW_RECORD
    withdrawal: Withdrawal = Withdrawal.REFUSED
    reused_key: ReusedKey = ReusedKey.REPLAYED

    def lines(self) -> Iterator[Line]:
        """Yield the whole table with this policy's choices, switchable lines first."""
        for name, question, why in _SWITCHABLE:
            choice: Enum = getattr(self, name)
            others = tuple(other.value for other in type(choice) if other is not choice)
            yield Line(question, choice.value, others, why)
        for question, fixed, why in _FIXED:
            yield Line(question, fixed, (), why)


_SWITCHABLE = (
    (
        "denied",
        "a denied request",
        "Disconnected is the only documented word that is neither waiting nor alive.",
    ),
    (
        "again",
        "request again after Disconnected",
        "A broken mapping cannot be restored, so its record does not come back to life.",
    ),
    (
        "withdrawal",
        "withdrawing by disconnecting a Pending one",
        "Zuora describes disconnecting for established connections only.",
    ),
    (
        "reused_key",
        "an idempotency key with another body or acting entity",
        "Only another tenant, URL or method is documented as a mismatch.",
    ),
)

_FIXED = (
    (
        "duplicate while Pending or Connected",
        "refused, category 30",
        "A second living record for one pair would make every later action ambiguous.",
    ),
    (
        "both directions at once",
        "two records",
        "Direction is part of what a connection is; Zuora's examples point both ways.",
    ),
    (
        "to oneself; to an unprovisioned entity",
        "refused, category 30",
        "There is nothing to share with oneself or with an entity nobody can enter.",
    ),
    (
        "to an entity that does not exist",
        "refused, category 40",
        "That is what the category means.",
    ),
    (
        "to an entity the user may not enter",
        "refused, category 10",
        "Zuora demands that the source administrator has access to the target.",
    ),
    (
        "accept or deny by anyone but an administrator of the target, acting there",
        "refused, category 10",
        "The procedure in the web screen does it in the target.",
    ),
    (
        "the same action twice",
        "refused, category 30",
        "A success would hide that somebody else was faster.",
    ),
    (
        "a request by someone who administers both ends",
        "Pending like any other",
        "Zuora documents automatic acceptance for user access only.",
    ),
    (
        "the list of entities",
        "the whole hierarchy",
        "A separate call lists the accessible ones, so this one must be wider.",
    ),
    (
        "order of a list",
        "creation",
        "It is stable across pages, and Zuora's example is sorted by nothing visible.",
    ),
    (
        "no entity header with a token for several entities",
        "HTTP 400, category 22",
        "A required header is missing; choosing an entity for the caller would be a guess.",
    ),
    (
        "an entity header outside the token's scope",
        "HTTP 403, category 10",
        "The call is stopped before it reaches any business rule.",
    ),
)
