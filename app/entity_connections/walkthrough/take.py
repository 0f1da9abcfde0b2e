"""What a recording of a walkthrough holds, before it is written to any file."""

from typing import NamedTuple

from textual.geometry import Offset, Size

from entity_connections.walkthrough.script import Walkthrough


class Frame(NamedTuple):
    """One moment of a recording.

    Attributes:
        at: seconds since it began.
        number: of the step, from 1; 0 before the first.
        caps: of the keys pressed in this step, in order.
        pointer: the cell of the screen that is about to be clicked, or None.
        svg: the screen, as `glass.picture` draws it.
        last: whether its step ends with it: every step has one such frame.
    """

    at: float
    number: int
    caps: tuple[str, ...]
    pointer: Offset | None
    svg: str
    last: bool


class Take(NamedTuple):
    """A walkthrough as it was performed, the same at every run.

    Attributes:
        name: of its script.
        script: what was performed.
        frames: in order.
        stream: what a terminal was sent, with the seconds since the beginning.
        size: of that terminal: the screen and the captions below it.
    """

    name: str
    script: Walkthrough
    frames: tuple[Frame, ...]
    stream: tuple[tuple[float, str], ...]
    size: Size
