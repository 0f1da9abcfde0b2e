"""The questions that Zuora's documentation leaves open, with the reasons for the defaults.

Every behaviour is a choice made for the fake tenant, not a fact about Zuora.
"""

from collections.abc import Iterator
from typing import NamedTuple

from entity_connections.fake.rules.policy import Policy


class PolicyRow(NamedTuple):
    """One policy.

    Attributes:
        name: The name of the policy.
        question: What Zuora's documentation does not say.
        choice: How the fake tenant behaves.
        others: The other possible behaviours.
        switches: What to write for each of `others`, such as "denied=removed".
        why: The reason for the default.
    """

    name: str
    question: str
    choice: str
    others: tuple[str, ...]
    switches: tuple[str, ...]
    why: str


def policy_rows(policy: Policy) -> Iterator[PolicyRow]:
    """Yield a row for each policy, with the values of `policy` as the choices."""
    for name, chosen in policy.as_dict().items():
        question, behaviours, why = _QUESTIONS[name]
        others = [value for value in behaviours if value != chosen]
        yield PolicyRow(
            name,
            question,
            behaviours[chosen],
            tuple(behaviours[value] for value in others),
            tuple(f"{name}={value}" for value in others),
            why,
        )


_QUESTIONS: dict[str, tuple[str, dict[str, str], str]] = {
    # name -> question, behaviour of each value, reason for the default
    "denied": (
        "a denied request",
        {"disconnected": "becomes Disconnected", "removed": "is removed"},
        "Disconnected is the only documented word that is neither waiting nor alive.",
    ),
    "ended": (
        "a connection after disconnect",
        {"kept": "stays in the lists as Disconnected", "removed": "is removed"},
        "The word Disconnected would have no use if it vanished.",
    ),
    "again": (
        "request again after Disconnected",
        {
            "new-record": "a new record, the old one stays",
            "same-record": "the same record becomes Pending",
        },
        "A broken mapping cannot be restored, so its record does not come back to life.",
    ),
    "duplicate": (
        "duplicate while Pending or Connected",
        {"refused": "refused, category 30", "same-id": "a success with the id of that record"},
        "A second living record for one pair would make every later action ambiguous.",
    ),
    "both-ways": (
        "both directions at once",
        {"two-records": "two records", "refused": "refused, category 30"},
        "Direction is part of what a connection is; Zuora's examples point both ways.",
    ),
    "own-request": (
        "a request by someone who administers both ends",
        {"pending": "Pending like any other", "connected": "Connected at once"},
        "Zuora documents automatic acceptance for user access only.",
    ),
    "answering": (
        "accept or deny by an administrator of the source, acting there",
        {"refused": "refused, category 10", "allowed": "allowed"},
        "The procedure in the web screen does it in the target.",
    ),
    "withdrawal": (
        "withdrawing by disconnecting a Pending one",
        {"refused": "refused, category 30", "allowed": "allowed, becomes Disconnected"},
        "Zuora describes disconnecting for established connections only.",
    ),
    "twice": (
        "the same action twice",
        {"refused": "refused, category 30", "repeated": "a success that changes nothing"},
        "A success would hide that somebody else was faster.",
    ),
    "reused-key": (
        "an idempotency key with another body or acting entity",
        {"replayed": "the first answer again", "refused": "refused, HTTP 422"},
        "Only another tenant, URL or method is documented as a mismatch.",
    ),
    "refusals": (
        "what the rules forbid, or does not exist",
        {
            "http-200": "HTTP 200 with success false",
            "http-4xx": "HTTP 403, 404 or 400 for category 10, 40 or 30",
        },
        "Zuora's guide reports business failures inside a successful answer.",
    ),
    "bare-put": (
        "a PUT without body and Content-Type",
        {"taken": "like one with {}", "refused": "refused, HTTP 415"},
        "The specification has no body; of other such calls HTTP 415 has been reported.",
    ),
    "entity-list": (
        "the list of entities",
        {
            "whole": "the whole hierarchy",
            "enterable": "only those the caller may enter",
            "first-300": "the first 300 of the hierarchy",
        },
        "A separate call lists the accessible ones, so this one must be wider.",
    ),
    "order": (
        "order of a list of connections",
        {"creation": "creation", "newest-first": "the newest first"},
        "It is stable across pages, and Zuora's example is sorted by nothing visible.",
    ),
    "next-page": (
        "nextPage of a list with a type",
        {
            "whole-query": "all of the query, with the next page",
            "without-type": "page and pageSize only",
        },
        "Whoever follows it as it is must get the rest of the same list.",
    ),
    "token-limit": (
        "token requests",
        {
            "per-tenant": "2,000 a minute for the tenant",
            "per-address": "2,000 a minute for the tenant, 100 from one IP address",
        },
        "Zuora has both limits, but here every caller has one and the same address.",
    ),
}
