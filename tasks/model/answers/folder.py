"""The folder of segments under a root: listed flat, read by ranges, on any file system."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import BinaryIO, Final

import fsspec

from schemas.errors import StorageError
from schemas.record import content_id
from tasks.storage.store import Store

SEGMENTS: Final = "answers/segments"
DAMAGED: Final = "answers/damaged"  # segments that were altered, after their answers were rescued
ENDING: Final = ".seg"


def root_id(uri: str) -> str:
    """Return the id of a root: the same for every way of writing its address."""
    fs, base = fsspec.core.url_to_fs(Store(uri).uri)
    full = fs.unstrip_protocol(base)
    return content_id("root", os.path.realpath(base) if full.startswith("file:") else full)


class SegmentFolder:
    """``answers/segments`` below one root; opened anew in a forked process."""

    def __init__(self, uri: str) -> None:
        """Open the root at ``uri``. Nothing is created yet."""
        self._uri, self._process = uri, 0
        self._reopen()

    def _reopen(self) -> None:
        """Open the file system for this process: connections do not survive a fork."""
        if self._process == os.getpid():
            return
        self._store = Store(self._uri)
        self._fs, base = fsspec.core.url_to_fs(self._store.uri)
        self._base = base.rstrip("/")
        self._process = os.getpid()

    def url(self, name: str) -> str:
        """Return the full address of segment ``name``."""
        return self._store.url(f"{SEGMENTS}/{name}")

    def sizes(self) -> dict[str, int]:
        """Return the size in bytes of every segment, by name, in the order of their names."""
        self._reopen()
        folder = f"{self._base}/{SEGMENTS}"
        with self._said("list", ""):
            try:
                self._fs.invalidate_cache(folder)
                found = self._fs.ls(folder, detail=True)
            except FileNotFoundError:
                return {}
        sizes = {str(item["name"]).rsplit("/", 1)[-1]: int(item["size"]) for item in found}
        return {
            name: sizes[name]
            for name in sorted(sizes)
            if name.endswith(ENDING) and not name.startswith(".")
        }

    def read(self, name: str, start: int, end: int) -> bytes:
        """Return bytes ``start`` to ``end`` of segment ``name``, fewer where it is shorter.

        Raises FileNotFoundError when it is gone, StorageError when it cannot be read.
        """
        if end <= start:  # which object stores refuse
            return b""
        self._reopen()
        with self._said("read", name):
            return bytes(self._fs.cat_file(f"{self._base}/{SEGMENTS}/{name}", start=start, end=end))

    @contextmanager
    def create(self, name: str) -> Iterator[BinaryIO]:
        """Open segment ``name`` for writing; it appears whole when the block ends."""
        self._reopen()
        with self._said("write", name), self._store.create(f"{SEGMENTS}/{name}") as file:
            yield file

    def delete(self, name: str) -> None:
        """Remove segment ``name``, if it is there."""
        self._reopen()
        with self._said("delete", name):
            try:
                self._store.delete(f"{SEGMENTS}/{name}")
            except StorageError as error:
                if not isinstance(error.__cause__, FileNotFoundError):
                    raise  # else another process was faster

    def set_aside(self, name: str) -> None:
        """Move segment ``name`` out of the way, as it is: copied first, then removed.

        Raises FileNotFoundError when it is gone.
        """
        self._reopen()
        with self._said("move", name):
            self._fs.makedirs(f"{self._base}/{DAMAGED}", exist_ok=True)
            self._fs.cp_file(f"{self._base}/{SEGMENTS}/{name}", f"{self._base}/{DAMAGED}/{name}")
        self.delete(name)

    def damaged(self) -> list[str]:
        """Return the files that were set aside, relative to the root."""
        self._reopen()
        return self._store.list(DAMAGED)

    def _said(self, verb: str, name: str) -> AbstractContextManager[None]:
        return _said(f"Cannot {verb} {self.url(name)}")


@contextmanager
def _said(what: str) -> Iterator[None]:
    """Turn what a file system raises, of whatever class, into an error that says what to do."""
    try:
        yield
    except (FileNotFoundError, StorageError):
        raise
    except Exception as error:  # object stores raise classes of their own
        raise StorageError(
            f"{what}: {type(error).__name__}: {error}. See that the root can be reached and "
            "written to; answers that were not stored yet wait in the state folder."
        ) from error
