"""An entity that does not exist is an error of every command that takes one, used or not."""

from pathlib import Path

import pytest

from tests.cli.all_commands import COMMANDS
from tests.cli.recorded_tenant import RecordedTenant
from tests.cli.tenant import run

ENDS = ["--from", "Acme-Americas", "--to", "Acme-Europe", "--dry-run"]
WANTED = {
    "request": ENDS, "connect": ENDS, "accept": ENDS, "deny": ENDS, "disconnect": ENDS,
    "resume": ["--dry-run"],
}  # fmt: skip
"""What a command needs besides."""
TAKING = [
    names for names, command in COMMANDS
    if names and any("--entity" in known.opts for known in command.params)
]  # fmt: skip


ACTING = [names for names in TAKING if names != ("doctor",)]


@pytest.mark.parametrize("names", ACTING, ids=" ".join)
def test_it_is_an_error_in_the_environment_too(home: Path, names: tuple[str, ...]) -> None:
    arguments = [*names, *WANTED.get(names[0], [])]
    done = run(home, *arguments, ZUORA_ENTITY_ID="nosuch")
    assert (done.returncode, done.stdout) == (2, "")
    assert 'No entity is called "nosuch".' in done.stderr


@pytest.mark.parametrize("names", TAKING, ids=" ".join)
def test_it_is_an_error(server: RecordedTenant, home: Path, names: tuple[str, ...]) -> None:
    where, environ = ["--base-url", server.served.url], server.served.environ()
    arguments = [*names, *WANTED.get(names[0], [])]
    assert run(home, *where, *arguments, **environ).returncode != 2
    done = run(home, *where, *arguments, "--entity", "nosuch", **environ)
    assert done.returncode == (3 if names == ("doctor",) else 2)
    assert '"nosuch"' in done.stdout + done.stderr
    before = run(home, *where, "--entity", "nosuch", *arguments, **environ)
    assert before.returncode == done.returncode
