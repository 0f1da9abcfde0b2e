"""An answer after a write is a clue, the list is the proof: faults of the fake tenant."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from typing import Literal

import pytest
import pytest_asyncio
from entity_connections.domain.actions import ACCEPT, DENY, DISCONNECT, REQUEST, Write
from entity_connections.domain.clock import monotonic
from entity_connections.domain.connections import CONNECTED, DISCONNECTED, PENDING, Direction
from entity_connections.domain.errors import NoResponse, Refused, ZuoraError
from entity_connections.fake.policy import Policy
from entity_connections.fake.tenant import Tenant as FakeTenant
from entity_connections.services.operations.operation import Operation, State
from entity_connections.services.operations.outcome import (
    LONGEST_LAG,
    conclude,
    find_outcome,
)
from entity_connections.services.operations.recovery import recover_operations
from entity_connections.services.snapshot import Snapshot
from entity_connections.services.storage.journal import Journal
from entity_connections.services.tenant import Tenant
from entity_connections.zuora.client import ZuoraClient
from entity_connections.zuora.http.retry import RetryPolicy

from tests.acme import (
    AMERICAS,
    CORPORATION,
    EUROPE,
    JAPAN,
    NO_DELAYS,
    ONE_ATTEMPT,
    client,
    open_acme,
    write_names,
)
from tests.domain.small_tenant import GLOBAL, HIERARCHY, NORTH, SOUTH, connection, row
from tests.services.factories import MORNING, execute, intend, make_journal

PLACES = {
    REQUEST: (AMERICAS, Direction.OUTBOUND, EUROPE),
    ACCEPT: (CORPORATION, Direction.INBOUND, JAPAN),
    DENY: (CORPORATION, Direction.INBOUND, JAPAN),
    DISCONNECT: (CORPORATION, Direction.OUTBOUND, EUROPE),
}
ENDS = {REQUEST: PENDING, ACCEPT: CONNECTED, DENY: DISCONNECTED, DISCONNECT: DISCONNECTED}
EACH_ACTION = pytest.mark.parametrize("action", PLACES)


@dataclass
class Trial:
    """A fake tenant, and one user who writes to it while faults are on."""

    fake: FakeTenant
    zuora: ZuoraClient
    tenant: Tenant
    journal: Journal

    async def plan(self, action: Write, *, even_so: bool = False) -> Operation:
        acting_id, direction, key = PLACES[action]
        row = (await self.tenant.read(acting_id)).make_row(direction, key)
        return Operation.plan(action, row, even_so=even_so)

    async def execute(
        self,
        operation: Operation,
        *faults: str,
        lag_delays: Sequence[float] = (0.0, 0.0, 0.0),
    ) -> Operation:
        """Carry out an operation while faults are on."""
        self.zuora.request_log.calls.clear()
        for fault in faults:
            self.fake.faults.on(fault)
        outcome = await execute(self.tenant, operation, self.journal, lag_delays=lag_delays)
        self.fake.faults.off()
        return outcome

    @property
    def writes(self) -> list[str]:
        return write_names(self.zuora.request_log)

    @property
    def lists(self) -> int:
        calls = self.zuora.request_log.calls
        return sum(call.method == "GET" and "connections" in call.path for call in calls)

    def statuses(self, action: Write) -> list[str]:
        """Return the true statuses of the records of the pair."""
        acting_id, direction, key = PLACES[action]
        ends = (acting_id, key) if direction is Direction.OUTBOUND else (key, acting_id)
        query = "SELECT status FROM connection WHERE source_id = ? AND target_id = ?"
        return [row[0] for row in self.fake.state.db.execute(query, ends)]

    def delete_others(self) -> None:
        """Delete all connections but the one that can be denied."""
        ends = [JAPAN, CORPORATION]
        query = "DELETE FROM connection WHERE (source_id, target_id) <> (?, ?)"
        self.fake.state.db.execute(query, ends)


async def open_trial(
    policy: Policy | None = None, retry_policy: RetryPolicy = ONE_ATTEMPT
) -> Trial:
    fake = open_acme(policy=policy)
    zuora = client(fake, retry_policy=retry_policy)
    trial = Trial(fake, zuora, Tenant(zuora), Journal(None, "acme"))
    await trial.tenant.open()
    return trial


@pytest_asyncio.fixture
async def trial() -> Trial:
    return await open_trial()


COMMITTED = ["committed-then-401", *(
    f"committed-then-page={status}" for status in (200, 400, 403, 404, 407, 413, 451, 500)
)]  # fmt: skip


@EACH_ACTION
@pytest.mark.parametrize("fault", COMMITTED)
async def test_a_write_that_was_applied_is_confirmed_whatever_the_answer(
    trial: Trial, action: Write, fault: str
) -> None:
    outcome = await trial.execute(await trial.plan(action), fault)
    assert outcome.state is State.CONFIRMED
    assert (trial.writes, trial.lists) == ([action.id], 2)
    assert trial.statuses(action)[-1] == ENDS[action]


@EACH_ACTION
async def test_after_a_refused_token_a_whole_list_lets_the_write_leave_once_more(
    trial: Trial, action: Write
) -> None:
    outcome = await trial.execute(await trial.plan(action), "expired-token=0,calls=writes,times=1")
    assert outcome.state is State.CONFIRMED
    assert (trial.writes, trial.lists) == ([action.id] * 2, 6)
    (entry,) = trial.journal.read_entries()
    assert entry.outcome == "confirmed"


@pytest.mark.parametrize("action", [ACCEPT, DENY, DISCONNECT])
async def test_after_a_rate_limit_a_list_is_read_before_the_write_leaves_again(
    action: Write,
) -> None:
    """Even where the answer is false, and the write was carried out."""
    trial = await open_trial(retry_policy=NO_DELAYS)
    outcome = await trial.execute(await trial.plan(action), "committed-then-429,times=1")
    assert outcome.state is State.CONFIRMED
    assert trial.writes == [action.id]
    assert trial.statuses(action)[-1] == ENDS[action]


@pytest.mark.parametrize("action", [ACCEPT, DENY, DISCONNECT])
async def test_a_write_that_the_rate_limit_refused_leaves_again(action: Write) -> None:
    trial = await open_trial(retry_policy=NO_DELAYS)
    outcome = await trial.execute(
        await trial.plan(action), "rate-limit=0,calls=writes,times=2,retry-after=0"
    )
    assert outcome.state is State.CONFIRMED
    assert trial.writes == [action.id] * 3
    assert trial.lists == 4


async def test_a_write_leaves_once_more_only(trial: Trial) -> None:
    outcome = await trial.execute(await trial.plan(ACCEPT), "expired-token=0,calls=writes")
    assert outcome.state is State.UNKNOWN
    assert "still shows Pending" in outcome.sentence
    assert trial.writes == ["accept"] * 2


@pytest.mark.parametrize(
    "list_fault", ["gateway-page=503,calls=reads,after=1", "list-empty,after=1,times=9"]
)
async def test_after_a_refused_token_nothing_leaves_without_a_whole_list(
    trial: Trial, list_fault: str
) -> None:
    for action in (ACCEPT, DISCONNECT):
        operation = await trial.plan(action)
        await trial.tenant.read(CORPORATION)
        outcome = await trial.execute(
            operation, "expired-token=0,calls=writes,times=1", list_fault, lag_delays=()
        )
        assert outcome.state is State.UNKNOWN
        assert trial.writes == [action.id]


async def test_an_unreadable_record_keeps_a_write_from_leaving_once_more(trial: Trial) -> None:
    operation = await trial.plan(REQUEST)
    outcome = await trial.execute(
        operation, "committed-then-401", "unreadable-record=1,calls=connections,after=1"
    )
    assert outcome.state is State.UNKNOWN
    assert (trial.writes, trial.statuses(REQUEST)) == (["request"], [PENDING])


async def test_a_readable_record_in_a_list_that_is_not_whole_is_not_enough(trial: Trial) -> None:
    outcome = await trial.execute(
        await trial.plan(ACCEPT), "expired-token=0,calls=writes,times=1", "unreadable-record=4"
    )
    assert (outcome.state, trial.writes) == (State.UNKNOWN, ["accept"])
    assert "still shows Pending" in outcome.sentence


async def test_a_refusal_of_the_second_attempt_proves_nothing_about_the_first(
    trial: Trial,
) -> None:
    outcome = await trial.execute(
        await trial.plan(ACCEPT), "committed-then-401,times=1", "list-lags=60"
    )
    assert outcome.state is State.UNKNOWN
    assert "An earlier attempt ended without a valid answer." in outcome.sentence
    assert trial.statuses(ACCEPT) == [CONNECTED]


@EACH_ACTION
async def test_a_list_that_lags_is_read_again(trial: Trial, action: Write) -> None:
    outcome = await trial.execute(
        await trial.plan(action), "list-lags=0.2", lag_delays=(0.1, 0.2, 0.4)
    )
    assert outcome.state is State.CONFIRMED
    assert len(trial.writes) == 1


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ([], "Zuora answered success, but the list does not show it yet. The list still shows"),
        (["drop"], "The connection to Zuora broke"),
    ],
)
async def test_the_sentence_tells_a_lagging_list_from_a_missing_answer(
    trial: Trial, answer: list[str], sentence: str
) -> None:
    outcome = await trial.execute(await trial.plan(DISCONNECT), "list-lags=60", *answer)
    assert outcome.state is State.UNKNOWN
    assert outcome.sentence.startswith(sentence)
    assert trial.lists == 5


@EACH_ACTION
async def test_after_a_refused_token_a_list_that_lags_is_read_again_before_the_write_leaves_again(
    trial: Trial, action: Write
) -> None:
    outcome = await trial.execute(
        await trial.plan(action),
        "committed-then-401",
        "list-lags=0.2",
        lag_delays=(0.1, 0.2, 0.4),
    )
    assert outcome.state is State.CONFIRMED
    assert trial.writes == [action.id]


@EACH_ACTION
async def test_success_is_never_judged_undone_and_nothing_is_sent_while_the_list_lags(
    trial: Trial, action: Write
) -> None:
    lags = "list-lags=600"
    outcome = await trial.execute(await trial.plan(action), lags)
    assert outcome.state is State.UNKNOWN
    trial.tenant.steady = lambda: monotonic() + 3_000
    trial.fake.faults.on(lags)
    (recovered,) = await recover_operations(trial.tenant, trial.journal)
    assert recovered.state is State.UNKNOWN
    assert "Zuora answered success, but the list does not show it yet." in recovered.sentence
    assert "not answered" not in recovered.sentence
    again = await trial.execute(await trial.plan(action), lags)
    assert again.state is State.IN_PROGRESS
    assert "Zuora answered success, but the list does not show it yet." in again.sentence
    assert "`entity-connections journal resolve`. Nothing was sent." in again.sentence
    assert trial.writes == []
    (found,) = await recover_operations(trial.tenant, trial.journal)
    assert found.state is State.CONFIRMED


@EACH_ACTION
async def test_a_success_that_no_list_shows_an_hour_later_blocks_nothing(
    trial: Trial, action: Write
) -> None:
    lags = "list-lags=600"
    await trial.execute(await trial.plan(action), lags)
    trial.tenant.steady = lambda: monotonic() + 4_000
    trial.fake.faults.on(lags)
    (recovered,) = await recover_operations(trial.tenant, trial.journal)
    assert recovered.state is State.SUPERSEDED
    assert "Zuora answered success" in recovered.sentence
    assert "more than an hour later, the list shows" in recovered.sentence
    await trial.execute(await trial.plan(action), lags)
    assert trial.writes == [action.id]


@EACH_ACTION
async def test_of_a_write_that_was_lost_and_sent_again_only_the_later_is_confirmed(
    trial: Trial, action: Write
) -> None:
    lost = await trial.execute(await trial.plan(action), "lost")
    assert lost.state is State.UNKNOWN
    again = await trial.execute(await trial.plan(action))
    assert again.state is State.CONFIRMED
    (earlier,) = await recover_operations(trial.tenant, trial.journal)
    state, effect = State.SUPERSEDED, "since: it is done"
    if action is REQUEST:
        state, effect = State.REPEATED, "with the same Idempotency-Key: Zuora carries it out once."
    assert earlier.state is state
    assert f"was sent again {effect}" in earlier.sentence
    outcomes = [entry.outcome for entry in trial.journal.read_entries()]
    assert outcomes == [state.value, "confirmed"]


@EACH_ACTION
async def test_a_confirmation_without_success_says_that_somebody_else_may_have_done_it(
    trial: Trial, action: Write
) -> None:
    answered = await trial.execute(await trial.plan(action))
    assert "somebody else" not in answered.sentence
    other = await open_trial()
    dropped = await other.execute(await other.plan(action), "drop")
    assert dropped.state is State.CONFIRMED
    assert dropped.sentence.endswith("somebody else may have done it.")


async def test_a_program_that_ends_while_the_list_lags_has_recorded_the_success(
    trial: Trial,
) -> None:
    operation = await trial.plan(ACCEPT)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(trial.execute(operation, "list-lags=600", lag_delays=(60,)), 0.3)
    (entry,) = trial.journal.read_open()
    assert (entry.success, entry.outcome) == (True, "unknown")


@EACH_ACTION
async def test_a_refusal_needs_a_list_that_agrees(trial: Trial, action: Write) -> None:
    refusal = "refusal=30,calls=writes"
    operation = await trial.plan(action)
    agreed = await trial.execute(operation, refusal)
    assert (agreed.state, trial.lists) == (State.REFUSED, 2)
    unread = await trial.execute(operation, refusal, "gateway-page=503,calls=reads,after=1")
    assert unread.state is State.UNKNOWN
    assert unread.sentence.startswith("The fault refusal has refused the call. The list could not")


@EACH_ACTION
async def test_a_refusal_and_a_list_that_is_not_whole_leave_the_outcome_unknown(
    trial: Trial, action: Write
) -> None:
    operation = await trial.plan(action, even_so=True)
    outcome = await trial.execute(
        operation, "refusal=30,calls=writes", "unreadable-record=2,after=1"
    )
    assert outcome.state is State.UNKNOWN
    assert outcome.sentence.startswith("The fault refusal has refused the call.")


async def test_a_refused_request_on_a_list_that_is_not_whole_is_unknown(trial: Trial) -> None:
    faults = ("unreadable-record=2", "refusal=30,calls=writes")
    operation = await trial.plan(REQUEST, even_so=True)
    assert (await trial.execute(operation, *faults)).state is State.UNKNOWN
    assert trial.writes == ["request"]


@pytest.mark.parametrize(("repeated", "state"), [(False, State.REFUSED), (True, State.UNKNOWN)])
async def test_a_refusal_counts_where_somebody_else_has_changed_the_record(
    state: State, *, repeated: bool
) -> None:
    """But not where an earlier attempt got no valid answer."""
    seen = connection(NORTH, GLOBAL, PENDING, "1" * 32)
    operation = Operation.plan(ACCEPT, row(Direction.INBOUND, NORTH, seen))
    refused = replace(operation, error=Refused("It must be Pending."))
    after = Snapshot(GLOBAL.id, HIERARCHY, (seen._replace(status=DISCONNECTED),), MORNING)
    outcome = conclude(refused, after, repeated=repeated)
    assert outcome.state is state
    assert outcome.sentence.startswith("It must be Pending. ")
    assert "The list shows Disconnected for" in outcome.sentence


def test_an_accept_that_does_not_follow_its_request_does_not_say_that_nothing_was_sent() -> None:
    waits = connection(NORTH, GLOBAL, PENDING, "1" * 32)
    accept = Operation.plan(ACCEPT, row(Direction.INBOUND, NORTH, waits))
    for follows, sentence in (("", "Nothing was sent."), ("key", "Accept was not sent.")):
        ended = replace(accept, follows=follows).refuse(State.STALE, "It is gone.")
        assert ended.sentence == f"It is gone. {sentence}"


async def test_only_a_whole_list_is_said_to_lag(trial: Trial) -> None:
    outcome = await trial.execute(
        await trial.plan(DISCONNECT), "list-lags=60", "unreadable-record=5,after=1"
    )
    assert outcome.state is State.UNKNOWN
    assert outcome.sentence.startswith("Zuora answered success. The list still shows Connected")


@EACH_ACTION
@pytest.mark.parametrize("answer", ["lost", "committed-then-401"])
async def test_a_record_that_comes_twice_and_different_proves_nothing(
    trial: Trial, action: Write, answer: str
) -> None:
    outcome = await trial.execute(await trial.plan(action), answer, "record-twice=1,after=1")
    assert outcome.state is State.UNKNOWN
    assert "came twice with different contents: left out." in outcome.sentence
    assert trial.writes == [action.id]


@pytest.mark.parametrize("success", [True, False])
@pytest.mark.parametrize(
    ("status", "soon", "late"),
    [
        (CONNECTED, State.UNKNOWN, State.SUPERSEDED),
        (PENDING, State.UNKNOWN, State.SUPERSEDED),
        (DISCONNECTED, State.CONFIRMED, State.CONFIRMED),
    ],
)
def test_a_record_that_is_gone_proves_nothing_beside_a_new_one_that_lives(
    status: str, soon: State, late: State, *, success: bool
) -> None:
    seen = connection(GLOBAL, SOUTH, CONNECTED, "1" * 32)
    operation = Operation.plan(DISCONNECT, row(Direction.OUTBOUND, SOUTH, seen))
    error = None if success else NoResponse("No answer.")
    sent = replace(operation, success=success, error=error, answered_at=1.0)
    new = seen._replace(id="2" * 32, status=status)
    after = Snapshot(GLOBAL.id, HIERARCHY, (new,), MORNING, asked=2.0)
    outcome = conclude(sent, after)
    assert outcome.state is soon
    assert (f"shows {status} for Acme → Acme South" in outcome.sentence) is (soon is State.UNKNOWN)
    much_later = 2.0 + LONGEST_LAG.total_seconds()
    assert conclude(sent, after._replace(asked=much_later)).state is late


async def test_a_refusal_of_what_is_gone_from_the_list_is_told_as_it_is(trial: Trial) -> None:
    trial.delete_others()
    operation = await trial.plan(DENY)
    trial.tenant.steady = partial(next, count(monotonic(), 4.0))
    outcome = await trial.execute(
        operation, "refusal=40,calls=writes", "list-empty,after=1,times=2"
    )
    assert outcome.state is State.SUPERSEDED
    assert outcome.sentence.startswith("The fault refusal has refused the call. Acme-Japan →")


@pytest.mark.parametrize("denied", ["disconnected", "removed"])
@pytest.mark.parametrize("fault", ["lost", "drop"])
async def test_an_empty_list_does_not_prove_a_lost_denial_until_a_second_one_agrees(
    fault: str, denied: Literal["disconnected", "removed"]
) -> None:
    trial = await open_trial(Policy(denied=denied))
    operation = await trial.plan(DENY)
    empty = await trial.execute(operation, fault, "list-empty,after=1,times=1", lag_delays=())
    assert empty.state is State.UNKNOWN
    assert "a second reading must confirm it" in empty.sentence
    assert operation.row.connection is not None
    after = await trial.tenant.read(CORPORATION)
    assert after.complete
    assert len(after.connections) > 1


@pytest.mark.parametrize("faults", [["drop"], []], ids=["no answer", "success"])
@pytest.mark.parametrize(
    ("others", "seconds", "state"),
    [(False, 1.0, State.UNKNOWN), (False, 3.0, State.CONFIRMED), (True, 3.0, State.UNKNOWN)],
)
async def test_a_list_that_stays_empty_proves_nothing_too_soon_or_where_others_are_gone_too(
    trial: Trial, faults: list[str], others: bool, seconds: float, state: State
) -> None:
    if not others:
        trial.delete_others()
    operation = await trial.plan(DENY)
    trial.tenant.steady = partial(next, count(monotonic(), seconds))
    outcome = await trial.execute(
        operation, *faults, "list-empty,after=1,times=2", lag_delays=(0.0,)
    )
    assert outcome.state is state


async def test_a_second_look_finds_what_the_first_could_not(trial: Trial) -> None:
    outcome = await trial.execute(await trial.plan(DENY), "drop", "list-empty,after=1,times=1")
    assert (outcome.state, trial.lists) == (State.CONFIRMED, 3)


async def test_nothing_is_sent_on_a_list_that_is_suddenly_empty(trial: Trial) -> None:
    for action in (DENY, DISCONNECT):
        outcome = await trial.execute(await trial.plan(action), "list-empty,times=1")
        assert outcome.state is State.REFUSED
        assert outcome.sentence.startswith("It is not known whether")
        assert outcome.sentence.endswith("Nothing was sent.")
        assert trial.writes == []


async def test_a_request_on_a_list_that_is_not_whole_is_sent_on_purpose_only(
    trial: Trial,
) -> None:
    faults = ("unreadable-record=2",)
    operation = await trial.plan(REQUEST)
    refused = await trial.execute(operation, *faults)
    assert refused.state is State.REFUSED
    assert "could not be read" in refused.sentence
    assert trial.writes == []
    forced = await trial.execute(await trial.plan(REQUEST, even_so=True), *faults)
    assert trial.writes == ["request"]
    assert trial.statuses(REQUEST) == [PENDING]
    assert forced.snapshot is not None
    readable = forced.connection_id in {record.id for record in forced.snapshot.connections}
    assert forced.state is (State.CONFIRMED if readable else State.UNKNOWN)


@pytest.mark.parametrize("error", [NoResponse("No answer came."), Refused("Already there.")])
async def test_an_old_connection_that_can_be_read_again_does_not_confirm_a_request(
    error: ZuoraError,
) -> None:
    """The request was sent on a list that hid the connection."""
    hidden = row(Direction.OUTBOUND, NORTH)._replace(missing="1 connection could not be read.")
    operation = Operation.plan(REQUEST, hidden, even_so=True)
    old = connection(GLOBAL, NORTH, CONNECTED, "1" * 32)
    after = Snapshot(GLOBAL.id, HIERARCHY, (old,), MORNING)
    outcome = conclude(replace(operation, error=error), after)
    refused = isinstance(error, Refused)
    assert outcome.state is (State.REFUSED if refused else State.UNKNOWN)
    assert "Connected for Acme → Acme North" in outcome.sentence
    entry = intend(make_journal(None), operation)
    recovered = find_outcome(Operation.from_entry(entry, HIERARCHY), after)
    assert recovered.state is State.UNKNOWN
    made = replace(operation, connection_id="1" * 32)
    assert conclude(made, after).state is State.CONFIRMED


@pytest.mark.parametrize("denied", ["disconnected", "removed"])
@pytest.mark.parametrize("sent", [False, True])
async def test_an_empty_list_proves_nothing_to_a_program_that_recovers_a_lost_denial(
    sent: bool, denied: Literal["disconnected", "removed"]
) -> None:
    trial = await open_trial(Policy(denied=denied))
    operation = await trial.plan(DENY)
    journal = make_journal(None)
    intend(journal, operation)
    if sent:
        await trial.zuora.deny(CORPORATION, operation.connection_id)
    later = Tenant(client(trial.fake))
    await later.open()
    trial.fake.faults.on("list-empty,times=1")
    (recovered,) = await recover_operations(later, journal)
    assert recovered.state is (State.CONFIRMED if sent else State.NOT_APPLIED)
    left = {"disconnected": [DISCONNECTED], "removed": []}[denied]
    assert trial.statuses(DENY) == (left if sent else [PENDING])
