"""The floor: what a bare Textual app of our screen's shape costs.

A header, a select, two tabs with a table of twenty rows each, a footer, and
nothing behind them.
"""

from collections.abc import Iterator

from textual.app import App, ComposeResult
from textual.widgets import DataTable, Footer, Header, Select, TabbedContent, TabPane

TABS = {"out": "Share To (Outbound)", "in": "Share From (Inbound)"}
WORDS = ("Connected", "Pending", "Disconnected")


class Floor(App[None]):
    """The smallest app that looks like ours."""

    BINDINGS = [("r", "refresh", "Refresh"), ("e", "entity", "Entity"), ("q", "quit", "Quit")]

    def compose(self) -> ComposeResult:
        yield Header()
        yield Select([(f"Entity {number}", number) for number in range(20)], value=0)
        with TabbedContent():
            for key, title in TABS.items():
                with TabPane(title, id=key):
                    yield DataTable[str](id=f"{key}-rows", cursor_type="row")
        yield Footer()

    def on_mount(self) -> None:
        for rows in self.query(DataTable):
            rows.add_columns("Entity", "Id", "Under", "Status", "Action")
            rows.add_rows(_rows())
        self.query_one("#out-rows").focus()


def _rows() -> Iterator[tuple[str, ...]]:
    for number in range(20):
        status = WORDS[number % len(WORDS)]
        yield f"Acme-{number}", f"{number:08}", f"Entity {number % 7}", status, "Disconnect"


if __name__ == "__main__":
    Floor().run()
