"""Watching a person use the screen."""

from typing import Any

from textual import events
from textual.errors import NoWidget
from textual.geometry import Offset
from textual.widget import Widget
from textual.widgets import Input

from entity_connections.domain import clock
from entity_connections.services.workspace import Workspace
from entity_connections.tui.app import ConnectionsApp
from entity_connections.tui.dialogs.action_confirmation import ActionConfirmation
from entity_connections.tui.dialogs.picker import Picker
from entity_connections.walkthrough.keys import is_key
from entity_connections.walkthrough.making.moments import Moment
from entity_connections.walkthrough.making.naming import sight_of
from entity_connections.walkthrough.screen_text import Glass, text_of
from entity_connections.walkthrough.script import RETURN, Act

LEAVING = frozenset({"ctrl+q", "ctrl+c", "ctrl+z"})
"""Keys that lead out of the screen, and are no part of what was done in it."""
NAMELESS = "A click in line {}, column {}, is left out: it hit no text that a script could name."
WHEEL = "Turning the wheel is left out: a script has none; move with the keys instead."
DRAGGED = "Dragging with the mouse is left out: a script only clicks."
UNKNOWN_KEY = "The key {} is left out: a script has no word for it."


class WatchedApp(ConnectionsApp):
    """The screen, which remembers what is done to it.

    Args:
        target: the tenant to work in.
        theme: name of a theme.

    Attributes:
        moments: what was done, in order.
    """

    def __init__(self, target: Workspace, theme: str = "dark") -> None:
        super().__init__(target, theme)
        self.moments: list[Moment] = []
        self._down: tuple[Offset, Moment] | None = None

    async def on_event(self, event: events.Event) -> None:
        """Take note of what comes from the person, before it goes on and changes anything."""
        if self.screen_stack and not event.is_forwarded:
            self._notice(event)
        await super().on_event(event)

    def _notice(self, event: events.Event) -> None:
        match event:
            case events.Key():
                self._key(event)
            case events.Paste():
                if self._typing and (lines := event.text.splitlines()):
                    self._remember(_typed(lines[0]))
            case events.MouseScrollDown() | events.MouseScrollUp():
                if not (self.moments and self.moments[-1].lost == WHEEL):
                    self._remember(lost=WHEEL)
            case events.MouseDown():
                self._down = event.screen_offset, self._clicked(event.screen_offset)
            case events.MouseUp():
                self._released(event.screen_offset)
            case _:
                pass

    def _key(self, event: events.Key) -> None:
        name, character = event.key, event.character or ""
        letter = len(character) == 1 and character.isprintable() and "+" not in name
        if name in LEAVING:
            self._remember()
        elif letter and self._typing:
            self._remember(_typed(character))
        elif letter and is_key(character):
            self._remember(Act(press=character))
        elif name.startswith("<"):  # what Textual calls a key that is none
            return
        elif is_key(name) and name != RETURN:
            self._remember(Act(press=name))
        else:
            self._remember(lost=UNKNOWN_KEY.format(name))

    def _clicked(self, at: Offset) -> Moment:
        moment = self._now(None, NAMELESS.format(at.y + 1, at.x + 1))
        sight = sight_of(moment.glass, at, self._under)
        return moment._replace(act=Act(click=sight), lost="") if sight else moment

    def _released(self, at: Offset) -> None:
        if self._down is not None:
            began, moment = self._down
            moved = at.y != began.y or abs(at.x - began.x) > 1
            self.moments.append(moment._replace(act=None, lost=DRAGGED) if moved else moment)
        self._down = None

    def exit(self, result: None = None, return_code: int = 0, message: Any = None) -> None:
        """Leave; what was done last is seen first, unless it is what leaves."""
        if return_code and self.screen_stack:
            self._remember()
        super().exit(result, return_code, message)

    def _remember(self, act: Act | None = None, lost: str = "") -> None:
        self.moments.append(self._now(act, lost))

    def _now(self, act: Act | None, lost: str) -> Moment:
        picture = self.export_screenshot()
        return Moment(
            at=clock.monotonic(),
            act=act,
            lost=lost,
            glass=Glass(text_of(picture)),
            picture=picture,
            size=self.size,
            depth=len(self.screen_stack),
            typing=self._typing,
            asked=isinstance(self.screen, ActionConfirmation),
        )

    @property
    def _typing(self) -> bool:
        """Whether letters go to a field; in a list to choose from they do wherever one is."""
        return isinstance(self.focused, Input) or isinstance(self.screen, Picker)

    def _under(self, at: Offset) -> Widget | None:
        """Return what takes a click on a cell; what is behind a dialog takes none."""
        try:
            found, _ = self.screen.get_widget_at(*at)
        except NoWidget:
            return None
        return None if found is self.screen else found


def _typed(text: str) -> Act:
    """Return an act that is not checked yet: half of a letter may come by itself."""
    return Act.model_construct(type=text)
