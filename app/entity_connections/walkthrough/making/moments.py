"""What somebody did at the screen, and what they saw when they did it."""

from typing import NamedTuple

from textual.geometry import Size

from entity_connections.walkthrough.screen_text import Glass
from entity_connections.walkthrough.script import Act


class Moment(NamedTuple):
    """One thing that was done, with the screen as it was just before.

    Attributes:
        at: seconds, from wherever.
        act: it, as a script says it; None where a script has no word for it.
        lost: a sentence about it, where the person should know that it has no word.
        glass: the text of the screen.
        picture: the whole look of the screen.
        size: of the terminal.
        depth: how many screens lay on each other.
        typing: whether a field took the letters.
        asked: whether a question stood open.
    """

    at: float
    act: Act | None
    lost: str
    glass: Glass
    picture: str
    size: Size = Size(100, 26)
    depth: int = 1
    typing: bool = False
    asked: bool = False
