"""Parquet parts: written whole, with their counts in the footer, and read row by row or by batches.

Text is compressed with zstd, pictures (JPEG) are not. A row group ends with the row at which the
values of its rows take ``GROUP_BYTES``, whatever they are and however they came: equal rows give
equal bytes, whether they were made one by one or taken over from another part.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import BinaryIO, Final, Self, TypeVar
from weakref import WeakValueDictionary

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import JsonValue, ValidationError

from schemas.arrow import arrow_schema, from_batch, to_batch
from schemas.errors import DamagedPart
from schemas.record import Record
from tasks.stopping import raise_if_stopped
from tasks.storage.measure import row_sizes
from tasks.storage.runs import RowRuns, Run, merged
from tasks.storage.store import Store

GROUP_BYTES: Final = 16 << 20
GATHERED: Final = 256  # records, or batches, that are put together before they are measured
GATHERED_BYTES: Final = 4 << 20
AHEAD: Final = 32 << 20
READ_ROWS: Final = 64
READ_BATCHED: Final = 256
_FOOTER: Final = "rs_gpt4v"

R = TypeVar("R", bound=Record)

Footers = WeakValueDictionary[str, pq.FileMetaData]
"""Footers of the parts that somebody reads, by path; of samples, 65 KB a row group in memory."""


class PartWriter:
    """Writes records of one type, and batches of such, into an open file, group by group."""

    def __init__(
        self, file: BinaryIO, model: type[Record], *, schema: pa.Schema | None = None
    ) -> None:
        """Write ``model`` rows to ``file``; ``schema`` may add metadata to the derived one."""
        self._model = model
        self._schema = schema or arrow_schema(model)
        options = parquet_options(self._schema, page_index=False)  # parts are read group by group
        self._writer = pq.ParquetWriter(file, self._schema, **options)
        self._records: list[Record] = []
        self._gathered: list[pa.RecordBatch] = []
        self._gathered_bytes = 0
        self._group: list[pa.RecordBatch] = []
        self._group_bytes = 0
        self.count = 0
        self.footer: dict[str, JsonValue] | None = None

    def write(self, row: Record) -> None:
        """Append one row; raises Stopped where the process is told to end."""
        raise_if_stopped()
        self._records.append(row)
        self._gathered_bytes += sum(len(v) for v in vars(row).values() if isinstance(v, bytes))
        self.count += 1
        if len(self._records) >= GATHERED or self._gathered_bytes >= GATHERED_BYTES:
            self._measure()

    def write_batch(self, batch: pa.RecordBatch) -> None:
        """Append the rows of ``batch``, whose columns are those of the record, in its place.

        Raises Stopped where the process is told to end.
        """
        raise_if_stopped()
        if not batch.num_rows:
            return
        self._convert()
        self._gathered.append(batch)
        self._gathered_bytes += batch.nbytes
        self.count += batch.num_rows
        if len(self._gathered) >= GATHERED or self._gathered_bytes >= GATHERED_BYTES:
            self._measure()

    def close(self) -> None:
        """Write what is pending, then ``footer`` as JSON into the file's metadata."""
        self._measure()
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

    def _convert(self) -> None:
        if self._records:
            self._gathered.append(to_batch(self._records, self._model))
            self._records = []

    def _measure(self) -> None:
        """Move what was gathered to the group, and end the group where its bytes are full."""
        self._convert()
        for batch in joined(self._gathered, self._schema):
            start = 0
            for end in self._ends(batch):
                self._group.append(batch.slice(start, end - start))
                self._flush()
                start = end
            self._group.append(batch.slice(start))
        self._gathered, self._gathered_bytes = [], 0

    def _ends(self, batch: pa.RecordBatch) -> Iterator[int]:
        """Yield after which rows of ``batch`` a group ends."""
        sizes = self._group_bytes + row_sizes(batch).cumsum()
        before = 0
        while (end := int(np.searchsorted(sizes, before + GROUP_BYTES))) < len(sizes):
            yield end + 1
            before = int(sizes[end])
        self._group_bytes = int(sizes[-1]) - before

    def _flush(self) -> None:
        """Write the group; from one piece, because the pages would end otherwise where pieces do."""
        for batch in joined(self._group, self._schema):
            if batch.num_rows:
                self._writer.write_batch(batch)
        self._group = []


