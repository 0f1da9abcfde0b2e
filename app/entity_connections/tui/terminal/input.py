"""Turns the bytes of a terminal into Textual's messages, and nothing else into keys.

Textual's own parser reads as keys whatever it does not recognise and whatever
pauses in the middle: the version report of a terminal, or a reply that the network
has cut in two. Here the bytes are first split into whole units: a character, an
escape sequence as ECMA-48 defines it, a mouse report, a paste. Textual's parser gets
only whole units, one at a time; what it does not understand is dropped.
"""

import codecs
import re
import time
from collections.abc import Callable, Generator, Iterator
from typing import Final

from textual import constants
from textual._xterm_parser import XTermParser
from textual.events import Key, Paste, Resize
from textual.message import Message

SEQUENCE_TIMEOUT: Final = 1.2
"""Seconds after its last byte at which an unfinished sequence is dropped."""
PASTE_TIMEOUT: Final = 10.0
"""The same for a paste: what follows a pause would otherwise be read as keys."""
MAX_SEQUENCE: Final = 32
"""Characters of the longest escape sequence that Textual's parser takes."""
MAX_PASTE: Final = 1 << 20
"""Bytes of a paste that are kept."""
MAX_SIZE: Final = 1000
"""Columns and lines of the largest terminal whose size report is believed."""

_ESC: Final = "\x1b"
_STRINGS: Final = frozenset("P]X^_")
"""After ESC, what begins a DCS, OSC, SOS, PM or APC string."""
_INTRODUCERS: Final = _STRINGS | {"[", "O", "\\"}
_ST: Final = "\x9c"
_STRING_ENDS: Final = {"\x07", _ST}
_CANCELS: Final = {"\x18", "\x1a"}
_C1: Final = {0x8F: "O", 0x90: "P", 0x98: "X", 0x9B: "[", 0x9D: "]", 0x9E: "^", 0x9F: "_"}
"""The introducers in their form of one control character."""
_PASTE_START: Final = "\x1b[200~"
_PASTE_END: Final = b"\x1b[201~"
_NOT_PASTED: Final = dict.fromkeys({*range(32), *range(127, 160)} - set(b"\t\n\r"))
_RXVT_SHIFTED: Final = re.compile(r"\x1b\[\d+\$")
"""A key with shift in rxvt ends like the beginning of other sequences."""
_KITTY_PLAIN_KEY: Final = re.compile(r"\x1b\[\d+(;1?)?(;\d*)?u")
"""A key without modifiers, as only a terminal sends it that sends all keys in this form."""
_URXVT_MOUSE: Final = re.compile(r"\x1b\[(\d+);(\d+);(\d+)M")


class InputDropped(Message):
    """The terminal sent a part of something, or something that came too slowly to be sure of."""


