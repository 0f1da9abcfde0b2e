"""What the fake tenant does where Zuora's documentation is silent (contract L).

Every line is a choice of ours, not a fact about Zuora. Lines with another value
can be switched per scenario, so that a client can be tried both ways.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
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


class Duplicate(Enum):
    """What a request answers while the pair has a Pending or Connected record."""

    REFUSED = "refused, category 30"
    SAME_ID = "a success with the id of that record"


class Twice(Enum):
    """What an accept, deny or disconnect answers when it is done already."""

    REFUSED = "refused, category 30"
    REPEATED = "a success that changes nothing"


class ReusedKey(Enum):
    """What an Idempotency-Key answers when entity or body differ from the first time."""

    REPLAYED = "the first answer again"
    REFUSED = "refused, HTTP 422"


class Line(NamedTuple):
    """One line of the table: the question, our choice, the other values, and why.

    `name` is what switches it, "" where nothing does; `switches` are what to
    write for each of the others ("denied=removed").
    """

    question: str
    choice: str
    others: tuple[str, ...]
    why: str
    name: str = ""
    switches: tuple[str, ...] = ()


class PolicyError(ValueError):
    """A choice that does not exist; the message names it and those that do."""


@dataclass(frozen=True)
class Policy:
    """The choices that can be switched; the defaults are ours."""

    denied: Denied = Denied.DISCONNECTED
    again: Again = Again.NEW_RECORD
    withdrawal: Withdrawal = Withdrawal.REFUSED
    duplicate: Duplicate = Duplicate.REFUSED
    twice: Twice = Twice.REFUSED
    reused_key: ReusedKey = ReusedKey.REPLAYED

    def lines(self) -> Iterator[Line]:
        """Yield the whole table with this policy's choices, switchable lines first."""
        for name, question, why in _SWITCHABLE:
            choice: Enum = getattr(self, name)
            others = [other for other in type(choice) if other is not choice]
            yield Line(
                question,
                choice.value,
                tuple(other.value for other in others),
                why,
                word(name),
                tuple(f"{word(name)}={word(other.name)}" for other in others),
            )
        for question, fixed, why in _FIXED:
            yield Line(question, fixed, (), why)

    def words(self) -> dict[str, str]:
        """Return the choices as they are written in files and options."""
        return {word(one.name): word(getattr(self, one.name).name) for one in fields(self)}

    def having(self, choices: Mapping[str, str]) -> "Policy":
        """Return this policy with other choices, given as `words` returns them.

        Raises:
            PolicyError: There is no such line, or it has no such value.
        """
        known = options()
        changes: dict[str, Enum] = {}
        for name, value in choices.items():
            if name not in known:
                raise PolicyError(f"There is no policy {name[:64]!r}. Choose {_either(known)}.")
            if value not in known[name]:
                valid = _either(known[name])
                raise PolicyError(f"{name} has no value {value[:64]!r}. Choose {valid}.")
            changes[name.replace("-", "_")] = known[name][value]
        return replace(self, **changes)  # type: ignore[arg-type]


def options() -> dict[str, dict[str, Enum]]:
    """Return for each line that can be switched its values by the words for them."""
    ours = Policy()
    return {
        word(one.name): {word(value.name): value for value in type(getattr(ours, one.name))}
        for one in fields(ours)
    }


def word(name: str) -> str:
    """Return a name of ours as it is written in files and options."""
    return name.lower().replace("_", "-")


def _either(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}"


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
        "duplicate",
        "duplicate while Pending or Connected",
        "A second living record for one pair would make every later action ambiguous.",
    ),
    (
        "twice",
        "the same action twice",
        "A success would hide that somebody else was faster.",
    ),
    (
        "reused_key",
        "an idempotency key with another body or acting entity",
        "Only another tenant, URL or method is documented as a mismatch.",
    ),
)

_FIXED = (
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
        "changing the hierarchy by anyone but an administrator of the global entity, acting there",
        "refused, category 10",
        "A global entity administrator is what Zuora's reference asks for.",
    ),
    (
        "who administers a new entity",
        "whoever made it, once it is provisioned",
        "Zuora says that an administrator of the global entity reaches what they created.",
    ),
    (
        "access for a user who may enter already, or has asked",
        "refused, category 30",
        "As with connections: a success would hide that nothing was done.",
    ),
    (
        "the older headers beside a bearer token",
        "the token counts",
        "It is what the reference recommends, and it says as much as they do.",
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
