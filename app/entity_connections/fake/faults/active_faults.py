"""The faults that are on, and whether one triggers on a call."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from random import Random

from entity_connections.fake.faults.catalogue import (
    CALLS,
    FAULTS,
    FaultSetting,
    check_fault_name,
    parse_fault,
)

_CHECK_INTERVAL = 0.05
"""Seconds after which a delay ends at the latest when its fault is switched off."""
_LISTS = {"/v1/entity-connections": "connections", "/v1/entities": "entities"}
"""Paths of lists -> the group of calls that read the list."""
_ORDER = {name: number for number, name in enumerate(FAULTS)}


class ActiveFaults:
    """The faults of one tenant; they may be switched from any thread.

    A fault may be on for several groups of calls at once. With the same seed, the same calls in
    the same order meet the same faults.
    """

    def __init__(self, faults: Iterable[str] = (), *, seed: int = 0) -> None:
        self.seed = seed
        self._settings: dict[tuple[str, str], FaultSetting] = {}  # by name and group of calls
        self._randoms: dict[str, Random] = {}
        self._calls_by_token: dict[tuple[str, str], Counter[str]] = {}
        self._switched_off: Counter[str] = Counter()
        self.on(*faults)

    def __bool__(self) -> bool:
        """Whether any fault is on."""
        return bool(self._settings)

    def on(self, *texts: str) -> None:
        """Switch on faults such as "latency=2,times=3"; their random numbers and counts restart.

        If a text is not valid, nothing is switched on, and it raises ValueError.
        """
        for setting in list(map(parse_fault, texts)):
            self._randoms[setting.name] = Random(f"{self.seed} {setting.name}")  # noqa: S311 - repeatable
            self._calls_by_token[setting.name, setting.calls] = Counter()
            self._settings[setting.name, setting.calls] = setting

    def off(self, name: str | None = None) -> None:
        """Switch one fault off, or all of them; the delays that they have begun end."""
        if name is not None:
            check_fault_name(name)
        for fault in FAULTS if name is None else [name]:
            for calls in CALLS:
                self._settings.pop((fault, calls), None)
            self._switched_off[fault] += 1

    def is_on(self, name: str) -> bool:
        """Return whether a fault is on."""
        return any(setting.name == name for setting in self.active())

    def active(self) -> list[FaultSetting]:
        """Return the faults that are on, in the order of `FAULTS`."""
        settings = list(self._settings.values())  # other threads may switch faults meanwhile
        return sorted(settings, key=lambda setting: _ORDER[setting.name])

    def list_active(self) -> dict[str, str]:
        """Return the faults that are on as texts, by name."""
        return {setting.name: str(setting) for setting in self.active()}

    def list_available(self) -> list[tuple[str, str]]:
        """Return the name of each fault and a sentence about it, with its value if it is on."""
        active = self.list_active()
        return [(name, parse_fault(active.get(name, name)).sentence) for name in FAULTS]

    def switch(self, text: str) -> None:
        """Switch a fault on; a name alone switches a fault off that is on."""
        if text in self.list_active():
            self.off(text)
        else:
            self.on(text)

    def summarize(self) -> str:
        """Return the faults that are on as one line; "" when there are none."""
        return " · ".join(map(str, self.active()))

    def trigger(self, name: str, method: str, path: str, token: str) -> FaultSetting | None:
        """Return the fault if it triggers on this call, and count that."""
        for setting in self.active():
            is_affected = setting.name == name and _is_affected(setting.calls, method, path)
            if is_affected and self._count(setting, token):
                return setting
        return None

    def _count(self, setting: FaultSetting, token: str) -> bool:
        """Count a call that a fault affects, and return whether it triggers."""
        name, key = setting.name, (setting.name, setting.calls)
        calls = self._calls_by_token[key]
        calls[token] += 1
        if calls.total() <= setting.after:
            return False
        if name == "expired-token" and calls[token] <= setting.value:
            return False
        if name == "another-administrator" and calls.total() % max(1, int(setting.value)):
            return False
        if setting.share < 1 and self.random(name).random() >= setting.share:
            return False
        if setting.times == 1:
            self._settings.pop(key, None)
        elif setting.times is not None:
            self._settings[key] = setting._replace(times=setting.times - 1)
        return True

    async def delay(self, name: str, seconds: float) -> None:
        """Wait, but not longer than until the fault is switched off."""
        count, loop_time = self._switched_off[name], asyncio.get_running_loop().time
        end = loop_time() + seconds
        while (left := end - loop_time()) > 0 and self._switched_off[name] == count:  # noqa: ASYNC110
            await asyncio.sleep(min(left, _CHECK_INTERVAL))

    def random(self, name: str) -> Random:
        """Return the random numbers of a fault that is on or was on."""
        return self._randoms[name]


def _is_affected(calls: str, method: str, path: str) -> bool:
    if path == "/oauth/token":
        return calls in ("all", "tokens")
    if not path.startswith("/v1/"):
        return calls == "all"
    if method not in ("GET", "HEAD"):
        return calls in ("all", "api", "writes")
    return calls in ("all", "api", "reads", _LISTS.get(path))
