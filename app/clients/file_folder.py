"""A folder as the store of files: an object is on disk, and so is its name, before anybody is told that it is kept."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from app.clients.file_store import Found
from app.rules.errors import Unavailable

BEGUN = "begun"
"""Where objects are written before they get their name. What a power cut leaves there is nobody's."""


class FolderStore:
    """Objects in sub-folders of two letters, written aside, flushed and then named. Only the service may read them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, content: bytes) -> None:
        """Write, flush, name, and flush the folders that hold the name."""
        with _away():
            target = self._path(name)
            begun = self._folder / BEGUN / uuid4().hex
            for folder in (begun.parent, target.parent):
                _make(folder)
            try:
                _write(begun, content)
                begun.replace(target)
            finally:
                begun.unlink(missing_ok=True)
            _flush(target.parent)

    def get(self, name: str) -> bytes | None:
        """The object; None where there is none, unless the folder itself is missing."""
        with _away():
            try:
                return self._path(name).read_bytes()
            except FileNotFoundError:
                self._look()
                return None

    def has(self, name: str) -> bool:
        """Whether there is such an object."""
        with _away():
            self._look()
            return self._path(name).is_file()

    def delete(self, name: str) -> None:
        """Delete an object, and the name with it."""
        with _away():
            self._look()
            self._path(name).unlink(missing_ok=True)
            with suppress(FileNotFoundError):
                _flush(self._path(name).parent)

    def all(self) -> Iterator[Found]:
        """Every object, and what was begun and never named (under its path, which `delete` takes, too)."""
        with _away():
            self._look()
            for path in self._folder.glob("*/*"):
                with suppress(FileNotFoundError):
                    at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                    yield Found(f"{BEGUN}/{path.name}" if path.parent.name == BEGUN else path.name, at)

    def _path(self, name: str) -> Path:
        begun, _, rest = name.rpartition("/")
        return self._folder / (begun or name[:2]) / rest

    def _look(self) -> None:
        """A disk that is not mounted has no objects either: that is no answer."""
        if not self._folder.is_dir():
            raise FileNotFoundError(self._folder)


@contextmanager
def _away() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable("file_store_away") from error


def _make(folder: Path) -> None:
    """The folder, and its name on disk. The store's own folder has to be there: whoever runs the service makes it."""
    if not folder.is_dir():
        folder.mkdir(mode=0o700, exist_ok=True)
        _flush(folder.parent)


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
