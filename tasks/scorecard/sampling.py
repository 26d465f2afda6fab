"""A sample of rows that depends on their ids alone, drawn while they stream by.

Every id has a place in the draw, the hash of it; the rows with the lowest places are the sample, a
simple random sample of fixed size. So the same release gives the same sample in any order of its
parts, and a row that joins changes at most one place.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

SAMPLED: Final = 2000
_SALT: Final = (
    b"scorecard"  # another draw than that of the mixture, which decides what is published
)


class Texts(NamedTuple):
    """What the two sides of one row say."""

    place: int
    instructions: tuple[str, ...]
    answers: tuple[str, ...]


class Sampling:
    """Keeps the texts of the rows with the lowest places."""

    def __init__(self, size: int = SAMPLED) -> None:
        """Keep ``size`` rows, or all where there are fewer."""
        self._size = size
        self._kept: list[Texts] = []
        self._bound = 2**64

    def add(self, ids: Sequence[str], turns: pa.ListArray) -> None:
        """Offer rows by their ids, with their turns."""
        places = draws(ids)
        near = np.flatnonzero(places <= np.uint64(min(self._bound, 2**64 - 1)))
        if not len(near):
            return
        said = turns.take(pa.array(near)).to_pylist()
        self._kept += [
            Texts(place, _of(row, "user"), _of(row, "assistant"))
            for place, row in zip(places[near].tolist(), said, strict=True)
        ]
        if len(self._kept) > 2 * self._size:
            self._cut()

    def rows(self) -> list[Texts]:
        """Return the sample in the order of the draw."""
        self._cut()
        return self._kept

    def _cut(self) -> None:
        self._kept = sorted(self._kept)[: self._size]
        if len(self._kept) == self._size:
            self._bound = self._kept[-1].place


def draws(ids: Sequence[str]) -> NDArray[np.uint64]:
    """Return the place of each id in the draw: 64 bits of its hash."""
    digests = (blake2b(one.encode(), digest_size=8, salt=_SALT).digest() for one in ids)
    return np.frombuffer(b"".join(digests), ">u8").astype(np.uint64)


def _of(turns: list[dict[str, str]], role: str) -> tuple[str, ...]:
    return tuple(turn["content"] for turn in turns if turn["role"] == role)
