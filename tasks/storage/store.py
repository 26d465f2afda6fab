"""One root folder on a disk, in a bucket or elsewhere; a file appears whole or not at all.

read, open, list, listed, look   a reader sees the file before a write or after it, nothing between
write, create                    over whatever is there
create_new                       only where nothing is: of two at once, one succeeds
fetch, replace                   only over what was fetched: of two at once, one succeeds
delete
"""

import errno
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import BinaryIO, Final, Protocol
from uuid import uuid4

import fsspec
from fsspec.implementations.local import LocalFileSystem

from schemas.errors import MissingFile, StorageError
from schemas.settings import S3Options, settings
from tasks.storage.disk import DiskFiles
from tasks.storage.elsewhere import OtherFiles
from tasks.storage.files import Begun, Files, Listed, Tagged
from tasks.storage.turns import Turns

_MEANING: Final = {
    errno.ENOSPC: "the disk is full. Free some room or choose another --root",
    errno.EDQUOT: "the quota is used up. Free some room or choose another --root",
    errno.EACCES: "permission denied. Choose a --root that you may write to",
    errno.EPERM: "permission denied. Choose a --root that you may write to",
    errno.EROFS: "the file system is read-only. Choose another --root",
    errno.EEXIST: "a file is in the way of a folder. Choose another --root",
    errno.ENOTDIR: "a file is in the way of a folder. Choose another --root",
}
_lock: Final = threading.Lock()
_missing: dict[tuple[int, str], str | None] = {}  # by process and root: what the probe found


class Conditional(Protocol):
    """Writes that happen only where the place is as expected."""

    def create_new(self, path: str, content: bytes) -> str:
        """Put ``content`` where nothing is and return its tag."""
        ...

    def replace(self, path: str, content: bytes, tag: str) -> str:
        """Put ``content`` over the file with ``tag`` and return the new tag."""
        ...


