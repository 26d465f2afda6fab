"""Reads the columns of samples that the mixture needs, in batches."""

from collections.abc import Iterator, Sequence
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.errors import DamagedPart
from tasks.storage.store import Store

ROWS: Final = 16_384  # of a batch


def read_columns(
    store: Store, path: str, names: Sequence[str], rows: int = ROWS
) -> Iterator[pa.RecordBatch]:
    """Yield the columns ``names`` of the part at ``path``, ``rows`` rows a batch.

    “a.b” is a field of a struct, “a.list.element.b” one of the structs in a list.

    Raises DamagedPart where the file is torn or lacks a column.
    """
    with store.open(path) as file:
        try:
            parquet = pq.ParquetFile(file, page_checksum_verification=True)
            yield from parquet.iter_batches(batch_size=rows, columns=list(names))
        except (pa.ArrowException, ValueError, KeyError) as error:
            raise DamagedPart(
                f"{store.url(path)} is not a whole part ({str(error).splitlines()[0]}). Delete it "
                "and run the build again: it is remade alone."
            ) from error
