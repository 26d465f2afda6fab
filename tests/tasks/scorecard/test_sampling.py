"""The sample is a matter of the ids, not of the order in which rows come."""

import random

import numpy as np

from schemas.record import content_id
from schemas.vocabulary import TaskType
from tasks.scorecard.sampling import Sampling, draws
from tests.tasks.scorecard._rows import batch, row

ROWS = [
    row(TaskType.DIALOGUE, f"Q {n}?", f"A {n}.", "And?", f"B {n}.") for n in range(300)
]  # fmt: skip


def sample(rows, size, step):
    sampling = Sampling(size)
    for start in range(0, len(rows), step):
        piece = batch(*rows[start : start + step])
        sampling.add(piece.column("id").to_pylist(), piece.column("turns"))
    return sampling.rows()


def test_order_and_batches_do_not_change_the_sample():
    shuffled = random.Random(0).sample(ROWS, len(ROWS))
    first = sample(ROWS, 20, 300)
    assert len(first) == 20
    assert sample(shuffled, 20, 7) == sample(ROWS, 20, 1) == first


def test_it_is_the_rows_with_the_lowest_places():
    places = draws([one.id for one in ROWS])
    lowest = np.argsort(places)[:20]
    assert [kept.answers[0] for kept in sample(ROWS, 20, 50)] == [f"A {n}." for n in lowest]


def test_all_rows_are_taken_where_there_are_few():
    assert len(sample(ROWS[:5], 20, 5)) == 5
    assert sample([], 20, 5) == []


def test_both_sides_of_every_turn_are_kept():
    kept = sample(ROWS[:1], 1, 1)[0]
    assert kept.instructions == ("Q 0?", "And?")
    assert kept.answers == ("A 0.", "B 0.")


def test_places_are_spread_evenly():
    places = draws([content_id("row", n) for n in range(4000)]).astype(float) / 2**64
    shares, _ = np.histogram(places, 8, (0, 1))
    assert all(430 < share < 570 for share in shares)
