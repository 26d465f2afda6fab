"""Parquet parts: written whole, with their counts in the footer, and read row by row or by batches.

Text is compressed with zstd, pictures (JPEG) are not. A row group ends at ``GROUP_ROWS`` records,
``GROUP_BYTES`` of pictures, or ``BATCHED_BYTES`` or ``BATCHES`` of batches, so that a writer holds
no more than that. Batches have larger groups, because what a file says of each group is held until
its end; small ones are counted, because each takes more than its rows.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import BinaryIO, Final, Self, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import JsonValue, ValidationError

from schemas.arrow import arrow_schema, from_batch, to_batch
from schemas.errors import DamagedPart
from schemas.record import Record
from tasks.storage.store import Store

GROUP_ROWS: Final = 2000
GROUP_BYTES: Final = 16 << 20
BATCHED_BYTES: Final = 64 << 20
BATCHES: Final = 256
AHEAD: Final = 32 << 20
READ_ROWS: Final = 64
READ_BATCHED: Final = 256
_FOOTER: Final = "rs_gpt4v"

R = TypeVar("R", bound=Record)


class PartWriter:
    """Writes records of one type, and batches of such, into an open file, group by group."""

    def __init__(
        self,
        file: BinaryIO,
        model: type[Record],
        *,
        schema: pa.Schema | None = None,
        group_rows: int = GROUP_ROWS,
    ) -> None:
        """Write ``model`` rows to ``file``; ``schema`` may add metadata to the derived one."""
        self._model, self._group_rows = model, group_rows
        self._schema = schema or arrow_schema(model)
        self._writer = pq.ParquetWriter(file, self._schema, **parquet_options(self._schema))
        self._rows: list[Record] = []
        self._batches: list[tuple[int, pa.RecordBatch]] = []  # and how many records came before
        self._bytes = self._batched = 0
        self.count = 0
        self.footer: dict[str, JsonValue] | None = None

    def write(self, row: Record) -> None:
        """Append one row."""
        self._rows.append(row)
        self._bytes += sum(len(value) for value in vars(row).values() if isinstance(value, bytes))
        self.count += 1
        if len(self._rows) >= self._group_rows or self._bytes >= GROUP_BYTES:
            self._flush()

    def write_batch(self, batch: pa.RecordBatch) -> None:
        """Append the rows of ``batch``, whose columns are those of the record, in its place."""
        if not batch.num_rows:
            return
        self._batches.append((len(self._rows), batch))
        self._batched += batch.nbytes
        self.count += batch.num_rows
        if self._batched >= BATCHED_BYTES or len(self._batches) >= BATCHES:
            self._flush()

    def close(self) -> None:
        """Write what is pending, then ``footer`` as JSON into the file's metadata."""
        self._flush()
        if self.footer is not None:
            text = json.dumps(self.footer, sort_keys=True)
            self._writer.add_key_value_metadata({_FOOTER: text})
        self._writer.close()

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Close; where something was raised, the file is thrown away, so only let go of it."""
        if kind is None:
            self.close()
            return
        with suppress(OSError, pa.ArrowException):
            self._writer.close()
        self._writer.is_open = False

    def _flush(self) -> None:
        if self._batches:
            table = pa.Table.from_batches(list(self._in_order()), self._schema)
            self._writer.write_table(table, row_group_size=table.num_rows)
        elif self._rows:
            self._writer.write_batch(to_batch(self._rows, self._model))
        self._rows, self._batches, self._bytes, self._batched = [], [], 0, 0

    def _in_order(self) -> Iterator[pa.RecordBatch]:
        """Yield what is pending as it came; all records are converted at once."""
        records, place = to_batch(self._rows, self._model), 0
        for before, batch in self._batches:
            yield records.slice(place, before - place)
            yield batch
            place = before
        yield records.slice(place)


def write_rows(
    store: Store,
    path: str,
    model: type[Record],
    rows: Iterable[Record],
    footer: dict[str, JsonValue] | None = None,
) -> int:
    """Write ``rows`` to ``path`` at once and return how many there were."""
    with store.create(path) as file, PartWriter(file, model) as writer:
        for row in rows:
            writer.write(row)
        writer.footer = footer
    return writer.count


def read_rows(store: Store, path: str, model: type[R]) -> Iterator[R]:
    """Yield the rows at ``path``; only the columns that ``model`` names are read.

    Raises DamagedPart where the file is torn or has other columns.
    """
    names = list(model.model_fields)
    with store.open(path) as file, _named(store, path):
        parquet = pq.ParquetFile(file, page_checksum_verification=True)
        for batch in by_group(parquet, READ_ROWS, names):
            yield from from_batch(batch.select(names), model)


def read_batches(store: Store, path: str, model: type[Record]) -> Iterator[pa.RecordBatch]:
    """Yield the rows at ``path`` as record batches, with the columns that ``model`` names.

    Raises DamagedPart where the file is torn or has other columns.
    """
    schema = arrow_schema(model)
    with store.open(path) as file, _named(store, path):
        parquet = pq.ParquetFile(file, page_checksum_verification=True)
        for batch in by_group(parquet, READ_BATCHED, schema.names):
            yield batch.select(schema.names)


def read_footer(store: Store, path: str) -> dict[str, JsonValue]:
    """Return what ``close`` put into the metadata of the part at ``path``."""
    with store.open(path) as file, _named(store, path):
        metadata = pq.read_metadata(file).metadata or {}
        footer: dict[str, JsonValue] = json.loads(metadata.get(_FOOTER.encode(), b"{}"))
        return footer


def check_pages(store: Store, path: str) -> None:
    """Read every page of the part at ``path``; DamagedPart where one was altered or is torn."""
    with store.open(path) as file, _named(store, path):
        parquet = pq.ParquetFile(file, page_checksum_verification=True)
        for _ in by_group(parquet, READ_ROWS):
            pass


def by_group(
    parquet: pq.ParquetFile, rows: int, columns: list[str] | None = None
) -> Iterator[pa.RecordBatch]:
    """Yield batches of at most ``rows`` rows; ``AHEAD`` bytes of row groups are fetched at a time.

    Read at once, pyarrow would fetch all groups before the first is taken, and keep them.
    """
    groups: list[int] = []
    size = 0
    for group in range(parquet.num_row_groups):
        size += parquet.metadata.row_group(group).total_byte_size
        groups.append(group)
        if size >= AHEAD or group + 1 == parquet.num_row_groups:
            yield from parquet.iter_batches(batch_size=rows, row_groups=groups, columns=columns)
            groups, size = [], 0


def parquet_options(schema: pa.Schema) -> dict[str, object]:
    """Return writer options under which equal rows give equal bytes, pictures uncompressed."""
    pictures, others = _leaves(schema)
    return {
        "compression": dict.fromkeys(pictures, "none") | dict.fromkeys(others, "zstd"),
        "use_dictionary": others,
        "write_statistics": others,
        "write_page_index": True,
        "write_batch_size": 16,  # a page is measured that often: else it holds a group of pictures
        "write_page_checksum": True,
    }


def _leaves(schema: pa.Schema) -> tuple[list[str], list[str]]:
    """Return the Parquet paths of the binary leaves of ``schema``, and of all others."""
    empty = pa.BufferOutputStream()
    pq.ParquetWriter(empty, schema).close()
    columns = pq.ParquetFile(pa.BufferReader(empty.getvalue())).schema
    leaves = [columns.column(index) for index in range(len(columns))]
    binary = [x.path for x in leaves if x.physical_type == "BYTE_ARRAY" and not _is_text(x)]
    return binary, [leaf.path for leaf in leaves if leaf.path not in binary]


def _is_text(leaf: pq.ColumnSchema) -> bool:
    return bool(leaf.logical_type.type == "STRING")


@contextmanager
def _named(store: Store, path: str) -> Iterator[None]:
    """Name the part in what a torn or foreign file raises.

    For broken pages Arrow raises a plain OSError without a number; others come from the file system.
    """
    try:
        yield
    except (pa.ArrowException, ValidationError, ValueError, KeyError, OSError) as error:
        if isinstance(error, OSError) and (type(error) is not OSError or error.errno is not None):
            raise
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise DamagedPart(
            f"{store.url(path)} is not a whole part ({first}). Delete it and run the build again: "
            "it is remade alone."
        ) from error
