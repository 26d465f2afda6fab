"""Pairs of 64-bit hashes that differ in few bits, found through bands instead of all pairs.

Two hashes that differ in at most 7 bits differ in at most 1 bit of one of their four bands of 16
bits. So each band is looked up as it is and with each of its bits flipped: nothing is missed.
Method: Norouzi, Punjani, Fleet, Fast Search in Hamming Space with Multi-Index Hashing, CVPR 2012.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

BITS: Final = 6  # at most; exact up to 7
UNDONE: Final = (0, 3, 2, 1, 4, 5, 6, 7)  # by which turn each is undone; mirror images by their own
_BANDS: Final = 4
_WIDTH: Final = 16  # bits of a band
_PROBES: Final = np.array([0, *(1 << bit for bit in range(_WIDTH))], np.uint64)
_AT_ONCE: Final = 1 << 21  # pairs that are compared at once


@dataclass(frozen=True)
class Near:
    """Pairs of hashes, as columns: the second looks like the first after it is turned."""

    first: Ints
    second: Ints
    turn: Ints
    bits: Ints

    def __len__(self) -> int:
        return len(self.first)

    def at(self, rows: Ints | NDArray[np.bool] | slice) -> "Near":
        """Return some of the pairs."""
        return Near(self.first[rows], self.second[rows], self.turn[rows], self.bits[rows])


def near_pairs(hashes: NDArray[np.uint64], bits: int = BITS) -> Near:
    """Return the pairs of rows of ``hashes`` (rows, 8) that differ in at most ``bits`` bits.

    The upright hash of one is compared with all eight of the other. Each pair is there once, the
    smaller row first, with the turn that fits best.
    """
    if bits >= 2 * _BANDS:
        raise ValueError(f"{_BANDS} bands find pairs of up to {2 * _BANDS - 1} bits, not {bits}")
    upright = np.ascontiguousarray(hashes[:, 0])
    found = [
        _kept(upright, hashes[:, turn], turn, band, *pairs, bits)
        for band in range(_BANDS)
        for turn in range(hashes.shape[1])
        for pairs in _candidates(upright, hashes[:, turn], band)
    ]
    return _best(_joined(found))


def closest_turns(hashes: NDArray[np.uint64], first: Ints, second: Ints) -> tuple[Ints, Ints]:
    """Return how the first of each pair is best turned to look like the second, and the bits."""
    apart = np.bitwise_count(hashes[first] ^ hashes[second][:, :1])
    turn = apart.argmin(axis=1)
    return turn.astype(np.int64), apart[np.arange(len(turn)), turn].astype(np.int64)


def _candidates(
    upright: NDArray[np.uint64], asked: NDArray[np.uint64], band: int
) -> Iterator[tuple[Ints, Ints]]:
    """Yield rows of ``asked`` and rows of ``upright`` that share a band but for one bit."""
    order, starts = _index(_band(upright, band))
    keys = _band(asked, band)
    for probe in _PROBES:
        probed = (keys ^ probe).astype(np.int64)
        counts = starts[probed + 1] - starts[probed]
        for rows in _portions(counts):
            many = counts[rows]
            within = np.arange(many.sum()) - np.repeat(many.cumsum() - many, many)
            yield (
                np.repeat(rows, many),
                order[np.repeat(starts[probed[rows]], many) + within],
            )


def _index(keys: NDArray[np.uint64]) -> tuple[Ints, Ints]:
    """Return rows sorted by key, and where each key starts among them."""
    sizes = np.bincount(keys.astype(np.int64), minlength=1 << _WIDTH)
    return np.argsort(keys, kind="stable"), np.concatenate([[0], sizes.cumsum()])


def _band(hashes: NDArray[np.uint64], band: int) -> NDArray[np.uint64]:
    return (hashes >> np.uint64(_WIDTH * band)) & np.uint64((1 << _WIDTH) - 1)


def _portions(counts: Ints) -> Iterator[Ints]:
    """Yield the rows with any candidates, so many at a time as have not too many together."""
    rows = np.flatnonzero(counts)
    if not len(rows):
        return
    portion = counts[rows].cumsum() // _AT_ONCE
    yield from np.split(rows, np.flatnonzero(np.diff(portion)) + 1)


def _kept(
    upright: NDArray[np.uint64],
    asked: NDArray[np.uint64],
    turn: int,
    band: int,
    first: Ints,
    second: Ints,
    bits: int,
) -> Near:
    """Return those pairs that are near, but for those that an earlier band has given."""
    differing = asked[first] ^ upright[second]
    apart = np.bitwise_count(differing)
    near = (apart <= bits) & ((first != second) if turn else (first < second))
    first, second, differing = first[near], second[near], differing[near]
    fresh = np.ones(len(first), bool)
    for earlier in range(band):
        fresh &= np.bitwise_count(_band(differing, earlier)) > 1
    apart = apart[near].astype(np.int64)
    return _ordered(first[fresh], second[fresh], turn, apart[fresh])


def _ordered(first: Ints, second: Ints, turn: int, apart: Ints) -> Near:
    backwards = first > second
    turns = np.where(backwards, UNDONE[turn], turn).astype(np.int64)
    return Near(np.minimum(first, second), np.maximum(first, second), turns, apart)


def _joined(found: list[Near]) -> Near:
    none = np.zeros(0, np.int64)
    return Near(
        np.concatenate([none, *(near.first for near in found)]),
        np.concatenate([none, *(near.second for near in found)]),
        np.concatenate([none, *(near.turn for near in found)]),
        np.concatenate([none, *(near.bits for near in found)]),
    )


def _best(near: Near) -> Near:
    """Return each pair once, with the turn under which the fewest bits differ."""
    near = near.at(np.lexsort((near.turn, near.bits, near.second, near.first)))
    fresh = np.ones(len(near), bool)
    fresh[1:] = (np.diff(near.first) != 0) | (np.diff(near.second) != 0)
    return near.at(fresh)
