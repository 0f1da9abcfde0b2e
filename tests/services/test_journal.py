"""The journal: what it holds, who may read it, and what it makes of hostile hands."""

import json
import multiprocessing
import os
import resource
import stat
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from entity_connections import files
from entity_connections.domain.actions import ACCEPT
from entity_connections.services.operations.operation import State
from entity_connections.services.operations.recording import record_intent
from entity_connections.services.storage.entries import intent, merged
from entity_connections.services.storage.journal import Entry, Journal, JournalError, Party
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.world import GLOBAL, NORTH
from tests.services.journals import MORNING, Clock, accept, intend, journal, request

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def append_some(path: Path, name: str) -> None:
    """Write ten intents and outcomes as one of several programs."""
    one = Journal(path, name)
    for _ in range(10):
        entry = intend(one, request())
        one.record_outcome(entry.id, State.CONFIRMED.value, "Done.")


def test_an_intent_says_everything_and_an_outcome_follows(tmp_path: Path) -> None:
    clock = Clock()
    kept = journal(tmp_path, clock)
    order = accept()
    entry = intend(kept, order)
    assert kept.read_entries() == [entry]
    assert entry == Entry(
        id=entry.id,
        at=MORNING,
        profile="acme",
        user="alice",
        action=ACCEPT,
        acting=Party(GLOBAL.id, "Acme"),
        source=Party(NORTH.id, "Acme North"),
        target=Party(GLOBAL.id, "Acme"),
        status="Pending",
        connection_id="c" * 32,
        track_id="t",
        key="",
        process=entry.process,
        tenant="acme",
        records=("c" * 32,),
    )
    assert entry.process.endswith(f":{os.getpid()}")
    clock.turn(seconds=2)
    kept.record_outcome(entry.id, State.REFUSED.value, "No.", "50000010", "req-1")
    (concluded,) = kept.read_entries()
    assert concluded.outcome == "refused"
    assert (concluded.sentence, concluded.codes, concluded.request_id) == (
        "No.",
        "50000010",
        "req-1",
    )
    assert concluded.concluded_at == clock.now


def test_only_a_request_has_a_key_and_its_outcome_a_connection() -> None:
    kept = journal(None)
    order = request()
    entry = intend(kept, order)
    assert entry.key == order.key
    assert (entry.status, entry.connection_id, entry.source.id) == (None, "", GLOBAL.id)
    kept.record_outcome(entry.id, State.CONFIRMED.value, "Requested.", connection_id="d" * 32)
    assert kept.read_entries()[0].connection_id == "d" * 32
    kept.record_outcome(entry.id, State.CONFIRMED.value, "Seen.")
    assert kept.read_entries()[0].connection_id == "d" * 32


def test_memory_and_file_hold_the_same(tmp_path: Path) -> None:
    for kept in (journal(None), journal(tmp_path)):
        entry = intend(kept, accept())
        kept.record_outcome(entry.id, State.CONFIRMED.value, "Done.")
        assert kept.verify() == (2, (), ())
        assert [one.outcome for one in kept.read_entries()] == ["confirmed"]
    assert (tmp_path / "state" / "journal.jsonl").read_bytes().count(b"\n") == 2


@pytest.mark.skipif(sys.platform == "win32", reason="modes mean nothing there")
def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    kept = journal(tmp_path)
    intend(kept, accept())
    folder = tmp_path / "state"
    modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in [folder, *folder.iterdir()]}
    assert modes == {"state": 0o700, "journal.jsonl": 0o600, "journal.jsonl.head": 0o600}
    (folder / "journal.jsonl").chmod(0o644)
    kept.read_entries()
    assert stat.S_IMODE((folder / "journal.jsonl").stat().st_mode) == 0o600


def test_several_programs_share_one_file(tmp_path: Path) -> None:
    path = tmp_path / "state" / "journal.jsonl"
    with ProcessPoolExecutor(3, multiprocessing.get_context("spawn")) as pool:
        list(pool.map(append_some, [path] * 3, "abc"))
    kept = Journal(path, "a")
    assert kept.verify() == (60, (), ())
    assert len(kept.read_entries()) == 30
    assert not kept.read_unresolved()


