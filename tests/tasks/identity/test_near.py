"""Near hashes are found by bands: exactly those that comparing all pairs finds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.identity.near import BITS, UNDONE, near_pairs
from tasks.identity.sketches import turned_words
from tasks.imagery.look import hashes_of


def flipped(value, bits):
    for bit in bits:
        value ^= 1 << bit
    return value


def all_pairs(hashes, bits):
    """Return the pairs, by comparing every row with every other."""
    apart = np.bitwise_count(hashes[:, np.newaxis, :] ^ hashes[np.newaxis, :, :1]).min(axis=2)
    first, second = np.nonzero(np.minimum(apart, apart.T) <= bits)
    return {(int(a), int(b)) for a, b in zip(first, second, strict=True) if a < b}


def found(near):
    return set(zip(near.first.tolist(), near.second.tolist(), strict=True))


@st.composite
def close_hashes(draw):
    """Return hashes that are few bits apart, under any turn."""
    seeds = draw(st.lists(st.integers(0, 2**64 - 1), min_size=8, max_size=24))
    rows = [draw(st.permutations(seeds))[:8] for _ in range(draw(st.integers(1, 5)))]
    for _ in range(draw(st.integers(0, 6))):
        row, turn = draw(st.sampled_from(rows)), draw(st.integers(0, 7))
        bits = draw(st.sets(st.integers(0, 63), max_size=9))
        rows.append([flipped(row[turn], bits), *draw(st.permutations(seeds))[:7]])
    return np.array(rows, np.uint64)


@settings(deadline=None, max_examples=60)
@given(close_hashes(), st.integers(0, 7))
def test_bands_find_exactly_what_comparing_all_pairs_finds(hashes, bits):
    near = near_pairs(hashes, bits)
    assert found(near) == all_pairs(hashes, bits)
    assert len(near) == len(found(near))
    assert (near.bits <= bits).all()


def test_many_random_hashes_have_exactly_the_pairs_that_were_planted():
    random = np.random.default_rng(0)
    hashes = random.integers(0, 2**64, (4000, 8), np.uint64)
    for row in range(0, 1000, 2):
        bits = random.choice(64, row % (BITS + 3), replace=False)
        hashes[row + 1, 0] = flipped(int(hashes[row, row % 8]), (int(bit) for bit in bits))
    planted = {(row, row + 1) for row in range(0, 1000, 2) if row % (BITS + 3) <= BITS}
    assert found(near_pairs(hashes)) == planted


def test_more_bits_than_bands_can_promise_are_refused():
    with pytest.raises(ValueError, match="up to 7 bits, not 8"):
        near_pairs(np.zeros((1, 8), np.uint64), 8)


def test_no_hashes_have_no_pairs():
    assert len(near_pairs(np.zeros((0, 8), np.uint64))) == 0


def test_the_turn_of_a_pair_is_how_its_first_becomes_its_second():
    sketch = np.random.default_rng(1).uniform(0, 255, (64, 64))
    for turn in range(8):
        other = np.rot90(np.fliplr(sketch) if turn >= 4 else sketch, turn % 4)
        both = [[int(one, 16) for one in hashes_of(picture)] for picture in (sketch, other)]
        assert near_pairs(np.array(both, np.uint64)).turn.tolist() == [turn]
        assert near_pairs(np.array(both[::-1], np.uint64)).turn.tolist() == [UNDONE[turn]]


@pytest.mark.parametrize(
    ("turn", "words"),
    [(0, ""), (1, "turned by 90°"), (4, "mirrored"), (7, "mirrored and turned by 270°")],
)
def test_a_turn_is_told_in_words(turn, words):
    assert turned_words(turn) == words
