"""A model of the connection rules: a function from one state and a call to the next state.

It is written from the policy table, independently of the tenant's code, for comparison.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from entity_connections.fake.policy import Policy


class Row(NamedTuple):
    """A record, in the order of the list."""

    id: str
    source: str
    target: str
    status: str

    @property
    def is_active(self) -> bool:
        return self.status != "Disconnected"


class Call(NamedTuple):
    """A call of one user; `what` is the target of a request, or the id of a record."""

    user: str
    acting: str
    verb: str
    what: str
    key: str = ""


class Answer(NamedTuple):
    """The answer: an id for a successful request, a category for a refusal."""

    success: bool
    category: int = 0
    id: str = ""


Rows = tuple[Row, ...]
Stored = Mapping[str, Answer]
State = tuple[Rows, Stored]


class Model(NamedTuple):
    """The rules of one tenant; `roles` goes (user, entity) -> role."""

    policy: Policy
    roles: Mapping[tuple[str, str], str]
    provisioned: Mapping[str, bool]

    def orders(self, state: State, answered: Sequence[tuple[Call, Answer]]) -> Iterator[State]:
        """Yield the states after these calls, for every order in which the answers are possible."""
        if not answered:
            yield state
        for index, (call, answer) in enumerate(answered):
            expected, after = self.step(state, call, answer.id)
            if expected == answer:
                yield from self.orders(after, [*answered[:index], *answered[index + 1 :]])

    def step(self, state: State, call: Call, new_id: str) -> tuple[Answer, State]:
        """Return the answer to a call and the next state; a new record gets `new_id`."""
        rows, stored = state
        if (call.user, call.acting) not in self.roles:
            return Answer(success=False, category=10), state
        if call.key in stored:
            return stored[call.key], state
        if call.verb == "request":
            answer, after = self._request(rows, call, new_id)
        else:
            answer, after = self._act(rows, call)
        return answer, (after, {**stored, call.key: answer} if call.key else stored)

    def _request(self, rows: Rows, call: Call, new_id: str) -> tuple[Answer, Rows]:
        no = {number: Answer(success=False, category=number) for number in (10, 30, 40)}
        pair, policy = (call.acting, call.what), self.policy
        if not self._administers(call, call.acting):
            return no[10], rows
        if call.what not in self.provisioned:
            return no[40], rows
        if call.what == call.acting or not self.provisioned[call.what]:
            return no[30], rows
        if (call.user, call.what) not in self.roles:
            return no[10], rows
        active = {row[1:3]: row for row in rows if row.is_active}
        if policy.both_ways == "refused" and pair[::-1] in active:
            return no[30], rows
        if pair in active:
            same = policy.duplicate == "same-id"
            return (Answer(success=True, id=active[pair].id) if same else no[30]), rows
        at_once = policy.own_request == "connected" and self._administers(call, call.what)
        status = "Connected" if at_once else "Pending"
        ended = [row for row in rows if row[1:3] == pair]
        if policy.again == "same-record" and ended:
            return Answer(success=True, id=ended[-1].id), _with(rows, ended[-1], status)
        return Answer(success=True, id=new_id), (*rows, Row(new_id, *pair, status))

    def _act(self, rows: Rows, call: Call) -> tuple[Answer, Rows]:
        yes, policy = Answer(success=True), self.policy
        row = next((row for row in rows if row.id == call.what), None)
        if row is None:
            return Answer(success=False, category=40), rows
        allowed = {row.target}
        if call.verb == "disconnect" or policy.answering == "allowed":
            allowed.add(row.source)
        if call.acting not in allowed or not self._administers(call, call.acting):
            return Answer(success=False, category=10), rows
        becomes = "Connected" if call.verb == "accept" else "Disconnected"
        if row.status == becomes and policy.twice == "repeated":
            return yes, rows
        begins = {"Connected"} if call.verb == "disconnect" else {"Pending"}
        if (
            call.verb == "disconnect"
            and call.acting == row.source
            and policy.withdrawal == "allowed"
        ):
            begins.add("Pending")
        if row.status not in begins:
            return Answer(success=False, category=30), rows
        is_removed = {
            "accept": False,
            "deny": policy.denied == "removed",
            "disconnect": policy.ended == "removed",
        }
        return yes, _with(rows, row, "" if is_removed[call.verb] else becomes)

    def _administers(self, call: Call, entity: str) -> bool:
        return self.roles.get((call.user, entity)) == "administrator"


def _with(rows: Rows, row: Row, status: str) -> Rows:
    changed = [row._replace(status=status)] if status else []
    place = rows.index(row)
    return (*rows[:place], *changed, *rows[place + 1 :])
