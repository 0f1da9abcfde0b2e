"""Keys as a script writes them and as Textual takes them."""

import unicodedata

from textual.events import Key
from textual.keys import KEY_NAME_REPLACEMENTS, Keys

_NAMED = {key.value for key in Keys if not key.value.startswith("<")} | {"space"}
_CHARACTERS = {"space": " ", "tab": "\t", "enter": "\r"}
_SHOWN = {
    "up": "↑", "down": "↓", "left": "←", "right": "→", "escape": "esc",
}  # fmt: skip


def is_key(name: str) -> bool:
    """Whether a script may press this: a character, or a key that Textual has a name for."""
    return name in _NAMED or (len(name) == 1 and name.isprintable() and not name.isspace())


def event(name: str) -> Key:
    """Return the event of a key: a character as it is typed, or a name."""
    if len(name) > 1:
        return Key(name, _CHARACTERS.get(name))
    if name == " ":
        return Key("space", name)
    if name.isalnum():
        return Key(name, name)
    word = unicodedata.name(name).lower().replace("-", "_").replace(" ", "_")
    return Key(KEY_NAME_REPLACEMENTS.get(word, word), name)


def shown(name: str) -> str:
    """Return a key as its cap says it."""
    return _SHOWN.get(name, name)
