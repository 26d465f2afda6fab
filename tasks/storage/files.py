"""What a place for files must be able to do, whatever it is: the seam below ``Store``.

Every path is relative to the root, with ``/``. Three kinds are known: a local disk, a bucket of an
S3 store, and whatever else fsspec opens.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol


@dataclass(frozen=True, slots=True)
class Listed:
    """One file as a listing shows it: enough to see that it changed, without reading it."""

    path: str
    size: int  # bytes
    mark: str  # other after every write; the ETag in a bucket
    modified: datetime  # UTC, by the store's clock: for people, no decision rests on it


@dataclass(frozen=True, slots=True)
class Begun:
    """A write that was begun and not ended, of which no reader sees anything."""

    path: str
    name: str  # by which the store knows it
    since: datetime  # UTC, by the store's clock


@dataclass(frozen=True, slots=True)
class Tagged:
    """The content of a file, and the tag that a conditional write compares."""

    content: bytes
    tag: str


class Files(Protocol):
    """The files below one root. Each call is atomic and durable; a reader sees a whole file or none.

    FileNotFoundError where a file to be read is missing; other faults are an OSError or StorageError.
    """

    def look(self, path: str) -> Listed | None:
        """Return what a listing would show of ``path``; None where there is no such file."""
        ...

    def list(self, folder: str) -> Iterator[Listed]:
        """Yield every file below ``folder``, in no certain order; none where it does not exist."""
        ...

    def read(self, path: str, start: int = 0, end: int | None = None) -> bytes:
        """Return bytes ``start`` to ``end`` of ``path``, fewer where it is shorter."""
        ...

    def fetch(self, path: str) -> Tagged | None:
        """Return the content of ``path`` and its tag; None where there is no such file."""
        ...

    def open(self, path: str) -> AbstractContextManager[BinaryIO]:
        """Open ``path`` for reading with seeks; only what is read is fetched."""
        ...

    def create(self, path: str) -> AbstractContextManager[BinaryIO]:
        """Open ``path`` for writing: it appears when the block ends, and not if that raises."""
        ...

    def create_new(self, path: str, content: bytes) -> str:
        """Put ``content`` where nothing is and return its tag; raises Overtaken where something is."""
        ...

    def replace(self, path: str, content: bytes, tag: str) -> str:
        """Put ``content`` over the file with ``tag``, return the new tag; else raises Overtaken."""
        ...

    def delete(self, path: str) -> None:
        """Remove ``path``; nothing happens where there is none."""
        ...

    def begun(self) -> Iterator[Begun]:
        """Yield the writes that the store itself knows as begun; drafts are files, and not here."""
        ...

    def abandon(self, write: Begun) -> None:
        """Let the store forget ``write``; nothing happens where it is ended."""
        ...

    def tidy(self, folder: str) -> None:
        """Remove the folders below ``folder`` that hold nothing, and itself; none in a bucket."""
        ...

    def missing_condition(self) -> str | None:
        """Try whether conditional writes hold here; return what does not, None where all do."""
        ...
