"""How deep dialogues reason: which turns rest on which.

A turn is a question with its answer. It rests on an earlier turn where both speak of the same
object, by a phrase that stands for it or a claim whose evidence it is. The depth of a turn is one
more than that of the deepest turn that it rests on, and 1 where it rests on none; the depth of a
dialogue is that of its deepest turn: the length of the longest path in the graph of what rests on
what. Turns that each speak of something else have depth 1 together, however many they are.
"""

from collections.abc import Iterator, Mapping

import pyarrow as pa


def depths(spans: pa.ListArray, verdicts: pa.ListArray) -> Iterator[int]:
    """Yield the depth of each dialogue; ``spans`` and ``verdicts`` have turn and refs."""
    for phrases, claims in zip(spans.to_pylist(), verdicts.to_pylist(), strict=True):
        objects: dict[int, set[str]] = {}
        for said in (*phrases, *claims):
            objects.setdefault(said["turn"] // 2, set()).update(said["refs"])
        yield depth(objects)


def depth(objects: Mapping[int, set[str]]) -> int:
    """Return the depth of a dialogue whose turns speak of ``objects``; 1 where none is spoken of."""
    reached: list[tuple[set[str], int]] = []
    for _, own in sorted(objects.items()):
        below = max((deep for others, deep in reached if own & others), default=0)
        reached.append((own, below + 1))
    return max((deep for _, deep in reached), default=1)
