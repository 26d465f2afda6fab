"""A root on a local disk: drafts are linked or renamed into their place and synced, folder and all.

Conditional writes take turns by a lock on one file of the root, ``.lock``; the kernel lets go of it
when its process dies. It stays there, because to remove a lock that others wait for is a race.
"""

import errno
import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final
from uuid import uuid4

from schemas.errors import Overtaken
from tasks.storage.files import Begun, Listed, Tagged

LOCK: Final = ".lock"
_NO_LINKS: Final = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
_NO_LOCKS: Final = {errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS}


class DiskFiles:
    """The files below a local folder, which is made when the first is written."""

    def __init__(self, base: str) -> None:
        """Take ``base``, an absolute path."""
        self._base = Path(base)

    def look(self, path: str) -> Listed | None:
        """Return what a listing would show of ``path``; None where there is no such file."""
        place = self._base / path
        return _listed(path, place.stat()) if place.is_file() else None

    def list(self, folder: str) -> Iterator[Listed]:
        """Yield every file below ``folder``; a file that goes away meanwhile is left out."""
        for root, folders, names in os.walk(self._base / folder, onerror=_raised):
            folders.sort()
            for name in names:
                place = Path(root, name)
                try:
                    state = place.stat()
                except FileNotFoundError:
                    continue
                yield _listed(place.relative_to(self._base).as_posix(), state)

    def read(self, path: str, start: int = 0, end: int | None = None) -> bytes:
        """Return bytes ``start`` to ``end`` of ``path``, fewer where it is shorter."""
        with (self._base / path).open("rb") as file:
            file.seek(start)
            return file.read(-1 if end is None else end - start)

    def fetch(self, path: str) -> Tagged | None:
        """Return the content of ``path`` and its tag; None where there is no such file."""
        try:
            content = self.read(path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        return Tagged(content, _tag(content))

    @contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        """Open ``path`` for reading."""
        with (self._base / path).open("rb") as file:
            yield file

    @contextmanager
    def create(self, path: str) -> Iterator[BinaryIO]:
        """Open ``path`` for writing beside its place; it is renamed when the block ends."""
        with self._drafted(path) as (file, draft):
            yield file
            _settle(file)
            draft.replace(self._base / path)
            _sync(draft.parent)

    def create_new(self, path: str, content: bytes) -> str:
        """Put ``content`` where nothing is and return its tag; raises Overtaken where something is.

        A link never replaces anything, and what is linked is whole.
        """
        place = self._base / path
        with self._drafted(path) as (file, draft):
            file.write(content)
            _settle(file)
            try:
                os.link(draft, place)
            except FileExistsError:
                raise Overtaken(f"{place} is there already.") from None
            except OSError as error:
                if error.errno not in _NO_LINKS:
                    raise
                self._rename_new(draft, place)
            _sync(draft.parent)
        return _tag(content)

    def replace(self, path: str, content: bytes, tag: str) -> str:
        """Put ``content`` over the file with ``tag``, return the new tag; else raises Overtaken."""
        with self._locked():
            found = self.fetch(path)
            if found is None or found.tag != tag:
                raise Overtaken(f"{self._base / path} was {'changed' if found else 'removed'}.")
            with self.create(path) as file:
                file.write(content)
        return _tag(content)

    def delete(self, path: str) -> None:
        """Remove ``path``; nothing happens where there is none."""
        (self._base / path).unlink(missing_ok=True)

    def begun(self) -> Iterator[Begun]:
        """Yield nothing: what is being written is a draft, a hidden file."""
        return iter(())

    def abandon(self, write: Begun) -> None:
        """Do nothing."""

    def tidy(self, folder: str) -> None:
        """Remove the folders below ``folder`` that hold nothing, and itself."""
        for root, _, _ in os.walk(self._base / folder, topdown=False):
            with suppress(OSError):  # it holds something
                Path(root).rmdir()

    def missing_condition(self) -> str | None:
        """Try to lock a file; return what does not work, None where it does."""
        name = f".probe-{uuid4().hex}"
        try:
            with self._locked(name):
                return None
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
            return "has no file locks"
        finally:
            self.delete(name)

    @contextmanager
    def _drafted(self, path: str) -> Iterator[tuple[BinaryIO, Path]]:
        place = self._base / path
        _make_folder(place.parent)
        draft = place.with_name(f".{place.name}.{uuid4().hex}")
        try:
            with draft.open("wb") as file:
                yield file, draft
        finally:
            draft.unlink(missing_ok=True)

    def _rename_new(self, draft: Path, place: Path) -> None:
        """Do what a link does, on a file system without links: in turns."""
        with self._locked():
            if place.exists():
                raise Overtaken(f"{place} is there already.")
            draft.replace(place)

    @contextmanager
    def _locked(self, name: str = LOCK) -> Iterator[None]:
        self._base.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._base / name, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _raised(error: OSError) -> None:
    """Let nothing pass for an empty folder that could not be listed."""
    if not isinstance(error, FileNotFoundError):
        raise error


def _settle(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Make the names in ``folder`` durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _make_folder(folder: Path) -> None:
    """Make ``folder``, and make its name durable where it is new."""
    if folder.is_dir():
        return
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for parent in missing:
        _sync(parent.parent)


def _listed(path: str, state: os.stat_result) -> Listed:
    mark = f"{state.st_mtime_ns:x}-{state.st_size:x}-{state.st_ino:x}"
    return Listed(path, state.st_size, mark, datetime.fromtimestamp(state.st_mtime, UTC))


def _tag(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
