"""Pictures of one shard, put aside on disk so that they can be read in another order."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import BinaryIO

import pyarrow.parquet as pq

from schemas.errors import StorageError
from tasks.storage.parts import by_group
from tasks.storage.store import Store

_BATCH_ROWS = 8


class Spool:
    """Byte strings by id, kept in one temporary file."""

    def __init__(self, file: BinaryIO) -> None:
        """Append to ``file``, which must be open for reading and writing."""
        self._file = file
        self._places: dict[str, tuple[int, int]] = {}

    def put(self, name: str, content: bytes) -> None:
        """Keep ``content`` under ``name``."""
        start = self._file.seek(0, 2)
        self._file.write(content)
        self._places[name] = (start, len(content))

    def get(self, name: str) -> bytes:
        """Return what was kept under ``name``."""
        start, length = self._places[name]
        self._file.seek(start)
        return self._file.read(length)

    def size(self, name: str) -> int:
        """Return the length of what was kept under ``name``, in bytes."""
        return self._places[name][1]


@contextmanager
def spooled_pictures(store: Store, paths: Iterable[str], wanted: Iterable[str]) -> Iterator[Spool]:
    """Put the pictures of the ``wanted`` tiles at ``paths`` aside; they are gone after the block.

    Raises StorageError where the temporary folder has no room.
    """
    names = set(wanted)
    with tempfile.TemporaryFile(prefix="rs-gpt4v-") as file:
        spool = Spool(file)
        try:
            for name, picture in chain.from_iterable(_pictures(store, path) for path in paths):
                if name in names:
                    spool.put(name, picture)
            file.flush()
        except OSError as error:
            raise StorageError(
                f"Cannot put pictures aside in {tempfile.gettempdir()}: {error.strerror}. "
                "Free some room there, or set TMPDIR to a folder with more."
            ) from error
        yield spool


def _pictures(store: Store, path: str) -> Iterator[tuple[str, bytes]]:
    with store.open(path) as source:
        parquet = pq.ParquetFile(source)
        for batch in by_group(parquet, _BATCH_ROWS, ["id", "image"]):
            yield from zip(batch["id"].to_pylist(), batch["image"].to_pylist(), strict=True)
