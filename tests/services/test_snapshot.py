"""What the newer list of another entity tells of the connections between the two."""

from datetime import timedelta

import pytest
from entity_connections.domain.connections import CONNECTED, PENDING, Connection
from entity_connections.domain.entities import Entity
from entity_connections.services.snapshot import Snapshot

from tests.domain.small_tenant import GLOBAL, HIERARCHY, NORTH, SOUTH, connection
from tests.services.factories import MORNING

TO_NORTH, FROM_NORTH = connection(GLOBAL, NORTH, PENDING), connection(NORTH, GLOBAL, PENDING, "2")
TO_SOUTH, OTHERS = connection(GLOBAL, SOUTH, CONNECTED, "3"), connection(NORTH, SOUTH, PENDING, "4")
ACCEPTED = connection(GLOBAL, NORTH, CONNECTED)


def make_list(acting: Entity, *records: Connection, asked: float, missing: str = "") -> Snapshot:
    read_at = MORNING + timedelta(seconds=asked)
    return Snapshot(acting.id, HIERARCHY, records, read_at, missing=missing, asked=asked)


@pytest.mark.parametrize(
    ("other", "merged"),
    [
        (make_list(NORTH, OTHERS, ACCEPTED, asked=2.0), (ACCEPTED, TO_SOUTH)),
        (make_list(NORTH, asked=2.0, missing="A page."), (TO_NORTH, TO_SOUTH)),
        (make_list(NORTH, ACCEPTED, asked=2.0, missing="A page."), (ACCEPTED, TO_SOUTH)),
        (make_list(NORTH, asked=2.0), (TO_SOUTH,)),
        (make_list(NORTH, TO_NORTH, FROM_NORTH, asked=2.0), (TO_NORTH, TO_SOUTH, FROM_NORTH)),
        (make_list(NORTH, ACCEPTED, asked=0.5), (TO_NORTH, TO_SOUTH)),
    ],
    ids=["changed", "hidden", "changed where a part is missing", "gone", "new", "older"],
)
def test_a_newer_list_of_the_other_end_decides(
    other: Snapshot, merged: tuple[Connection, ...]
) -> None:
    own = make_list(GLOBAL, TO_NORTH, TO_SOUTH, asked=1.0)
    assert own.merge(other) == own._replace(connections=merged)
