"""The lines of a tree before the names of its entities."""

from entity_connections.domain.entities import Hierarchy

STEP = 3
"""Cells of one level."""
MAX_LEVELS = 6
"""Levels that are drawn; of a deeper entity the last ones."""


def draw_branches(hierarchy: Hierarchy) -> dict[str, str]:
    """Return what stands before each entity, by its id; "" for a root."""
    branches: dict[str, str] = {}
    continued: set[int] = set()  # the levels whose line leads to an entity further down
    for entity in reversed(list(hierarchy)):
        level = hierarchy.depth(entity.id)
        lines = ["│  " if above in continued else "   " for above in range(1, level)]
        if level:
            lines.append("├─ " if level in continued else "└─ ")
        branches[entity.id] = "".join(lines[-MAX_LEVELS:])
        continued = {above for above in continued if above < level} | {level}
    return branches
