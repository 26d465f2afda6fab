"""Reading one object of a bucket by ranges, as a file."""

import io
from collections.abc import Callable
from typing import Final

TAIL: Final = 64 << 10  # bytes read first: the footer of a Parquet part, or all of a small one

Fetch = Callable[[int, int], bytes]


class RangedFile(io.RawIOBase):
    """A file of ``size`` bytes whose last ones are here already; each read is one request."""

    def __init__(self, size: int, tail: bytes, fetch: Fetch) -> None:
        """Take what the first request brought, and what fetches bytes ``start`` to ``end``."""
        self._size, self._tail, self._fetch = size, tail, fetch
        self._place = 0

    def readable(self) -> bool:
        """Say that this file is for reading."""
        return True

    def seekable(self) -> bool:
        """Say that any place can be read."""
        return True

    def tell(self) -> int:
        """Return the place that is read next."""
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        self._place = max(0, base + offset)
        return self._place

    def read(self, size: int | None = -1, /) -> bytes:
        """Return ``size`` bytes, or all that are left."""
        end = self._size if size is None or size < 0 else min(self._size, self._place + size)
        start = min(self._place, end)
        here = self._size - len(self._tail)
        content = self._fetch(start, min(end, here)) if start < here and start < end else b""
        if end > here:
            content += self._tail[max(0, start - here) : end - here]
        self._place = start + len(content)
        return content

    def readall(self) -> bytes:
        """Return all bytes that are left."""
        return self.read()

    def readinto(self, buffer: object, /) -> int:
        """Fill ``buffer`` as far as there is something left."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        content = self.read(len(view))
        view[: len(content)] = content
        return len(content)