class InputParser:
    """Parses what one terminal sends.

    A lone ESC is the escape key once ESCAPE_DELAY has passed. If it turns out to
    have been the beginning of a sequence, the rest of that sequence is no keys. A
    terminal that has sent a plain key in the form of the kitty keyboard protocol
    sends escape so, too: then a lone ESC is never a key.

    Args:
        clock: returns seconds; only differences count.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._parser = XTermParser()
        self._sequence = ""
        self._slow = self._escapes_all_keys = False
        self._x10_report: bytearray | None = None
        self._paste: bytearray | None = None
        self._last_byte_at = self._escape_at = float("-inf")

    @property
    def timeout(self) -> float | None:
        """Seconds until `tick` has something to return, or None."""
        if self._paste is not None:
            limit = PASTE_TIMEOUT
        elif self._sequence == _ESC and not self._escapes_all_keys:
            limit = constants.ESCAPE_DELAY
        elif self._sequence or self._x10_report is not None:
            limit = SEQUENCE_TIMEOUT
        else:
            return None
        return max(0.0, self._last_byte_at + limit - self._clock())

    def tick(self) -> Iterator[Message]:
        """Return the messages of what is not continued in time; to be called while nothing comes.

        Time alone does not count: a program that was held up finds late what came in time.
        """
        if self._sequence and self._clock() - self._last_byte_at >= constants.ESCAPE_DELAY:
            self._slow = self._escapes_all_keys or self._sequence != _ESC
        if self.timeout != 0.0:
            return
        is_escape = self._sequence == _ESC and not self._escapes_all_keys
        self._reset()
        if is_escape:
            self._escape_at = self._last_byte_at
            yield from self._parse_alone(_ESC)
        else:
            yield InputDropped()

    def feed(self, data: bytes) -> Iterator[Message]:
        """Return the messages of the next bytes."""
        self._last_byte_at = self._clock()
        position = 0
        while position < len(data):
            if self._paste is not None:
                position += yield from self._add_to_paste(data[position:])
            elif self._x10_report is not None:
                yield from self._add_to_x10_report(data[position])
                position += 1
            else:
                # The last of several is this byte; before it stand those of a torn character.
                char = self._decoder.decode(data[position : position + 1])[-1:]
                yield from self._add(_control(char) if char >= "\x80" else char)
                position += 1

    def _reset(self) -> None:
        self._sequence, self._slow = "", False
        self._paste = self._x10_report = None

    def _add(self, char: str) -> Iterator[Message]:
        """Take one character, or "" in place of a byte that is no text."""
        sequence = self._sequence
        if not char or (char == _ST and sequence[1:2] not in _STRINGS):
            return
        if not sequence:
            late = char in _INTRODUCERS and self._last_byte_at - self._escape_at < SEQUENCE_TIMEOUT
            self._escape_at = float("-inf")
            if late:
                self._sequence, self._slow = _ESC + char, True
                yield from self._parse_if_whole()
            elif char[0] == _ESC:
                self._sequence = char
            else:
                yield from self._parse(char)
        elif sequence[1:2] in _STRINGS:
            yield from self._add_to_string(char)
        elif char[0] == _ESC:
            self._reset()
            self._sequence = char
            if sequence == _ESC and not self._escapes_all_keys:
                yield from self._parse_alone(_ESC)
            else:
                yield InputDropped()
        else:
            # A longer one is not kept, only followed to its end.
            self._sequence = sequence[: MAX_SEQUENCE + 1] + char
            yield from self._parse_if_whole()

    def _add_to_string(self, char: str) -> Iterator[Message]:
        introducer, pending = self._sequence[:2], self._sequence[2:]
        if char in _STRING_ENDS or (pending and char == "\\"):
            self._reset()
        elif char in _CANCELS:
            self._reset()
            yield InputDropped()
        elif pending and char == _ESC:
            return
        elif pending or len(char) > 1:  # ESC and anything else ends it, and begins something
            self._reset()
            self._sequence = _ESC if pending else ""
            yield InputDropped()
            yield from self._add(char)
        else:
            self._sequence = introducer + (char if char == _ESC else "")

    def _parse_if_whole(self) -> Iterator[Message]:
        sequence, slow = self._sequence, self._slow
        second, body = sequence[1], sequence[2:]
        last = sequence[-1]
        if second in _STRINGS or sequence == "\x1b[[" or (second in "[O" and not body):
            return
        if sequence == "\x1b[M":
            self._reset()
            self._x10_report = bytearray()
            return
        if second == "O" and (last.isdecimal() or last == ";"):
            return
        if second == "[" and " " <= last <= "?" and not _RXVT_SHIFTED.fullmatch(sequence):
            return
        self._reset()
        if sequence == _PASTE_START:
            self._paste = bytearray()
        elif (
            len(sequence) > MAX_SEQUENCE
            or (second in "[O" and not " " < last <= "~")
            or sequence == "\x1b\\"  # the end of a string that was given up
        ):
            yield InputDropped()
        elif match := _URXVT_MOUSE.fullmatch(sequence):
            yield from self._parse(_sgr_mouse(*map(int, match.groups())))
        else:
            self._escapes_all_keys |= bool(_KITTY_PLAIN_KEY.fullmatch(sequence))
            messages = self._parse(sequence) if second in "[O" else self._parse_alone(sequence)
            yield from _without_keys(messages) if slow else messages

    def _add_to_x10_report(self, byte: int) -> Iterator[Message]:
        report = self._x10_report = (self._x10_report or bytearray()) + bytes([byte])
        if len(report) == 3:
            self._reset()
            yield from self._parse(_sgr_mouse(report[0], report[1] - 32, report[2] - 32))

    def _add_to_paste(self, data: bytes) -> Generator[Message, None, int]:
        """Take bytes of a paste, up to its end, and return how many."""
        paste = self._paste = (self._paste or bytearray()) + data
        end = paste.find(_PASTE_END)
        if end < 0:
            del paste[MAX_PASTE : -len(_PASTE_END)]
            return len(data)
        self._reset()
        text = paste[: min(end, MAX_PASTE)].decode("utf-8", "ignore")
        yield Paste(text.translate(_NOT_PASTED))
        return len(data) - (len(paste) - end - len(_PASTE_END))

    def _parse(self, unit: str) -> Iterator[Message]:
        """Return what Textual's parser makes of a whole unit; nothing if it is not one for it."""
        try:
            messages = list(self._parser.feed(unit))
        except Exception:  # noqa: BLE001 - a number out of all bounds must not end the program
            messages = []
        if messages:
            yield from (message for message in messages if _is_believable(message))
        else:
            self._renew_parser()

    def _renew_parser(self) -> None:
        """Replace a parser that waits for more, or has failed; what it knows is kept."""
        old, new = self._parser, XTermParser()
        new.last_x, new.last_y, new.mouse_pixels = old.last_x, old.last_y, old.mouse_pixels
        new.terminal_size, new.terminal_pixel_size = old.terminal_size, old.terminal_pixel_size
        self._parser = new

    @staticmethod
    def _parse_alone(unit: str) -> Iterator[Message]:
        """Return the keys of ESC, or of ESC and a character, which nothing follows."""
        parser = XTermParser()
        yield from parser.feed(unit)
        yield from parser.feed("")


def _control(char: str) -> str:
    """Return a character, with C1 introducers as ESC and a letter; "" if it is no text."""
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is no UTF-8
        code -= 0xDC00
    elif code > 0x9F:
        return char
    if code == ord(_ST):
        return _ST
    return _ESC + _C1[code] if code in _C1 else ""


def _sgr_mouse(code: int, column: int, line: int) -> str:
    """Return a mouse report of the older protocols in the form that Textual's parser takes.

    Args:
        code: buttons and modifiers, 32 added.
        column: counted from 1.
        line: counted from 1.
    """
    buttons = code - 32
    released = buttons & 0b1100011 == 0b11  # no motion, no wheel, and no button is down
    return f"\x1b[<{buttons - 3 if released else buttons};{column};{line}{'m' if released else 'M'}"


def _is_believable(message: Message) -> bool:
    if not isinstance(message, Resize):
        return True
    width, height = message.size
    return 0 < width <= MAX_SIZE and 0 < height <= MAX_SIZE


def _without_keys(messages: Iterator[Message]) -> Iterator[Message]:
    for message in messages:
        yield InputDropped() if isinstance(message, Key) else message
