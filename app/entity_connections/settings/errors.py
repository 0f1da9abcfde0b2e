"""Errors in the settings, as sentences for the user."""


class SettingsError(Exception):
    """Settings that cannot be used.

    The message says where the problem is, what it is and what to do about it, with one line
    for each problem. It never holds a value that might be a secret.
    """


class NoHomeError(SettingsError):
    """There is no home directory, and no variable names the folders to use."""
