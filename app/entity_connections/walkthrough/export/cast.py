"""What a terminal was sent, as a recording that players know: asciicast, version 2."""

import json

from entity_connections.walkthrough.take import Take

_LAST_LOOK = 3.0
"""Seconds the last screen stays."""


def cast(take: Take) -> str:
    """Return the recording of a take. It names no time, no machine and no environment."""
    header = {
        "version": 2,
        "width": take.size.width,
        "height": take.size.height,
        "title": take.script.title,
    }
    ended = max((at for at in (*(one for one, _ in take.stream), take.frames[-1].at)), default=0.0)
    events = [[round(at, 6), "o", data] for at, data in take.stream]
    lines = [header, *events, [round(ended + _LAST_LOOK, 6), "o", ""]]
    return "".join(f"{json.dumps(line)}\n" for line in lines)
