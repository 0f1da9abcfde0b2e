"""What a terminal sends: keys, mouse and pastes come through, and nothing else becomes a key."""

from collections.abc import Iterable

import pytest
from entity_connections.tui.terminal.input_parser import (
    PASTE_TIMEOUT,
    SEQUENCE_TIMEOUT,
    InputDropped,
    InputParser,
)
from hypothesis import given
from hypothesis import strategies as st
from textual import constants, events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._xterm_parser import XTermParser
from textual.events import Key, MouseDown, MouseEvent, MouseUp, Paste
from textual.message import Message


class Terminal:
    """A terminal that sends pieces of input at given times."""

    def __init__(self) -> None:
        self.now = 0.0
        self.parser = InputParser(lambda: self.now)
        self.messages: list[Message] = []

    def send(self, data: bytes, after: float = 0.0) -> list[Message]:
        """Send bytes after a pause in which the driver has looked at the clock, as it does."""
        messages = self.wait(after)
        messages += self.parser.feed(data)
        self.messages += messages
        return messages

    def wait(self, seconds: float) -> list[Message]:
        """Let time pass."""
        end, messages = self.now + seconds, list[Message]()
        while self.now + (left := self.parser.timeout) <= end:
            self.now += left
            messages += self.parser.tick()
        if seconds:
            self.now = end
            messages += self.parser.tick()
        return messages


def keys(messages: Iterable[Message]) -> list[str]:
    """Return the names of the keys among some messages."""
    return [message.key for message in messages if isinstance(message, Key)]


def textual_parses(unit: str) -> list[Message]:
    """Return what Textual makes of a unit after which nothing comes."""
    parser = XTermParser()
    return [*parser.feed(unit), *parser.feed("")]


# Whole units

ORDINARY_KEYS = sorted(
    sequence for sequence in ANSI_SEQUENCES_KEYS if not sequence.startswith(("\x1b\x1b", "\x9b"))
)
MODIFIED = [f"\x1b[1;{modifier}{letter}" for modifier in range(2, 9) for letter in "ABCDFHPQRS"]
KITTY = [
    "\x1b[97u", "\x1b[97;5u", "\x1b[27u", "\x1b[13u", "\x1b[127u", "\x1b[57344u", "\x1b[32;;32u",
    "\x1b[9;2u", "\x1b[57358u", "\x1b[233;;233u", "\x1b[3;5~", "\x1b[1;1H",
]  # fmt: skip
MOUSE = ["\x1b[<0;10;20M", "\x1b[<0;10;20m", "\x1b[<35;1;1M", "\x1b[<64;5;5M", "\x1b[<2;300;90M"]
ALT = [f"\x1b{char}" for char in "abyzAZ019.,;/é€\r\t"]


@pytest.mark.parametrize(
    "units",
    [ORDINARY_KEYS, MODIFIED, KITTY, MOUSE, ALT],
    ids=["ordinary keys", "modified", "kitty", "mouse", "alt"],
)
def test_keys_and_mouse_reports_are_parsed_as_by_textual(units: list[str]) -> None:
    for unit in units:
        terminal = Terminal()
        at_once = [*terminal.send(unit.encode()), *terminal.wait(1)]
        assert repr(at_once) == repr(textual_parses(unit)), repr(unit)
        byte_by_byte = Terminal()
        for byte in unit.encode():
            byte_by_byte.send(bytes([byte]))
        byte_by_byte.messages += byte_by_byte.wait(1)
        assert repr(byte_by_byte.messages) == repr(at_once), repr(unit)


@given(st.lists(st.sampled_from([*MODIFIED, *KITTY, *MOUSE, *"abcyé€/\r\t\x7f\x03"]), max_size=8))
def test_units_in_one_read_are_parsed_as_in_several(units: list[str]) -> None:
    expected = [message for unit in units for message in textual_parses(unit)]
    assert keys(Terminal().send("".join(units).encode())) == keys(expected)


def test_escape_is_a_key_once_nothing_follows_it() -> None:
    terminal = Terminal()
    assert terminal.send(b"\x1b") == []
    assert keys(terminal.wait(constants.ESCAPE_DELAY)) == ["escape"]
    assert keys(terminal.send(b"\x1b\x1b[A")) == ["escape", "up"]


