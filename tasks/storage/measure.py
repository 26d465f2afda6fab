"""How many bytes the values of rows take, however they came to stand in memory.

Equal rows have equal sizes, read or made, sliced or not: what is cut by them is cut alike.
"""

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Sizes = NDArray[np.int64]

OFFSET: Final = 4  # bytes that say where a text or a list begins


def row_sizes(batch: pa.RecordBatch) -> Sizes:
    """Return the bytes of the values of every row of ``batch``; what is null takes none."""
    total = np.zeros(batch.num_rows, np.int64)
    for column in batch.columns:
        total += _sizes(column)
    return total


def _sizes(column: pa.Array) -> Sizes:
    kind = column.type
    if pa.types.is_struct(kind):
        found = np.zeros(len(column), np.int64)
        for number in range(kind.num_fields):
            found += _sizes(column.field(number))
    elif pa.types.is_list(kind):
        found = OFFSET + _of_lists(column)
    elif pa.types.is_fixed_size_list(kind):
        found = np.full(len(column), kind.list_size * _width(kind.value_type), np.int64)
    elif pa.types.is_string(kind) or pa.types.is_binary(kind):
        found = OFFSET + _filled(pc.binary_length(column))
    else:
        found = np.full(len(column), _width(kind), np.int64)
    if column.null_count:
        found = np.where(column.is_valid().to_numpy(zero_copy_only=False), found, 0)
    return found


def _of_lists(column: pa.ListArray) -> Sizes:
    inner = np.concatenate([np.zeros(1, np.int64), _sizes(column.flatten())]).cumsum()
    lengths = _filled(column.value_lengths())
    ends = lengths.cumsum()
    found: Sizes = inner[ends] - inner[ends - lengths]
    return found


def _filled(lengths: pa.Array) -> Sizes:
    found: Sizes = pc.fill_null(lengths, 0).to_numpy(zero_copy_only=False).astype(np.int64)
    return found


def _width(kind: pa.DataType) -> int:
    return max(1, int(kind.bit_width) // 8)
