"""The faults that can be switched on, and how one is written.

The command line reads this module before it loads a server: it must not import anything heavy.
"""

import math
import re
from typing import NamedTuple

from entity_connections.domain.words import join_or

CALLS = {
    "all": "every call",
    "api": "every call below /v1",
    "reads": "GET below /v1",
    "writes": "all else below /v1",
    "connections": "GET of a list of connections",
    "entities": "GET of the list of entities",
    "tokens": "those for a token",
}
"""The groups of calls to which a fault can be limited, with their meanings."""
_EVERY: dict[float, str] = {1: "every", 2: "every second", 3: "every third"}
"""By value, what people say for "every VALUE-th"."""
_POSITIVE_NUMBER = re.compile("[1-9][0-9]{0,8}")


class Fault(NamedTuple):
    """A kind of fault, and the defaults of a `FaultSetting`.

    Attributes:
        sentence: What happens; VALUE stands for the value.
        value: In the unit that the sentence names; None: it takes none.
        values: The least and the greatest value.
    """

    sentence: str
    value: float | None = None
    calls: str = "api"
    values: tuple[int, int] = (0, 86_400)


_HTTP_STATUSES = (200, 599)
WITH_RETRY_AFTER = (
    "rate-limit", "concurrency", "refusal", "gateway-page", "committed-then-429",
)  # fmt: skip
"""The faults whose answer may have a Retry-After."""


FAULTS = {
    "latency": Fault("Every answer comes VALUE seconds late.", 1, "all"),
    "jitter": Fault("An answer comes up to VALUE seconds late, at random.", 1, "all"),
    "rate-limit": Fault("HTTP 429, the rate limit: RateLimit-Reset says VALUE seconds.", 5),
    "concurrency": Fault("HTTP 429, too many calls at once."),
    "refusal": Fault(
        "HTTP 200 with success false, category VALUE of Zuora's codes; nothing is carried out.", 30
    ),
    "gateway-page": Fault(
        "HTTP VALUE with a page of a gateway; nothing is carried out.", 403, values=_HTTP_STATUSES
    ),
    "time-out": Fault(
        "Nothing is carried out, and no answer comes for VALUE seconds, then HTTP 504.", 120
    ),
    "offline": Fault("No connection can be opened; nothing is carried out.", calls="all"),
    "lost": Fault("The line drops before the call is carried out.", calls="writes"),
    "drop": Fault("The call is carried out, and the line drops before its answer.", calls="writes"),
    "truncated": Fault("The call is carried out, and its answer breaks off half-way."),
    "committed-then-401": Fault(
        "The call is carried out, but HTTP 401 comes, as for a token that is not valid.",
        calls="writes",
    ),
    "committed-then-429": Fault(
        "The call is carried out, but HTTP 429 comes, as if the rate limit had refused it.",
        calls="writes",
    ),
    "committed-then-504": Fault(
        "The call is carried out, but HTTP 504 comes from a gateway VALUE seconds later.", 0
    ),
    "committed-then-page": Fault(
        "The call is carried out, but HTTP VALUE comes with a page of a gateway.",
        403,
        calls="writes",
        values=_HTTP_STATUSES,
    ),
    "list-lags": Fault(
        "Lists show the connections as they were VALUE seconds ago, but not before this fault.",
        3,
        calls="connections",
    ),
    "list-empty": Fault("Lists are empty.", calls="connections"),
    "endless-pages": Fault(
        "Every page of a list names a next page, and repeats the first; VALUE records are new.",
        0,
        calls="connections",
    ),
    "unreadable-record": Fault(
        "In lists, all fields of every VALUE-th record are null.", 2, calls="connections"
    ),
    "unknown-status": Fault(
        "In lists, the status of every VALUE-th record is a word that nobody knows.",
        2,
        calls="connections",
    ),
    "status-twice": Fault(
        "In lists, every VALUE-th record holds two statuses, and the second is false.",
        2,
        calls="connections",
    ),
    "record-twice": Fault(
        "In lists, every VALUE-th record comes again at the end, with another status.",
        2,
        calls="connections",
    ),
    "new-id": Fault("In lists, every VALUE-th record has another id.", 2, calls="connections"),
    "invalid-target": Fault(
        "In lists, the target of every VALUE-th record is no id of an entity.",
        2,
        calls="connections",
    ),
    "other-entities": Fault(
        "In lists, every VALUE-th record is one of other entities.", 2, calls="connections"
    ),
    "partial-content": Fault(
        "Lists come with HTTP 206, and every VALUE-th record is missing.", 2, calls="connections"
    ),
    "success-twice": Fault(
        "The call is carried out, and its answer says success twice: true, then false."
    ),
    "no-expires-in": Fault("The answer does not say when the token expires.", calls="tokens"),
    "expired-token": Fault("A token is refused, HTTP 401, after VALUE calls.", 3),
    "another-administrator": Fault(
        "Somebody else accepts, denies, requests or disconnects before every VALUE-th call.", 3
    ),
}
"""Every fault, in the order in which lists show them."""


