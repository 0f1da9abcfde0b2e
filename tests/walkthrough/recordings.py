"""Scripts for tests, and recordings of them on a fake tenant."""

from functools import cache
from pathlib import Path
from typing import Final

from entity_connections.cli.tenant.fake_workspace import make_fake_workspace
from entity_connections.cli.tenant_options import TenantOptions
from entity_connections.walkthrough.recording import Recording, record
from entity_connections.walkthrough.script_file import parse_script
from entity_connections.walkthrough.script_models import Walkthrough

SHORT_TOUR: Final = Path(__file__).with_name("short-tour.toml")
"""The file of a script with three steps, which take about a second each at speed 8."""
HEADER: Final = 'title = "Of a test"\nteaches = "Nothing."\n'
"""The required keys of a script, but for its steps."""
MARKUP: Final = (
    """</text></title><script>alert(1)</script>&amp; "<img src=x onerror='alert(1)'>" %s"""
)
"""A caption that would be markup if it were not escaped."""
TOUR: Final = f'''
title = "A <b>tour</b>"
teaches = """{MARKUP}"""
size = [80, 24]

[[steps]]
caption = """{MARKUP}"""
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


def make_script(*steps: str) -> Walkthrough:
    """Return a script; each step is given as the TOML of its table, without the caption."""
    tables = (f'[[steps]]\ncaption = "Step {n}."\n{step}' for n, step in enumerate(steps, 1))
    return parse_script(HEADER + "\n".join(tables), "test.toml")


def record_script(script: Walkthrough, name: str = "test") -> Recording:
    """Record a script on the fake tenant that it names.

    Raises:
        StepFailed: a step cannot be run.
    """
    options = TenantOptions(scenario=script.scenario, user=script.user)
    return record(name, script, lambda: make_fake_workspace(options, seed=0))


@cache
def tour() -> Recording:
    """Return the recording of TOUR, which clicks, presses and types."""
    return record_script(parse_script(TOUR, "tour.toml"), "tour")