@pytest.mark.parametrize("text", ["one", "two\nlines\t", "naïve €", "y", ""])
def test_a_paste_is_one_event(text: str) -> None:
    terminal = Terminal()
    data = f"a\x1b[200~{text}\x1b[201~b".encode()
    for byte in data:
        terminal.send(bytes([byte]), after=0.05)
    [paste] = [message for message in terminal.messages if isinstance(message, Paste)]
    assert paste.text == text
    assert keys(terminal.messages) == ["a", "b"]


def test_a_paste_holds_no_controls() -> None:
    [paste] = Terminal().send(b"\x1b[200~a\x1b]0;x\x07\x00b\xfc\xc2\x9bc\x1b[201~")
    assert isinstance(paste, Paste)
    assert paste.text == "a]0;xbc"


def test_a_paste_that_never_ends_is_no_keys() -> None:
    terminal = Terminal()
    terminal.send(b"\x1b[200~rm", after=0)
    terminal.send(b"y\r", after=PASTE_TIMEOUT - 1)
    dropped = terminal.wait(PASTE_TIMEOUT + 1)
    assert [type(message) for message in dropped] == [InputDropped]
    assert keys(terminal.messages) == []
    assert keys(terminal.send(b"q")) == ["q"]


@pytest.mark.parametrize(
    ("press", "release"),
    [
        (b"\x1b[M \x2a\x25", b"\x1b[M#\x2a\x25"),  # X10: buttons, column and line, 32 added
        (b"\x1b[M \xc3\xa9", b"\x1b[M#\xc3\xa9"),  # far to the right: two bytes that look like é
        (b"\x1b[32;10;5M", b"\x1b[35;10;5M"),  # urxvt
        (b"\x1b[<0;10;5M", b"\x1b[<0;10;5m"),  # SGR
    ],
)
def test_all_mouse_protocols_click(press: bytes, release: bytes) -> None:
    terminal = Terminal()
    [down], [up] = terminal.send(press), terminal.send(release)
    assert isinstance(down, MouseDown)
    assert isinstance(up, MouseUp)
    assert (down.button, up.button) == (1, 1)
    assert (down.x, down.y) == (up.x, up.y) == ((162, 136) if b"\xc3" in press else (9, 4))


# What is no key

STRING_TEXT = st.text(
    st.sampled_from([chr(code) for code in (*range(0x20, 0x7F), 9, 10, 13)]), max_size=40
)
STRINGS = st.builds(
    lambda introducer, text, end: introducer + text.encode() + end,
    st.sampled_from(
        [b"\x1b%c" % char for char in b"P]X^_"]
        + [b"\x90", b"\x9d", b"\x98", b"\x9e", b"\x9f", "\x90".encode(), "\x9d".encode()]
    ),
    STRING_TEXT | st.sampled_from([">|kitty(0.35.2)", "52;c;eXl5", "0;y\x1b"]),
    st.sampled_from([b"\x1b\\", b"\x9c", b"\x07", "\x9c".encode()]),
)
REPORTS = STRINGS | st.sampled_from(
    [
        b"\x1b[?62;22c", b"\x1b[>0;276;0c", b"\x1b[=1;0c", b"\x1b[0n", b"\x1b[?997;1n",
        b"\x1b[?2026;2$y", b"\x1b[?2048;0$y", b"\x1b[?1016;2$y", b"\x1b[?0u", b"\x1b[?25u",
        b"\x1b[24;80R", b"\x1b[?24;80R", b"\x1b[8;24;80t", b"\x1b[4;480;800t", b"\x1b[I", b"\x1b[O",
        b"\x1b[48;24;80;480;800t", b"\x1b[<0;-4;-1M", b"\x1b[>4;2m", b"\x1b[1;2;3;4;1&w",
        b"\x1b[M\xff\xff\xff", b"\x1b[2;y", b"\x9b?62;22c", b"\x1b\\", b"\x9c",
    ]
)  # fmt: skip
CUTS = st.lists(
    st.tuples(st.integers(1, 60), st.floats(0, 1.0)), max_size=4, unique_by=lambda cut: cut[0]
)


