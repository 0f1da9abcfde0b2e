"""A program on a pseudo-terminal, and a terminal that answers and remembers.

Output is stamped when it arrives and drawn (by pyte) when there is time for it,
so that drawing does not slow down what is being measured.
"""

import codecs
import contextlib
import os
import re
import select
import signal
import termios
import time
import warnings
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

import pexpect
import pyte

KEYS = {
    "up": "\x1b[A",
    "down": "\x1b[B",
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "backspace": "\x7f",
}
NO_FOLDER = "/dev/null/none"
"""Where no settings of the developer are."""
ROOT = Path(__file__).parents[2]
FRESH = frozenset({7, 25})
"""Private modes of a fresh terminal: line wrap, cursor visible."""

_CONTROL = re.compile(rb"\x1b\[([?<>=]?)([\d;]*)(\$?)([hlcnpu])")
_PARTIAL = re.compile(rb"\x1b(\[[?<>=\d;$]*)?\Z")
FOREIGN = re.compile(r"\x1b\[[<>=][\d;]*[a-z]")
"""What pyte would draw instead of understanding."""
_OTHERS = re.compile(r"(TEXTUAL|PYTHON(?!PATH)|COLUMNS$|LINES$|NO_COLOR$|FORCE_COLOR$|COLORTERM$)")


