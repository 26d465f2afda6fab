"""The files of a release: tables partitioned by folder, and documents, each with its SHA-256.

The columns that a folder names (``task=…/split=…``) are in the file too, because Hugging Face
``datasets`` reads files and not folders. They are dictionary-encoded there: that is the type which
``pandas.read_parquet`` and ``pyarrow.parquet`` give to a folder's keys, and with any other type
they refuse to read the folder (“Unable to merge: Field task has incompatible types”).
"""

import hashlib
import io
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final, Literal, NamedTuple, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from schemas.arrow import arrow_schema, from_batch
from schemas.errors import DamagedPart
from schemas.record import Record
from schemas.release import ReleasePart
from tasks.storage.parts import parquet_options
from tasks.storage.releases import release_path
from tasks.storage.store import Store

Table = Literal["samples", "images", "rejections", "findings", "report", "index"]

TEXT_GROUP_ROWS: Final = 2000
"""Rows of a group of text. Of 20,000 samples, 3.8 KB of Arrow each, with 78 columns::

    rows  file    footer  one group  write   read
     256  7.1 MB  704 KB     79 KB   1.27 s  0.45 s
     512  5.2 MB  360 KB    120 KB   0.85 s  0.29 s
    1000  3.9 MB  185 KB    181 KB   0.68 s  0.23 s
    2000  3.0 MB   97 KB    291 KB   0.60 s  0.21 s
    4000  2.5 MB   52 KB    492 KB   0.34 s  0.14 s

A reader of one row fetches the footer and one group: least between 1,000 and 2,000.
"""
KEY_TYPE: Final = pa.dictionary(pa.int32(), pa.string())

_FOLDERS: Final = re.compile(
    r"(?P<table>samples|images)/(?:task=(?P<task>[^/]+)/)?split=(?P<split>[^/]+)/"
    r"source=(?P<source>[^/]+)/part-(?P<shard>\d+)\.parquet"
)

R = TypeVar("R", bound=Record)


class Place(NamedTuple):
    """A file of samples or pictures by what its folders say; ``task`` is empty for pictures."""

    table: str
    task: str
    split: str
    source: str
    shard: int


def place_of(path: str) -> Place | None:
    """Return what the folders of ``path``, relative to a release, say; None for other files."""
    found = _FOLDERS.fullmatch(path)
    if found is None:
        return None
    task = found["task"] or ""
    return Place(found["table"], task, found["split"], found["source"], int(found["shard"]))