@given(REPORTS, CUTS)
def test_a_report_is_no_key_in_one_piece_or_many(
    report: bytes, cuts: list[tuple[int, float]]
) -> None:
    terminal = Terminal()
    pieces, start = list[bytes](), 0
    for place, _ in sorted(cuts):
        pieces.append(report[start:place])
        start = max(start, place)
    pieces.append(report[start:])
    pauses = [0.0, *(pause for _, pause in cuts)]
    for piece, pause in zip(pieces, pauses, strict=True):
        terminal.send(piece, after=pause)
    # A terminal that pauses after ESC has sent what escape is; the rest is still no keys.
    assert set(keys(terminal.messages)) <= {"escape"}
    assert keys(terminal.wait(2)) == []
    assert keys(terminal.send(b"q")) == ["q"]


@given(STRINGS.filter(lambda string: string[-1:] in b"\\\x9c"), st.integers(1, 80))
def test_an_incomplete_sequence_is_no_key(string: bytes, length: int) -> None:
    terminal = Terminal()
    terminal.send(string[: max(2, min(length, len(string) - 2))])
    messages = terminal.messages + terminal.wait(SEQUENCE_TIMEOUT)
    assert keys(messages) == []
    assert keys(terminal.send(b"q")) == ["q"]


@given(st.binary(max_size=200), st.integers(0, 200))
def test_any_bytes_are_accepted(data: bytes, cut: int) -> None:
    terminal = Terminal()
    terminal.send(data[:cut])
    terminal.send(data[cut:], after=0.2)
    terminal.wait(2 * PASTE_TIMEOUT)
    assert keys(terminal.send(b"q"))[-1:] == ["q"]


@pytest.mark.parametrize(
    "unit",
    [
        b"\x1b[99999999999u", b"\x1b[97;1:3u", b"\x1b[97:65;2;65u", b"\x1b[97;;9999999999u",
        b"\x1b[48;0;0;0;0t", b"\x1b[48;99999;99999;1;1t", b"\x1b[" + b"1;" * 5000 + b"u",
        b"\x1b[97;" + b"9" * 5000 + b"u",
    ],
)  # fmt: skip
def test_huge_numbers_are_dropped(unit: bytes) -> None:
    terminal = Terminal()
    terminal.send(unit)
    assert not [m for m in terminal.messages if isinstance(m, Key | events.Resize)]
    assert keys(terminal.send(b"q")) == ["q"]


def test_bytes_that_are_no_text_are_dropped() -> None:
    assert keys(Terminal().send(b"a\xfcb\xc3c\xff\xfe")) == ["a", "b", "c"]


def test_a_split_key_counts_only_without_a_pause() -> None:
    assert keys(Terminal().send(b"\x1b[") + Terminal().send(b"97u")) == ["9", "7", "u"]
    together, apart = Terminal(), Terminal()
    together.send(b"\x1b[")
    assert keys(together.send(b"97u", after=0.05)) == ["a"]
    apart.send(b"\x1b[")
    [dropped] = apart.send(b"97u", after=constants.ESCAPE_DELAY + 0.05)
    assert isinstance(dropped, InputDropped)


def test_a_lone_esc_is_no_key_in_the_kitty_protocol() -> None:
    terminal = Terminal()
    assert keys(terminal.send(b"\x1b[27u\x1b[97u")) == ["escape", "a"]
    terminal.send(b"\x1b")
    assert keys(terminal.wait(0.5)) == []
    assert keys(terminal.send(b"P>|kitty(0.35.2)\x1b\\", after=0.4)) == []
    assert keys(terminal.send(b"q")) == ["q"]
    terminal.send(b"\x1b\x1b")
    assert keys(terminal.wait(SEQUENCE_TIMEOUT)) == []


def test_an_incomplete_sequence_is_reported_as_dropped() -> None:
    terminal = Terminal()
    terminal.send(b"\x1b[?2026;2$")
    assert [type(message) for message in terminal.wait(SEQUENCE_TIMEOUT)] == [InputDropped]


def test_the_mouse_works_after_an_unknown_sequence() -> None:
    terminal = Terminal()
    terminal.send(b"\x1b[48;24;80;480;800t\x1b[?62;22c\x1b[<0;401;241M")
    [down] = [message for message in terminal.messages if isinstance(message, MouseEvent)]
    assert (down.x, down.y) == (40, 12)  # reports are in pixels, as agreed before
