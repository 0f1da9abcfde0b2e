"""Takes to export: of a script that clicks, types and presses, and holds what could be markup."""

from functools import cache
from typing import Final

from entity_connections.cli.tenant.fake_workspace import make_fake_workspace
from entity_connections.cli.tenant_options import TenantOptions
from entity_connections.walkthrough.recording import record
from entity_connections.walkthrough.script import parsed
from entity_connections.walkthrough.take import Take

HOSTILE: Final = (
    """</text></title><script>alert(1)</script>&amp; "<img src=x onerror='alert(1)'>" %s"""
)
"""A caption that would be markup if it were not escaped."""
TOUR: Final = f'''
title = "A <b>tour</b>"
teaches = """{HOSTILE}"""
size = [80, 24]

[[steps]]
caption = """{HOSTILE}"""
do = [{{ click = "Acme-Europe … Connected" }}, {{ click = "Acme-US … Request Connection" }}]
see = ["Request a connection?"]
picture = "question"

[[steps]]
caption = "名前 Escape leaves, and the switcher finds an entity by a part of its name."
do = [{{ press = "escape" }}, {{ press = "e" }}, {{ type = "americas" }}]
see = ["Acme-Americas"]

[[steps]]
caption = "Enter goes there."
do = [{{ press = "enter" }}]
see = ["Acme-Americas ▾"]
picture = "there"
'''


@cache
def tour() -> Take:
    """Return a short take."""
    return taken(TOUR)


def taken(script: str) -> Take:
    """Perform a script on the embedded tenant."""
    read = parsed(script, "tour.toml")
    return record(
        "tour",
        read,
        lambda: make_fake_workspace(TenantOptions(scenario=read.scenario, user=read.user)),
    )


def shorter(take: Take, steps: int) -> Take:
    """Return a take that ends after some steps."""
    script = take.script.model_copy(update={"steps": take.script.steps[:steps]})
    frames = tuple(frame for frame in take.frames if frame.number <= steps)
    return take._replace(script=script, frames=frames)
