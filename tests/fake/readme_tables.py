"""Generates the tables in the fake tenant's README: `make tables` writes them."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from entity_connections import fake
from entity_connections.fake.faults.catalogue import CALLS, FAULTS
from entity_connections.fake.rules.policy import Policy
from entity_connections.fake.rules.policy_table import policy_rows
from entity_connections.fake.scenarios.catalogue import SCENARIOS

if TYPE_CHECKING:
    from collections.abc import Iterable

README = Path(fake.__file__).with_name("README.md")


def update_tables(readme: str) -> str:
    """Return the text of the README with current tables."""
    tables: dict[str, Iterable[tuple[str, ...]]] = {
        "scenarios": [(f"`{name}`", description) for name, description in SCENARIOS.items()],
        "faults": [
            (f"`{name}`", fault.sentence, f"`{fault.calls}`") for name, fault in FAULTS.items()
        ],
        "calls": [(f"`{name}`", meaning) for name, meaning in CALLS.items()],
        "policies": [
            (row.question, row.choice, "; ".join(row.others), f"`{'`, `'.join(row.switches)}`")
            for row in policy_rows(Policy())
            if row.switches
        ],
    }
    for name, cells in tables.items():
        body = "".join(f"| {' | '.join(row)} |\n" for row in cells)
        table = re.compile(
            rf"(<!-- {name} -->\n[^\n]+\n[^\n]+\n).*?(<!-- end of {name} -->)", re.DOTALL
        )
        match = table.search(readme)
        assert match is not None, name
        readme = f"{readme[: match.start()]}{match[1]}{body}{match[2]}{readme[match.end() :]}"
    return readme


if __name__ == "__main__":
    README.write_text(update_tables(README.read_text("utf-8")), "utf-8")
