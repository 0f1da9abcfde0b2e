"""The screen on a tenant on a socket: killed in the middle of a write, and the start after that."""

import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from entity_connections.services.storage.journal import Journal

from tests.cli.recorded_tenant import (
    CARRY_OUT_AND_HANG,
    HANG,
    RecordedTenant,
    serve_recorded,
)
from tests.cli.tenant import PROGRAM, SECRETS, environ
from tests.terminal.pty import Terminal

NORDICS_TO_EUROPE = "8a8082555b3c70de015b44a960f92b0f"
ASKED = "Accept this request?"


@pytest.fixture
def server() -> Iterator[RecordedTenant]:
    with serve_recorded() as found:
        yield found


def screen(server: RecordedTenant, home: Path) -> Terminal:
    """Start the screen as alice, acting in Acme-Europe, where Acme-Nordics waits."""
    names = ("ZUORA_", "ENTITY_", "PYTHON_KEYRING")
    env = {k: v for k, v in environ(home, **server.served.environ()).items() if k.startswith(names)}
    command = [*PROGRAM, "--base-url", server.served.url, "--entity", "Acme-Europe"]
    return Terminal(command, env=env)


def start_accepting(server: RecordedTenant, terminal: Terminal) -> None:
    """Accept what waits, and wait until the server has it."""
    terminal.wait_for("1 waiting")
    terminal.send("2")
    terminal.wait_for("Acme-Nordics → Acme-Europe")
    terminal.send("a")
    terminal.wait_for(ASKED)
    terminal.wait_quiet(0.4)  # the question takes no answer at first
    terminal.send("y")
    terminal.wait_for("… sending")
    assert server.write_arrived.wait(20)


def test_quitting_during_a_write_reports_an_unknown_outcome(
    server: RecordedTenant, tmp_path: Path
) -> None:
    server.fake.faults.on(HANG)
    with screen(server, tmp_path) as terminal:
        start_accepting(server, terminal)
        terminal.send("ctrl+q")
        terminal.wait_for("A write is being sent.")
        terminal.send("ctrl+q")
        terminal.wait_for("what became of it is not known")
        assert terminal.wait_exit() == 4
    assert outcomes(tmp_path) == []


def test_quitting_in_a_run_counts_what_the_next_start_offers(
    server: RecordedTenant, tmp_path: Path
) -> None:
    server.fake.faults.on(HANG)
    with screen(server, tmp_path) as terminal:
        terminal.wait_for("1 waiting")
        terminal.send("*")
        terminal.send("R")
        terminal.wait_for("Connect ")
        terminal.wait_quiet(0.4)  # the question takes no answer at first
        terminal.send("y")
        server.wait_for_writes(1)
        terminal.send("ctrl+q")
        terminal.wait_for("Quit again to stop it: the next start offers to resume it.")
        terminal.send("ctrl+q")
        terminal.wait_for("The next start offers to resume.")
        assert terminal.wait_exit() == 4
    with screen(server, tmp_path) as terminal:
        terminal.wait_for("Resume the run of")


def outcomes(home: Path) -> list[str]:
    """Return the outcomes in the journal of a program that may still run."""
    entries = Journal(home / "state" / "state.sqlite3", "").read_entries()
    return [entry.outcome for entry in entries if entry.outcome is not None]


def test_killed_after_the_write_was_applied_the_next_start_reports_it(
    server: RecordedTenant, tmp_path: Path
) -> None:
    """And no secret is in any output or file; a token only in the private state file."""
    server.fake.faults.on(CARRY_OUT_AND_HANG)
    with screen(server, tmp_path) as terminal:
        start_accepting(server, terminal)
        server.wait_for_status(NORDICS_TO_EUROPE, "Connected")
        terminal.child.kill(signal.SIGKILL)
        assert terminal.wait_exit() == -signal.SIGKILL
        shown = bytes(terminal.transcript)
    assert outcomes(tmp_path) == []
    with screen(server, tmp_path) as terminal:
        terminal.wait_for("outcome not known then")
        assert "Acme-Nordics → Acme-Europe is Connected" in " ".join(terminal.text().split())
        terminal.send("\x0c")  # ctrl+l
        terminal.wait_for("/entity-connections")
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
        shown += bytes(terminal.transcript)
    assert outcomes(tmp_path) == ["confirmed"]
    assert len(server.writes) == 1
    kept = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert kept
    for secret in SECRETS:
        assert not [text for text in (shown, *kept.values()) if secret.encode() in text]
    tokens = [row[0] for row in server.fake.state.db.execute("SELECT token FROM token")]
    assert tokens
    for token in map(str.encode, tokens):
        assert token not in shown
        holders = [path for path, content in kept.items() if token in content]
        assert {path.name.removesuffix("-wal") for path in holders} <= {"state.sqlite3"}
        assert {stat.S_IMODE(path.stat().st_mode) for path in holders} <= {0o600}
