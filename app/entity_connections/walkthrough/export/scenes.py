"""A take as its steps: what was clicked in each, and what the screen showed at its end."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from entity_connections.walkthrough.script import Step
from entity_connections.walkthrough.take import Frame, Take


class Scene(NamedTuple):
    """What there is to see of one step.

    Attributes:
        number: of the step, from 1.
        step: it.
        clicks: for each click, the screen with the pointer on what is clicked.
        last: the screen at its end.
    """

    number: int
    step: Step
    clicks: tuple[Frame, ...]
    last: Frame


def scenes(take: Take) -> list[Scene]:
    """Return the steps of a take, in order."""
    ends = {frame.number: frame for frame in take.frames if frame.last}
    return [
        Scene(number, step, tuple(_clicks(take.frames, number)), ends[number])
        for number, step in enumerate(take.script.steps, 1)
    ]


def _clicks(frames: Sequence[Frame], number: int) -> Iterator[Frame]:
    """Yield the last moment before each click: by then the screen knows of the pointer."""
    of_step = [frame for frame in frames if frame.number == number]
    for frame, following in zip(of_step, [*of_step[1:], None], strict=True):
        if frame.pointer is not None and (following is None or following.pointer != frame.pointer):
            yield frame
