"""The rows of both tabs from entities and connections."""

from entity_connections.domain.connections import (
    CONNECTED,
    DISCONNECTED,
    PENDING,
    Connection,
    Direction,
)
from entity_connections.domain.entities import Entity, Hierarchy
from entity_connections.domain.rows import UNKNOWN, make_rows
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.small_tenant import (
    GLOBAL,
    HIERARCHY,
    NORTH,
    PLANNED,
    SOUTH,
    STRANGER,
    VILLAGE,
    connection,
    row,
)

OUT, IN = Direction.OUTBOUND, Direction.INBOUND
IDS = [entity.id for entity in HIERARCHY] + [STRANGER]
CONNECTIONS = st.lists(
    st.builds(
        Connection,
        id=st.integers(0, 30).map(str),
        source_id=st.sampled_from(IDS),
        target_id=st.sampled_from(IDS),
        status=st.sampled_from([CONNECTED, PENDING, DISCONNECTED, "Suspended"]),
    ),
    unique_by=lambda one: one.id,
)


def test_outbound_lists_every_other_entity_in_the_order_of_the_tree() -> None:
    found = make_rows(OUT, GLOBAL.id, HIERARCHY, [])
    assert [row.counterpart for row in found] == [NORTH, VILLAGE, SOUTH, PLANNED]
    assert [row.parent for row in found] == [GLOBAL, NORTH, GLOBAL, SOUTH]
    assert {row.status for row in found} == {None}


def test_inbound_lists_who_shares_here_and_who_waits_comes_first() -> None:
    found = make_rows(
        IN,
        GLOBAL.id,
        HIERARCHY,
        [
            connection(NORTH, GLOBAL, CONNECTED, "1"),
            connection(SOUTH, GLOBAL, PENDING, "2"),
            connection(GLOBAL, VILLAGE, PENDING, "3"),
        ],
    )
    assert [(row.counterpart, row.status) for row in found] == [
        (SOUTH, PENDING),
        (NORTH, CONNECTED),
    ]


def test_several_records_of_a_pair_fold_into_the_living_one() -> None:
    one = row(
        OUT,
        NORTH,
        connection(GLOBAL, NORTH, DISCONNECTED, "old"),
        connection(GLOBAL, NORTH, CONNECTED, "living"),
        connection(GLOBAL, NORTH, PENDING, "odd"),
        connection(GLOBAL, NORTH, DISCONNECTED, "late"),
    )
    assert one.connection is not None
    assert one.connection.id == "living"
    assert [other.id for other in one.other_records] == ["odd", "late", "old"]


def test_of_records_that_are_all_over_the_newest_counts() -> None:
    one = row(
        OUT,
        NORTH,
        connection(GLOBAL, NORTH, DISCONNECTED, "old"),
        connection(GLOBAL, NORTH, "Suspended", "new"),
    )
    assert one.status == "Suspended"


def test_a_status_with_a_blank_after_it_is_not_counted_among_those_that_are_known() -> None:
    one = row(OUT, NORTH, connection(GLOBAL, NORTH, "Pending "))
    assert (one.state, one.status_group) == ("Pending ", UNKNOWN)


def test_the_other_direction_is_known() -> None:
    one = row(OUT, NORTH, connection(NORTH, GLOBAL, PENDING, "back"))
    assert one.status is None
    assert one.reverse is not None
    assert one.reverse.id == "back"


def test_a_counterpart_that_is_not_listed_stands_last_under_a_stand_in() -> None:
    found = make_rows(OUT, GLOBAL.id, HIERARCHY, [connection(GLOBAL, STRANGER, CONNECTED)])
    assert found[-1].key == STRANGER
    assert not found[-1].counterpart.listed
    assert found[-1].status == CONNECTED


@given(CONNECTIONS)
def test_every_record_is_in_exactly_one_row_of_its_tab(connections: list[Connection]) -> None:
    for direction in Direction:
        found = make_rows(direction, GLOBAL.id, HIERARCHY, connections)
        assert len({row.key for row in found}) == len(found)
        shown = [
            record.id
            for row in found
            for record in ((row.connection,) if row.connection else ()) + row.other_records
        ]
        mine = [
            record.id
            for record in connections
            if (record.source_id if direction is OUT else record.target_id) == GLOBAL.id
        ]
        assert sorted(shown) == sorted(mine)


@given(
    st.lists(
        st.builds(
            Entity,
            id=st.sampled_from("abcdef"),
            name=st.just(""),
            display_name=st.just(""),
            parent_id=st.none() | st.sampled_from("abcdefgh"),
        )
    )
)
def test_whatever_is_listed_makes_a_tree_of_all(entities: list[Entity]) -> None:
    hierarchy = Hierarchy(entities)
    ids = [entity.id for entity in hierarchy]
    assert sorted(ids) == sorted({entity.id for entity in entities})
    assert len(hierarchy) == len(ids)