def joined(batches: Sequence[pa.RecordBatch], schema: pa.Schema) -> list[pa.RecordBatch]:
    """Return ``batches`` as one, more only where that would pass Arrow's limit of 2 GB."""
    found: list[pa.RecordBatch] = (
        pa.Table.from_batches(batches, schema).combine_chunks().to_batches()
    )
    return found


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


def read_rows(
    store: Store, path: str, model: type[R], runs: Iterable[Run] | None = None,
    footers: Footers | None = None,
) -> Iterator[R]:  # fmt: skip
    """Yield the rows at ``path``, or those of ``runs``; only the columns of ``model`` are read.

    Who reads a part twice at once gives both the same ``footers``, so that there is one of it.
    Raises DamagedPart where the file is torn or has other columns.
    """
    names = arrow_schema(model).names
    with store.open(path) as file, _named(store, path):
        for batch in _batches(_parquet(file, path, footers), READ_ROWS, names, runs):
            yield from from_batch(batch.select(names), model)


def read_batches(
    store: Store, path: str, model: type[Record], runs: Iterable[Run] | None = None,
    footers: Footers | None = None,
) -> Iterator[pa.RecordBatch]:  # fmt: skip
    """Yield the rows at ``path``, or those of ``runs``, as batches with the columns of ``model``.

    ``footers`` as for ``read_rows``. Raises DamagedPart where the file is torn or has other columns.
    """
    schema = arrow_schema(model)
    with store.open(path) as file, _named(store, path):
        for batch in _batches(_parquet(file, path, footers), READ_BATCHED, schema.names, runs):
            yield batch.select(schema.names)


class PartRuns:
    """Reads runs of rows of one open part."""

    def __init__(self, store: Store, path: str, file: BinaryIO, model: type[Record]) -> None:
        """Read the columns of ``model`` from ``file``, the part at ``path``."""
        self._store, self._path = store, path
        with _named(store, path):
            self._runs = RowRuns(_parquet(file), arrow_schema(model).names)

    def read(self, start: int, stop: int) -> Iterator[pa.RecordBatch]:
        """Yield the rows from ``start`` to ``stop``. Raises DamagedPart where the file is torn."""
        with _named(self._store, self._path):
            yield from self._runs.read(start, stop)


@contextmanager
def open_runs(store: Store, path: str, model: type[Record]) -> Iterator[PartRuns]:
    """Open the part at ``path`` to read runs of its rows, with the columns of ``model``."""
    with store.open(path) as file:
        yield PartRuns(store, path, file, model)


def read_footer(store: Store, path: str) -> dict[str, JsonValue]:
    """Return what ``close`` put into the metadata of the part at ``path``."""
    with store.open(path) as file, _named(store, path):
        metadata = pq.read_metadata(file).metadata or {}
        footer: dict[str, JsonValue] = json.loads(metadata.get(_FOOTER.encode(), b"{}"))
        return footer


def check_pages(store: Store, path: str) -> None:
    """Read every page of the part at ``path``; DamagedPart where one was altered or is torn."""
    with store.open(path) as file, _named(store, path):
        for _ in by_group(_parquet(file), READ_ROWS):
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


def _batches(
    parquet: pq.ParquetFile, rows: int, names: list[str], runs: Iterable[Run] | None
) -> Iterator[pa.RecordBatch]:
    if runs is None:
        yield from by_group(parquet, rows, names)
        return
    places = RowRuns(parquet, names)
    for start, stop in merged(runs):
        yield from places.read(start, stop)


def _parquet(file: BinaryIO, path: str = "", footers: Footers | None = None) -> pq.ParquetFile:
    """Open ``file``, the part at ``path``, with its footer of ``footers`` where that is there."""
    known = footers.get(path) if footers is not None else None
    parquet = pq.ParquetFile(file, metadata=known, page_checksum_verification=True)
    if footers is not None:
        footers.setdefault(path, parquet.metadata)
    return parquet


def parquet_options(schema: pa.Schema, *, page_index: bool = True) -> dict[str, object]:
    """Return writer options under which equal rows give equal bytes, pictures uncompressed.

    A page index stays in memory until the file ends, about 45 KB a group of samples.
    """
    pictures, others = _leaves(schema)
    return {
        "compression": dict.fromkeys(pictures, "none") | dict.fromkeys(others, "zstd"),
        "use_dictionary": others,
        "write_statistics": others,
        "write_page_index": page_index,
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