def test_several_threads_share_one_journal(tmp_path: Path) -> None:
    often = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for kept, many in ((journal(None), 400), (journal(tmp_path), 16)):
            with ThreadPoolExecutor(8) as pool:
                list(pool.map(intend, [kept] * many, [request()] * many))
            assert kept.verify() == (many, (), ())
    finally:
        sys.setswitchinterval(often)


def test_a_program_that_holds_the_file_for_ever_ends_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = journal(tmp_path)
    intend(kept, accept())
    assert kept.path
    monkeypatch.setattr(files, "LOCK_TIMEOUT", 0.05)
    with (
        files.open_private(kept.path, os.O_RDWR) as file,
        files.lock_file(file, kept.path),
        pytest.raises(JournalError, match="Another program holds"),
    ):
        intend(kept, accept())


def in_the_way_a_link(path: Path) -> None:
    (path.parent.parent / "elsewhere").write_text("precious")
    path.symlink_to(path.parent.parent / "elsewhere")


def in_the_way_a_pipe(path: Path) -> None:
    os.mkfifo(path)


def in_the_way_a_folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("way", [in_the_way_a_link, in_the_way_a_pipe, in_the_way_a_folder])
@pytest.mark.parametrize("name", ["journal.jsonl", "journal.jsonl.head"])
def test_what_is_not_our_file_is_never_written(tmp_path: Path, way: object, name: str) -> None:
    kept = journal(tmp_path)
    (tmp_path / "state").mkdir()
    way(tmp_path / "state" / name)  # type: ignore[operator]
    with pytest.raises(JournalError, match="cannot be written"):
        intend(kept, accept())
    if (tmp_path / "elsewhere").exists():
        assert (tmp_path / "elsewhere").read_text() == "precious"


def test_a_file_of_somebody_else_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = journal(tmp_path)
    intend(kept, accept())
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    for use in (kept.read_entries, kept.verify, lambda: intend(kept, accept())):
        with pytest.raises(JournalError, match="belongs to somebody else"):
            use()


def test_a_folder_that_cannot_be_made_ends_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    with pytest.raises(JournalError, match="cannot be written"):
        intend(journal(tmp_path), accept())


def test_a_full_disk_leaves_the_journal_as_it_was(tmp_path: Path) -> None:
    """In a program of its own, whose files may not grow: as a full disk would have it."""
    kept = journal(tmp_path)
    intend(kept, accept())
    assert kept.path
    before = kept.path.read_bytes()
    code = (
        "import resource, signal, sys\n"
        "from tests.services.test_journal import on_a_full_disk\n"
        "on_a_full_disk(sys.argv[1], int(sys.argv[2]))"
    )
    for room in (0, 1, 60):
        done = subprocess.run(
            [sys.executable, "-c", code, str(kept.path), str(len(before) + room)],
            capture_output=True,
            text=True,
            check=True,
        )
        assert "cannot be written: File too large." in done.stdout
        assert kept.path.read_bytes() == before
        assert kept.verify() == (1, (), ())


def on_a_full_disk(path: str, size: int) -> None:
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    try:
        intend(Journal(Path(path), "acme"), accept())
    except JournalError as error:
        print(error)


def test_unsettled_are_the_writes_of_this_profile_without_a_known_outcome(tmp_path: Path) -> None:
    clock = Clock()
    kept = journal(tmp_path, clock)
    left, unknown, known, denied = (intend(kept, accept()) for _ in range(4))
    intend(journal(tmp_path, clock, "other"), accept())
    kept.record_outcome(unknown.id, State.UNKNOWN.value, "Lost.")
    kept.record_outcome(known.id, State.CONFIRMED.value, "Done.")
    kept.record_outcome(denied.id, State.UNKNOWN.value, "Lost.")
    kept.record_outcome(denied.id, State.NOT_APPLIED.value, "It did not happen.")
    assert kept.read_unresolved() == [], "this program runs still"
    clock.turn(minutes=10)
    assert [entry.id for entry in kept.read_unresolved()] == [left.id, unknown.id]