class Terminal:
    """A modern terminal with `command` running on it, in our environment with changes."""

    def __init__(
        self,
        command: Sequence[str],
        size: tuple[int, int] = (120, 36),
        env: Mapping[str, str] | None = None,
        cwd: Path = ROOT,
    ) -> None:
        self.columns, self.lines = size
        self.screen = pyte.Screen(*size)
        self.modes = set(FRESH)
        self.transcript = bytearray()
        self._keyboard = {False: 0, True: 0}
        self._stream = pyte.Stream(self.screen)
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._arrived: deque[tuple[float, bytes]] = deque()
        self._partial = b""
        self._ended = False
        environment = {k: v for k, v in os.environ.items() if not _OTHERS.match(k)}
        environment |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}
        environment |= {"ENTITY_CONNECTIONS_CONFIG_DIR": NO_FOLDER}
        environment |= {"ENTITY_CONNECTIONS_STATE_DIR": NO_FOLDER}
        environment |= env or {}
        self.started = time.perf_counter()
        with warnings.catch_warnings():  # a fork beside threads, which at once becomes the program
            warnings.simplefilter("ignore", DeprecationWarning)
            program, *arguments = command
            self.child: pexpect.spawn[bytes] = pexpect.spawn(
                program, arguments, cwd=cwd, env=environment, dimensions=size[::-1]
            )
        self.pid = self.child.pid or 0
        self._before = termios.tcgetattr(self.child.child_fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.child.isalive():
            self.child.kill(signal.SIGKILL)
            self.child.wait()
        self.child.close()

    def leftovers(self) -> list[str]:
        """Name what differs from a fresh terminal."""
        found = [f"mode {m} {'on' if m in self.modes else 'off'}" for m in self.modes ^ FRESH]
        found += [f"keyboard protocol {n:+}" for n in self._keyboard.values() if n]
        if termios.tcgetattr(self.child.child_fd) != self._before:
            found.append("attributes")
        return found

    def send(self, *keys: str) -> float:
        """Type `keys`, by name or as they are; return the time before."""
        typed = "".join(
            chr(ord(key[5:]) & 31) if key.startswith("ctrl+") else KEYS.get(key, key)
            for key in keys
        )
        now = time.perf_counter()
        os.write(self.child.child_fd, typed.encode())
        return now

    def send_bytes(self, data: bytes) -> None:
        """Send what no key sends."""
        os.write(self.child.child_fd, data)

    def hang_up(self) -> None:
        """Close the terminal window."""
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, self.child.child_fd)
        os.close(nothing)
        self._ended = True

    def receive(self, timeout: float) -> bool:
        """Take in what arrives; tell whether anything did within `timeout` seconds."""
        fd = self.child.child_fd
        if self._ended or not select.select([fd], [], [], timeout)[0]:
            return False
        data = b""
        with contextlib.suppress(OSError):  # Linux's word for the end
            data = os.read(fd, 65536)
        self._ended = not data
        if data:
            stamp = time.perf_counter()
            match = _PARTIAL.search(whole := self._partial + data)
            whole, self._partial = (whole[: match.start()], match[0]) if match else (whole, b"")
            self._arrived.append((stamp, whole))
            self.transcript += data
            self._heed(whole)
        return bool(data)

    def processor_time(self) -> int:
        """Return the nanoseconds of processor time that the program's threads have used."""
        tasks = Path(f"/proc/{self.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks)

    def wait_idle(self, seconds: float = 0.2) -> None:
        """Wait until the program hardly computes, without taking its output."""
        before = 0
        while (now := self.processor_time()) - before > seconds * 50_000_000:
            before = now
            time.sleep(seconds)

    def draw(self) -> float | None:
        """Draw the oldest piece of output; return when it arrived, None if all is drawn."""
        if not self._arrived:
            return None
        stamp, data = self._arrived.popleft()
        self._stream.feed(FOREIGN.sub("", self._decode(data)))
        return stamp

    def text(self) -> str:
        """Return the screen, drawn as far as it has arrived."""
        while self.draw() is not None:
            pass
        return "\n".join(self.screen.display)

    def wait_for(self, what: str | Callable[[], bool], timeout: float = 20) -> float:
        """Wait until a text is on the screen, or something holds; return when it came."""
        holds = what if callable(what) else lambda: what in "\n".join(self.screen.display)
        deadline = time.perf_counter() + timeout
        stamp: float | None = time.perf_counter()
        while not holds():
            if not self._arrived:
                left = deadline - time.perf_counter()
                if left <= 0 or (not self.receive(left) and self._ended):
                    raise AssertionError(f"{what!r} did not come:\n{self.text()}")
                while self.receive(0.003):
                    pass
            stamp = self.draw() or stamp
        return stamp or 0.0

    def answer(self, question: str) -> None:
        """Say yes to a question as soon as it takes one."""
        self.wait_for(question)
        for _ in range(100):
            self.send("y")
            self.wait_quiet(0.05)
            if question not in self.text():
                return
        raise AssertionError(f"It was never answered:\n{self.text()}")

    def wait_quiet(self, seconds: float = 0.15, timeout: float = 10) -> None:
        """Wait until nothing has arrived for some time, and draw it all."""
        deadline = time.perf_counter() + timeout
        while self.receive(seconds):
            assert time.perf_counter() < deadline, "it writes without end"
        self.text()

    def wait_exit(self, timeout: float = 15) -> int:
        """Wait for the end; return its status, for a signal minus its number."""
        deadline = time.perf_counter() + timeout
        while self.child.isalive():
            assert time.perf_counter() < deadline, f"it does not end:\n{self.text()}"
            if not self.receive(0.01):
                time.sleep(0.002)
        self.wait_quiet(0.01)
        status, number = self.child.exitstatus, self.child.signalstatus
        return status if status is not None else -(number or 0)

    def _heed(self, data: bytes) -> None:
        """Remember modes and answer questions at once, before anything is drawn."""
        for prefix, values, dollar, final in _CONTROL.findall(data):
            numbers = [int(value or 0) for value in values.split(b";")]
            kind = (prefix + dollar + final).decode()
            if kind in ("?h", "?l"):
                (self.modes.update if kind == "?h" else self.modes.difference_update)(numbers)
            elif kind in (">u", "<u"):
                self._keyboard[1049 in self.modes] += 1 if kind == ">u" else -(numbers[0] or 1)
            if answer := self._answer(kind, numbers[0]):
                self.send(answer)

    def _answer(self, kind: str, number: int) -> str:
        if kind == "?$p":
            return f"\x1b[?{number};{1 if number in self.modes else 2}$y"
        if kind == "?h" and number == 2048:
            size = (self.lines, self.columns, self.lines * 20, self.columns * 10)
            return f"\x1b[48;{';'.join(map(str, size))}t"
        return {"c": "\x1b[?62;22c", "n": "\x1b[1;1R", "?u": "\x1b[?0u"}.get(kind, "")


def list_visible(screen: pyte.Screen) -> list[list[object]]:
    """Return what is seen in each cell: of a blank, only its background."""
    return [
        [_describe_visible(screen.buffer[y][x]) for x in range(screen.columns)]
        for y in range(screen.lines)
    ]


def _describe_visible(char: pyte.screens.Char) -> object:
    has_line = char.underscore or char.strikethrough
    if char.data == " " and not (has_line or char.reverse or char.italics):
        return char.bg
    return char
