"""What the fake tenant does where Zuora's documentation is silent (contract L).

Every line is a choice of ours, not a fact about Zuora. Lines with another value
can be switched per scenario, so that a client can be tried both ways.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from enum import Enum
from typing import NamedTuple

from entity_connections.fake.rules.choices import (
    Again,
    Answering,
    BarePut,
    BothWays,
    Denied,
    Duplicate,
    Ended,
    EntityList,
    NextPage,
    Order,
    OwnRequest,
    Refusals,
    ReusedKey,
    TokenLimit,
    Twice,
    Withdrawal,
)


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
    ended: Ended = Ended.KEPT
    again: Again = Again.NEW_RECORD
    duplicate: Duplicate = Duplicate.REFUSED
    both_ways: BothWays = BothWays.TWO_RECORDS
    own_request: OwnRequest = OwnRequest.PENDING
    answering: Answering = Answering.REFUSED
    withdrawal: Withdrawal = Withdrawal.REFUSED
    twice: Twice = Twice.REFUSED
    reused_key: ReusedKey = ReusedKey.REPLAYED
    refusals: Refusals = Refusals.HTTP_200
    bare_put: BarePut = BarePut.TAKEN
    entity_list: EntityList = EntityList.WHOLE
    order: Order = Order.CREATION
    next_page: NextPage = NextPage.WHOLE_QUERY
    token_limit: TokenLimit = TokenLimit.PER_TENANT

    def lines(self) -> Iterator[Line]:
        """Yield the whole table with this policy's choices, switchable lines first."""
        # Only who prints the table loads it.
        from entity_connections.fake.rules.policy_table import FIXED, SWITCHABLE

        for name, (question, why) in SWITCHABLE.items():
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
        for question, fixed, why in FIXED:
            yield Line(question, fixed, (), why)

    def words(self) -> dict[str, str]:
        """Return the choices as they are written in files and options."""
        return {word(one.name): word(getattr(self, one.name).name) for one in fields(self)}

    def switched(self, switches: Iterable[str]) -> "Policy":
        """Return this policy with the choices that are written as "name=value".

        Raises:
            PolicyError: There is no such line, or it has no such value.
        """
        pairs = (one.partition("=") for one in switches)
        return self.having({name.strip(): value.strip() for name, _, value in pairs})

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
