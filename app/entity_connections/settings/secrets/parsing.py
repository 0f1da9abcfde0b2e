"""Turns text from outside into a client secret."""

from entity_connections.domain.secret import Secret
from entity_connections.domain.text import trim
from entity_connections.settings.errors import SettingsError

MAX_OUTPUT = 65_536
"""Most bytes that a command may print."""


def parse_secret(data: bytes | str, source: str) -> Secret:
    """Return the secret on the first line of `data`, trimmed; an error calls the data `source`."""
    try:
        text = data.decode() if isinstance(data, bytes) else data
    except UnicodeDecodeError:
        text = ""
    line = trim(trim(text).partition("\n")[0])
    # Text that is not printable could not be sent, and the error would repeat it.
    if not line or not line.isprintable():
        raise SettingsError(f"{source} holds no secret: its first line is empty or not text.")
    return Secret(line)
