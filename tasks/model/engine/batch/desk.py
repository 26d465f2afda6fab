"""Requests on local disk while they are in batches, so that memory holds only where each one lies."""

import io
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple, Self

from schemas.teacher import ModelRequest
from tasks.model.engine.images import image_tokens

URL: Final = "/v1/chat/completions"


class Place(NamedTuple):
    """Where a request lies in the file, what it may cost, and what is said of its picture."""

    offset: int
    words: int  # bytes of the request without its picture, as JSON
    line: int  # bytes of its line in a batch, which follows
    worst: float  # US dollars
    picture: int  # tokens


class Desk:
    """Every request once: its words, and the line that stands for it in a batch.

    About 1.4 × the size of the pictures is taken on disk; the file has no name, so it goes with the
    process however that ends. Written by one thread, read by any.
    """

    def __init__(self, folder: Path) -> None:
        """Open an empty desk in ``folder``. Raises OSError where that cannot be written to."""
        folder.mkdir(parents=True, exist_ok=True)
        self._file = tempfile.TemporaryFile(dir=folder, buffering=1 << 20)  # noqa: SIM115  # closed by close
        self._places: dict[str, Place] = {}
        self._end = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        with suppress(OSError):  # what could not be written was told when it was laid
            self._file.close()

    def __contains__(self, key: str) -> bool:
        return key in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def lay(self, request: ModelRequest, body: bytes, worst: float = 0) -> None:
        """Keep ``request``, of which ``body`` is sent and which costs ``worst`` dollars at most."""
        words = request.model_dump_json(exclude={"image"}).encode()
        head = b'{"custom_id":"%s","method":"POST","url":"%s","body":' % (
            request.key.encode(),
            URL.encode(),
        )
        flat = body if b"\n" not in body else body.replace(b"\n", b" ")  # between tokens only
        self._file.writelines((words, head, flat, b"}\n"))
        line, picture = len(head) + len(flat) + 2, image_tokens(request)
        place = Place(self._end, len(words), line, worst, picture)
        self._places[request.key] = place
        self._end += place.words + place.line

    def ready(self) -> None:
        """Make everything laid so far readable."""
        self._file.flush()

    def request(self, key: str) -> ModelRequest:
        """Return the request ``key`` without its picture."""
        place = self._places[key]
        return ModelRequest.model_validate_json(self.read(place.offset, place.words))

    def size(self, key: str) -> int:
        """Return the bytes of the line of ``key``."""
        return self._places[key].line

    def worst(self, keys: Sequence[str]) -> float:
        """Return what ``keys`` cost at most, in US dollars."""
        return sum(self._places[key].worst for key in keys)

    def picture(self, key: str) -> int:
        """Return the tokens of the picture of ``key``."""
        return self._places[key].picture

    def lines(self, keys: Sequence[str], told: Callable[[int], None]) -> "Lines":
        """Return the lines of ``keys`` as one file; ``told`` hears how many bytes were read."""
        places = [self._places[key] for key in keys]
        return Lines(self, [(place.offset + place.words, place.line) for place in places], told)

    def read(self, offset: int, size: int) -> bytes:
        """Return ``size`` bytes from ``offset`` on."""
        return os.pread(self._file.fileno(), size, offset)


class Lines(io.RawIOBase):
    """Pieces of a desk end to end, as a file that an upload reads bit by bit."""

    def __init__(
        self, desk: Desk, pieces: Sequence[tuple[int, int]], told: Callable[[int], None]
    ) -> None:
        """Read the (offset, size) ``pieces`` of ``desk`` one after the other."""
        super().__init__()
        self._desk, self._pieces, self._told = desk, pieces, told
        self.total = sum(size for _, size in pieces)
        self._piece, self._within, self._done = 0, 0, 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that it can be read again."""
        return True

    def tell(self) -> int:
        """Return how many bytes lie before the next one."""
        return self._done

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to the start or the end: an upload needs no other place."""
        if offset == 0 and whence == os.SEEK_SET:
            self._piece, self._within, self._done = 0, 0, 0
        elif offset == 0 and whence == os.SEEK_END:
            self._piece, self._within, self._done = len(self._pieces), 0, self.total
        else:
            raise io.UnsupportedOperation("only to the start or the end")
        return self._done

    def read(self, size: int = -1) -> bytes:
        """Return at most ``size`` bytes of one line; none at the end."""
        if self._piece == len(self._pieces):
            return b""
        offset, length = self._pieces[self._piece]
        left = length - self._within
        content = self._desk.read(offset + self._within, left if size < 0 else min(size, left))
        self._within += len(content)
        self._done += len(content)
        if self._within == length:
            self._piece, self._within = self._piece + 1, 0
        self._told(self._done)
        return content
