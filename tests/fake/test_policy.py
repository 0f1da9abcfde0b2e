"""The choices where Zuora is silent, and how they are switched."""

import pytest

from app.fake.data.acme import AMERICAS, EUROPE
from app.fake.policy import Again, Denied, Duplicate, Policy, PolicyError, Twice, options
from tests.fake.server import Server


def test_every_line_that_can_be_switched_says_how() -> None:
    for line in Policy().lines():
        assert len(line.others) == len(line.switches)
        assert bool(line.name) == bool(line.others)
        for other, switch in zip(line.others, line.switches, strict=True):
            name, value = switch.split("=")
            switched = Policy().having({name: value})
            choices = {one.question: one.choice for one in switched.lines()}
            assert choices[line.question] == other
            assert Policy().having(switched.words()) == switched
    assert {line.name for line in Policy().lines()} - {""} == set(options())


def test_what_does_not_exist_is_named_with_what_does() -> None:
    with pytest.raises(PolicyError, match=r"'x'\. Choose denied, again, .* or reused-key"):
        Policy().having({"x": "y"})
    with pytest.raises(PolicyError, match=r"denied has no value 'gone'\. Choose disconnected or"):
        Policy().having({"denied": "gone"})


@pytest.mark.asyncio
async def test_it_can_be_changed_while_the_tenant_runs(server: Server) -> None:
    desk = await server.desk("alice")
    assert server.tenant.policy == Policy()
    server.tenant.policy = Policy(denied=Denied.REMOVED, again=Again.SAME_RECORD)
    waiting = "8a8082555b3c70de015b44a5937c2b08"
    assert (await desk.act("deny", waiting)).json() == {"success": True}
    assert await server.one(waiting) is None
    assert server.tenant.policy.again is Again.SAME_RECORD


@pytest.mark.asyncio
@pytest.mark.parametrize(("twice", "success"), [(Twice.REFUSED, False), (Twice.REPEATED, True)])
async def test_the_same_action_twice(server: Server, twice: Twice, success: bool) -> None:
    server.tenant.policy = Policy(twice=twice)
    desk = await server.desk("alice")
    for id_, actions in (
        ("8a8082555b3c70de015b44a5937c2b08", ("accept", "disconnect")),
        ("8a8082555b3c70de015b44a61f0a2b09", ("deny",)),
    ):
        for action in actions:
            assert (await desk.act(action, id_)).json()["success"] is True
            before = await server.one(id_)
            assert (await desk.act(action, id_)).json()["success"] is success
            assert await server.one(id_) == before
        assert (await desk.act("accept", id_)).json()["success"] is False


@pytest.mark.asyncio
async def test_a_duplicate_may_answer_with_the_record_there_is(server: Server) -> None:
    server.tenant.policy = Policy(duplicate=Duplicate.SAME_ID)
    desk = await server.desk("alice", AMERICAS)
    made, again = await desk.request(EUROPE), await desk.request(EUROPE)
    assert made.json() == again.json()
    assert len([row for row in await desk.list() if row["targetEntityId"] == EUROPE]) == 1
