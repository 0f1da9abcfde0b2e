"""The recording of a terminal in the format asciicast, version 2.

See https://docs.asciinema.org/manual/asciicast/v2/. It names no date and no machine.
"""

import json

from entity_connections.walkthrough.recording import Recording

_LAST_SCREEN = 3.0
"""Seconds for which the last screen stays."""


def asciicast(recording: Recording) -> str:
    """Return a recording as the text of a .cast file."""
    header = {
        "version": 2,
        "width": recording.size.width,
        "height": recording.size.height,
        "title": recording.script.title,
    }
    events = [(round(time, 6), "o", data) for time, data in recording.output]
    last_output = events[-1][0] if events else 0.0
    end = max(last_output, recording.frames[-1].time) + _LAST_SCREEN
    lines = [header, *events, (round(end, 6), "o", "")]
    return "".join(f"{json.dumps(line)}\n" for line in lines)
