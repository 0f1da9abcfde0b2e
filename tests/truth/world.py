"""A tenant with faults, and programs that work in it, share a journal and may be killed.

Time is virtual. The tenant has a clock of its own; that of the machine, on which all programs
run, may be wrong. The tenant goes on with a request when the program behind it is killed.
"""

import asyncio
import json
import random
import socket
import subprocess
import tempfile
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from entity_connections.domain import clock
from entity_connections.domain.actions import Action, Write
from entity_connections.domain.connections import (
    CONNECTED,
    DISCONNECTED,
    PENDING,
    Connection,
    Direction,
)
from entity_connections.domain.entities import Hierarchy
from entity_connections.domain.errors import ZuoraError
from entity_connections.fake.faults.active_faults import ActiveFaults
from entity_connections.fake.faults.middleware import FaultMiddleware
from entity_connections.fake.policy import Policy
from entity_connections.fake.tenant import open_tenant
from entity_connections.services.operations.executor import Executor
from entity_connections.services.operations.interrupted_runs import (
    find_interrupted_runs,
    plan_interrupted_run,
)
from entity_connections.services.operations.journal_records import record_outcomes
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.plan import Plan, plan_operations
from entity_connections.services.operations.recovery import recover_operations
from entity_connections.services.operations.unresolved import UnresolvedOperations
from entity_connections.services.request_log import RequestLog
from entity_connections.services.storage.journal import Journal, JournalWriter
from entity_connections.services.storage.journal_entry import Entry
from entity_connections.services.tenant import Tenant
from entity_connections.walkthrough.virtual_time import virtual_time
from entity_connections.zuora.auth import Credentials
from entity_connections.zuora.client import ZuoraClient
from entity_connections.zuora.http.in_process import InProcessTransport
from starlette.datastructures import MutableHeaders
from starlette.types import Message, Receive, Scope, Send

from tests.acme import AMERICAS

_MEMORY_FOLDER = Path("/dev/shm")
"""Linux has it; there, the journal does not wait for the disk."""
_UNTOUCHED = {
    State.REFUSED, State.NOT_SENT, State.STALE, State.IN_PROGRESS, State.PLANNED, State.NOT_APPLIED,
}  # fmt: skip
"""The states that say that the operation was not carried out and never will be."""


class KilledError(BaseException):
    """The program that runs this is killed; nothing that it does from here on has an effect."""


_sent: ContextVar[list[str]] = ContextVar("sent")
"""The track ids of the requests that have left for the operation under way."""


class Statement(NamedTuple):
    """What was said about an operation.

    Attributes:
        track_ids: those of its requests.
        undone_ids: those of them that were carried out, and undone by somebody before it was
            said: no list can tell that.
    """

    speaker: str
    state: State
    sentence: str
    track_ids: list[str]
    undone_ids: set[str]


