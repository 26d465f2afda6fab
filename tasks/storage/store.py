"""One root folder on any fsspec file system; a file appears whole or not at all."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

import fsspec
from fsspec.implementations.local import LocalFileSystem

from schemas.errors import StorageError

_MEANING = {
    errno.ENOSPC: "the disk is full. Free some room or choose another --root",
    errno.EDQUOT: "the quota is used up. Free some room or choose another --root",
    errno.EACCES: "permission denied. Choose a --root that you may write to",
    errno.EPERM: "permission denied. Choose a --root that you may write to",
    errno.EROFS: "the file system is read-only. Choose another --root",
    errno.EEXIST: "a file is in the way of a folder. Choose another --root",
    errno.ENOTDIR: "a file is in the way of a folder. Choose another --root",
}


class Store:
    """The files below one root; every path is relative to it, with ``/``."""

    def __init__(self, uri: str) -> None:
        """Open ``uri``, a local folder or any URL that fsspec knows. Nothing is created yet."""
        self.uri = uri.rstrip("/") or uri
        try:
            self._fs, self._base = fsspec.core.url_to_fs(self.uri)
        except (ValueError, ImportError) as error:
            raise StorageError(f"Cannot open root {uri}: {error}") from error
        self._local = isinstance(self._fs, LocalFileSystem)

    def url(self, path: str) -> str:
        """Return the full address of ``path``."""
        return f"{self.uri}/{path}"

    def exists(self, path: str) -> bool:
        """Say whether there is a file at ``path``."""
        with self._said(path, "read"):
            return bool(self._fs.exists(self._full(path)))

    def size(self, path: str) -> int:
        """Return the size of ``path`` in bytes."""
        with self._said(path, "read"):
            return int(self._fs.size(self._full(path)))

    def read(self, path: str) -> bytes:
        """Return the bytes of ``path``."""
        with self._said(path, "read"):
            return bytes(self._fs.cat_file(self._full(path)))

    @contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        """Open ``path`` for reading with seeks; only what is read is fetched."""
        with self._said(path, "read"), self._fs.open(self._full(path), "rb") as file:
            yield file

    def list(self, folder: str) -> list[str]:
        """Return the paths of all files below ``folder``, sorted; none where it does not exist."""
        with self._said(folder, "list"):
            found = self._fs.find(self._full(folder))
        start = len(self._base.rstrip("/")) + 1
        return sorted(path[start:] for path in found if not Path(path).name.startswith("."))

    def write(self, path: str, content: bytes) -> None:
        """Put ``content`` at ``path`` at once, replacing what was there."""
        with self.create(path) as file:
            file.write(content)

    @contextmanager
    def create(self, path: str) -> Iterator[BinaryIO]:
        """Open ``path`` for writing; it appears when the block ends, and not if it raises.

        Written beside its place and renamed on a local disk; written to a temporary file and put
        in one request elsewhere.
        """
        with self._said(path, "write"):
            if self._local:
                yield from self._renamed(Path(self._full(path)))
            else:
                yield from self._uploaded(self._full(path))

    def delete(self, path: str) -> None:
        """Remove the file at ``path``; nothing happens where there is none."""
        with self._said(path, "delete"):
            if self._fs.exists(self._full(path)):
                self._fs.rm_file(self._full(path))

    def _full(self, path: str) -> str:
        return f"{self._base.rstrip('/')}/{path}"

    def _renamed(self, place: Path) -> Iterator[BinaryIO]:
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_name(f".{place.name}.{uuid4().hex}")
        try:
            with draft.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            draft.replace(place)
        finally:
            draft.unlink(missing_ok=True)

    def _uploaded(self, full: str) -> Iterator[BinaryIO]:
        with tempfile.NamedTemporaryFile(prefix="rs-gpt4v-") as draft:
            yield draft  # type: ignore[misc]  # a binary file by its default mode
            draft.flush()
            self._fs.put_file(draft.name, full)

    @contextmanager
    def _said(self, path: str, verb: str) -> Iterator[None]:
        """Turn what the file system raises into an error that says what to do.

        Other OSErrors pass: the block may read sources or talk to a teacher.
        """
        try:
            yield
        except FileNotFoundError as error:
            raise StorageError(f"Cannot {verb} {self.url(path)}: no such file.") from error
        except OSError as error:
            if error.errno not in _MEANING:
                raise
            what = _MEANING[error.errno]
            raise StorageError(f"Cannot {verb} {self.url(path)}: {what}.") from error
