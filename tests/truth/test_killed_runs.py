"""Runs that are killed at any moment and resumed, or overlap, do each thing once."""

from collections import Counter

import pytest
from entity_connections.domain.actions import CONNECT
from entity_connections.domain.connections import CONNECTED, Direction
from entity_connections.fake.policy import Policy

from tests.acme import AMERICAS, CANADA, GERMANY, JAPAN, US
from tests.truth.world import World

TARGETS = (AMERICAS, CANADA, GERMANY, JAPAN)
PLACES = [(US, Direction.OUTBOUND, target) for target in TARGETS]
STEPS = 3 * (1 + 1 + len(TARGETS) + 1 + len(TARGETS) + 1)
"""Steps of the network in the run: a token, a list, requests, a list, accepts, a list."""


@pytest.mark.parametrize("pause", [1, 200])
@pytest.mark.parametrize("kill_at", range(1, STEPS + 1, 2))
def test_a_run_that_is_killed_and_resumed_does_each_thing_once(kill_at: int, pause: int) -> None:
    """What was under way arrives, or is lost; what is lost is carried out when it is resumed.

    At every other of these moments, the program that resumes it is killed, too. It resumes the
    run after a second, or once nothing can be under way any more.
    """
    second_kill = 8 if kill_at % 4 == 1 else None
    world = World(Policy(), seed=kill_at)
    first, second = world.programs
    world.run(first.live(first.act_on_all(CONNECT, PLACES), kill_at))
    world.wait(pause)
    world.run(second.live(second.resume(), second_kill))
    world.wait(pause)
    last = world.programs[0]
    world.run(last.live(last.resume()))
    world.check()
    entries = world.read_journal()
    assert not [entry for entry in entries if entry.open]
    confirmed = Counter(
        (entry.action, entry.target.id) for entry in entries if entry.outcome == "confirmed"
    )
    assert set(confirmed.values()) <= {1}
    if entries:  # it was killed after it had begun
        assert {world.status(US, target) for target in TARGETS} == {CONNECTED}
    world.run(last.live(last.act_on_all(CONNECT, PLACES)))
    assert {world.status(US, target) for target in TARGETS} == {CONNECTED}
    assert {len(world.find_records(US, target)) for target in TARGETS} == {1}
    world.close()


@pytest.mark.parametrize("seed", range(6))
def test_two_programs_that_connect_the_same_entities_at_once_do_each_thing_once(seed: int) -> None:
    world = World(Policy(), seed)
    first, second = world.programs
    world.run(
        first.live(first.act_on_all(CONNECT, PLACES)),
        second.live(second.act_on_all(CONNECT, PLACES)),
    )
    world.check()
    assert {world.status(US, target) for target in TARGETS} == {CONNECTED}
    assert {len(world.find_records(US, target)) for target in TARGETS} == {1}
    world.close()
