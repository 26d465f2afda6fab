"""A journal: the answers of one process that stand in no segment yet, on the local disk."""

import fcntl
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from schemas.errors import StorageError
from tasks.model.answers.frames import Frame, decode, scan

ENDING: Final = ".journal"

log = logging.getLogger(__name__)


class Journal:
    """An append-only file of frames, locked for as long as its process lives and keeps it open.

    Written without a buffer: what ``append`` returned for survives the process.
    """

    def __init__(self, path: Path, descriptor: int) -> None:
        """Take over the file behind ``descriptor``, which is locked."""
        self._path, self._descriptor = path, descriptor
        content = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
        self._places: dict[bytes, tuple[int, int]] = {}
        self.size = whole = 0
        for frame in scan(content):
            self.size = frame.offset + len(frame.content)
            whole += len(frame.content)
            self._places.setdefault(frame.key, (frame.offset, len(frame.content)))
        if whole < len(content):
            log.warning("%s: %d bytes are torn and left out.", path, len(content) - whole)
        os.ftruncate(descriptor, self.size)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, key: bytes) -> bool:
        return key in self._places

    def __iter__(self) -> Iterator[bytes]:
        return iter(list(self._places))

    def append(self, key: bytes, frame: bytes) -> None:
        """Write ``frame``; raises StorageError, and nothing is left of it, when the disk refuses."""
        try:
            written = os.write(self._descriptor, frame)
            while written < len(frame):
                written += os.write(self._descriptor, frame[written:])
        except OSError as error:
            os.ftruncate(self._descriptor, self.size)
            raise _refused(self._path, error) from error
        self._places.setdefault(key, (self.size, len(frame)))
        self.size += len(frame)

    def get(self, key: bytes) -> Frame | None:
        """Return the frame of ``key``; None where it has none, or the file was altered."""
        place = self._places.get(key)
        return decode(os.pread(self._descriptor, place[1], place[0])) if place else None

    def frames(self) -> Iterator[Frame]:
        """Yield every frame, one a key."""
        return (frame for frame in map(self.get, self) if frame is not None)

    def forget(self, known: Callable[[bytes], bool]) -> None:
        """Leave out the keys that are ``known`` to stand elsewhere."""
        self._places = {key: place for key, place in self._places.items() if not known(key)}

    def remove(self) -> None:
        """Delete the file, now that its answers stand in a segment."""
        self._path.unlink(missing_ok=True)
        self.close()

    def close(self) -> None:
        """Close the file, which gives it free to whoever opens the root next."""
        os.close(self._descriptor)


def create(folder: Path, name: str) -> Journal:
    """Return a new journal ``name`` in ``folder``; raises StorageError where none can be made."""
    path = folder / f"{name}{ENDING}"
    try:
        while True:
            folder.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):  # another process has just removed the empty folder
                descriptor = _locked(path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
                if descriptor is not None:
                    return Journal(path, descriptor)
    except OSError as error:
        raise _refused(path, error) from error


def left_behind(folder: Path) -> list[Journal]:
    """Take over the journals in ``folder`` whose process is gone, the oldest first."""
    found = []
    for path in sorted(folder.glob(f"*{ENDING}")):
        try:
            descriptor = _locked(path, os.O_RDWR | os.O_APPEND)
        except FileNotFoundError:
            continue  # another process has just taken it over
        except OSError as error:
            raise _refused(path, error) from error
        if descriptor is not None:
            found.append(Journal(path, descriptor))
    return found


def _locked(path: Path, flags: int) -> int | None:
    """Open and lock ``path``; None where another holds it, or removed it in between."""
    descriptor = os.open(path, flags, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(descriptor), path.stat()):
            return descriptor
    except (BlockingIOError, FileNotFoundError):
        pass
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None


def _refused(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"Cannot keep answers in {path}: {error.strerror}. Free some room there, or name another "
        "local folder with RS_GPT4V_STATE_FOLDER."
    )
