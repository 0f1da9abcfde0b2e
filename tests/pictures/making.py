"""How the README's picture and its table of keys are made."""

import re
from pathlib import Path

from app.commands import COMMANDS
from tests.tui.snapshots import picture
from tests.tui.story import story

README = Path(__file__).parents[2] / "README.md"
PICTURE = Path(__file__).with_name("screen.svg")
_KEYS = re.compile(r"(<!-- keys -->\n).*?(<!-- end of keys -->)", re.DOTALL)


async def draw() -> str:
    """Return the main screen as SVG, with the cursor on a request that waits."""
    async with story(size=(100, 26)) as told:
        await told.to("Acme-Canada")
        return picture(told.app)


def with_keys(readme: str) -> str:
    """Return the README with the table of keys as the registry has it."""
    rows = [f"| `{one.key_name}` | {one.label} | {one.tooltip} |" for one in COMMANDS]
    table = "\n".join(["| key | command | what it does |", "| --- | --- | --- |", *rows])
    return _KEYS.sub(lambda match: f"{match[1]}{table}\n{match[2]}", readme)
