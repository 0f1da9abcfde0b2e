"""The screen with captions below it: in a person's terminal, or in a recording."""

from typing import TYPE_CHECKING, Any

from textual import events
from textual.driver import Driver
from textual.geometry import Offset, Size
from textual.message import Message

from entity_connections.services.workspace import Workspace
from entity_connections.tui.app import ConnectionsApp
from entity_connections.tui.sgr import thin
from entity_connections.tui.terminal.driver import TerminalDriver
from entity_connections.walkthrough import caption_bar as strip
from entity_connections.walkthrough.caption_bar import Captions
from entity_connections.walkthrough.screen_text import Spot
from entity_connections.walkthrough.script import RETURN, Walkthrough

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine


class CaptionedApp(ConnectionsApp):
    """The app on the upper rows of a terminal; the lower ones are the captions'.

    The rows below are not the app's: no dialog can cover them, and they cover nothing.

    Args:
        script: what is captioned.
        target: the tenant.
        theme: name of a theme.

    Attributes:
        conduct: leads the app from its first frame on; None leaves it alone.
        listener: takes the keys that are pressed, by name, unless the screen is the
            presenter's own; then only RETURN.
        yours: whether it is.
        hidden: whether what is painted is kept from the terminal.
        stream: what a recording's terminal was sent, and when, in seconds.
    """

    def __init__(self, script: Walkthrough, target: Workspace, theme: str) -> None:
        super().__init__(target, theme)
        self.script = script
        self.captions = Captions(script.title, f"0/{len(script.steps)}", script.teaches)
        self.pointer: Spot | None = None
        self._resized = False
        self.conduct: Callable[[], Coroutine[Any, Any, None]] | None = None
        self.listener: Callable[[str], None] | None = None
        self.yours = self.hidden = False
        self.stream: list[tuple[float, str]] = []

    def on_ready(self) -> None:
        """Let the app be led."""
        if self.conduct is not None:
            self.run_worker(self.conduct())

    def show(self, number: int, hints: tuple[str, ...] = ()) -> None:
        """Show the caption of a step, from 1; 0 is what the walkthrough teaches."""
        steps = self.script.steps
        text = steps[number - 1].caption if number else self.script.teaches
        self.say(Captions(self.script.title, f"{number}/{len(steps)}", text, hints=hints))

    def say(self, captions: Captions) -> None:
        """Change the captions."""
        self.captions = captions
        self._paint()

    def pressed(self, cap: str) -> None:
        """Show a key that is pressed."""
        self.say(self.captions._replace(caps=(*self.captions.caps, cap)))

    def typed(self, text: str) -> None:
        """Show a text that is being typed."""
        before = self.captions.caps[:-1] if len(text) > 1 else self.captions.caps
        self.say(self.captions._replace(caps=(*before, text)))

    def pointed(self, at: Spot | None) -> None:
        """Show the pointer beside what will be clicked, or take it away."""
        self.pointer = at
        self.refresh()

    def repaint(self) -> None:
        """Paint everything anew, the captions too."""
        self.refresh()
        self._paint()

    def on_resize(self) -> None:
        """Paint the captions where they are now, once the screen is as large as it can be."""
        self._resized = True

    def post_display_hook(self) -> None:
        """Put the pointer above what has just been painted, and the captions below it."""
        if self._resized and self.screen.size == self.size:
            self._resized = False
            self._paint()
        if self.pointer is not None and self._driver is not None:
            (x, y), width = self.pointer
            left = x + width < self.size.width
            sign = strip.pointer(self.theme_variables, "◀" if left else "▶")
            place = Offset(x + width if left else max(0, x - 1), y)
            self._driver.write(strip.ansi([sign], place, self.console))

    def _paint(self) -> None:
        if self._driver is None:
            return
        width, height = self.size
        below = strip.rows(self.script, width)
        lines = strip.strips(self.captions, width, below, self.theme_variables)
        self._driver.write(strip.ansi(lines, Offset(0, height), self.console))
        self._driver.flush()


class CaptionedDriver(TerminalDriver):
    """Gives the app the terminal but for the lowest rows, and its keys to a listener."""

    _app: CaptionedApp

    def _get_terminal_size(self) -> tuple[int, int]:
        width, height = super()._get_terminal_size()
        return width, self._left(width, height)

    def _left(self, width: int, height: int) -> int:
        return max(1, height - strip.rows(self._app.script, width))

    def write(self, data: str) -> None:
        """Send output to the terminal, unless nobody is to see how it came about."""
        if not self._app.hidden:
            super().write(data)

    def start_application_mode(self) -> None:
        """Take the terminal, captions and all."""
        super().start_application_mode()
        self._loop.call_soon_threadsafe(self._app.repaint)

    def stop_application_mode(self) -> None:
        """Give the terminal back, whatever is going on."""
        self._app.hidden = False
        super().stop_application_mode()

    def process_message(self, message: Message) -> None:
        """Pass on what is for the app; this runs in a thread."""
        app = self._app
        if isinstance(message, events.Resize):
            size = Size(message.size.width, self._left(*message.size))
            message = events.Resize(size, size, pixel_size=message.pixel_size)
        elif isinstance(message, events.MouseEvent) and message.screen_y >= app.size.height:
            return
        key = message.key if isinstance(message, events.Key) else ""
        if (app.yours and key != RETURN) or key == "ctrl+z":
            super().process_message(message)
        elif key and app.listener is not None:
            self._loop.call_soon_threadsafe(app.listener, key)
        elif not isinstance(message, (events.Key, events.MouseEvent, events.Paste)):
            super().process_message(message)


class RecordingDriver(Driver):
    """A terminal that only remembers what it was sent, and when."""

    _app: CaptionedApp

    def write(self, data: str) -> None:
        """Remember output."""
        self._app.stream.append((self._loop.time(), thin(data)))

    def start_application_mode(self) -> None:
        """Tell the app how large its part of the terminal is."""
        size = Size(*(self._size or (100, 26)))
        self.send_message(events.Resize(size, size))

    def disable_input(self) -> None:
        """Do nothing: there is no input."""

    def stop_application_mode(self) -> None:
        """Do nothing: there is no terminal."""
