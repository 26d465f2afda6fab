"""Compares pictures by their sketches: 64×64 px of grey, turned as need be."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tasks.identity.known import TURNS

SIDE: Final = 64  # px
FLAT: Final = 2.0  # grey levels; a sketch that varies by less shows nothing to compare
_AT_ONCE: Final = 2048  # pairs

Grey = NDArray[np.uint8]


class Sketches:
    """The sketches of some scenes, by their row among all."""

    def __init__(self, rows: NDArray[np.int64], pixels: Grey) -> None:
        """Take ``pixels`` (rows, 64 × 64), in the order of ``rows``, which ascend."""
        self._rows, self._pixels = rows, pixels

    def of(self, rows: NDArray[np.int64]) -> Grey:
        """Return the sketches of ``rows`` as (rows, 64 × 64)."""
        return self._pixels[np.searchsorted(self._rows, rows)]


def correlations(
    sketches: Sketches,
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    turn: NDArray[np.int64],
) -> NDArray[np.float32]:
    """Return how alike two scenes are, -1 to 1, after the first is turned; 0 where one is flat."""
    found = np.zeros(len(first), np.float32)
    for start in range(0, len(first), _AT_ONCE):
        at = slice(start, start + _AT_ONCE)
        turned = np.take_along_axis(sketches.of(first[at]), _PLACES[turn[at]], axis=1)
        found[at] = (_normal(turned) * _normal(sketches.of(second[at]))).sum(axis=1)
    return found


def correlation(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    """Return how alike two pictures of equal size are, -1 to 1; 0 where one is flat."""
    rows = np.stack([one.ravel(), other.ravel()])
    first, second = _normal(rows)
    return float(first @ second)


def turned_words(turn: int) -> str:
    """Return how a picture was turned, in words, or nothing."""
    mirrored, degrees = turn // 4, turn % 4 * 90
    words = ["mirrored"] * mirrored + [f"turned by {degrees}°"] * (degrees > 0)
    return " and ".join(words)


def _normal(rows: NDArray[np.number]) -> NDArray[np.float32]:
    """Return rows of mean 0 and length 1; those that are flat become 0."""
    centred = rows - rows.mean(axis=1, keepdims=True, dtype=np.float32)
    length = np.sqrt(np.square(centred).sum(axis=1, keepdims=True))
    flat = length < FLAT * rows.shape[1] ** 0.5
    return np.where(flat, 0, centred / np.where(flat, 1, length)).astype(np.float32)


def _places() -> Iterator[NDArray[np.int64]]:
    """Yield, for each turn, which pixel of a sketch comes where."""
    upright = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    for turn in range(TURNS):
        picture = np.fliplr(upright) if turn >= 4 else upright
        yield np.rot90(picture, turn % 4).ravel()


_PLACES: Final = np.stack(list(_places()))
