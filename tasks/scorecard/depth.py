"""How deep dialogues reason: which turns rest on which.

A turn is a question with its answer. It rests on an earlier turn where both speak of the same
object, by a phrase that stands for it or a claim whose evidence it is. The depth of a turn is one
more than that of the deepest turn that it rests on, and 1 where it rests on none; the depth of a
dialogue is that of its deepest turn: the length of the longest path in the graph of what rests on
what. Turns that each speak of something else have depth 1 together, however many they are.
"""

import numpy as np
import pyarrow.compute as pc

from tasks.scorecard.nested import Nested, Numbers, alike, codes


def depths(rows: int, *said: Nested) -> Numbers:
    """Return the depth of each of ``rows`` dialogues; what was ``said`` has turn and refs.

    A dialogue that speaks of no object has depth 1.
    """
    pieces = [_objects(one) for one in said]
    row, turn, ref = (np.concatenate([piece[place] for piece in pieces]) for place in range(3))
    _, spoken = np.unique(alike(row, ref), return_inverse=True)  # an object of a dialogue
    reached = np.zeros(spoken.max(initial=-1) + 1, np.int64)  # the deepest turn yet to speak of it
    deepest = np.ones(rows, np.int64)
    for number in np.unique(turn):
        now = turn == number
        depth = np.zeros(rows, np.int64)
        np.maximum.at(depth, row[now], reached[spoken[now]] + 1)
        reached[spoken[now]] = np.maximum(reached[spoken[now]], depth[row[now]])
        deepest = np.maximum(deepest, depth)
    return deepest


def _objects(said: Nested) -> tuple[Numbers, Numbers, Numbers]:
    """Return row, turn and code of each object that is spoken of."""
    refs = said.field("refs")
    count = pc.list_value_length(refs).to_numpy(zero_copy_only=False).astype(np.int64)
    turn = said.field("turn").to_numpy(zero_copy_only=False) // 2
    return np.repeat(said.row, count), np.repeat(turn, count), codes(refs.flatten())
