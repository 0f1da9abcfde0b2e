"""How the fake tenant behaves where Zuora's documentation is silent (contract L).

Each enumeration is one open question with the possible answers; the first answer is the default.
`policy_table` holds the questions and the reasons.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from enum import Enum

from entity_connections.domain.words import join_or


class DeniedRequest(Enum):
    """What becomes of a denied request."""

    DISCONNECTED = "becomes Disconnected"
    REMOVED = "is removed"


class AfterDisconnect(Enum):
    """What becomes of a connection that is disconnected."""

    KEPT = "stays in the lists as Disconnected"
    REMOVED = "is removed"


class RepeatRequest(Enum):
    """What a request makes when the pair's last connection is Disconnected."""

    NEW_RECORD = "a new record, the old one stays"
    SAME_RECORD = "the same record becomes Pending"


class DuplicateRequest(Enum):
    """What a request answers while the pair has a Pending or Connected record."""

    REFUSED = "refused, category 30"
    SAME_ID = "a success with the id of that record"


class OppositeRequest(Enum):
    """What a request makes while the opposite direction is Pending or Connected."""

    TWO_RECORDS = "two records"
    REFUSED = "refused, category 30"


class OwnRequest(Enum):
    """What a request becomes when its maker administers both entities."""

    PENDING = "Pending like any other"
    CONNECTED = "Connected at once"


class AnswerBySource(Enum):
    """Whether an administrator of the source, acting there, may accept or deny."""

    REFUSED = "refused, category 10"
    ALLOWED = "allowed"


class Withdrawal(Enum):
    """Whether the source may disconnect its own request while it is Pending."""

    REFUSED = "refused, category 30"
    ALLOWED = "allowed, becomes Disconnected"


class RepeatAction(Enum):
    """What an accept, deny or disconnect answers when it has been done already."""

    REFUSED = "refused, category 30"
    REPEATED = "a success that changes nothing"


class ReusedKey(Enum):
    """What an Idempotency-Key answers when entity or body differ from the first time."""

    REPLAYED = "the first answer again"
    REFUSED = "refused, HTTP 422"


class RefusalStatus(Enum):
    """The HTTP status of what the rules forbid, or of what does not exist."""

    HTTP_200 = "HTTP 200 with success false"
    HTTP_4XX = "HTTP 403, 404 or 400 for category 10, 40 or 30"


class BarePut(Enum):
    """What a PUT answers that has neither a body nor a Content-Type."""

    TAKEN = "like one with {}"
    REFUSED = "refused, HTTP 415"


class EntityList(Enum):
    """Which entities the list of entities holds."""

    WHOLE = "the whole hierarchy"
    ENTERABLE = "only those the caller may enter"
    FIRST_300 = "the first 300 of the hierarchy"


class ConnectionOrder(Enum):
    """The order in which connections are listed."""

    CREATION = "creation"
    NEWEST_FIRST = "the newest first"


class TokenLimit(Enum):
    """How many tokens may be requested."""

    PER_TENANT = "2,000 a minute for the tenant"
    PER_ADDRESS = "2,000 a minute for the tenant, 100 from one IP address"


class NextPage(Enum):
    """What the query of nextPage holds."""

    WHOLE_QUERY = "all of the query, with the next page"
    WITHOUT_TYPE = "page and pageSize only"


class PolicyError(ValueError):
    """An option that does not exist; the message names it and the valid ones."""


@dataclass(frozen=True)
class Policy:
    """One answer to each open question.

    Outside Python, fields and values are written in lower case with hyphens:
    `denied=removed` is `Policy(denied=DeniedRequest.REMOVED)`.
    """

    denied: DeniedRequest = DeniedRequest.DISCONNECTED
    ended: AfterDisconnect = AfterDisconnect.KEPT
    again: RepeatRequest = RepeatRequest.NEW_RECORD
    duplicate: DuplicateRequest = DuplicateRequest.REFUSED
    both_ways: OppositeRequest = OppositeRequest.TWO_RECORDS
    own_request: OwnRequest = OwnRequest.PENDING
    answering: AnswerBySource = AnswerBySource.REFUSED
    withdrawal: Withdrawal = Withdrawal.REFUSED
    twice: RepeatAction = RepeatAction.REFUSED
    reused_key: ReusedKey = ReusedKey.REPLAYED
    refusals: RefusalStatus = RefusalStatus.HTTP_200
    bare_put: BarePut = BarePut.TAKEN
    entity_list: EntityList = EntityList.WHOLE
    order: ConnectionOrder = ConnectionOrder.CREATION
    next_page: NextPage = NextPage.WHOLE_QUERY
    token_limit: TokenLimit = TokenLimit.PER_TENANT

    def as_dict(self) -> dict[str, str]:
        """Return the values by name, both as they are written in files and options."""
        return {
            option_word(field.name): option_word(getattr(self, field.name).name)
            for field in fields(self)
        }

    def with_options(self, options: Iterable[str]) -> "Policy":
        """Return a copy with other values, each given as "name=value".

        Raises:
            PolicyError: A name or a value does not exist.
        """
        pairs = (option.partition("=") for option in options)
        return self.with_values({name.strip(): value.strip() for name, _, value in pairs})

    def with_values(self, values: Mapping[str, str]) -> "Policy":
        """Return a copy with other values, given as `as_dict` returns them.

        Raises:
            PolicyError: A name or a value does not exist.
        """
        options = policy_options()
        changes: dict[str, Enum] = {}
        for name, value in values.items():
            if name not in options:
                raise PolicyError(f"There is no policy {name[:64]!r}. Choose {join_or(options)}.")
            if value not in options[name]:
                valid = join_or(options[name])
                raise PolicyError(f"{name} has no value {value[:64]!r}. Choose {valid}.")
            changes[name.replace("-", "_")] = options[name][value]
        return replace(self, **changes)  # type: ignore[arg-type]


def policy_options() -> dict[str, dict[str, Enum]]:
    """Return the valid values of each policy: name -> word -> value."""
    default = Policy()
    return {
        option_word(field.name): {
            option_word(value.name): value for value in type(getattr(default, field.name))
        }
        for field in fields(default)
    }


def option_word(name: str) -> str:
    """Return a Python name as it is written in files and options."""
    return name.lower().replace("_", "-")
