"""What is not in a segment yet: the journal being written, full ones, and those of dead processes."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from schemas.settings import settings
from tasks.model.answers import journal
from tasks.model.answers.frames import Frame
from tasks.model.answers.journal import Journal

FULL: Final = 4 * 2**20  # bytes after which a journal is put into a segment at once


class Pending:
    """The journals of one store. Every method may be called from any thread."""

    def __init__(self, root: str, name: Callable[[], str]) -> None:
        """Keep journals for the root with the id ``root``, named by ``name``."""
        self._folder = Path(settings().state_folder) / "journals" / root
        self._name = name
        self._lock = threading.Lock()
        self._current: Journal | None = None
        self._sealed: list[Journal] = []
        self._inherited: dict[bytes, Frame] = {}

    def __bool__(self) -> bool:
        return self._current is not None or bool(self._sealed)

    def __contains__(self, key: bytes) -> bool:
        with self._lock:
            return key in self._inherited or any(key in kept for kept in self._all())

    def __iter__(self) -> Iterator[bytes]:
        with self._lock:
            return iter({key for kept in self._all() for key in kept} | self._inherited.keys())

    def get(self, key: bytes) -> Frame | None:
        """Return the frame of ``key``, if one is here."""
        with self._lock:
            for kept in self._all():
                if (frame := kept.get(key)) is not None:
                    return frame
            return self._inherited.get(key)

    def append(self, key: bytes, frame: bytes) -> bool:
        """Write ``frame`` to the journal and say whether that is full now."""
        with self._lock:
            if self._current is None:
                self._current = journal.create(self._folder, self._name())
            self._current.append(key, frame)
            full = self._current.size >= FULL
            if full:
                self._seal()
            return full

    def take_over(self, known: Callable[[bytes], bool]) -> None:
        """Take in the journals whose process is gone, without the keys that are ``known``."""
        found = journal.left_behind(self._folder)
        for kept in found:
            kept.forget(known)
        with self._lock:
            self._sealed.extend(found)

    def sealed(self) -> list[Journal]:
        """Return all journals; what is put from now on goes to a new one."""
        with self._lock:
            self._seal()
            return list(self._sealed)

    def done(self, kept: Journal) -> None:
        """Remove a journal whose answers stand in a segment now."""
        with self._lock:
            self._sealed.remove(kept)
            kept.remove()

    def close(self) -> None:
        """Leave what is here to whoever opens the root next."""
        with self._lock:
            for kept in self._all():
                kept.close()
            self._current, self._sealed = None, []
        with suppress(OSError):  # it is not there, or others have journals in it
            self._folder.rmdir()

    def forked(self) -> None:
        """Begin anew in a forked process: the parent writes what is in the inherited journals."""
        self._lock = threading.Lock()
        self._inherited |= {f.key: f for kept in self._all() for f in kept.frames()}
        self.close()

    def _all(self) -> Sequence[Journal]:
        return [*self._sealed, self._current] if self._current else self._sealed

    def _seal(self) -> None:
        if self._current is not None:
            self._sealed.append(self._current)
            self._current = None
