"""Which entities are under which."""

import pytest
from entity_connections.domain.entities import Entity, Hierarchy

GLOBAL, EMEA, FRANCE, LEFT, RIGHT = (f"{number:032x}" for number in range(5))
PARENTS = {GLOBAL: None, EMEA: GLOBAL, FRANCE: EMEA, LEFT: RIGHT, RIGHT: LEFT}
HIERARCHY = Hierarchy(Entity(id_, id_[-1], "", parent) for id_, parent in PARENTS.items())


@pytest.mark.parametrize(
    ("id_", "ancestor_id", "below"),
    [
        (FRANCE, EMEA, True),
        (FRANCE, GLOBAL, True),
        (EMEA, FRANCE, False),
        (EMEA, EMEA, False),
        ("f" * 32, GLOBAL, False),
        (LEFT, GLOBAL, False),  # its parents form a cycle
        (LEFT, RIGHT, True),
    ],
)
def test_an_entity_is_below_each_of_its_ancestors(
    id_: str, ancestor_id: str, *, below: bool
) -> None:
    assert HIERARCHY.is_below(id_, ancestor_id) is below
