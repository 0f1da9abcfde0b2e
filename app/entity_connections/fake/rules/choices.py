"""What a tenant may choose where Zuora's documentation is silent (contract L).

The first value of each is ours; the questions they answer stand in `policy_table`.
"""

from enum import Enum


class Denied(Enum):
    """What becomes of a denied request."""

    DISCONNECTED = "becomes Disconnected"
    REMOVED = "is removed"


class Ended(Enum):
    """What becomes of a connection that is disconnected."""

    KEPT = "stays in the lists as Disconnected"
    REMOVED = "is removed"


class Again(Enum):
    """What a request makes when the pair's last connection is Disconnected."""

    NEW_RECORD = "a new record, the old one stays"
    SAME_RECORD = "the same record becomes Pending"


class Duplicate(Enum):
    """What a request answers while the pair has a Pending or Connected record."""

    REFUSED = "refused, category 30"
    SAME_ID = "a success with the id of that record"


class BothWays(Enum):
    """What a request makes while the opposite direction is Pending or Connected."""

    TWO_RECORDS = "two records"
    REFUSED = "refused, category 30"


class OwnRequest(Enum):
    """What a request is when its maker administers both ends."""

    PENDING = "Pending like any other"
    CONNECTED = "Connected at once"


class Answering(Enum):
    """What becomes of an accept or deny by an administrator of the source, acting there."""

    REFUSED = "refused, category 10"
    ALLOWED = "allowed"


class Withdrawal(Enum):
    """Whether the source may disconnect its own request while it is Pending."""

    REFUSED = "refused, category 30"
    ALLOWED = "allowed, becomes Disconnected"


class Twice(Enum):
    """What an accept, deny or disconnect answers when it is done already."""

    REFUSED = "refused, category 30"
    REPEATED = "a success that changes nothing"


class ReusedKey(Enum):
    """What an Idempotency-Key answers when entity or body differ from the first time."""

    REPLAYED = "the first answer again"
    REFUSED = "refused, HTTP 422"


class Refusals(Enum):
    """How it is said that the rules forbid something, or that something does not exist."""

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


class Order(Enum):
    """In which order connections are listed."""

    CREATION = "creation"
    NEWEST_FIRST = "the newest first"


class TokenLimit(Enum):
    """How many tokens may be asked for."""

    PER_TENANT = "2,000 a minute for the tenant"
    PER_ADDRESS = "2,000 a minute for the tenant, 100 from one IP address"


class NextPage(Enum):
    """What the query of nextPage holds."""

    WHOLE_QUERY = "all of the query, with the next page"
    WITHOUT_TYPE = "page and pageSize only"
