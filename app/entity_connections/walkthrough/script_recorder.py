"""Records what a person does on the screen as the steps of a new walkthrough."""

import tomlkit
from textual import events
from textual.geometry import Offset
from textual.widgets import Input

from entity_connections.domain.text import clean
from entity_connections.services.workspace import Workspace
from entity_connections.tui.app import ConnectionsApp
from entity_connections.tui.dialogs.picker import Picker
from entity_connections.tui.terminal.driver import TerminalDriver
from entity_connections.walkthrough.key_events import is_key
from entity_connections.walkthrough.screen_text import TerminalCells
from entity_connections.walkthrough.script_models import EXIT_KEYS, MAX_STEPS, MAX_TEXT, RESUME_KEY

_HEAD = """\
# Recorded from a person's keys and clicks. Fill in title, teaches and the captions; put into
# each step what the screen must show after it, for example: see = ["Acme-US … Pending"]

title = "A new walkthrough"
teaches = "Write here what this walkthrough teaches."
scenario = {scenario}
user = {user}
size = {size}
"""
_STEP = """
[[steps]]
caption = "Write here what the audience should know."
do = [{{ {key} = {value} }}]
"""


class RecordedApp(ConnectionsApp):
    """The app, which records its input.

    `acts` are "press", "type" or "click" with a key, text or locator; `remarks` are sentences about
    what could not be recorded.
    """

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.acts: list[tuple[str, str]] = []
        self.remarks: list[str] = []
        self.cells = TerminalCells()

    async def on_event(self, event: events.Event) -> None:
        """Record input before it changes the screen."""
        if isinstance(event, events.Resize):
            self.cells.resize(event.size)
        elif self.screen_stack and not event.is_forwarded:
            if isinstance(event, events.Key):
                self._record_key(event)
            elif isinstance(event, events.Paste):
                self._record_text("".join(event.text.splitlines()[:1]))
            elif isinstance(event, events.MouseDown):
                self._record_click(event.screen_offset)
        await super().on_event(event)

    def _record_key(self, event: events.Key) -> None:
        character = event.character or ""
        is_letter = event.is_printable and "+" not in event.key
        takes_text = isinstance(self.focused, Input) or isinstance(self.screen, Picker)
        key = character if is_letter and is_key(character) else event.key
        if is_letter and takes_text:
            self._record_text(character)
        elif is_key(key) and key != RESUME_KEY and key not in EXIT_KEYS:
            self.acts.append(("press", key))

    def _record_text(self, text: str) -> None:
        text = clean(text, MAX_TEXT)
        kind, before = self.acts[-1] if self.acts else ("", "")
        if kind == "type" and len(before) + len(text) <= MAX_TEXT:
            self.acts[-1] = ("type", before + text)
        elif text:
            self.acts.append(("type", text))

    def _record_click(self, cell: Offset) -> None:
        locator = self.cells.read(self.size.height).locator_at(cell)
        if locator is None:
            self.remarks.append(
                f"The click in line {cell.y + 1}, column {cell.x + 1} is left out: no text there"
                " is the only one of its kind."
            )
        else:
            self.acts.append(("click", locator))


class RecordedAppDriver(TerminalDriver):
    """The driver of the terminal of a `RecordedApp`."""

    app: RecordedApp

    def write(self, data: str) -> None:
        """Send output to the terminal."""
        self.app.cells.write(data)
        super().write(data)


def format_script(
    acts: list[tuple[str, str]], scenario: str, user: str, size: tuple[int, int]
) -> str:
    """Return a script with a step for each act, whose captions are to be filled in.

    Acts beyond MAX_STEPS are left out. The path of a scenario file is relative to the script.
    """
    head = _HEAD.format(scenario=_quote(scenario), user=_quote(user), size=list(size))
    return head + "".join(
        _STEP.format(key=key, value=_quote(value)) for key, value in acts[:MAX_STEPS]
    )


def _quote(text: str) -> str:
    return tomlkit.item(text).as_string()
