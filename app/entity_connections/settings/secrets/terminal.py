"""Keeps the terminal as it is while a secret may be typed, on every platform."""

import sys

if sys.platform == "win32":  # getpass changes nothing of the console there
    from contextlib import nullcontext as preserve_terminal
else:
    from entity_connections.settings.secrets.posix_terminal import preserve_terminal

__all__ = ["preserve_terminal"]
