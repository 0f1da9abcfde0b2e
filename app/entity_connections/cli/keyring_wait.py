"""Tells that a command waits for the keyring."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer

from entity_connections.cli.output import info
from entity_connections.settings.secrets.system_keyring import TIMEOUT

SILENCE = 3.0
"""Seconds after which the user is told."""


@contextmanager
def report_keyring_wait() -> Iterator[None]:
    """Write a line to stderr if the keyring keeps the block waiting."""
    sentence = f"waiting up to {TIMEOUT:.0f} s for the keyring to be unlocked; ctrl+c gives up"
    timer = Timer(SILENCE, info, [sentence])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
