"""What the files of a source folder held when they were read, found again by how they are listed."""

from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from schemas.known import KnownFile
from schemas.record import content_id
from tasks.reuse.segments import Segments
from tasks.storage.store import Store

_KEY: Final = np.dtype([("high", ">u8"), ("low", ">u8")])

Keys = NDArray[np.void]


class KnownFiles:
    """The SHA-256 of the files below one address, by size and mark. 48 bytes a file.

    Names have no part in it: a mark is the ETag of a content, or time and inode, and both go along
    with a file that is renamed.
    """

    def __init__(self, store: Store, address: str) -> None:
        """Read what is remembered of the files below ``address``."""
        self._segments = Segments(store, f"files/{content_id('files', address)}", KnownFile)
        keys, digests = [np.zeros(0, _KEY)], [np.zeros((0, 32), np.uint8)]
        for path in self._segments.paths:
            for batch in self._segments.batches(path):
                keys.append(_keys(batch))
                digests.append(_digests(batch["sha256"]))
        order = np.argsort(every := np.concatenate(keys), order=("high", "low"))
        self._keys, self._digests = every[order], np.concatenate(digests)[order]
        self._new: dict[str, KnownFile] = {}

    def find(self, size: int, mark: str) -> str | None:
        """Return the SHA-256 of the file that was listed like this, None where it is not known."""
        if not mark:
            return None
        key = np.frombuffer(_key(size, mark), _KEY)
        at = int(np.searchsorted(self._keys, key)[0])
        if at < len(self._keys) and self._keys[at] == key[0]:
            return bytes(self._digests[at]).hex()
        return None

    def learn(self, name: str, size: int, mark: str, digest: str) -> None:
        """Remember what the file holds that is listed like this."""
        self._new[name] = KnownFile(name=name, size=size, mark=mark, sha256=digest)

    def keep(self, listed: Callable[[str], tuple[int, str] | None]) -> None:
        """Write what was learnt; ``listed`` gives size and mark of the files that are there now."""
        if not self._new:
            return
        new = [self._new[name] for name in sorted(self._new)]
        name = content_id("segment", [row.model_dump(mode="json") for row in new])
        if not self._segments.are_many:
            self._segments.add(name, new, instead=False)
            return
        rows = {row.name: row for row in self._rows() if listed(row.name) == (row.size, row.mark)}
        rows |= self._new
        self._segments.add(name, (rows[name] for name in sorted(rows)), instead=True)

    def _rows(self) -> Iterator[KnownFile]:
        for path in self._segments.paths:
            for batch in self._segments.batches(path):
                for row in batch.to_pylist():
                    yield KnownFile.model_validate(row)


def _keys(batch: pa.RecordBatch) -> Keys:
    rows: Iterable[tuple[int, str]] = zip(
        batch["size"].to_pylist(), batch["mark"].to_pylist(), strict=True
    )
    return np.frombuffer(b"".join(_key(*row) for row in rows), _KEY)


def _key(size: int, mark: str) -> bytes:
    return sha256(f"{size}\0{mark}".encode()).digest()[:16]


def _digests(column: pa.Array) -> NDArray[np.uint8]:
    content = bytes.fromhex("".join(column.to_pylist()))
    return np.frombuffer(content, np.uint8).reshape(-1, 32)
