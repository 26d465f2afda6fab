"""The folder of segments under a root: listed flat, read by ranges, on any file system."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import BinaryIO, Final

from schemas.errors import MissingFile, StorageError
from schemas.record import content_id
from tasks.storage.store import Store, filesystem

SEGMENTS: Final = "answers/segments"
DAMAGED: Final = "answers/damaged"  # segments that were altered, after their answers were rescued
ENDING: Final = ".seg"


def root_id(uri: str) -> str:
    """Return the id of a root: the same for every way of writing its address."""
    fs, base = filesystem(Store(uri).uri)
    full = fs.unstrip_protocol(base)
    return content_id("root", os.path.realpath(base) if full.startswith("file:") else full)


class SegmentFolder:
    """``answers/segments`` below one root; usable in a forked process."""

    def __init__(self, uri: str) -> None:
        """Open the root at ``uri``. Nothing is created yet."""
        self._store = Store(uri)

    def url(self, name: str) -> str:
        """Return the full address of segment ``name``."""
        return self._store.url(_path(name))

    def sizes(self) -> dict[str, int]:
        """Return the size in bytes of every segment, by name, in the order of their names."""
        with self._said("list", ""):
            found = self._store.listed(SEGMENTS)
        names = {file.path.removeprefix(f"{SEGMENTS}/"): file.size for file in found}
        return {n: names[n] for n in sorted(names) if n.endswith(ENDING) and "/" not in n}

    def exists(self, name: str) -> bool:
        """Say whether segment ``name`` is there, whatever a listing shows."""
        with self._said("read", name):
            return self._store.exists(_path(name))

    def read(self, name: str, start: int, end: int) -> bytes:
        """Return bytes ``start`` to ``end`` of segment ``name``, fewer where it is shorter.

        Raises FileNotFoundError when it is gone, StorageError when it cannot be read.
        """
        with self._said("read", name):
            return self._store.read(_path(name), start, end)

    @contextmanager
    def create(self, name: str) -> Iterator[BinaryIO]:
        """Open segment ``name`` for writing; it appears whole when the block ends."""
        with self._said("write", name), self._store.create(_path(name)) as file:
            yield file

    def delete(self, name: str) -> None:
        """Remove segment ``name``, if it is there."""
        with self._said("delete", name):
            self._store.delete(_path(name))

    def set_aside(self, name: str) -> None:
        """Move segment ``name`` out of the way, as it is: copied first, then removed.

        Raises FileNotFoundError when it is gone.
        """
        with self._said("move", name):
            self._store.write(f"{DAMAGED}/{name}", self._store.read(_path(name)))
        self.delete(name)

    def damaged(self) -> list[str]:
        """Return the files that were set aside, relative to the root."""
        return self._store.list(DAMAGED)

    def _said(self, verb: str, name: str) -> AbstractContextManager[None]:
        return _said(f"Cannot {verb} {self.url(name)}")


def _path(name: str) -> str:
    return f"{SEGMENTS}/{name}"


@contextmanager
def _said(what: str) -> Iterator[None]:
    """Turn what a file system raises, of whatever class, into an error that says what to do."""
    try:
        yield
    except MissingFile as error:
        raise FileNotFoundError(str(error)) from error
    except (FileNotFoundError, StorageError):
        raise
    except Exception as error:  # object stores raise classes of their own
        raise StorageError(
            f"{what}: {type(error).__name__}: {error}. See that the root can be reached and "
            "written to; answers that were not stored yet wait in the state folder."
        ) from error