class World:
    """The tenant, the machine, and all that was said.

    Args:
        policy: how the tenant behaves where Zuora is silent.
        seed: of the delays in the network.

    Attributes:
        faults: the faults that are on.
        clock_offset: seconds by which the clock of the machine is ahead.
        date: the `Date` header of the tenant's answers, "" for none; None for the true one.
    """

    def __init__(self, policy: Policy, seed: int) -> None:
        self._stack = ExitStack()
        self._runner, self._virtual = self._stack.enter_context(virtual_time(frozen=True))
        clock.current = self  # until `virtual_time` ends
        self.clock_offset = 0.0
        self.date: str | None = None
        in_memory = _MEMORY_FOLDER if _MEMORY_FOLDER.is_dir() else None
        folder = self._stack.enter_context(tempfile.TemporaryDirectory(dir=in_memory))
        self.journal_path = Path(folder) / "state.sqlite3"
        self.random = random.Random(seed)
        self._tenant = open_tenant("acme", clock=self._virtual.time)
        self._tenant.policy = policy
        self._stack.callback(self._tenant.close)
        self.faults = ActiveFaults(seed=seed)
        self.app = FaultMiddleware(self._carry_out, self.faults, self._tenant.state)
        self._applied: set[str] = set()
        self._states: list[dict[str, Connection]] = []
        self._intended_at: dict[str, int] = {}
        self._statements: list[Statement] = []
        self._checked_outcomes: set[tuple[str, str | None, str]] = set()
        self.violations: list[str] = []
        user = next(user for user in self._tenant.users if user.name == "alice")
        self.credentials = Credentials.from_text(user.client_id, user.client_secret)
        self.programs = [Program(self), Program(self)]

    def close(self) -> None:
        for program in self.programs:
            program.end()
        self._stack.close()

    def time(self) -> float:
        """Return what the clock of the machine shows."""
        return self._virtual.time() + self.clock_offset

    def monotonic(self) -> float:
        return self._virtual.monotonic()

    def wait(self, seconds: float) -> None:
        self._runner.run(asyncio.sleep(seconds))

    def run(self, *activities: Coroutine[Any, Any, None]) -> None:
        """Run activities of programs at the same time."""

        async def run_all() -> None:
            await asyncio.gather(*activities)

        self._runner.run(run_all())
        self._hear_journal()

    def status(self, source_id: str, target_id: str) -> str | None:
        """Return the status of the living connection of a pair in the tenant's database."""
        living = self._tenant.state.connections.find_active(source_id, target_id)
        return living.status if living else None

    def find_records(self, source_id: str, target_id: str) -> list[Connection]:
        """Return every record of a pair in the tenant's database."""
        records = self._tenant.state.connections.all()
        return [
            record
            for record in records
            if (record.source_id, record.target_id) == (source_id, target_id)
        ]

    def say(self, speaker: str, operation: Operation, track_ids: list[str]) -> None:
        """Note what was said about an operation, and compare it with the tenant."""
        self._observe()
        undone_ids = set[str]()
        if operation.state is State.NOT_APPLIED and not _shows_effect(operation, self._states[-1]):
            undone_ids = self._applied.intersection(track_ids)
        statement = Statement(speaker, operation.state, operation.sentence, track_ids, undone_ids)
        self._statements.append(statement)
        if operation.state is State.CONFIRMED and not self._has_happened(operation):
            self.violations.append(f"it did not happen: {statement}")
        if "Nothing was sent" in operation.sentence and track_ids:
            self.violations.append(f"it was sent: {statement}")

    def check(self) -> None:
        """Compare all that was said with what the tenant has done."""
        self.violations += [
            f"it did happen: {statement}"
            for statement in self._statements
            if statement.state in _UNTOUCHED
            and self._applied & {*statement.track_ids} - statement.undone_ids
        ]
        assert not self.violations, "\n".join(self.violations)

    def note_intent(self, track_id: str) -> None:
        """Note from when on a write may have an effect; it must be in the journal by now."""
        self._observe()
        self._intended_at[track_id] = len(self._states) - 1
        entries = Journal(self.journal_path, "acme").read_open()
        if track_id not in [entry.track_id for entry in entries]:
            self.violations.append(f"a write left that is not in the journal: {track_id}")

    def _has_happened(self, operation: Operation) -> bool:
        """Return whether the tenant has shown the effect since the operation was sent."""
        self._observe()
        track_id = operation.entry.track_id if operation.entry else ""
        since = self._intended_at.get(track_id, 0)
        return any(_shows_effect(operation, state) for state in self._states[since:])

    def _observe(self) -> None:
        state = {record.id: record for record in self._tenant.state.connections.all()}
        if not self._states or state != self._states[-1]:
            self._states.append(state)

    def _hear_journal(self) -> None:
        """Take every new outcome in the journal for said."""
        for entry in self.read_journal():
            outcome = entry.id, entry.outcome, entry.sentence
            if entry.outcome and outcome not in self._checked_outcomes:
                self._checked_outcomes.add(outcome)
                self.say("journal", Operation.from_entry(entry, Hierarchy()), [entry.track_id])

    def read_journal(self) -> list[Entry]:
        return Journal(self.journal_path, "acme").read_entries()

    async def _carry_out(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a call on to the tenant, and note what it does, whatever becomes of the answer."""
        self._observe()
        track_id = dict(scope["headers"]).get(b"zuora-track-id", b"").decode()

        async def note(message: Message) -> None:
            if message["type"] == "http.response.start" and self.date is not None:
                headers = MutableHeaders(raw=message["headers"])
                del headers["Date"]
                if self.date:
                    headers["Date"] = self.date
            is_answer = scope["method"] != "GET" and message["type"] == "http.response.body"
            if is_answer and json.loads(message["body"]).get("success"):
                self._applied.add(track_id)
            await send(message)

        await self._tenant.asgi(scope, receive, note)
        self._observe()


def _shows_effect(operation: Operation, state: Mapping[str, Connection]) -> bool:
    if operation.action.id == "request":
        known = {record.id for record in operation.row.records}
        return any(
            record.status in (PENDING, CONNECTED) or record.id not in known
            for record in state.values()
            if (record.source_id, record.target_id) == operation.ends
        )
    record = state.get(operation.connection_id)
    if operation.action.id == "accept":
        return record is not None and record.status == CONNECTED
    return record is None or record.status == DISCONNECTED


class Program:
    """A running program; it has a process of its own, which ends with it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._process = subprocess.Popen(["/bin/sleep", "1000"])
        self.network = Network(world)
        self.request_log = RequestLog()
        zuora = ZuoraClient(
            "http://localhost",
            world.credentials,
            request_log=self.request_log,
            transport=self.network,
        )
        self.tenant = Tenant(zuora)
        self.journal = MortalJournal(
            self.network,
            world.journal_path,
            "acme",
            "acme",
            process_id=f"{socket.gethostname()}:{self._process.pid}",
        )
        self.unresolved = UnresolvedOperations()
        self.last_outcome: Operation | None = None

    def end(self) -> None:
        """End the process."""
        self.network.killed = True
        self._process.kill()
        self._process.wait()

    async def live(self, activity: Coroutine[Any, Any, None], kill_at: int | None = None) -> None:
        """Do something; be killed at a step of the network, the first one is 1."""
        self.network.steps_left = kill_at
        try:
            await activity
        except ZuoraError:
            pass
        except (KilledError, BaseExceptionGroup):
            assert self.network.killed
            self.end()
            programs = self._world.programs
            programs[programs.index(self)] = Program(self._world)
        self.network.steps_left = None

    async def act(self, action: Write, acting_id: str, direction: Direction, key: str) -> None:
        """Carry out an action on a row, if it is enabled."""
        self.last_outcome = None
        if not len(self.tenant.hierarchy):
            await self.tenant.read_entities(acting_id)
        row = (await self.tenant.read(acting_id)).make_row(direction, key)
        if row is None or action.disabled_reason(row):
            return
        track_ids: list[str] = []
        _sent.set(track_ids)

        def report(operation: Operation) -> None:
            if not self.network.killed:
                self._world.say("report", operation, track_ids)

        executor = self._make_executor(report)
        (operation,) = await executor.run(Plan(action, (Operation.plan(action, row),)))
        self._world.say("outcome", operation, track_ids)
        self.unresolved.update([operation])
        self.last_outcome = operation

    async def act_on_all(self, action: Action, rows: Iterable[tuple[str, Direction, str]]) -> None:
        """Carry out an action on the rows that allow it, which are given by their places."""
        if not len(self.tenant.hierarchy):
            await self.tenant.read_entities(AMERICAS)
        shown = [
            (await self.tenant.read(acting_id)).make_row(direction, key)
            for acting_id, direction, key in rows
        ]
        plan = await plan_operations(action, shown, self.tenant, self.journal)
        await self._run(plan)

    async def resume(self) -> None:
        """Look up what ended programs have sent, and carry out what they have not done."""
        if not len(self.tenant.hierarchy):
            await self.tenant.read_entities(AMERICAS)
        await self.recover()
        for run in await find_interrupted_runs(self.journal, self.tenant, "alice"):
            plan = await plan_interrupted_run(run, self.tenant, self.journal)
            await self._run(plan)

    async def _run(self, plan: Plan) -> None:
        _sent.set([])

        def say(operation: Operation) -> None:
            if not self.network.killed:
                track_ids = [operation.entry.track_id] if operation.entry else []
                self._world.say("run", operation, track_ids)

        executor = self._make_executor(say)
        outcomes = await executor.run(plan)
        for operation in outcomes:
            say(operation)
        self.unresolved.update(outcomes)

    def _make_executor(self, report: Callable[[Operation], None]) -> Executor:
        return Executor(self.tenant, self.journal, "alice", self.request_log, report)

    async def refresh(self, acting_id: str) -> None:
        """Read a list, and conclude what it proves about own operations."""
        if self.unresolved.resolve_with(await self.tenant.read(acting_id)):
            resolved = record_outcomes(self.journal, self.unresolved.take_resolved())
            self._hear("refresh", resolved)

    async def recover(self) -> None:
        """Look up the operations that others have left."""
        own_ids = self.unresolved.entry_ids()
        self._hear("recovery", await recover_operations(self.tenant, self.journal, own_ids))

    def _hear(self, speaker: str, operations: list[Operation]) -> None:
        for operation in operations:
            assert operation.entry is not None
            self._world.say(speaker, operation, [operation.entry.track_id])


class Network(httpx.AsyncBaseTransport):
    """The way of one program to the tenant: slow, and the place where the program is killed.

    Attributes:
        steps_left: the program is killed when this gets to 0. A call has three steps: before its
            request leaves, while it is under way, and when its answer has come.
        killed: whether the program was killed.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._transport = InProcessTransport(world.app)
        self._calls: set[asyncio.Task[httpx.Response]] = set()
        self.steps_left: int | None = None
        self.killed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, which the tenant carries out even if nobody waits for the answer."""
        await self._step()
        if request.method != "GET" and request.url.path.startswith("/v1/"):
            track_id = request.headers["Zuora-Track-Id"]
            _sent.get().append(track_id)
            self._world.note_intent(track_id)
        call = asyncio.create_task(self._transport.handle_async_request(request))
        self._calls.add(call)
        call.add_done_callback(self._forget)
        await self._step()
        response = await asyncio.shield(call)
        await self._step()
        return response

    async def _step(self) -> None:
        await asyncio.sleep(self._world.random.random())
        if self.steps_left is not None:
            self.steps_left -= 1
            self.killed |= self.steps_left <= 0
        if self.killed:
            raise KilledError

    def _forget(self, call: "asyncio.Task[httpx.Response]") -> None:
        self._calls.discard(call)
        if not call.cancelled():
            call.exception()


class MortalJournal(Journal):
    """A journal in which a killed program writes nothing any more."""

    def __init__(self, network: Network, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._network = network

    @contextmanager
    def write(self) -> Iterator[JournalWriter]:
        if self._network.killed:
            raise KilledError
        with super().write() as writer:
            yield writer
