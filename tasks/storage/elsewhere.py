"""A root on any other file system that fsspec opens: whole puts, no conditional writes but in memory."""

import hashlib
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, BinaryIO, Final, cast

from fsspec import AbstractFileSystem
from fsspec.implementations.memory import MemoryFileSystem

from schemas.errors import Overtaken
from tasks.storage.files import Begun, Listed, Tagged

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_turn: Final = threading.Lock()


class OtherFiles:
    """The files below one folder of an fsspec file system."""

    def __init__(self, fs: AbstractFileSystem, base: str) -> None:
        """Take the file system and the folder in its own spelling."""
        self._fs, self._base = fs, base.rstrip("/")

    def look(self, path: str) -> Listed | None:
        """Return what a listing would show of ``path``; None where there is no such file."""
        self._fs.invalidate_cache()
        try:
            found = self._fs.info(self._full(path))
        except FileNotFoundError:
            return None
        return self._listed(found) if found["type"] == "file" else None

    def list(self, folder: str) -> Iterator[Listed]:
        """Yield every file below ``folder``; none where it does not exist."""
        self._fs.invalidate_cache()
        found = self._fs.find(self._full(folder), detail=True)
        return (self._listed(item) for item in found.values())

    def read(self, path: str, start: int = 0, end: int | None = None) -> bytes:
        """Return bytes ``start`` to ``end`` of ``path``, fewer where it is shorter."""
        if end is not None and end <= start:
            return b""
        return bytes(self._fs.cat_file(self._full(path), start=start or None, end=end))

    def fetch(self, path: str) -> Tagged | None:
        """Return the content of ``path`` and its tag; None where there is no such file."""
        try:
            content = self.read(path)
        except FileNotFoundError:
            return None
        return Tagged(content, _tag(content))

    @contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        """Open ``path`` for reading with seeks."""
        with self._fs.open(self._full(path), "rb") as file:
            yield file

    @contextmanager
    def create(self, path: str) -> Iterator[BinaryIO]:
        """Open a temporary file for writing; it is put to ``path`` at once when the block ends."""
        with tempfile.NamedTemporaryFile(prefix="rs-gpt4v-") as draft:
            yield cast("BinaryIO", draft)
            draft.flush()
            self._fs.put_file(draft.name, self._full(path))

    def create_new(self, path: str, content: bytes) -> str:
        """Put ``content`` where nothing is: atomic within this process, which owns a memory."""
        with _turn:
            if self._fs.exists(self._full(path)):
                raise Overtaken(f"{self._full(path)} is there already.")
            return self._put(path, content)

    def replace(self, path: str, content: bytes, tag: str) -> str:
        """Put ``content`` over the file with ``tag``: atomic within this process."""
        with _turn:
            found = self.fetch(path)
            if found is None or found.tag != tag:
                raise Overtaken(f"{self._full(path)} was changed or removed.")
            return self._put(path, content)

    def delete(self, path: str) -> None:
        """Remove ``path``; nothing happens where there is none."""
        if self._fs.exists(self._full(path)):
            self._fs.rm_file(self._full(path))

    def begun(self) -> Iterator[Begun]:
        """Yield nothing: what is being written is a temporary file of this machine."""
        return iter(())

    def abandon(self, write: Begun) -> None:
        """Do nothing."""

    def tidy(self, folder: str) -> None:
        """Do nothing."""

    def missing_condition(self) -> str | None:
        """Say that there are no conditional writes, unless this is the memory of one process."""
        if isinstance(self._fs, MemoryFileSystem):
            return None
        protocol = self._fs.protocol if isinstance(self._fs.protocol, str) else self._fs.protocol[0]
        return f"is reached through fsspec ({protocol}), which has no conditional writes"

    def _put(self, path: str, content: bytes) -> str:
        with self.create(path) as file:
            file.write(content)
        return _tag(content)

    def _full(self, path: str) -> str:
        return f"{self._base}/{path}"

    def _listed(self, found: dict[str, Any]) -> Listed:
        name = str(found["name"])
        path = name[len(self._base) + 1 :]
        modified = found.get("LastModified") or found.get("mtime") or found.get("created")
        mark = found.get("ETag") or found.get("etag") or f"{found['size']}-{modified}"
        when = modified if isinstance(modified, datetime) else _EPOCH
        return Listed(path, int(found["size"]), str(mark), when)


def _tag(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