class HashedFile(io.RawIOBase):
    """Passes what is written on to a file and keeps its SHA-256 and size."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._hash, self.size = file, hashlib.sha256(), 0

    def writable(self) -> bool:
        """Say that this file is for writing."""
        return True

    def write(self, content: object, /) -> int:
        """Append bytes."""
        piece = memoryview(content).cast("B")  # type: ignore[arg-type]
        self._hash.update(piece)
        self.size += len(piece)
        return self._file.write(piece)

    def tell(self) -> int:
        """Return how many bytes were written."""
        return self.size

    def hexdigest(self) -> str:
        """Return the SHA-256 of what was written so far."""
        return self._hash.hexdigest()


def published_schema(
    model: type[Record], keys: tuple[str, ...], metadata: dict[str, str] | None = None
) -> pa.Schema:
    """Return the columns of ``model`` with ``keys`` as dictionaries."""
    fields = [
        field.with_type(KEY_TYPE) if field.name in keys else field for field in arrow_schema(model)
    ]
    return pa.schema(fields, metadata=metadata)


def write_table(
    store: Store, version: str, path: str, table: Table, schema: pa.Schema,
    groups: Iterable[pa.Table],
) -> ReleasePart:  # fmt: skip
    """Write ``groups``, each as one row group, to ``path`` of release ``version``."""
    rows, size, digest = write_groups(store, release_path(version, path), schema, groups)
    return ReleasePart(path=path, table=table, rows=rows, bytes=size, sha256=digest)


def write_groups(
    store: Store, path: str, schema: pa.Schema, groups: Iterable[pa.Table]
) -> tuple[int, int, str]:
    """Write ``groups``, each as one row group, to ``path``; return rows, bytes and SHA-256."""
    rows = 0
    with store.create(path) as file:
        hashed = HashedFile(file)
        with pq.ParquetWriter(hashed, schema, **parquet_options(schema)) as writer:
            for group in groups:
                writer.write_table(group.cast(schema), row_group_size=max(1, group.num_rows))
                rows += group.num_rows
    return rows, hashed.size, hashed.hexdigest()


def write_document(store: Store, version: str, path: str, content: bytes) -> ReleasePart:
    """Write ``content`` to ``path`` of release ``version``."""
    store.write(release_path(version, path), content)
    return ReleasePart(
        path=path, table="document", rows=0, bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip


def sliced(table: pa.Table, rows: int = TEXT_GROUP_ROWS) -> Iterator[pa.Table]:
    """Yield ``table`` in pieces of at most ``rows`` rows, each in one chunk: a page ends with one."""
    for start in range(0, table.num_rows, rows):
        yield table.slice(start, rows).combine_chunks()


def read_table(
    store: Store, path: str, columns: list[str] | None = None, filters: object = None
) -> pa.Table:
    """Return ``columns`` of the rows at ``path`` that pass ``filters`` (as in pyarrow.parquet).

    Raises DamagedPart where the file is torn or lacks a column.
    """
    with store.open(path) as file, _whole(store, path):
        if filters is None and columns is not None:  # keeps structs whole where “a.b” is asked for
            return pq.ParquetFile(file).read(columns=columns)
        return pq.read_table(file, columns=columns, filters=filters)


def find_rows(
    store: Store, path: str, model: type[R], column: str, values: Iterable[str]
) -> Iterator[R]:
    """Yield the rows at ``path`` whose ``column`` is one of ``values``."""
    names = arrow_schema(model).names
    for table in found_tables(store, path, names, column, pa.array(sorted(values), pa.string())):
        for batch in table.to_batches(max_chunksize=64):
            yield from from_batch(batch, model)


def found_tables(
    store: Store, path: str, columns: list[str], column: str, values: pa.Array
) -> Iterator[pa.Table]:
    """Yield ``columns`` of the rows at ``path`` whose ``column`` is one of ``values``, by row group.

    Of a group whose statistics allow it, ``column`` is read first, and the rest where it has some.
    """
    with store.open(path) as file, _whole(store, path):
        parquet = pq.ParquetFile(file)
        for group in _possible(parquet.metadata, column, values):
            held = pc.is_in(parquet.read_row_group(group, columns=[column])[column], values)
            if pc.any(held).as_py():
                table = parquet.read_row_group(group, columns=columns)
                yield table.select(columns).filter(held)


def _possible(metadata: pq.FileMetaData, column: str, values: pa.Array) -> Iterator[int]:
    """Yield the numbers of the row groups whose statistics do not exclude all ``values``."""
    names = [metadata.schema.column(index).path for index in range(metadata.num_columns)]
    place, wanted = names.index(column), values.to_pylist()
    for group in range(metadata.num_row_groups):
        known = metadata.row_group(group).column(place).statistics
        if (
            known is None
            or not known.has_min_max
            or any(known.min <= value <= known.max for value in wanted)
        ):
            yield group


@contextmanager
def _whole(store: Store, path: str) -> Iterator[None]:
    """Name the file in what a torn or foreign one raises."""
    try:
        yield
    except (pa.ArrowException, ValueError, KeyError) as error:
        raise DamagedPart(
            f"{store.url(path)} is not a whole part ({str(error).splitlines()[0]}). “rs-gpt4v "
            "repair” remakes it from what is stored."
        ) from error
