"""Keys: their names in scripts, their events in Textual, and their labels for people."""

from textual.events import Key
from textual.keys import Keys

from entity_connections.tui.terminal.input_parser import InputParser

_NAMES = {key.value for key in Keys if not key.value.startswith("<")} | {"space"}
_CHARACTERS = {"space": " ", "tab": "\t", "enter": "\r"}
_LABELS = {"up": "↑", "down": "↓", "left": "←", "right": "→", "escape": "esc"}


def is_key(name: str) -> bool:
    """Return whether a script may name this key: one character, or one of Textual's names."""
    return name in _NAMES or (len(name) == 1 and name.isprintable() and not name.isspace())


def key_event(name: str) -> Key:
    """Return the event of a key, by its name or its character."""
    if len(name) == 1:
        for event in InputParser().feed(name.encode()):
            if isinstance(event, Key):
                return event
    return Key(name, _CHARACTERS.get(name))


def key_label(name: str) -> str:
    """Return the text on the cap of a key."""
    return _LABELS.get(name, name)
