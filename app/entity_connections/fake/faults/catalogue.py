"""The faults that can be switched on, and how one is written.

The command line reads this module before it loads a server: it must not import anything heavy.
"""

import math
from typing import NamedTuple

from entity_connections.domain.words import join_or

CALLS = {
    "all": "every call",
    "api": "every call below /v1",
    "reads": "GET below /v1",
    "writes": "all else below /v1",
    "tokens": "those for a token",
}
"""The groups of calls to which a fault can be limited, with their meanings."""
MAX_SECONDS = 86_400


class Fault(NamedTuple):
    """A kind of fault.

    Attributes:
        sentence: What happens; VALUE stands for the value.
        value: The default value; None for a fault without one.
        unit: The unit of the value: "seconds" or "calls".
        calls: The calls that it affects by default; a key of `CALLS`.
    """

    sentence: str
    value: float | None = None
    unit: str = ""
    calls: str = "api"


FAULTS = {
    "latency": Fault("Every answer comes VALUE seconds late.", 1.0, "seconds", "all"),
    "jitter": Fault("An answer comes up to VALUE seconds late, at random.", 1.0, "seconds", "all"),
    "rate-limit": Fault(
        "HTTP 429, the rate limit: RateLimit-Reset says VALUE seconds, there is no Retry-After.",
        5.0, "seconds",
    ),
    "rate-limit-retry-after": Fault(
        "HTTP 429, the rate limit, with a Retry-After of VALUE seconds.", 5.0, "seconds"
    ),
    "concurrency": Fault("HTTP 429, too many calls at once; there is no Retry-After."),
    "concurrency-retry-after": Fault(
        "HTTP 429, too many calls at once, with a Retry-After of VALUE seconds.", 120.0, "seconds"
    ),
    "http-502": Fault("HTTP 502 from a gateway; nothing is carried out."),
    "http-503": Fault("HTTP 503 from a gateway; nothing is carried out."),
    "http-503-retry-after": Fault(
        "HTTP 503 with a Retry-After of VALUE seconds; nothing is carried out.", 120.0, "seconds"
    ),
    "http-504": Fault("HTTP 504 from a gateway, but the call is carried out."),
    "time-out": Fault(
        "Nothing is carried out, and no answer comes for VALUE seconds, then HTTP 504.",
        120.0, "seconds",
    ),
    "drop": Fault("The call is carried out, and the line drops before its answer.", calls="writes"),
    "truncated": Fault("The call is carried out, and its answer breaks off half-way."),
    "expired-token": Fault("A token is refused, HTTP 401, after VALUE calls.", 3.0, "calls"),
    "another-administrator": Fault(
        "Somebody else accepts, denies, requests or disconnects before every VALUE-th call.",
        3.0, "calls",
    ),
    "denied-is-removed": Fault("A denied request vanishes from the lists.", calls="writes"),
}  # fmt: skip
"""Every fault, in the order in which lists show them."""


class FaultError(ValueError):
    """A fault that does not exist, or a number that is not valid; the message is a sentence."""


class FaultSetting(NamedTuple):
    """A fault as it is switched on.

    Attributes:
        name: A key of `FAULTS`.
        value: What VALUE stands for; None for a fault without a value.
        share: The share of the affected calls that it triggers on, from 0 to 1, at random.
        times: How often it triggers before it switches itself off; None: without end.
        calls: The calls that it affects; a key of `CALLS`.
    """

    name: str
    value: float | None
    share: float = 1.0
    times: int | None = None
    calls: str = "api"

    def __str__(self) -> str:
        """Return the setting as `parse_fault` takes it, without what is default."""
        fault = FAULTS[self.name]
        text = self.name
        if self.value not in (None, fault.value):
            text += f"={self.value:g}"
        if self.share != 1.0:
            text += f",share={self.share:g}"
        if self.times is not None:
            text += f",times={self.times}"
        if self.calls != fault.calls:
            text += f",calls={self.calls}"
        return text

    @property
    def sentence(self) -> str:
        """What happens, with the value in it."""
        text = FAULTS[self.name].sentence
        if self.value is None:
            return text
        text = text.replace("VALUE seconds", "1 second") if self.value == 1 else text
        return text.replace("VALUE", f"{self.value:g}")


def create_setting(
    name: str,
    value: float | None = None,
    *,
    share: float = 1.0,
    times: int | None = None,
    calls: str | None = None,
) -> FaultSetting:
    """Return a checked setting; what is None becomes the default of the fault.

    Raises:
        FaultError: There is no such fault, or a number is not valid.
    """
    check_fault_name(name)
    fault = FAULTS[name]
    if fault.value is None and value is not None:
        raise FaultError(f"The fault {name} takes no value.")
    value = fault.value if value is None else value
    if value is not None:
        if not _is_number_up_to(MAX_SECONDS, value):
            raise FaultError(
                f"The value of {name} must be a number of {fault.unit} from 0 to {MAX_SECONDS}."
            )
        if fault.unit == "calls" and value % 1:
            raise FaultError(f"The value of {name} must be a whole number of calls.")
        if name == "another-administrator" and value == 0:
            raise FaultError(f"The value of {name} must be at least 1.")
        value = float(value)
    if not _is_number_up_to(1, share):
        raise FaultError(f"The share of {name} must be a number from 0 to 1.")
    if times is not None and (not isinstance(times, int) or times < 1):
        raise FaultError(f"The times of {name} must be a whole number from 1.")
    if calls is not None and calls not in tuple(CALLS):
        raise FaultError(f"The calls of {name} must be {join_or(CALLS)}.")
    return FaultSetting(name, value, float(share), times, calls or fault.calls)


def parse_fault(text: str) -> FaultSetting:
    """Return the setting written as `NAME[=VALUE][,share=S][,times=N][,calls=GROUP]`.

    Raises:
        FaultError: The text is not valid.
    """
    first, *rest = text.split(",")
    name, equals, value = first.partition("=")
    name = name.strip()
    check_fault_name(name)
    parameters: dict[str, str] = {}
    for part in rest:
        key, part_equals, word = part.strip().partition("=")
        if key not in ("share", "times", "calls") or not part_equals or key in parameters:
            raise FaultError(
                f"{part[:40]!r} is not understood after a fault: it takes share=, times= and"
                " calls=."
            )
        parameters[key] = word.strip()
    share, times = parameters.get("share"), parameters.get("times")
    return create_setting(
        name,
        _parse_number(name, "value", value) if equals else None,
        share=1.0 if share is None else _parse_number(name, "share", share),
        times=None if times is None else _parse_times(name, times),
        calls=parameters.get("calls"),
    )


def check_fault_name(name: object) -> None:
    """Raise `FaultError` when there is no fault of this name."""
    if not isinstance(name, str) or name not in FAULTS:
        raise FaultError(f"There is no fault {name!r:.42}. Choose {join_or(FAULTS)}.")


def _is_number_up_to(maximum: float, number: object) -> bool:
    return isinstance(number, int | float) and math.isfinite(number) and 0 <= number <= maximum


def _parse_number(name: str, key: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise FaultError(f"The {key} of {name} must be a number, not {text[:20]!r}.") from None


def _parse_times(name: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise FaultError(f"The times of {name} must be a whole number from 1.")
    return int(text)
