"""The journal: what it records, for how long it is kept, and what it makes of a changed file."""

import json
import multiprocessing
import os
import socket
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from entity_connections.services.operations.journal_records import record_outcomes
from entity_connections.services.operations.operation import State
from entity_connections.services.storage.journal import Journal, JournalError
from entity_connections.services.storage.journal_entry import Entry

from tests.services.factories import Clock, accept, intend

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "state.sqlite3"


def open_journal(path: Path | None, clock: Clock | None = None, tenant: str = "acme") -> Journal:
    return Journal(path, "acme", tenant, clock or Clock())


def record(journal: Journal) -> Entry:
    """Record the intent of an Accept."""
    return intend(journal, accept())


def test_an_entry_is_read_as_it_was_recorded(path: Path) -> None:
    for journal in (open_journal(None), open_journal(path)):
        entry = record(journal)
        assert journal.read_entries() == journal.read_open() == [entry]
        assert entry.process.startswith(f"{socket.gethostname()}:{os.getpid()}:")
        assert journal.verify()[:2] == (1, ())
    assert open_journal(path).read_entries() == [entry]


def conclude(journal: Journal, entry: Entry, outcome: str) -> Entry:
    """Record an outcome."""
    concluded = entry._replace(
        outcome=outcome,
        sentence="A sentence.",
        codes="50000010",
        request_id="req-1",
        concluded_at=journal.clock(),
    )
    journal.record_outcome(concluded)
    return concluded


def test_the_newest_outcome_counts(path: Path) -> None:
    journal = open_journal(path)
    entry = record(journal)
    unknown = conclude(journal, entry, "unknown")
    assert journal.read_open() == [unknown]
    confirmed = conclude(journal, entry, "confirmed")
    assert journal.read_open() == []
    assert journal.read_entries() == [confirmed]
    assert journal.verify()[:2] == (3, ())


def test_only_lines_that_were_not_read_before_are_read_after_them(path: Path) -> None:
    journal = open_journal(path)
    first = record(journal)
    entries, line = journal.read_after(0)
    assert entries == [first]
    concluded, second = conclude(journal, first, "confirmed"), record(journal)
    entries, last = journal.read_after(line)
    assert entries == [concluded, second]
    assert journal.read_after(last) == ([], last)


def test_entries_are_in_the_order_of_their_intents() -> None:
    journal = open_journal(None)
    entries = [record(journal) for _ in range(3)]
    conclude(journal, entries[0], "unknown")
    ids = [entry.id for entry in entries]
    assert [entry.id for entry in journal.read_entries()] == ids
    assert [entry.id for entry in journal.read_open()] == ids


def test_an_intent_is_made_from_the_open_ones_or_not_at_all(path: Path) -> None:
    for journal in (open_journal(None), open_journal(path)):
        first = record(journal)
        with journal.write() as writer:
            (open_entry,) = writer.read_open(first.ends, "")
            second = open_entry._replace(id="2")
            writer.add_intent(second)
        assert journal.read_open() == [first, second]
        assert journal.last == second == first._replace(id="2")
        with suppress(ZeroDivisionError), journal.write() as writer:
            writer.add_intent(first._replace(id="3"))
            raise ZeroDivisionError
        assert len(journal.read_entries()) == 2


def test_entries_are_read_by_profile(path: Path) -> None:
    entries = [record(Journal(path, profile, clock=Clock())) for profile in ("one", "two", "one")]
    assert Journal(path, "").read_entries() == entries
    assert Journal(path, "").read_entries("one") == [entries[0], entries[2]]


def record_some(paths: list[Path], name: str) -> None:
    """Record an intent and an outcome in each file as one of several programs."""
    for path in paths:
        journal = Journal(path, name)
        conclude(journal, record(journal), "confirmed")


def test_several_programs_share_a_file_from_its_first_moment_and_its_anchor(
    path: Path, anchor: Path
) -> None:
    paths = [path.with_name(f"{number}.sqlite3") for number in range(12)]
    with ProcessPoolExecutor(3, multiprocessing.get_context("spawn")) as pool:
        list(pool.map(record_some, [paths] * 3, "abc"))
        list(pool.map(record_anchored, [path] * 12, [anchor] * 12))
    assert open_anchored(path, anchor).verify()[:3] == (24, (), ())
    assert anchor.read_text().startswith("24 "), "no program puts it back to an older line"
    for path in paths:
        journal = Journal(path, "a")
        assert journal.verify()[:2] == (6, ())
        assert {entry.profile for entry in journal.read_entries()} == set("abc")
        assert journal.read_open() == []


def test_several_threads_share_one_journal(path: Path) -> None:
    for journal in (open_journal(None), open_journal(path)):
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _, journal=journal: record(journal), range(24)))
        assert journal.verify()[:2] == (24, ())
        assert len(journal.read_open()) == 24


