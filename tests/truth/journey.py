"""Random journeys of two programs through faults, kills and wrong clocks.

python -m tests.truth.journey 500      # 500 journeys; shortens the first that fails
"""

import random
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from entity_connections.domain.actions import ACCEPT, CONNECT, DENY, DISCONNECT, REQUEST, Action
from entity_connections.domain.connections import CONNECTED, PENDING, Direction
from entity_connections.fake.policy import Policy
from entity_connections.services.operations.operation import State
from entity_connections.services.operations.outcome import LONGEST_LAG

from tests.acme import AMERICAS, CANADA, CORPORATION, EUROPE, GERMANY, JAPAN, US
from tests.truth.world import Program, World

if TYPE_CHECKING:
    from collections.abc import Callable

FAULTS_OF_WRITES = (
    "committed-then-401", "committed-then-429", "committed-then-page", "committed-then-page=200",
    "committed-then-page=404", "committed-then-page=409", "committed-then-page=500",
    "drop", "lost", "truncated,calls=writes", "success-twice,calls=writes",
    "committed-then-504,calls=writes", "committed-then-504=60,calls=writes",
    "time-out=200,calls=writes", "latency=60,calls=writes",
    "gateway-page,calls=writes", "gateway-page=408,calls=writes", "gateway-page=200,calls=writes",
    "gateway-page=502,calls=writes", "gateway-page=503,calls=writes",
    "refusal,calls=writes", "refusal=10,calls=writes", "refusal=50,calls=writes",
    "refusal=99,calls=writes", "refusal=61,retry-after=5,calls=writes",
    "rate-limit=2,calls=writes", "concurrency,calls=writes",
)  # fmt: skip
FAULTS_OF_LISTS = (
    "list-lags=2", "list-lags=30", "unreadable-record=1", "unreadable-record=2",
    "unknown-status=1", "unknown-status=2", "endless-pages=0", "endless-pages=9",
    "status-twice=1", "status-twice=2", "record-twice=1", "record-twice=2",
    "new-id=1", "new-id=2", "invalid-target=2", "other-entities=1",
    "other-entities=2", "partial-content=1", "partial-content=2",
    "success-twice,calls=connections", "truncated,calls=connections", "drop,calls=connections",
    "gateway-page=200,calls=connections", "gateway-page,calls=connections",
    "time-out=200,calls=connections", "committed-then-504=5,calls=connections",
    "refusal=10,calls=connections",
)  # fmt: skip
FAULTS_OF_ALL_CALLS = (
    "jitter=20", "offline", "gateway-page=503", "expired-token=0", "gateway-page,calls=tokens",
    "no-expires-in", "another-administrator=2",
)  # fmt: skip
LIMITS = ("", ",times=1", ",times=1", ",times=1,after=1", ",times=2", ",share=0.5")
POLICIES = (
    "denied=removed", "ended=removed", "again=same-record", "order=newest-first",
    "duplicate=same-id", "own-request=connected", "refusals=http-4xx", "reused-key=refused",
    "twice=repeated",
)  # fmt: skip
PLACES = (CORPORATION, AMERICAS, EUROPE)
PAIRS = ((CORPORATION, EUROPE), (EUROPE, CORPORATION), (AMERICAS, EUROPE))
"""The sources and targets of the connections that the programs act on."""
MANY_PAIRS = (
    *PAIRS, (AMERICAS, CANADA), (AMERICAS, GERMANY), (AMERICAS, JAPAN), (EUROPE, US),
    (CANADA, US), (JAPAN, US),
)  # fmt: skip
"""The sources and targets in a run of many operations."""
RUNS: dict[str, Action] = {"connect": CONNECT, "deny": DENY, "disconnect": DISCONNECT}
WRONG_DATES = ("", "yesterday", "Mon, 30 Nov 2026 07:00:00 GMT")
YEAR, HOUR = 365 * 86_400.0, 3_600.0
STEPS = range(6, 20)
"""How many steps a journey may have."""


class Step(NamedTuple):
    """A method of `Journey` and its arguments."""

    method: str
    arguments: dict[str, Any]


