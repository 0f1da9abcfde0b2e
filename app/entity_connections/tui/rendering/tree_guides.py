"""The lines of a tree before the names of its entities."""

from collections.abc import Container, Sequence

from rich.cells import cell_len

from entity_connections.domain.entities import Hierarchy
from entity_connections.tui.widgets.grid.layout import LEVEL_WIDTH

MAX_LEVELS = 6
"""Levels that are drawn; of a deeper entity the last ones."""
Levels = Sequence[tuple[str, int]]
"""The keys of a tree from top to bottom, each with its level; 0 for a root."""


def list_levels(hierarchy: Hierarchy) -> Levels:
    """Return the ids of all entities with their levels."""
    return [(entity.id, hierarchy.depth(entity.id)) for entity in hierarchy]


def measure_names(hierarchy: Hierarchy) -> int:
    """Return the cells that the longest name needs, with the lines before it."""
    branches = draw_branches(list_levels(hierarchy))
    widths = (len(branches[entity.id]) + cell_len(entity.title) for entity in hierarchy)
    return max(widths, default=0)


def draw_branches(levels: Levels) -> dict[str, str]:
    """Return what stands before each key; "" for a root."""
    branches: dict[str, str] = {}
    continued: set[int] = set()  # the levels whose line leads to a key further down
    for key, level in reversed(levels):
        lines = ["│  " if above in continued else "   " for above in range(1, level)]
        if level:
            lines.append("├─ " if level in continued else "└─ ")
        branches[key] = "".join(lines[-MAX_LEVELS:])
        continued = {above for above in continued if above < level} | {level}
    return branches


def draw_row_branches(hierarchy: Hierarchy, acting_id: str) -> dict[str, str]:
    """Return what stands before each row: no line leads to the acting entity, which has no row.

    What is below it is drawn at its own level, or one higher if all rows are below it.
    """
    levels = [(id_, level) for id_, level in list_levels(hierarchy) if id_ != acting_id]
    branches = draw_branches(levels)
    if is_only_root(hierarchy, acting_id):
        return {id_: branch[LEVEL_WIDTH:] for id_, branch in branches.items()}
    for id_, level in levels:
        if hierarchy.is_below(id_, acting_id):
            branch = branches[id_]
            at = len(branch) - (level - hierarchy.depth(acting_id)) * LEVEL_WIDTH
            if at >= 0:  # else the level is not drawn
                branches[id_] = branch[:at] + " " * LEVEL_WIDTH + branch[at + LEVEL_WIDTH :]
    return branches


def is_only_root(hierarchy: Hierarchy, entity_id: str) -> bool:
    """Return whether all other entities are below an entity."""
    return [id_ for id_, level in list_levels(hierarchy) if not level] == [entity_id]


def keep_parents(levels: Levels, found: Container[str]) -> Levels:
    """Return the keys that are found and all above them, in the order of the tree."""
    kept: list[tuple[str, int]] = []
    lowest = 0  # the level of the last one kept: what is above it has a lower level
    for key, level in reversed(levels):
        if key in found or level < lowest:
            kept.append((key, level))
            lowest = level
    return kept[::-1]