class Store:
    """The files below one root; every path is relative to it, with ``/``."""

    def __init__(self, uri: str) -> None:
        """Open ``uri``, a local folder or any URL that fsspec knows. Nothing is created yet."""
        self.uri = uri.rstrip("/") or uri
        try:
            self._files = _files(self.uri, settings().s3)
        except (ValueError, ImportError) as error:
            raise StorageError(f"Cannot open root {uri}: {error}") from error

    def url(self, path: str) -> str:
        """Return the full address of ``path``."""
        return f"{self.uri}/{path}"

    def exists(self, path: str) -> bool:
        """Say whether there is a file at ``path``."""
        return self.look(path) is not None

    def size(self, path: str) -> int:
        """Return the size of ``path`` in bytes."""
        found = self.look(path)
        if found is None:
            raise MissingFile(f"Cannot read {self.url(path)}: no such file.")
        return found.size

    def look(self, path: str) -> Listed | None:
        """Return size, mark and time of ``path``; None where there is no such file."""
        with self._said(path, "read"):
            return self._files.look(path)

    def read(self, path: str, start: int = 0, end: int | None = None) -> bytes:
        """Return the bytes of ``path``, or those from ``start`` to ``end``."""
        with self._said(path, "read"):
            return self._files.read(path, start, end)

    @contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        """Open ``path`` for reading with seeks; only what is read is fetched."""
        with self._said(path, "read"), self._files.open(path) as file:
            yield file

    def list(self, folder: str) -> list[str]:
        """Return the paths of all files below ``folder``, sorted; none where it does not exist."""
        return [found.path for found in self.listed(folder)]

    def listed(self, folder: str, *, hidden: bool = False) -> tuple[Listed, ...]:
        """Return all files below ``folder`` with size, mark and time, sorted by path.

        With ``hidden`` also drafts, locks and probes.
        """
        with self._said(folder, "list"):
            found = [
                file for file in self._files.list(folder) if hidden or not is_hidden(file.path)
            ]
        return tuple(sorted(found, key=lambda file: file.path))

    def begun(self) -> tuple[Begun, ...]:
        """Return the writes that the store knows as begun and not ended."""
        with self._said("", "list"):
            return tuple(self._files.begun())

    def now(self) -> datetime:
        """Return the time by the clock that files here are dated with."""
        path = f".probe-{uuid4().hex}"
        self.write(path, b"")
        found = self.look(path)
        self.delete(path)
        if found is None:
            raise StorageError(f"{self.url(path)} was written and is not there.")
        return found.modified

    def write(self, path: str, content: bytes) -> None:
        """Put ``content`` at ``path`` at once, replacing what was there."""
        with self.create(path) as file:
            file.write(content)

    @contextmanager
    def create(self, path: str) -> Iterator[BinaryIO]:
        """Open ``path`` for writing; it appears when the block ends, and not if it raises."""
        with self._said(path, "write"), self._files.create(path) as file:
            yield file

    def create_new(self, path: str, content: bytes) -> str:
        """Put ``content`` at ``path`` where nothing is, and return its tag.

        Raises Overtaken where something is, StorageError where this root cannot tell.
        """
        with self._said(path, "write"):
            return self._conditional().create_new(path, content)

    def fetch(self, path: str) -> Tagged | None:
        """Return the content of ``path`` with the tag that ``replace`` needs; None where none is."""
        with self._said(path, "read"):
            return self._files.fetch(path)

    def replace(self, path: str, content: bytes, tag: str) -> str:
        """Put ``content`` over the file that was fetched with ``tag``, and return the new tag.

        Raises Overtaken where another was faster, StorageError where this root cannot tell.
        """
        with self._said(path, "write"):
            return self._conditional().replace(path, content, tag)

    def delete(self, path: str) -> None:
        """Remove the file at ``path``; nothing happens where there is none."""
        with self._said(path, "delete"):
            self._files.delete(path)

    def abandon(self, write: Begun) -> None:
        """Let the store forget a write that was begun; nothing happens where it is ended."""
        with self._said(write.path, "delete"):
            self._files.abandon(write)

    def tidy(self, folder: str) -> None:
        """Remove the folders below ``folder`` that hold nothing, where the place has folders."""
        with self._said(folder, "delete"):
            self._files.tidy(folder)

    def missing_condition(self) -> str | None:
        """Return what of conditional writes does not hold here, in words; None where all do.

        Tried once a process and root; nothing is left behind.
        """
        key = (os.getpid(), self.uri)
        with _lock, self._said("", "write"):
            if key not in _missing:
                _missing[key] = self._files.missing_condition()
            return _missing[key]

    def check_conditional(self) -> None:
        """Raise StorageError where conditional writes do not hold here and no lock replaces them."""
        self._conditional()

    def _conditional(self) -> Conditional:
        missing = self.missing_condition()
        if missing is None:
            return self._files
        if settings().conditional_writes == "lease":
            return Turns(self._files)
        raise StorageError(
            f"{self.uri} {missing}: two runs at once could overwrite each other. Use a store that "
            "keeps conditional writes, or set RS_GPT4V_CONDITIONAL_WRITES=lease to make do with a "
            "lock object, which costs some seconds a write."
        )

    @contextmanager
    def _said(self, path: str, verb: str) -> Iterator[None]:
        """Turn what the file system raises into an error that says what to do.

        Other OSErrors pass: the block may read sources or talk to a teacher.
        """
        try:
            yield
        except FileNotFoundError as error:
            raise MissingFile(f"Cannot {verb} {self.url(path)}: no such file.") from error
        except OSError as error:
            if error.errno not in _MEANING:
                raise
            what = _MEANING[error.errno]
            raise StorageError(f"Cannot {verb} {self.url(path)}: {what}.") from error


def filesystem(uri: str) -> tuple[fsspec.AbstractFileSystem, str]:
    """Return the fsspec file system of ``uri``, with the settings for S3, and the path in it.

    Raises ValueError or ImportError for a protocol that cannot be opened.
    """
    options = {}
    if uri.startswith(("s3://", "s3a://")):
        from tasks.storage.connection import arguments  # noqa: PLC0415  # only who uses S3 has it

        options = arguments(settings().s3)
    fs, path = fsspec.core.url_to_fs(uri, **options)
    return fs, str(path)


def _files(uri: str, options: S3Options) -> Files:
    if uri.startswith(("s3://", "s3a://")):
        from tasks.storage.bucket import BucketFiles  # noqa: PLC0415  # only who uses S3 has it

        return BucketFiles(uri.partition("://")[2], options)
    fs, base = fsspec.core.url_to_fs(uri)
    return DiskFiles(base) if isinstance(fs, LocalFileSystem) else OtherFiles(fs, base)


def is_hidden(path: str) -> bool:
    """Say whether ``path`` is a draft, a lock or a probe."""
    return path.rpartition("/")[2].startswith(".")
