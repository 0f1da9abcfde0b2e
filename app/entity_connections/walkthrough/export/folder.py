"""The folder that an export is written to."""

from collections.abc import Mapping
from pathlib import Path

from entity_connections.domain.text import clean


class ExportError(Exception):
    """Why nothing can be exported, in a sentence."""


def prepare_folder(path: Path, *, force: bool) -> None:
    """Make the folder, unless it is there.

    Args:
        path: of the folder.
        force: whether it may hold files already; those of the same names will be replaced.

    Raises:
        ExportError: it cannot be made, or holds files.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        if not force and any(path.iterdir()):
            raise ExportError(
                f"{clean(str(path))} is not empty; name another folder, or replace files"
                " there with --force."
            )
    except FileExistsError:
        raise ExportError(f"{clean(str(path))} is a file; name a folder.") from None
    except (OSError, ValueError) as error:
        raise _error("used", path, error) from error


def write_files(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Write files by their names, and return their paths.

    Raises:
        ExportError: one cannot be written.
    """
    try:
        for name, data in files.items():
            (folder / name).write_bytes(data)
    except OSError as error:
        raise _error("written", folder, error) from error
    return [folder / name for name in files]


def _error(action: str, path: Path, error: Exception) -> ExportError:
    reason = getattr(error, "strerror", None) or "it is no path"  # a null character: ValueError
    return ExportError(f"{clean(str(path))} cannot be {action}: {reason}.")
