"""`journal` and `journal verify`."""

import json
from pathlib import Path

import pytest

from tests.acme import CANADA
from tests.cli.recorded_tenant import REFUSE_WRITES, RecordedTenant, run_on
from tests.cli.tenant import edit_state, run

PENDING = "8a8082555b3c70de015b44a1c07e2b01"


@pytest.fixture
def written(server: RecordedTenant, home: Path) -> Path:
    """Return a home whose journal has three writes, the last of unknown outcome."""
    run_on(server, home, "request", "--to", "Acme-US", "--yes")
    run_on(server, home, "accept", PENDING, "--yes")
    server.fake.faults.on(REFUSE_WRITES)
    run_on(server, home, "disconnect", PENDING, "--yes")
    return home


def actions(home: Path, *arguments: str) -> list[str]:
    done = run(home, "journal", "--json", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return [entry["action"] for entry in json.loads(done.stdout)]


@pytest.mark.parametrize("since", ["1h", "90min", "2d", "2020-01-01", "2020-01-01T10:00+02:00"])
def test_filters_narrow_what_is_listed(written: Path, since: str) -> None:
    everything = ["request", "accept", "disconnect"]
    assert actions(written) == everything
    assert actions(written, "--since", since) == everything
    assert actions(written, "--since", "2999-01-01") == []
    assert actions(written, "--action", "accept") == ["accept"]
    assert actions(written, "--outcome", "unknown") == ["disconnect"]
    assert actions(written, "--outcome", "not-done") == []
    assert actions(written, "--outcome", "overtaken-since") == []
    assert actions(written, "--entity", "acme-us") == ["request"]
    assert actions(written, "--entity", CANADA) == ["accept", "disconnect"]
    assert actions(written, "--profile", "other") == []


def test_the_table_has_a_line_for_each_write(written: Path) -> None:
    lines = run(written, "journal").stdout.splitlines()
    assert lines[0].split() == [
        "WHEN", "PROFILE", "ACTION", "SOURCE", "TARGET", "OUTCOME", "REQUEST", "ID"
    ]  # fmt: skip
    assert len(lines) == 4
    assert "Accept" in lines[2]
    assert "confirmed" in lines[2]


@pytest.mark.parametrize("since", ["yesterday", "2026-13-01", "", "99999999999h", "-1h", "999999d"])
def test_an_invalid_time_is_refused(home: Path, since: str) -> None:
    done = run(home, "journal", "--since", since)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--since" in done.stderr


def test_verify_finds_a_changed_and_a_missing_line(written: Path) -> None:
    whole = run(written, "journal", "verify")
    assert (whole.returncode, whole.stdout) == (0, "The journal of 6 lines is as it was written.\n")
    edit_state(written, "UPDATE journal SET entry = replace(entry, 'US', 'UK') WHERE seq = 1")
    changed = run(written, "journal", "verify", "--json")
    assert changed.returncode == 1
    problems = ["Line 1 has been changed."]
    assert json.loads(changed.stdout) == {"lines": 6, "problems": problems}
    edit_state(written, "DELETE FROM journal WHERE seq = 6")
    missing = run(written, "journal", "verify")
    assert missing.returncode == 1
    assert missing.stdout.splitlines() == [
        *problems,
        "Line 6 is missing.",
        "The journal of 5 lines is not as it was written.",
    ]


@pytest.mark.parametrize("command", [(), ("--json",), ("verify",), ("verify", "--json")])
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
