"""Tells that a command waits for the keyring."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer

from entity_connections.cli.output import info
from entity_connections.settings.profiles import Profile
from entity_connections.settings.secrets.system_keyring import TIMEOUT

SILENCE = 3.0
"""Seconds after which the user is told."""


@contextmanager
def report_keyring_wait(profile: Profile) -> Iterator[None]:
    """Write a line to stderr if the keyring keeps the block waiting.

    A `secret_command` is not waited for in this way: it may be asking on the terminal.
    """
    if profile.secret_command:
        yield
        return
    sentence = f"waiting up to {TIMEOUT:.0f} s for the keyring to be unlocked; ctrl+c gives up"
    timer = Timer(SILENCE, info, [sentence])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
