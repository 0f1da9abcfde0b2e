"""The questions that Zuora's documentation leaves open (contract L), as a table with reasons.

Every answer is a choice made for the fake tenant, not a fact about Zuora.
"""

from collections.abc import Iterator
from typing import NamedTuple

from entity_connections.fake.rules.policy import Policy, option_word


class PolicyRow(NamedTuple):
    """One row of the table.

    Attributes:
        question: What Zuora's documentation does not say.
        choice: How the fake tenant behaves.
        others: The other possible behaviours, if there are any.
        why: The reason for the default.
        name: The name of the policy that switches it; "" when nothing does.
        switches: What to write for each of `others`, such as "denied=removed".
    """

    question: str
    choice: str
    others: tuple[str, ...]
    why: str
    name: str = ""
    switches: tuple[str, ...] = ()


def policy_rows(policy: Policy) -> Iterator[PolicyRow]:
    """Yield the table as `policy` decides, the rows that can be switched first."""
    for name, (question, why) in _SWITCHABLE.items():
        choice = getattr(policy, name)
        others = [other for other in type(choice) if other is not choice]
        yield PolicyRow(
            question,
            choice.value,
            tuple(other.value for other in others),
            why,
            option_word(name),
            tuple(f"{option_word(name)}={option_word(other.name)}" for other in others),
        )
    for question, behaviour, why in _FIXED:
        yield PolicyRow(question, behaviour, (), why)


_SWITCHABLE = {
    "denied": (
        "a denied request",
        "Disconnected is the only documented word that is neither waiting nor alive.",
    ),
    "ended": (
        "a connection after disconnect",
        "The word Disconnected would have no use if it vanished.",
    ),
    "again": (
        "request again after Disconnected",
        "A broken mapping cannot be restored, so its record does not come back to life.",
    ),
    "duplicate": (
        "duplicate while Pending or Connected",
        "A second living record for one pair would make every later action ambiguous.",
    ),
    "both_ways": (
        "both directions at once",
        "Direction is part of what a connection is; Zuora's examples point both ways.",
    ),
    "own_request": (
        "a request by someone who administers both ends",
        "Zuora documents automatic acceptance for user access only.",
    ),
    "answering": (
        "accept or deny by an administrator of the source, acting there",
        "The procedure in the web screen does it in the target.",
    ),
    "withdrawal": (
        "withdrawing by disconnecting a Pending one",
        "Zuora describes disconnecting for established connections only.",
    ),
    "twice": (
        "the same action twice",
        "A success would hide that somebody else was faster.",
    ),
    "reused_key": (
        "an idempotency key with another body or acting entity",
        "Only another tenant, URL or method is documented as a mismatch.",
    ),
    "refusals": (
        "what the rules forbid, or does not exist",
        "Zuora's guide reports business failures inside a successful answer.",
    ),
    "bare_put": (
        "a PUT without body and Content-Type",
        "The specification has no body; of other such calls HTTP 415 has been reported.",
    ),
    "entity_list": (
        "the list of entities",
        "A separate call lists the accessible ones, so this one must be wider.",
    ),
    "order": (
        "order of a list of connections",
        "It is stable across pages, and Zuora's example is sorted by nothing visible.",
    ),
    "next_page": (
        "nextPage of a list with a type",
        "Whoever follows it as it is must get the rest of the same list.",
    ),
    "token_limit": (
        "token requests",
        "Zuora has both limits, but here every caller has one and the same address.",
    ),
}
"""Field of `Policy` -> question and reason for the default."""

_FIXED = (
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
        "accept or deny by anyone who administers neither end, or acts elsewhere",
        "refused, category 10",
        "The procedure in the web screen does it in the target, as its administrator.",
    ),
    (
        "who counts as an administrator",
        "who has that role in the acting entity",
        "Zuora's finer permissions have no documented bearing on connections.",
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
        "a token after a user's access has changed",
        "the access of the moment counts",
        "A token that still opened what was taken away would be a hole.",
    ),
    (
        "page without pageSize, pageSize 0 or over 300, an unknown type or parameter",
        "HTTP 400, category 27",
        "A guess would hide the mistake; the category is documented for it.",
    ),
    (
        "a page after the last",
        "an empty list",
        "The list may have become shorter while somebody was reading it.",
    ),
    (
        "Zuora-Entity-Ids without hyphens",
        "accepted",
        "Zuora's older header wants it so.",
    ),
    (
        "a targetEntityId with hyphens",
        "HTTP 400, category 20",
        "The specification allows 32 characters, which an id without them has.",
    ),
    (
        "several entities in Zuora-Entity-Ids",
        "HTTP 400, category 20",
        "A call acts in one entity.",
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
    (
        "a token request that fails",
        "HTTP 400 or 401 in the shape of every other refusal",
        "Zuora's answer is documented nowhere; a client must not need its body.",
    ),
    (
        "what is stored under an Idempotency-Key",
        "what the operation answered, refusals too; no 401, 403 or 429 that came before it",
        "Zuora says that failures are stored, and what never began cannot be repeated.",
    ),
    (
        "when an accepted connection counts",
        "at once",
        "A delay would be another bad day: see `serve --faults`.",
    ),
    (
        "a tenant without Multi-entity, a maintenance window",
        "not imitated",
        "For the second there are the faults http-502 and http-503.",
    ),
)
"""Question, behaviour and reason, where there is only one behaviour."""