class Journey:
    """Two programs in a tenant; each public method is a step."""

    def __init__(self, seed: int, policy: Policy) -> None:
        self.world = World(policy, seed)

    def switch_on(self, fault: str) -> None:
        self.world.faults.on(fault)

    def switch_off(self) -> None:
        self.world.faults.off()

    def set_clock(self, offset: float) -> None:
        self.world.clock_offset = offset

    def set_date(self, date: str | None) -> None:
        self.world.date = date

    def wait(self, seconds: float) -> None:
        self.world.wait(seconds)

    def act(self, pair: int, program: int, other: bool, kill_at: int | None) -> None:
        worker = self.world.programs[program]
        self.world.run(worker.live(self._carry_out(worker, pair, other=other), kill_at))

    def act_both(self, pair: int, others: tuple[bool, bool], kill_at: int | None) -> None:
        first, second = self.world.programs
        self.world.run(
            first.live(self._carry_out(first, pair, other=others[0]), kill_at),
            second.live(self._carry_out(second, pair, other=others[1])),
        )

    def act_on_all(self, run: str, program: int, kill_at: int | None) -> None:
        worker = self.world.programs[program]
        self.world.run(worker.live(self._run(worker, run), kill_at))

    def act_on_all_at_once(self, runs: tuple[str, str], kill_at: int | None) -> None:
        first, second = self.world.programs
        self.world.run(
            first.live(self._run(first, runs[0]), kill_at),
            second.live(self._run(second, runs[1])),
        )

    def resume(self, program: int, kill_at: int | None) -> None:
        worker = self.world.programs[program]
        self.world.run(worker.live(worker.resume(), kill_at))

    def act_with_empty_list(self, pair: int, program: int, other: bool, after: int) -> None:
        """Act while a list that the program has read before is empty once."""
        for place in range(len(PLACES)):
            self.refresh(program, place)
        self.world.faults.on(f"list-empty,times=1,after={after}")
        self.act(pair, program, other, None)
        self.world.faults.off("list-empty")

    def recover_while_under_way(
        self, pair: int, other: bool, kill_at: int, date: str | None
    ) -> None:
        """Kill a program behind a request that is slow, and let the other one look it up."""
        self.world.faults.on("latency=60,calls=writes,times=1")
        self.act(pair, 0, other, kill_at)
        self.set_date(date)
        self.recover(1, None)

    def refresh(self, program: int, place: int) -> None:
        worker = self.world.programs[program]
        self.world.run(worker.live(worker.refresh(PLACES[place])))

    def recover(self, program: int, kill_at: int | None) -> None:
        worker = self.world.programs[program]
        self.world.run(worker.live(worker.recover(), kill_at))

    def settle(self) -> None:
        """Without faults and after some time, all is known, and every pair can be acted on."""
        world = self.world
        world.faults.off()
        self._look_up_all(after=200)
        self._look_up_all(after=200)
        self.resume(0, None)
        open_entries = [entry for entry in world.read_journal() if entry.open]
        assert all(entry.success for entry in open_entries), "an outcome stays unknown"
        self._look_up_all(after=LONGEST_LAG.total_seconds())  # what was undone before it was seen
        assert not any(entry.open for entry in world.read_journal()), "a success stays unknown"
        for pair in range(len(PAIRS)):
            self.act(pair, 0, other=False, kill_at=None)
            outcome = world.programs[0].last_outcome
            assert outcome is not None, f"the action on pair {pair} is disabled"
            assert outcome.state is State.CONFIRMED, outcome.sentence

    def _look_up_all(self, after: float) -> None:
        self.world.wait(after)
        for program in (0, 1):
            for place in range(len(PLACES)):
                self.refresh(program, place)
            self.recover(program, None)

    async def _run(self, program: Program, run: str) -> None:
        places = [
            (target, Direction.INBOUND, source)
            if run == "deny"
            else (source, Direction.OUTBOUND, target)
            for source, target in MANY_PAIRS
        ]
        await program.act_on_all(RUNS[run], places)

    async def _carry_out(self, program: Program, pair: int, *, other: bool) -> None:
        """Carry out an action that the connection of a pair allows; `other` chooses between two."""
        source, target = PAIRS[pair]
        status = self.world.status(source, target)
        if status == PENDING:
            await program.act(DENY if other else ACCEPT, target, Direction.INBOUND, source)
        elif status == CONNECTED and other:
            await program.act(DISCONNECT, target, Direction.INBOUND, source)
        else:
            action = DISCONNECT if status == CONNECTED else REQUEST
            await program.act(action, source, Direction.OUTBOUND, target)


