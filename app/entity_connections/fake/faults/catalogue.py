"""The faults there are, by name, and what a person may say of one.

The command line reads this before it loads a server, so nothing heavy lives here.
"""

import math
from collections.abc import Iterable
from typing import NamedTuple

CALLS = {
    "all": "every call",
    "api": "every call below /v1",
    "reads": "GET below /v1",
    "writes": "all else below /v1",
    "tokens": "those for a token",
}
"""Which calls a fault may be confined to, and what each word means."""


class Fault(NamedTuple):
    """One kind of bad day.

    Attributes:
        sentence: what happens, with VALUE where the number counts.
        value: the number unless another is given; None: it takes none.
        unit: of the number: "seconds" or "calls".
        calls: what it befalls unless told; one of `CALLS`.
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
"""Every fault, in the order in which they are shown."""


class FaultError(ValueError):
    """A fault that does not exist, or a number that does not fit: one sentence."""


class Setting(NamedTuple):
    """A fault as it is switched on.

    Attributes:
        name: one of `FAULTS`.
        value: what VALUE stands for in its sentence; None where it takes none.
        share: of the calls it may befall, how many it does: 0 to 1, drawn by the seed.
        times: how often it strikes until it is off by itself; None: without end.
        calls: which calls it may befall; one of `CALLS`.
    """

    name: str
    value: float | None
    share: float = 1.0
    times: int | None = None
    calls: str = "api"

    def __str__(self) -> str:
        """Return it as it is typed: what `parsed` takes."""
        fault = FAULTS[self.name]
        said = "" if self.value in (None, fault.value) else f"={self.value:g}"
        more = [
            ("share", f"{self.share:g}", self.share != 1.0),
            ("times", str(self.times), self.times is not None),
            ("calls", self.calls, self.calls != fault.calls),
        ]
        return (
            self.name + said + "".join(f",{key}={text}" for key, text, is_said in more if is_said)
        )

    @property
    def sentence(self) -> str:
        """What happens, with the number in it."""
        text = FAULTS[self.name].sentence
        if self.value is None:
            return text
        text = text.replace("VALUE seconds", "1 second") if self.value == 1 else text
        return text.replace("VALUE", f"{self.value:g}")


def setting(
    name: str,
    value: float | None = None,
    *,
    share: float = 1.0,
    times: int | None = None,
    calls: str | None = None,
) -> Setting:
    """Return a fault as it is switched on, each number checked.

    Raises:
        FaultError: there is no such fault, or a number does not fit.
    """
    fault = FAULTS.get(name) if isinstance(name, str) else None
    if fault is None:
        raise FaultError(f"There is no fault {name!r:.42}. Choose {either(FAULTS)}.")
    if fault.value is None and value is not None:
        raise FaultError(f"The fault {name} takes no value.")
    chosen = fault.value if value is None else value
    if chosen is not None and not _is_within(chosen, 86_400):
        raise FaultError(f"The value of {name} must be a number of {fault.unit} from 0 to 86400.")
    if fault.unit == "calls" and chosen is not None and chosen % 1:
        raise FaultError(f"The value of {name} must be a whole number of calls.")
    if name == "another-administrator" and chosen == 0:
        raise FaultError(f"The value of {name} must be at least 1.")
    if not _is_within(share, 1):
        raise FaultError(f"The share of {name} must be a number from 0 to 1.")
    if times is not None and (not isinstance(times, int) or times < 1):
        raise FaultError(f"The times of {name} must be a whole number from 1.")
    if calls is not None and calls not in tuple(CALLS):
        raise FaultError(f"The calls of {name} must be {either(CALLS)}.")
    value = None if chosen is None else float(chosen)
    return Setting(name, value, float(share), times, calls or fault.calls)


def parsed(text: str) -> Setting:
    """Return what somebody typed: `NAME[=VALUE][,share=S][,times=N][,calls=WHICH]`.

    Raises:
        FaultError: it cannot be understood.
    """
    first, *rest = text.split(",")
    name, _, value = first.partition("=")
    said: dict[str, str] = {}
    for one in rest:
        key, equals, word = one.strip().partition("=")
        if key not in ("share", "times", "calls") or not equals or key in said:
            raise FaultError(
                f"{one[:40]!r} is not understood after a fault: it takes share=, times= and calls=."
            )
        said[key] = word.strip()
    name = name.strip()
    return setting(
        name,
        _number(name, "value", value) if "=" in first else None,
        share=_number(name, "share", said["share"]) if "share" in said else 1.0,
        times=_whole(name, said["times"]) if "times" in said else None,
        calls=said.get("calls"),
    )


def either(names: Iterable[str]) -> str:
    """Return what there is to choose from, as the end of a sentence."""
    *first, last = names
    return f"{', '.join(first)} or {last}"


def _is_within(number: object, most: float) -> bool:
    return isinstance(number, int | float) and math.isfinite(number) and 0 <= number <= most


def _number(name: str, what: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise FaultError(
            f"The {what} of {name[:40]} must be a number, not {text[:20]!r}."
        ) from None


def _whole(name: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise FaultError(f"The times of {name[:40]} must be a whole number from 1.")
    return int(text)
