"""The faults that are on, and whether one triggers on a call."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from random import Random

from entity_connections.fake.faults.catalogue import (
    FAULTS,
    FaultError,
    FaultSetting,
    check_fault_name,
    create_setting,
    parse_fault,
)
from entity_connections.fake.rules.policy import DeniedRequest, Policy

_MAX_TOKENS = 10_000
"""The most tokens whose calls are counted."""


class ActiveFaults:
    """The faults of one tenant; they may be switched from any thread.

    With the same seed, the same calls in the same order meet the same faults.

        tenant.faults.on("rate-limit=2,times=1")
        tenant.faults.on("rate-limit", 2, times=1)  # the same
        tenant.faults.off()
    """

    def __init__(self, faults: Iterable[str | FaultSetting] = (), *, seed: int = 0) -> None:
        self.seed = seed
        self._settings: dict[str, FaultSetting] = {}  # replaced, never changed: other threads read
        self._randoms: dict[str, Random] = {}
        self._calls_by_token: Counter[str] = Counter()  # for expired-token
        self._calls = 0  # for another-administrator
        for fault in faults:
            self.on(fault)

    def __bool__(self) -> bool:
        """Whether any fault is on."""
        return bool(self._settings)

    def on(
        self,
        fault: str | FaultSetting,
        value: float | None = None,
        *,
        share: float = 1.0,
        times: int | None = None,
        calls: str | None = None,
    ) -> None:
        """Switch a fault on; its random numbers and counts start again.

        Args:
            fault: A setting, the text of one ("latency=2,times=3"), or the name of a fault.
            value: With a name: seconds or calls, see `FAULTS`.
            share: With a name: see `FaultSetting`.
            times: With a name: see `FaultSetting`.
            calls: With a name: see `FaultSetting`.

        Raises:
            FaultError: There is no such fault, or a number is not valid.
        """
        parameters = (value, share, times, calls)
        is_whole_setting = not isinstance(fault, str) or "=" in fault or "," in fault
        if is_whole_setting and parameters != (None, 1.0, None, None):
            raise FaultError(
                f"{str(fault)[:40]!r} says it all: give no value, share, times or calls."
            )
        if isinstance(fault, str):
            fault = (
                parse_fault(fault)
                if is_whole_setting
                else create_setting(fault, value, share=share, times=times, calls=calls)
            )
        if not isinstance(fault, FaultSetting):
            raise FaultError(f'A fault is a text such as "latency=2,times=3", not {fault!r:.60}.')
        self._randoms[fault.name] = Random(f"{self.seed} {fault.name}")  # noqa: S311 - repeatable
        if fault.name == "expired-token":
            self._calls_by_token.clear()
        if fault.name == "another-administrator":
            self._calls = 0
        self._settings = {**self._settings, fault.name: fault}

    def off(self, name: str | None = None) -> None:
        """Switch one fault off, or all of them.

        Raises:
            FaultError: There is no such fault.
        """
        if name is None:
            self._settings = {}
            return
        check_fault_name(name)
        self._settings = {key: fault for key, fault in self._settings.items() if key != name}

    def active(self) -> tuple[FaultSetting, ...]:
        """Return the faults that are on, in the order of `FAULTS`."""
        settings = self._settings
        return tuple(settings[name] for name in FAULTS if name in settings)

    def summary(self) -> str:
        """Return the faults that are on as one line; "" when there are none."""
        return " · ".join(map(str, self.active()))

    def apply_to_policy(self, policy: Policy) -> Policy:
        """Return the policy as the faults change it."""
        if "denied-is-removed" in self._settings:
            return replace(policy, denied=DeniedRequest.REMOVED)
        return policy

    def trigger(self, name: str, method: str, path: str) -> FaultSetting | None:
        """Return the fault if it triggers on this call, and count that."""
        fault = self._settings.get(name)
        if fault is None or not _is_affected(fault.calls, method, path):
            return None
        if fault.share < 1 and self._randoms[name].random() >= fault.share:
            return None
        if fault.times == 1:
            self.off(name)
        elif fault.times is not None:
            self._settings = {**self._settings, name: fault._replace(times=fault.times - 1)}
        return fault

    def random(self, name: str) -> Random:
        """Return the random numbers of a fault that is on or was on."""
        return self._randoms[name]

    def count_token_call(self, token: str) -> bool:
        """Count a call with `token`; return whether expired-token refuses it."""
        fault = self._settings.get("expired-token")
        if fault is None or fault.value is None:
            return False
        if len(self._calls_by_token) > _MAX_TOKENS:
            self._calls_by_token.clear()
        self._calls_by_token[token] += 1
        return self._calls_by_token[token] > fault.value

    def count_call(self) -> bool:
        """Count a call; return whether another-administrator acts before it."""
        fault = self._settings.get("another-administrator")
        if fault is None or not fault.value:
            return False
        self._calls += 1
        return self._calls % int(fault.value) == 0


def _is_affected(calls: str, method: str, path: str) -> bool:
    if path == "/oauth/token":
        return calls in ("all", "tokens")
    if not path.startswith("/v1/"):
        return calls == "all"
    return calls in ("all", "api", "reads" if method in ("GET", "HEAD") else "writes")