def make_steps(seed: int) -> list[Step]:
    """Return the steps of a journey."""
    draw = random.Random(seed)

    def draw_fault() -> str:
        groups = [FAULTS_OF_WRITES, FAULTS_OF_WRITES, FAULTS_OF_LISTS, FAULTS_OF_ALL_CALLS]
        return draw.choice(draw.choice(groups)) + draw.choice(LIMITS)

    def draw_kill() -> int | None:
        return draw.choice([None, draw.randint(1, 16)])

    def draw_step() -> Step:
        method = draw.choice(
            ["act"] * 6 + ["act_both", "act_with_empty_list", "recover_while_under_way"]
            + ["switch_on"] * 5 + ["switch_off"] * 2 + ["wait"] * 2
            + ["set_clock", "set_date", "refresh", "recover"]
            + ["act_on_all", "act_on_all", "act_on_all_at_once", "resume"]
        )  # fmt: skip
        draws: dict[str, Callable[[], dict[str, Any]]] = {
            "switch_on": lambda: {"fault": draw_fault()},
            "switch_off": dict,
            "set_clock": lambda: {"offset": draw.choice([YEAR, -HOUR, 0.0])},
            "set_date": lambda: {"date": draw.choice([None, *WRONG_DATES])},
            "wait": lambda: {"seconds": draw.choice([3, 40, 100, 140, 700])},
            "refresh": lambda: {"program": draw.randrange(2), "place": draw.randrange(3)},
            "recover": lambda: {"program": draw.randrange(2), "kill_at": draw_kill()},
            "act": lambda: {
                "pair": draw.randrange(3),
                "program": draw.randrange(2),
                "other": draw.random() < 0.5,
                "kill_at": draw_kill(),
            },
            "act_on_all": lambda: {
                "run": draw.choice([*RUNS]),
                "program": draw.randrange(2),
                "kill_at": draw.choice([None, draw.randint(1, 90)]),
            },
            "act_on_all_at_once": lambda: {
                "runs": (draw.choice([*RUNS]), draw.choice([*RUNS])),
                "kill_at": draw.choice([None, draw.randint(1, 90)]),
            },
            "resume": lambda: {"program": draw.randrange(2), "kill_at": draw_kill()},
            "act_with_empty_list": lambda: {
                "pair": draw.randrange(3),
                "program": draw.randrange(2),
                "other": draw.random() < 0.5,
                "after": draw.randint(1, 3),
            },
            "recover_while_under_way": lambda: {
                "pair": draw.randrange(3),
                "other": draw.random() < 0.5,
                "kill_at": draw.randint(7, 16),
                "date": draw.choice([None, *WRONG_DATES]),
            },
            "act_both": lambda: {
                "pair": draw.randrange(3),
                "others": (draw.random() < 0.5, draw.random() < 0.5),
                "kill_at": draw_kill(),
            },
        }
        return Step(method, draws[method]())

    return [draw_step() for _ in range(draw.choice(STEPS))]


def play(seed: int, steps: list[Step]) -> None:
    """Play a journey; raise AssertionError where something that was said is not true."""
    random.seed(seed)
    draw = random.Random(-seed)
    chosen = [policy for policy in POLICIES if draw.random() < 0.25]
    journey = Journey(seed, Policy().with_options(chosen))
    try:
        for step in [*steps, Step("settle", {})]:
            getattr(journey, step.method)(**step.arguments)
            journey.world.check()
    finally:
        journey.world.close()


def find_failure(seed: int, steps: list[Step]) -> str:
    """Play a journey and return what was not true, or ""."""
    try:
        play(seed, steps)
    except AssertionError as error:
        return str(error) or "an assertion failed"
    return ""


def shorten(seed: int, steps: list[Step]) -> list[Step]:
    """Return the steps of a journey that fails, without those that it does not need to fail."""
    for index in reversed(range(len(steps))):
        shorter = [*steps[:index], *steps[index + 1 :]]
        if find_failure(seed, shorter):
            steps = shorter
    return steps


def describe_failure(seed: int, steps: list[Step]) -> str:
    """Return the shortest form of a journey that fails, and what was not true in it."""
    steps = shorten(seed, steps)
    lines = [f"Step({step.method!r}, {step.arguments})," for step in steps]
    return "\n".join([f"seed {seed}", *lines, find_failure(seed, steps)])


if __name__ == "__main__":
    failures = 0
    for number in range(*map(int, sys.argv[1:])):
        if find_failure(number, make_steps(number)):
            failures += 1
            print(describe_failure(number, make_steps(number)), end="\n\n")
    sys.exit(failures > 0)