@pytest.mark.parametrize(
    ("process", "settled"),
    [("here:{alive}", True), ("here:{dead}", False), ("elsewhere:{alive}", False)]
    + [(f"here:{pid}", False) for pid in ("0", "-1", "", "x", "9" * 40, "٣")]
    + [("", False), ("here", False)],
)
def test_a_write_is_left_to_its_program_only_while_that_runs_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, process: str, settled: bool
) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    monkeypatch.setattr("socket.gethostname", lambda: "here")
    kept = journal(tmp_path)
    intend(kept, accept())
    assert kept.path
    line = json.loads(kept.path.read_bytes())
    line["process"] = process.format(alive=os.getpid(), dead=ended.pid)
    kept.path.write_text(json.dumps(line) + "\n")
    assert (kept.read_unresolved() == []) == settled


def test_names_are_only_ever_text() -> None:
    order = accept()
    row = order.row
    evil = row.counterpart._replace(display_name="\x1b[31mAcme\nNorth\u202e", name="x")
    hostile = replace(order, row=row._replace(counterpart=evil))
    sent = record_intent(journal(None), "ali\x07ce", "t", lambda _: hostile)
    entry = sent.entry
    assert entry is not None
    assert entry.source.title == "[31mAcme⏎North"
    assert entry.user == "alice"


def test_hostile_lines_cost_nothing_but_themselves(tmp_path: Path) -> None:
    kept = journal(tmp_path)
    first = intend(kept, accept())
    assert kept.path
    good = json.loads(kept.path.read_bytes())
    wrong: list[object] = [None, 0, "", "\x1b]0;x\x07", [], {}, [[]], True, 1e400]
    with kept.path.open("ab") as file:
        for name in [*good, "outcome"]:
            for value in wrong:
                file.write(
                    json.dumps(good | {"id": f"{name}{value}", name: value}).encode() + b"\n"
                )
        for value in wrong:
            line = {"kind": "outcome", "id": first.id, "outcome": value, "at": value}
            file.write(json.dumps(line).encode() + b"\n")
        file.write(b"[" * 100_000 + b"\n\xff\xfe\n\n{\n")
    entries = kept.read_entries()
    assert entries[0] == first
    assert all(isinstance(entry, Entry) for entry in entries)
    assert all("\x1b" not in repr(entry) and "\\x1b" not in repr(entry) for entry in entries)
    assert kept.verify().problems
    kept.record_outcome(first.id, State.CONFIRMED.value, "Done.")
    assert kept.read_entries()[0].outcome == "confirmed"


@given(st.lists(st.dictionaries(st.text(), JSON)), JSON, JSON)
def test_any_json_can_be_read(lines: list[dict[str, object]], one: object, other: object) -> None:
    entry = {"kind": "intent", "id": "1", "at": one, "action": "accept", "acting": other}
    merged([*lines, entry, {"kind": "outcome", "id": "1", "outcome": "refused", "at": other}])


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9"])
def test_a_moment_that_is_none_is_left_out(tmp_path: Path, moment: str) -> None:
    kept = journal(tmp_path)
    intend(kept, accept())
    assert kept.path
    line = json.loads(kept.path.read_bytes())
    kept.path.write_text(json.dumps(line | {"at": moment}) + "\n")
    assert kept.read_entries() == []
    assert kept.read_unresolved() == []


def test_ids_that_cannot_go_into_a_header_are_not_taken() -> None:
    entry = intend(journal(None), accept())
    line = intent(entry)
    assert merged([line]) == [entry]
    assert merged([line | {"acting": {"id": "x\r\nEvil: 1", "title": "Acme"}}]) == []
    assert merged([line | {"idempotencyKey": "ключ"}])[0].key == ""


def test_the_journal_of_a_place_that_is_not_there_is_empty(tmp_path: Path) -> None:
    kept = journal(tmp_path)
    assert (kept.read_entries(), kept.read_unresolved(), kept.verify().problems) == ([], [], ())
    assert list(tmp_path.iterdir()) == []
