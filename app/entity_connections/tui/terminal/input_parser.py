"""Turns the bytes from a terminal into Textual's messages, so that only keys become keys.

Textual's own parser reports unknown or interrupted sequences as keys: the version report of a
terminal, or a reply that the network has split. Here the bytes are first split into complete
units: a character, an escape sequence (ECMA-48), a mouse report, a paste. Textual's parser gets
one complete unit at a time, and a unit that it does not understand is dropped.
"""

import codecs
import math
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
"""Seconds after its last byte at which an unfinished paste is dropped; long, because the rest
of a paste that was dropped would be read as keys."""
MAX_SEQUENCE: Final = 32
"""Characters of the longest escape sequence that Textual's parser takes."""
MAX_PASTE: Final = 1 << 20
"""Bytes of a paste that are kept; the rest is dropped."""
MAX_SIZE: Final = 1000
"""Columns and lines of the largest terminal whose size report is believed."""

_ESC: Final = "\x1b"
_STRINGS: Final = frozenset("P]X^_")
"""Characters that, after ESC, begin a DCS, OSC, SOS, PM or APC string."""
_INTRODUCERS: Final = _STRINGS | {"[", "O", "\\"}
_ST: Final = "\x9c"
_STRING_ENDS: Final = {"\x07", _ST}
_CANCELS: Final = {"\x18", "\x1a"}
_C1: Final = {0x8F: "O", 0x90: "P", 0x98: "X", 0x9B: "[", 0x9D: "]", 0x9E: "^", 0x9F: "_"}
"""The C1 control characters that stand for ESC and a letter."""
_PASTE_START: Final = "\x1b[200~"
_PASTE_END: Final = b"\x1b[201~"
_NOT_PASTED: Final = dict.fromkeys({*range(32), *range(127, 160)} - set(b"\t\n\r"))
_RXVT_SHIFTED: Final = re.compile(r"\x1b\[\d+\$")
"""A key with shift in rxvt; its last byte is an intermediate byte in other sequences."""
_KITTY_PLAIN_KEY: Final = re.compile(r"\x1b\[\d+(;1?)?(;\d*)?u")
"""A key without modifiers; only terminals that send every key in this form send it."""
_URXVT_MOUSE: Final = re.compile(r"\x1b\[(\d+);(\d+);(\d+)M")


class InputDropped(Message):
    """The terminal sent an incomplete sequence, or one that came too slowly to be trusted."""


class InputParser:
    """Parses the input of one terminal.

    A lone ESC is the escape key once ESCAPE_DELAY has passed. If the rest of a sequence follows
    after that, it is dropped and not read as keys. A terminal that has sent a plain key in the
    form of the kitty keyboard protocol sends the escape key in that form, too: from then on a
    lone ESC is never a key.

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
    def timeout(self) -> float:
        """Seconds until `tick` must be called; infinite if nothing is pending."""
        if self._paste is not None:
            limit = PASTE_TIMEOUT
        elif self._sequence == _ESC and not self._escapes_all_keys:
            limit = constants.ESCAPE_DELAY
        elif self._sequence or self._x10_report is not None:
            limit = SEQUENCE_TIMEOUT
        else:
            return math.inf
        return max(0.0, self._last_byte_at + limit - self._clock())

    def tick(self) -> Iterator[Message]:
        """Return the messages for a sequence that was not continued in time.

        Call it only when there is no input to read: after a pause of the program itself, the
        rest of a sequence may be waiting to be read although the time is over.
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
        """Return the messages for the next bytes."""
        self._last_byte_at = self._clock()
        position = 0
        while position < len(data):
            if self._paste is not None:
                position += yield from self._add_to_paste(data[position:])
            elif self._x10_report is not None:
                yield from self._add_to_x10_report(data[position])
                position += 1
            else:
                # Of several characters only the last is this byte: the others are the bytes of
                # a multi-byte character that was not completed.
                char = self._decoder.decode(data[position : position + 1])[-1:]
                yield from self._add(_replace_control(char) if char >= "\x80" else char)
                position += 1

    def _reset(self) -> None:
        self._sequence, self._slow = "", False
        self._paste = self._x10_report = None

    def _add(self, char: str) -> Iterator[Message]:
        """Add a character, or "" in place of a byte that is no text."""
        sequence = self._sequence
        if not char or (char == _ST and sequence[1:2] not in _STRINGS):
            return
        if not sequence:
            late = char in _INTRODUCERS and self._last_byte_at - self._escape_at < SEQUENCE_TIMEOUT
            self._escape_at = float("-inf")
            if late:
                self._sequence, self._slow = _ESC + char, True
                yield from self._parse_if_complete()
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
            # Of a longer sequence only the end is looked for.
            self._sequence = sequence[: MAX_SEQUENCE + 1] + char
            yield from self._parse_if_complete()

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

    def _parse_if_complete(self) -> Iterator[Message]:
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
            yield from self._parse(_format_sgr_mouse(*map(int, match.groups())))
        else:
            self._escapes_all_keys |= bool(_KITTY_PLAIN_KEY.fullmatch(sequence))
            messages = self._parse(sequence) if second in "[O" else self._parse_alone(sequence)
            yield from _drop_keys(messages) if slow else messages

    def _add_to_x10_report(self, byte: int) -> Iterator[Message]:
        report = self._x10_report = (self._x10_report or bytearray()) + bytes([byte])
        if len(report) == 3:
            self._reset()
            yield from self._parse(_format_sgr_mouse(report[0], report[1] - 32, report[2] - 32))

    def _add_to_paste(self, data: bytes) -> Generator[Message, None, int]:
        """Add bytes up to the end of the paste, and return how many were used."""
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
        """Return the messages for a complete unit; none if Textual's parser does not know it."""
        try:
            messages = list(self._parser.feed(unit))
        except Exception:  # noqa: BLE001 - any bytes from the terminal: they must not crash us
            messages = []
        yield from (message for message in messages if _is_plausible(message))
        if not messages:  # it waits for more or has failed: replace it, but keep what it learned
            old, new = self._parser, XTermParser()
            new.last_x, new.last_y, new.mouse_pixels = old.last_x, old.last_y, old.mouse_pixels
            new.terminal_size, new.terminal_pixel_size = old.terminal_size, old.terminal_pixel_size
            self._parser = new

    @staticmethod
    def _parse_alone(unit: str) -> Iterator[Message]:
        """Return the keys for ESC alone, or for ESC and a character."""
        parser = XTermParser()
        yield from parser.feed(unit)
        yield from parser.feed("")


def _replace_control(char: str) -> str:
    """Return a character, C1 controls as ESC and a letter, or "" if it is no text."""
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is no UTF-8
        code -= 0xDC00
    elif code > 0x9F:
        return char
    if code == ord(_ST):
        return _ST
    return _ESC + _C1[code] if code in _C1 else ""


def _format_sgr_mouse(code: int, column: int, line: int) -> str:
    """Return a mouse report of an older protocol in the SGR form that Textual's parser reads.

    `code` is the buttons and modifiers, plus 32; `column` and `line` are counted from 1.
    """
    buttons = code - 32
    released = buttons & 0b1100011 == 0b11  # no motion, no wheel, and no button is down
    return f"\x1b[<{buttons - 3 if released else buttons};{column};{line}{'m' if released else 'M'}"


def _is_plausible(message: Message) -> bool:
    return not isinstance(message, Resize) or all(0 < side <= MAX_SIZE for side in message.size)


def _drop_keys(messages: Iterator[Message]) -> Iterator[Message]:
    for message in messages:
        yield InputDropped() if isinstance(message, Key) else message