KILLED = """
import pathlib, sys, time
from tests.services.test_journal import open_journal, record
def stop():
    print("stopped", flush=True)
    time.sleep(60)
journal = open_journal(pathlib.Path(sys.argv[1]))
record(journal)
if sys.argv[2] == "after":
    stop()
with journal.write() as writer:
    writer.add_intent(writer.read_entries()[0]._replace(id="2"))
    stop()
"""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_killed_program_leaves_what_it_had_recorded(path: Path, moment: str) -> None:
    """Killed before its second intent is recorded, or after its first."""
    command = [sys.executable, "-c", KILLED, str(path), moment]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "stopped\n"
        program.kill()
    journal = open_journal(path)
    assert [entry.outcome for entry in journal.read_unresolved()] == [None]
    assert journal.verify()[:2] == (1, ())
    record(journal)
    assert journal.verify()[:2] == (2, ())


def test_unresolved_are_the_open_entries_of_this_tenant(path: Path) -> None:
    clock = Clock()
    journal = open_journal(path, clock)
    left, unknown, confirmed, resolved = (record(journal) for _ in range(4))
    record(open_journal(path, clock, tenant="other"))
    unknown = conclude(journal, unknown, "unknown")
    conclude(journal, confirmed, "confirmed")
    conclude(journal, conclude(journal, resolved, "unknown"), "not done")
    assert [entry.id for entry in journal.read_unresolved()] == [left.id, unknown.id]


@pytest.mark.parametrize(
    ("process_id", "left_alone"),
    [("{host}:{running}", True), ("{host}:{ended}", False), ("elsewhere:{running}", False)]
    + [("{host}:" + pid, False) for pid in ("", "x", "9" * 40, "{own}", "{own}:another")]
    + [("{host}", False)],
)
def test_an_entry_is_left_to_its_program_only_while_that_runs_here(
    process_id: str, *, left_alone: bool
) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    process_id = process_id.format(
        host=socket.gethostname(), running=os.getppid(), ended=ended.pid, own=os.getpid()
    )
    journal = Journal(None, "acme", clock=Clock(), process_id=process_id)
    assert journal.is_being_sent(record(journal)) == left_alone


