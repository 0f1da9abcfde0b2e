"""Reading a small file without trusting what stands in its place."""

import os
import stat
from pathlib import Path

from entity_connections.domain.secret import Secret
from entity_connections.settings.errors import SettingsError

_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_POSIX = hasattr(os, "getuid")


def content(path: Path, limit: int, *, private: bool = False) -> bytes | None:
    """Return what is in a file of at most `limit` bytes, or None when there is none.

    Args:
        path: of a plain file; a pipe or a device is not waited for.
        limit: in bytes.
        private: refuse a link, a file of somebody else, and one that others may read.

    Raises:
        SettingsError: it is there and cannot be used; nothing of it is repeated.
    """
    try:
        handle = os.open(path, os.O_RDONLY | _NO_WAIT | (_NO_FOLLOW if private else 0))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if private and path.is_symlink():
            raise SettingsError(
                f"{path} is a link, and a secret is not followed elsewhere: remove it."
            ) from None
        raise SettingsError(f"{path} cannot be read: {error.strerror}.") from None
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise SettingsError(f"{path} is not a file.")
        if private:
            _check_private(path, found)
        elif _POSIX and found.st_mode & 0o002:
            raise SettingsError(
                f"{path} can be changed by every user of this machine, and it says where secrets "
                f"are sent: chmod o-w '{path}'"
            )
        with os.fdopen(handle, "rb", closefd=False) as file:
            text = file.read(limit + 1)
    finally:
        os.close(handle)
    if len(text) > limit:
        raise SettingsError(f"{path} is larger than {limit:,} bytes: that is not ours.")
    return text


def secret_in(held: bytes | str, where: str) -> Secret:
    """Return the secret on the first line of `held`.

    Raises:
        SettingsError: there is nothing on it, or it is not text; nothing of it is repeated.
    """
    try:
        text = held.decode() if isinstance(held, bytes) else held
    except UnicodeDecodeError:
        text = ""
    line = text.strip().partition("\n")[0].strip()
    # What cannot be printed could neither be sent nor kept, and the failure would repeat it.
    if not line or not line.isprintable():
        raise SettingsError(f"{where} holds no secret: its first line is empty or not text.")
    return Secret(line)


def check_private_folder(path: Path) -> None:
    """Let pass a folder that only its owner, us, may look into, or none at all.

    Raises:
        SettingsError: what is wrong with it, and the command that puts it right.
    """
    try:
        found = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise SettingsError(f"{path} cannot be looked at: {error.strerror}.") from None
    if stat.S_ISLNK(found.st_mode):
        raise SettingsError(f"{path} is a link, and a secret is not followed elsewhere: remove it.")
    if not stat.S_ISDIR(found.st_mode):
        raise SettingsError(f"{path} is not a folder.")
    _check_private(path, found)


def _check_private(path: Path, found: os.stat_result) -> None:
    if not _POSIX:
        return  # elsewhere the folders of a user are closed to others by themselves
    if found.st_uid != os.getuid():
        raise SettingsError(f"{path} belongs to another user of this machine; it is not used.")
    if found.st_mode & 0o077:
        mode = "700" if stat.S_ISDIR(found.st_mode) else "600"
        raise SettingsError(
            f"{path} is open to other users of this machine, so the secret in it is not used: "
            f"chmod {mode} '{path}'"
        )
