"""The chain of lines: whatever is changed or missing is found, whatever is harmless is not."""

import json
import os
from pathlib import Path

import pytest
from entity_connections import files
from entity_connections.services.storage import chain
from entity_connections.services.storage.chain import Chain
from entity_connections.services.storage.links import Head, check, hash_of, split
from hypothesis import given
from hypothesis import strategies as st

TEXTS = st.lists(st.text(max_size=12), min_size=1, max_size=6)


def add(made: Chain, fields: dict[str, object]) -> None:
    made.append(lambda _: fields)


def written(texts: list[str]) -> tuple[bytes, Head]:
    """Return the bytes and the head of a chain in memory."""
    made = Chain(None)
    for text in texts:
        add(made, {"text": text})
    return made._memory


def on_disk(folder: Path, *texts: str) -> Chain:
    made = Chain(folder / "journal.jsonl")
    for text in texts:
        add(made, {"text": text})
    return made


def whole(folder: Path) -> bytes:
    return (folder / "journal.jsonl").read_bytes()


@given(TEXTS)
def test_what_was_written_is_in_order(texts: list[str]) -> None:
    data, head = written(texts)
    assert check(data, head) == (len(texts), (), ())


@given(TEXTS, st.data())
def test_a_changed_byte_is_found(texts: list[str], data: st.DataObject) -> None:
    before, head = written(texts)
    at = data.draw(st.integers(0, len(before) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != before[at]))
    after = before[:at] + bytes([other]) + before[at + 1 :]
    assert check(after, head).problems


@given(TEXTS, st.data())
def test_a_missing_line_is_found_and_its_place_named(texts: list[str], data: st.DataObject) -> None:
    before, head = written(texts)
    at = data.draw(st.integers(0, len(texts) - 1))
    lines = split(before)
    left = b"".join(line + b"\n" for line in [*lines[:at], *lines[at + 1 :]])
    problems = check(left, head).problems
    assert any(f"ine {at + 1} does not follow" in one or f"line {at} " in one for one in problems)


@given(TEXTS.filter(lambda texts: len(texts) > 1), st.data())
def test_lines_in_another_order_are_found(texts: list[str], data: st.DataObject) -> None:
    before, head = written(texts)
    lines = split(before)
    other = data.draw(st.permutations(lines).filter(lambda mixed: mixed != lines))
    assert check(b"".join(line + b"\n" for line in other), head).problems


@given(TEXTS, st.integers(1, 30))
def test_a_line_torn_by_a_crash_is_harmless(texts: list[str], length: int) -> None:
    before, head = written(texts)
    verdict = check(
        before + b'{"text": "the machine stopped while this was written"'[:length], head
    )
    assert not verdict.problems
    assert f"Line {len(texts) + 1}" in verdict.notes[0]


def test_a_torn_line_is_closed_and_chained(tmp_path: Path) -> None:
    on_disk(tmp_path, "one")
    with (tmp_path / "journal.jsonl").open("ab") as file:
        file.write(b'{"text": "tw')
    made = on_disk(tmp_path, "three", "four")
    verdict = made.verify()
    assert verdict == (4, (), ("Line 2 was torn when the program or the machine stopped.",))


@pytest.mark.parametrize("crashes", [1, 2])
def test_a_crash_before_the_head_is_written_is_harmless(tmp_path: Path, crashes: int) -> None:
    made = on_disk(tmp_path, "one", "two")
    for number in range(crashes):
        old = (tmp_path / "journal.jsonl.head").read_bytes()
        add(made, {"text": f"crash {number}"})
        (tmp_path / "journal.jsonl.head").write_bytes(old)
        assert not made.verify().problems
        assert "Line" in made.verify().notes[0]
        add(made, {"text": "after"})
    assert made.verify() == (2 + 2 * crashes, (), ())


