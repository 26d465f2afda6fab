"""The elements of a list column as flat arrays, each with its row and its place in the list."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Nested:
    """Records of all rows of a batch, in order."""

    values: pa.StructArray
    row: Numbers
    place: Numbers  # in the list of its row, from 0

    def field(self, name: str) -> pa.Array:
        """Return one field of the records."""
        return pc.struct_field(self.values, name)

    def where(self, mask: NDArray[np.bool_]) -> "Nested":
        """Return the records for which ``mask`` holds."""
        return Nested(self.values.filter(pa.array(mask)), self.row[mask], self.place[mask])


def nested(lists: pa.ListArray) -> Nested:
    """Return the elements of ``lists``."""
    length: Numbers = pc.list_value_length(lists).to_numpy(zero_copy_only=False).astype(np.int64)
    row = np.repeat(np.arange(len(length)), length)
    start = np.cumsum(length) - length
    return Nested(lists.flatten(), row, np.arange(len(row)) - start[row])


def codes(column: pa.Array) -> Numbers:
    """Return a number for each value of ``column``, the same for equal values."""
    found: Numbers = pc.dictionary_encode(column).indices.to_numpy(zero_copy_only=False)
    return found.astype(np.int64)


def alike(first: Numbers, second: Numbers) -> Numbers:
    """Return a number for each pair, the same for equal pairs; both are at least 0."""
    return first * (int(second.max(initial=0)) + 1) + second