PRINT_PROCESS_ID = """
import sys
from entity_connections.services.storage.process_id import make_process_id
print(make_process_id(), flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing tells the two apart")
def test_a_program_has_ended_even_if_nobody_has_asked_for_its_exit_code() -> None:
    command = [sys.executable, "-c", PRINT_PROCESS_ID]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        process_id = process.stdout.readline().strip()
        journal = Journal(None, "acme", clock=Clock(), process_id=process_id)
        entry = record(journal)
        assert journal.is_being_sent(entry)
        process.stdin.close()
        if sys.platform == "linux":  # for mypy
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert not journal.is_being_sent(entry)


def edit_entry(path: Path, name: str, value: object) -> None:
    """Change a value of the first line."""
    with closing(sqlite3.connect(path)) as connection, connection:
        (document,) = connection.execute("SELECT entry FROM journal WHERE seq = 1").fetchone()
        document = json.dumps(json.loads(document) | {name: value})
        connection.execute("UPDATE journal SET entry = ? WHERE seq = 1", [document])


def test_texts_are_cleaned_when_they_are_read(path: Path) -> None:
    journal = open_journal(path)
    entry = record(journal)
    edit_entry(path, "user", "ali\x07ce\ud800")
    edit_entry(path, "source", [entry.source.id, "\x1b[31mAcme\nNorth\u202e"])
    edit_entry(path, "sentence", "x\x1b[2J" * 1000)
    (entry,) = journal.read_entries()
    assert (entry.user, entry.source.title) == ("alice", "[31mAcme⏎North")
    assert "\x1b" not in entry.sentence
    assert len(entry.sentence) == 1000


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", "x\r\nEvil: 1"),
        ("at", "0001-01-01T00:00:00+14:00"),
        ("at", 9),
        ("action", "buy"),
        ("acting", ["x\r\nEvil:1", "Acme"]),
        ("source", ["a"]),
        ("target", None),
        ("key", "ключ"),
        ("records", ["../../etc"]),
        ("outcome", "perhaps"),
        ("concluded_at", "yesterday"),
        ("user", [1]),
    ],
)
def test_a_line_that_is_not_valid_is_left_out_and_reported(
    path: Path, name: str, value: object
) -> None:
    journal = open_journal(path)
    record(journal)
    entry = record(journal)
    edit_entry(path, name, value)
    assert journal.read_entries() == [entry]
    assert journal.verify().problems == ("Line 1 has been changed.",)


@pytest.mark.parametrize(
    ("statement", "problems"),
    [
        ("UPDATE journal SET entry = replace(entry, 'alice', 'bob') WHERE seq = 4", [4]),
        ("UPDATE journal SET entry = x'ff' WHERE seq = 4", [4]),
        ("UPDATE journal SET hash = '' WHERE seq = 4", [4]),
        ("UPDATE journal SET seq = 9 - seq; UPDATE journal SET seq = seq - 4", [1, 2, 3, 4]),
        ("DELETE FROM journal WHERE seq = 2", ["Line 2 is missing."]),
        ("DELETE FROM journal WHERE seq > 2", ["Lines 3 to 4 are missing."]),
        ("DELETE FROM journal", ["Lines 1 to 4 are missing."]),
        ("DELETE FROM journal WHERE seq = 1; UPDATE journal SET seq = seq - 1", [1]),
    ],
)  # fmt: skip
def test_a_changed_moved_or_removed_line_is_found_now_and_ever_after(
    path: Path, statement: str, problems: list[object]
) -> None:
    journal = open_journal(path)
    for _ in range(4):
        record(journal)
    assert journal.verify()[:2] == (4, ())
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(statement)
    expected = [
        f"Line {problem} has been changed." if isinstance(problem, int) else problem
        for problem in problems
    ]
    assert list(journal.verify().problems[: len(expected)]) == expected
    record(journal)
    assert list(journal.verify().problems[: len(expected)]) == expected


@pytest.fixture
def anchor(tmp_path: Path) -> Path:
    return tmp_path / "config" / "journal.anchor"


def open_anchored(path: Path, anchor: Path) -> Journal:
    return Journal(path, "acme", "acme", Clock(), anchor=anchor)


def test_each_outcome_moves_the_anchor(path: Path, anchor: Path) -> None:
    journal = open_anchored(path, anchor)
    for count in (2, 4):
        conclude(journal, record(journal), "confirmed")
        assert journal.verify().last == (count, anchor.read_text()[2:-1])
    assert stat.S_IMODE(anchor.stat().st_mode) == 0o600
    assert stat.S_IMODE(anchor.parent.stat().st_mode) == 0o700
    assert journal.verify().problems == journal.verify().notes == ()


def test_a_program_killed_before_it_moved_the_anchor_changes_nothing(
    path: Path, anchor: Path
) -> None:
    record_anchored(path, anchor)
    record(open_journal(path))
    assert open_anchored(path, anchor).verify()[:3] == (3, (), ())


def record_anchored(path: Path, anchor: Path) -> None:
    """Record an intent and an outcome, as one of several programs."""
    journal = Journal(path, "acme", anchor=anchor)
    conclude(journal, record(journal), "confirmed")


@pytest.mark.parametrize("kind", ["folder", "damaged", "open"])
def test_an_anchor_that_cannot_be_used_is_told_and_refuses_no_write(
    path: Path, anchor: Path, kind: str
) -> None:
    if kind == "folder":
        anchor.mkdir(parents=True)
    else:
        anchor.parent.mkdir()
        anchor.write_text("7 x" if kind == "damaged" else f"1 {'0' * 64}\n")
        anchor.chmod(0o600 if kind == "damaged" else 0o644)
    journal = open_anchored(path, anchor)
    entry = record(journal)
    operation = replace(accept(), entry=entry, state=State.CONFIRMED, sentence="Done.")
    (outcome,) = record_outcomes(journal, [operation])
    assert outcome.sentence.startswith(f"Done. {anchor}")
    assert f"{path}" not in outcome.sentence, "the journal itself was written"
    verification = journal.verify()
    assert verification.problems == ()
    assert len(verification.notes) == 1
    assert verification.notes[0].startswith(f"{anchor}")


def test_an_outcome_that_is_known_stays_when_another_program_knows_none(path: Path) -> None:
    journal = open_journal(path)
    entry = record(journal)
    conclude(journal, entry, "released")
    assert journal.read_open() == []
    confirmed = conclude(journal, entry, "confirmed")
    for outcome in ("unknown", "released"):
        conclude(journal, entry, outcome)
        assert journal.read_entries() == [confirmed]
        assert journal.read_open() == []


def test_a_database_that_cannot_be_used_ends_in_a_sentence(tmp_path: Path) -> None:
    journal = open_journal(tmp_path)
    uses: list[tuple[str, Callable[[], object]]] = [
        ("read", journal.read_entries),
        ("read", journal.read_unresolved),
        ("read", journal.verify),
        ("written", lambda: record(journal)),
    ]
    for purpose, use in uses:
        with pytest.raises(JournalError) as caught:
            use()
        reason = f"cannot be {purpose}: unable to open database file."
        assert str(caught.value) == f"The journal {tmp_path} {reason}"


def test_a_journal_without_a_file_is_empty(path: Path) -> None:
    journal = open_journal(path)
    assert journal.read_entries() == journal.read_unresolved() == []
    assert journal.verify()[:2] == (0, ())
    assert not path.parent.exists()