class FaultSetting(NamedTuple):
    """A fault as it is switched on.

    Attributes:
        name: A key of `FAULTS`.
        value: What VALUE stands for; 0 for a fault without a value.
        share: The share of the affected calls that it triggers on, from 0 to 1, at random.
        after: How many of the affected calls pass before it triggers.
        times: How often it triggers before it switches itself off; None: without end.
        calls: The calls that it affects; a key of `CALLS`.
        retry_after: The seconds that the answer names in Retry-After, or None.
    """

    name: str
    value: float
    share: float
    after: int
    times: int | None
    calls: str
    retry_after: int | None

    def __str__(self) -> str:
        """Return the setting as `parse_fault` takes it, without what is default."""
        default = parse_fault(self.name)
        text = self.name if self.value == default.value else f"{self.name}={self.value:g}"
        for field in ("share", "after", "times", "calls", "retry_after"):
            value = getattr(self, field)
            if value != getattr(default, field):
                shown = f"{value:g}" if isinstance(value, float) else value
                text += f",{field.replace('_', '-')}={shown}"
        return text

    @property
    def sentence(self) -> str:
        """What happens, with the value in it."""
        text = FAULTS[self.name].sentence
        if self.value == 1:
            text = text.replace("VALUE seconds", "1 second")
        text = text.replace("every VALUE-th", _EVERY.get(self.value, "every VALUE-th"))
        return text.replace("VALUE", f"{self.value:g}")


def parse_fault(text: str) -> FaultSetting:
    """Return the setting written as `NAME[=VALUE][,share=S][,after=N][,times=N][,calls=GROUP]`.

    Some faults take `,retry-after=N`, too. A text that is not valid raises ValueError.
    """
    (name, has_value, value), *rest = (part.strip().partition("=") for part in text.split(","))
    check_fault_name(name)
    fault = FAULTS[name]
    if has_value and fault.value is None:
        raise ValueError(f"The fault {name} takes no value.")
    keys = ["share", "after", "times", "calls"] + ["retry-after"] * (name in WITH_RETRY_AFTER)
    parameters = {key: word for key, _, word in rest}
    if len(parameters) < len(rest) or not parameters.keys() <= set(keys):
        names = ", ".join(f"{key}=" for key in keys)
        raise ValueError(f"After {name} may come {names}, each of them once.")
    for key in ("after", "times"):
        if key in parameters and not _POSITIVE_NUMBER.fullmatch(parameters[key]):
            raise ValueError(f"The {key} of {name} must be a whole number from 1.")
    calls = parameters.get("calls", fault.calls)
    if calls not in CALLS:
        raise ValueError(f"The calls of {name} must be {join_or(CALLS)}.")
    retry_after = parameters.get("retry-after")
    return FaultSetting(
        name,
        _parse_number(f"value of {name}", value, *fault.values) if has_value else fault.value or 0,
        share=_parse_number(f"share of {name}", parameters.get("share", "1"), 0, 1),
        after=int(parameters.get("after", "0")),
        times=int(parameters["times"]) if "times" in parameters else None,
        calls=calls,
        retry_after=None
        if retry_after is None
        else int(_parse_number(f"retry-after of {name}", retry_after, 0, 86_400)),
    )


def check_fault_name(name: str) -> None:
    """Raise ValueError when there is no fault of this name."""
    if name not in FAULTS:
        raise ValueError(f"There is no fault {name!r:.42}. Choose {join_or(FAULTS)}.")


def _parse_number(label: str, text: str, minimum: int, maximum: int) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not minimum <= number <= maximum:
        raise ValueError(f"The {label} must be a number from {minimum} to {maximum}.")
    return number
