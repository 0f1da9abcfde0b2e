"""Which faults are on, and whether one strikes this call."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from random import Random

from entity_connections.fake.faults.catalogue import (
    FAULTS,
    FaultError,
    Setting,
    either,
    parsed,
    setting,
)
from entity_connections.fake.rules.choices import Denied
from entity_connections.fake.rules.policy import Policy

_MOST_TOKENS = 10_000


class Faults:
    """The switches of the lab, for one tenant; they may be thrown from any thread.

    With the same seed, the same calls in the same order meet the same faults.

        tenant.faults.on("rate-limit=2,times=1")
        tenant.faults.on("rate-limit", 2, times=1)  # the same
        tenant.faults.off()
    """

    def __init__(self, those: Iterable[str | Setting] = (), *, seed: int = 0) -> None:
        self.seed = seed
        self._on: dict[str, Setting] = {}
        self._dice: dict[str, Random] = {}
        self._used: Counter[str] = Counter()  # calls by token, for `expired-token`
        self._calls = 0  # since `another-administrator` is on
        for one in those:
            self.set(one)

    def __bool__(self) -> bool:
        """Whether any fault is on."""
        return bool(self._on)

    def on(
        self,
        name: str,
        value: float | None = None,
        *,
        share: float = 1.0,
        times: int | None = None,
        calls: str | None = None,
    ) -> None:
        """Switch a fault on, or over; see `Setting` for what the numbers mean.

        Raises:
            FaultError: there is no such fault, or a number does not fit.
        """
        if isinstance(name, str) and ("=" in name or "," in name):
            if (value, share, times, calls) != (None, 1.0, None, None):
                raise FaultError(
                    f"{name[:40]!r} says it all: give no value, share, times or calls."
                )
            self.set(name)
        else:
            self.set(setting(name, value, share=share, times=times, calls=calls))

    def set(self, one: str | Setting) -> None:
        """Switch a fault on as `one` says; its dice and counts begin anew.

        Raises:
            FaultError: it is no fault.
        """
        if isinstance(one, str):
            one = parsed(one)
        if not isinstance(one, Setting):
            raise FaultError(f'A fault is a text such as "latency=2,times=3", not {one!r:.60}.')
        self._dice[one.name] = Random(f"{self.seed} {one.name}")  # noqa: S311 - to be repeatable
        if one.name == "expired-token":
            self._used.clear()
        if one.name == "another-administrator":
            self._calls = 0
        self._on = {**self._on, one.name: one}

    def off(self, name: str | None = None) -> None:
        """Switch one fault off, or all of them; one that is not on stays so.

        Raises:
            FaultError: there is no such fault.
        """
        if name is not None and name not in tuple(FAULTS):
            raise FaultError(f"There is no fault {name!r:.42}. Choose {either(FAULTS)}.")
        self._on = {k: one for k, one in self._on.items() if name is not None and k != name}

    def active(self) -> tuple[Setting, ...]:
        """Return what is on, in the order of the catalogue."""
        on = self._on
        return tuple(on[name] for name in FAULTS if name in on)

    def watermark(self) -> str:
        """Return one line that says what is on; "" when nothing is."""
        return " · ".join(map(str, self.active()))

    def policy(self, chosen: Policy) -> Policy:
        """Return the policy in force: `chosen`, unless a fault bends it."""
        if "denied-is-removed" in self._on:
            return replace(chosen, denied=Denied.REMOVED)
        return chosen

    def strikes(self, name: str, method: str, path: str) -> Setting | None:
        """Return the fault if it strikes this call; a strike counts against its times."""
        one = self._on.get(name)
        if one is None or not _befalls(one.calls, method, path):
            return None
        if one.share < 1 and self._dice[name].random() >= one.share:
            return None
        if one.times is not None:
            if one.times == 1:
                self.off(name)
            else:
                self._on = {**self._on, name: one._replace(times=one.times - 1)}
        return one

    def dice(self, name: str) -> Random:
        """Return the random numbers of a fault that is or was on."""
        return self._dice[name]

    def worn_out(self, token: str) -> bool:
        """Count a call with `token`; return whether it has had all its calls."""
        one = self._on.get("expired-token")
        if one is None or one.value is None:
            return False
        if len(self._used) > _MOST_TOKENS:
            self._used.clear()
        self._used[token] += 1
        return self._used[token] > one.value

    def somebody_acts(self) -> bool:
        """Count a call; return whether another administrator acts before it."""
        one = self._on.get("another-administrator")
        if one is None or not one.value:
            return False
        self._calls += 1
        return self._calls % int(one.value) == 0


def _befalls(calls: str, method: str, path: str) -> bool:
    if path == "/oauth/token":
        return calls in ("all", "tokens")
    if not path.startswith("/v1/"):
        return calls == "all"
    kind = "reads" if method in ("GET", "HEAD") else "writes"
    return calls in ("all", "api", kind)
