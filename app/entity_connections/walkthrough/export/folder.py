"""The folder an export goes to, in which nothing of anybody else's is touched."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory

from entity_connections.domain.text import clean
from entity_connections.walkthrough.export.errors import ExportError

LIST = "export.json"
"""Says which files an export has made, and what they held."""
_LARGEST = 1_000_000
_OURS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\.(svg|html|cast|png|gif)")


class Folder:
    """A folder for the export of one walkthrough.

    Args:
        path: of it; it need not exist.
        name: of the walkthrough.

    Raises:
        ExportError: it cannot be used, or holds another walkthrough.
    """

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self._name = name
        self._known: dict[str, str] = {}
        with self._or_a_sentence("used"):
            if path.exists() and not path.is_dir():
                raise ExportError(f"{self._shown} is a file; name a folder.")
            if (path / LIST).exists() or (path / LIST).is_symlink():
                self._read()

    def try_out(self) -> None:
        """See whether files could be written there; nothing is left of it.

        Raises:
            ExportError: they could not.
        """
        with self._or_a_sentence("written"):
            path = self.path.absolute()
            there = next(one for one in (path, *path.parents) if _is_there(one))
            with TemporaryDirectory(prefix=".", dir=there):
                pass

    def write(self, files: Mapping[str, bytes]) -> list[Path]:
        """Write files, and remove what an earlier export left and this one has not.

        Raises:
            ExportError: one of them is there and not as an export left it, and then nothing
                is written; or the folder cannot be written.
        """
        with self._or_a_sentence("written"):
            self.path.mkdir(parents=True, exist_ok=True)
            self._refuse_to_destroy(files)
            for name, data in files.items():
                self._put(name, data)
            self._put(LIST, self._list(files))
            for name in self._known.keys() - files.keys():
                if self._is_ours(name):
                    (self.path / name).unlink()
        return [self.path / name for name in (*files, LIST)]

    def _refuse_to_destroy(self, files: Mapping[str, bytes]) -> None:
        for name, data in files.items():
            path = self.path / name
            same = path.is_file() and not path.is_symlink() and path.read_bytes() == data
            if (path.exists() or path.is_symlink()) and not same and not self._is_ours(name):
                raise ExportError(
                    f"{clean(name)} in {self._shown} is not as an export left it, so nothing was"
                    " written; move it away, or name another folder."
                )

    def _is_ours(self, name: str) -> bool:
        """Whether a file is as an export has left it."""
        path = self.path / name
        if name not in self._known or path.is_symlink() or not path.is_file():
            return False
        return hashlib.sha256(path.read_bytes()).hexdigest() == self._known[name]

    def _put(self, name: str, data: bytes) -> None:
        """Write a file whole; what is a link is replaced, not followed."""
        new = self.path / f".{name}.{token_hex(8)}"
        file = new.open("xb")  # or it is not ours, and nothing to remove
        try:
            with file:
                file.write(data)
            new.replace(self.path / name)
        finally:
            new.unlink(missing_ok=True)

    def _list(self, files: Mapping[str, bytes]) -> bytes:
        sums = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
        data = {"walkthrough": self._name, "files": sums}
        return (json.dumps(data, indent=1) + "\n").encode()

    def _read(self) -> None:
        """Take over what an earlier export says it made."""
        data = b""
        if not (self.path / LIST).is_symlink():
            with (self.path / LIST).open("rb") as file:
                data = file.read(_LARGEST)
        try:
            found = json.loads(data)
            name, sums = str(found["walkthrough"]), dict(found["files"])
        except (ValueError, TypeError, KeyError, RecursionError):
            raise ExportError(
                f"{LIST} in {self._shown} is no list of an export, so nothing was written;"
                " move it away, or name another folder."
            ) from None
        if name != self._name:
            raise ExportError(
                f"{self._shown} holds the walkthrough {clean(name)}; name another folder."
            )
        self._known = {one: str(sums[one]) for one in sums if _OURS.fullmatch(one)}

    @contextmanager
    def _or_a_sentence(self, what: str) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError) as error:  # a path with a null character is a ValueError
            reason = getattr(error, "strerror", None) or "it is no path"
            raise ExportError(f"{self._shown} cannot be {what}: {reason}.") from error

    @property
    def _shown(self) -> str:
        return clean(str(self.path))


def _is_there(path: Path) -> bool:
    """Return whether anything has this name, a link to nothing included."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True