def test_crash_after_crash_is_harmless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each program adds a line and is killed before the head tells of it."""
    made = on_disk(tmp_path, "one", "two")
    write_head, lines = chain._write_head, [2]

    def killed(head_file: int, head: Head) -> None:
        if head.hash == hash_of(split(whole(tmp_path))[-1]) and head.lines == lines[-1]:
            raise SystemExit
        write_head(head_file, head)

    with monkeypatch.context() as patch:
        patch.setattr(chain, "_write_head", killed)
        for _ in range(3):
            lines.append(lines[-1] + 1)
            with pytest.raises(SystemExit):
                add(made, {"text": "killed"})
    assert not made.verify().problems
    add(made, {"text": "after"})
    assert made.verify() == (6, (), ())


def test_the_first_line_may_lack_its_head(tmp_path: Path) -> None:
    """The head is there before the first line, and empty: so a kill between the two leaves it."""
    made = on_disk(tmp_path, "one")
    (tmp_path / "journal.jsonl.head").write_bytes(b"")
    assert not made.verify().problems
    add(made, {"text": "two"})
    assert made.verify() == (2, (), ())


def test_lines_missing_at_the_end_are_found_now_and_ever_after(tmp_path: Path) -> None:
    made = on_disk(tmp_path, *"abcde")
    lines = split(whole(tmp_path))
    (tmp_path / "journal.jsonl").write_bytes(b"\n".join(lines[:2]) + b"\n")
    assert made.verify().problems == ("After line 2 lines are missing: 5 lines were written.",)
    add(made, {"text": "f"})
    add(made, {"text": "g"})
    assert any("Line 3 does not follow" in one for one in made.verify().problems)


def test_a_removed_file_is_found_now_and_ever_after(tmp_path: Path) -> None:
    made = on_disk(tmp_path, *"abc")
    (tmp_path / "journal.jsonl").unlink()
    assert "missing" in made.verify().problems[0]
    add(made, {"text": "d"})
    assert any("Line 1 does not follow" in one for one in made.verify().problems)


@pytest.mark.parametrize("lines", [1, 3])
def test_a_removed_head_is_found_now_and_ever_after(tmp_path: Path, lines: int) -> None:
    made = on_disk(tmp_path, *"abcde"[:lines])
    (tmp_path / "journal.jsonl.head").unlink()
    assert "head is missing" in made.verify().problems[-1]
    for text in "fgh":
        add(made, {"text": text})
    assert f"Line {lines + 1} does not follow" in made.verify().problems[0]


@pytest.mark.parametrize("size", [0, 3])
@pytest.mark.parametrize("torn", [0, 10, 101])
def test_a_head_that_cannot_be_written_takes_its_line_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, torn: int
) -> None:
    made = on_disk(tmp_path, *"abc"[:size])
    before = whole(tmp_path) if size else b""
    write_all, failed = files.write_all, list[int]()

    def fails_once(descriptor: int, data: bytes) -> None:
        if b'"lines"' in data and not failed:
            failed.append(os.write(descriptor, data[:torn]))
            raise OSError("The disk is full.")
        write_all(descriptor, data)

    monkeypatch.setattr(files, "write_all", fails_once)
    with pytest.raises(OSError, match="full"):
        add(made, {"text": "d"})
    assert failed
    assert whole(tmp_path) == before
    assert made.verify() == (size, (), ())
    add(made, {"text": "e"})
    assert made.verify() == (size + 1, (), ())


@pytest.mark.parametrize(
    "junk", [b"", b"{}", b"[]", b"\xff", b'{"lines": "9", "hash": 1}', b"[" * 9999]
)
def test_a_head_that_cannot_be_read_is_found_ever_after(tmp_path: Path, junk: bytes) -> None:
    made = on_disk(tmp_path, *"abc")
    (tmp_path / "journal.jsonl.head").write_bytes(junk)
    assert made.verify().problems
    add(made, {"text": "d"})
    assert "Line 4 does not follow" in made.verify().problems[0]


def test_lines_that_something_else_added_are_found(tmp_path: Path) -> None:
    made = on_disk(tmp_path, "one")
    with (tmp_path / "journal.jsonl").open("ab") as file:
        for _ in range(2):
            last = split(whole(tmp_path))[-1]
            line = json.dumps({"text": "forged", "prev": hash_of(last)})
            file.write(line.encode() + b"\n")
            file.flush()
    assert made.verify().problems == ("Lines 2 to 3 were added by something else.",)


def test_long_lines_are_chained_too(tmp_path: Path) -> None:
    made = on_disk(tmp_path, "x" * chain.TAIL * 2, "y" * chain.TAIL * 3, "z")
    add(made, {"text": "x" * chain.TAIL})
    head = tmp_path / "journal.jsonl.head"
    before = head.read_bytes()
    add(made, {"text": "crash" * chain.TAIL})
    head.write_bytes(before)
    add(made, {"text": "end"})
    assert made.verify() == (6, (), ())


def test_nothing_is_in_order(tmp_path: Path) -> None:
    assert Chain(tmp_path / "none").verify() == (0, (), ())
    assert Chain(None).verify() == (0, (), ())
    assert list(tmp_path.iterdir()) == []
