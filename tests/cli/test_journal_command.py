"""`journal` and `journal verify`."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.recorded_tenant import HANG, RecordedTenant, run_on, start_on
from tests.cli.tenant import edit_state, run

NORDICS_TO_EUROPE = "8a8082555b3c70de015b44a960f92b0f"
PENDING = "8a8082555b3c70de015b44a1c07e2b01"


@pytest.fixture
def written(server: RecordedTenant, home: Path) -> Path:
    """Return a home whose journal has three writes, the last of unknown outcome."""
    run_on(server, home, "request", "--to", "Acme-US", "--yes")
    run_on(server, home, "accept", PENDING, "--yes")
    server.leave_writes_unknown()
    run_on(server, home, "disconnect", PENDING, "--yes")
    return home


def read_entries(home: Path, *arguments: str) -> list[dict[str, Any]]:
    done = run(home, "journal", "--json", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    entries: list[dict[str, Any]] = json.loads(done.stdout)
    return entries


def actions(home: Path, *arguments: str) -> list[str]:
    return [entry["action"] for entry in read_entries(home, *arguments)]


def outcomes(home: Path) -> list[str]:
    return [entry["outcome"] for entry in read_entries(home)]


def test_a_profile_narrows_what_is_listed(written: Path) -> None:
    assert actions(written) == ["request", "accept", "disconnect"]
    assert actions(written, "--profile", "other") == []


def test_the_table_has_a_line_for_each_write(written: Path) -> None:
    lines = run(written, "journal").stdout.splitlines()
    assert lines[0].split() == [
        "WHEN", "PROFILE", "ACTION", "SOURCE", "TARGET", "OUTCOME", "REQUEST", "ID"
    ]  # fmt: skip
    assert len(lines) == 4
    assert "Accept" in lines[2]
    assert "confirmed" in lines[2]


def find_anchor(home: Path) -> Path:
    """Return the file that remembers the last line."""
    (path,) = (home / "config").glob("journal-*.anchor")
    return path


def test_verify_prints_the_last_line(written: Path) -> None:
    whole = run(written, "journal", "verify")
    assert whole.returncode == 0
    found, last = whole.stdout.splitlines()
    assert found == "The journal of 8 lines shows no change."
    hash_ = last.removeprefix("Line 8 is the last: ")
    assert find_anchor(written).read_text() == f"8 {hash_}\n"


def test_verify_finds_a_journal_that_was_rolled_back_or_removed(
    server: RecordedTenant, written: Path
) -> None:
    path = written / "state" / "state.sqlite3"
    older = path.read_bytes()
    server.fake.faults.off()
    assert run_on(server, written, "request", "--to", "Acme-Mexico", "--yes").returncode == 0
    newer = path.read_bytes()
    problem = f"Line 11 is not the one that {find_anchor(written)} remembers"
    path.write_bytes(older)
    rolled_back = run(written, "journal", "verify")
    assert rolled_back.returncode == 1
    assert problem in rolled_back.stdout
    path.unlink()
    assert problem in run(written, "journal", "verify").stdout
    assert run_on(server, written, "disconnect", PENDING, "--yes").returncode == 0
    later = run(written, "journal", "verify")
    assert (later.returncode, problem in later.stdout) == (1, True), "later writes hide nothing"
    path.write_bytes(newer)
    assert problem not in run(written, "journal", "verify").stdout


def test_verify_says_what_it_cannot_know_without_the_anchor(written: Path) -> None:
    find_anchor(written).unlink()
    done = run(written, "journal", "verify")
    assert done.returncode == 1
    assert "it cannot be known whether the end of the journal was removed" in done.stdout


def test_verify_finds_a_changed_and_a_missing_line(written: Path) -> None:
    edit_state(written, "UPDATE journal SET entry = replace(entry, 'US', 'UK') WHERE seq = 1")
    changed = run(written, "journal", "verify")
    assert changed.returncode == 1
    problems = ["Line 1 has been changed."]
    assert changed.stdout.splitlines()[:1] == problems
    edit_state(written, "DELETE FROM journal WHERE seq = 6")
    missing = run(written, "journal", "verify")
    assert missing.returncode == 1
    lines = missing.stdout.splitlines()
    assert lines[:2] == [*problems, "Line 6 is missing."]
    assert lines[-2] == "The journal of 7 lines has been changed."


@pytest.mark.parametrize("command", [(), ("--json",), ("verify",)])
def test_a_file_that_is_no_journal_is_refused(home: Path, command: tuple[str, ...]) -> None:
    path = home / "state" / "state.sqlite3"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\x00\xff\n[1]\n{}\n" * 200)
    done = run(home, "journal", *command)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"The journal {path} cannot be read: file is not a database." in done.stderr


def test_a_missing_journal_is_empty(home: Path) -> None:
    assert actions(home) == []
    assert run(home, "journal", "verify").returncode == 0
    assert not home.exists()


def find_open_id(home: Path) -> str:
    """Return the id of the write of unknown outcome."""
    (id_,) = [entry["id"] for entry in read_entries(home) if entry["outcome"] in (None, "unknown")]
    return str(id_)


def test_resolve_shows_what_is_open_and_releases_nothing_without_a_yes(
    server: RecordedTenant, written: Path
) -> None:
    done = run_on(server, written, "journal", "resolve")
    assert done.returncode == 4
    assert done.stdout.startswith(f"{find_open_id(written)}: unknown. Disconnect of ")
    assert "It stays open: there is no terminal to ask on" in done.stderr
    assert "released" not in outcomes(written)


def test_resolve_releases_by_hand_and_claims_nothing(server: RecordedTenant, written: Path) -> None:
    done = run_on(server, written, "journal", "resolve", "--yes")
    assert done.returncode == 0
    sentence = "Disconnect was released by hand: its outcome is not known."
    assert f"released. {sentence}" in done.stdout
    assert read_entries(written)[-1]["sentence"] == sentence
    assert outcomes(written)[-1] == "released"
    assert "released" in run(written, "journal").stdout
    again = run_on(server, written, "journal", "resolve", "--yes")
    assert (again.returncode, again.stdout) == (0, "")
    assert "Every write to http" in again.stderr


def test_resolve_records_what_the_list_proves(server: RecordedTenant, written: Path) -> None:
    server.fake.faults.off()
    with server.fake.state.db as db:
        db.execute("UPDATE connection SET status = 'Disconnected' WHERE id = ?", [PENDING])
    done = run_on(server, written, "journal", "resolve", "--yes")
    assert done.returncode == 0
    assert "confirmed. Disconnect of" in done.stdout
    assert "released" not in outcomes(written)


def test_resolve_leaves_a_write_to_the_program_that_is_sending_it(
    server: RecordedTenant, home: Path
) -> None:
    server.fake.faults.on(HANG)
    with start_on(server, home, "request", "--to", "Acme-US", "--yes") as process:
        assert server.write_arrived.wait(20)
        done = run_on(server, home, "journal", "resolve", "--yes")
        assert done.returncode == 4
        assert "another program is sending it" in done.stdout
        process.kill()
        process.communicate()
    server.fake.faults.off()
    done = run_on(server, home, "journal", "resolve")
    assert (done.returncode, "unknown" in done.stdout) == (4, True), "it is looked up at once"
    done = run_on(server, home, "journal", "resolve", "--yes")
    assert (done.returncode, "released" in done.stdout) == (0, True)


def test_a_released_write_blocks_nothing(server: RecordedTenant, home: Path) -> None:
    server.leave_writes_unknown()
    assert run_on(server, home, "accept", NORDICS_TO_EUROPE, "--yes").returncode == 4
    server.fake.faults.off()
    blocked = run_on(server, home, "deny", NORDICS_TO_EUROPE, "--yes")
    assert blocked.returncode == 4
    assert "journal resolve" in blocked.stderr
    assert run_on(server, home, "journal", "resolve", "--yes").returncode == 0
    assert run_on(server, home, "deny", NORDICS_TO_EUROPE, "--yes").returncode == 0


def test_options_before_the_name_of_a_command_behind_journal_hold_for_it(home: Path) -> None:
    done = run(home, "journal", "--profile", "nowhere", "resolve")
    assert done.returncode == 2
    assert "nowhere" in done.stderr
