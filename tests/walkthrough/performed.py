"""Scripts of tests, performed on the embedded tenant in virtual time."""

from entity_connections.cli.tenant.fake_workspace import make_fake_workspace
from entity_connections.cli.tenant_options import TenantOptions
from entity_connections.walkthrough.recording import record
from entity_connections.walkthrough.script import Walkthrough, parsed
from entity_connections.walkthrough.take import Take

HEAD = 'title = "Of a test"\nteaches = "Nothing."\n'
"""What every script begins with, for tests of what follows."""


def performed(script: Walkthrough, name: str = "test") -> Take:
    """Perform a script and return what was seen.

    Raises:
        Missed: a step did not come about.
    """
    return record(
        name,
        script,
        lambda: make_fake_workspace(TenantOptions(scenario=script.scenario, user=script.user)),
    )


def steps(*tables: str) -> Walkthrough:
    """Return a script of these steps, each the keys of its table but for the caption."""
    captioned = (f'[[steps]]\ncaption = "Step {n}."\n{one}' for n, one in enumerate(tables, 1))
    return parsed(HEAD + "\n".join(captioned), "test.toml")
