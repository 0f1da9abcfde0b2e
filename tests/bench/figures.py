"""A measured figure, its budget, and the table of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Budget:
    """The most a figure may be: `limit` times the floor, above the floor, or on its own."""

    limit: float
    kind: Literal["times", "above", "alone"]

    def most(self, floor: float) -> float:
        return {"times": self.limit * floor, "above": self.limit + floor, "alone": self.limit}[
            self.kind
        ]

    def __str__(self) -> str:
        words = {"times": "x floor", "above": "over floor", "alone": ""}[self.kind]
        return f"<= {self.limit:g} {words}".rstrip()


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    name: str
    unit: str
    ours: float
    budget: Budget
    floor: float = 0.0

    @property
    def ok(self) -> bool:
        return self.ours <= self.budget.most(self.floor)

    def cells(self) -> tuple[str, ...]:
        floor, ratio = ("-", "-")
        if self.floor:
            floor, ratio = f"{self.floor:.1f}", f"{self.ours / self.floor:.2f}"
        name = f"{self.name}, {self.unit}"
        return name, f"{self.ours:.1f}", floor, ratio, str(self.budget), "ok" if self.ok else "OVER"


def table(figures: Iterable[Figure]) -> str:
    """Return the figures as text, one a line."""
    rows: list[tuple[str, ...]] = [("figure", "ours", "floor", "ratio", "budget", "")]
    rows += [figure.cells() for figure in figures]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if 0 < place < 4 else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
