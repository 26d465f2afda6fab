"""The files of a release: tables partitioned by folder, and documents, each with its SHA-256.

The columns that a folder names (``task=…/split=…``) are in the file too, because Hugging Face
``datasets`` reads files and not folders. They are dictionary-encoded there: that is the type which
``pandas.read_parquet`` and ``pyarrow.parquet`` give to a folder's keys, and with any other type
they refuse to read the folder (“Unable to merge: Field task has incompatible types”).
"""

import hashlib
import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final, Literal, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.arrow import arrow_schema, from_batch
from schemas.errors import DamagedPart
from schemas.record import Record
from schemas.release import ReleasePart
from tasks.storage.parts import parquet_options
from tasks.storage.releases import release_path
from tasks.storage.store import Store

Table = Literal["samples", "images", "rejections", "findings", "report"]

TEXT_GROUP_ROWS: Final = 2000
KEY_TYPE: Final = pa.dictionary(pa.int32(), pa.string())

R = TypeVar("R", bound=Record)


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
    rows = 0
    with store.create(release_path(version, path)) as file:
        hashed = HashedFile(file)
        with pq.ParquetWriter(hashed, schema, **parquet_options(schema)) as writer:
            for group in groups:
                writer.write_table(group.cast(schema), row_group_size=max(1, group.num_rows))
                rows += group.num_rows
    return ReleasePart(
        path=path, table=table, rows=rows, bytes=hashed.size, sha256=hashed.hexdigest()
    )


def write_document(store: Store, version: str, path: str, content: bytes) -> ReleasePart:
    """Write ``content`` to ``path`` of release ``version``."""
    store.write(release_path(version, path), content)
    return ReleasePart(
        path=path, table="document", rows=0, bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip


def sliced(table: pa.Table, rows: int = TEXT_GROUP_ROWS) -> Iterator[pa.Table]:
    """Yield ``table`` in pieces of at most ``rows`` rows."""
    for start in range(0, table.num_rows, rows):
        yield table.slice(start, rows)


def read_table(
    store: Store, path: str, columns: list[str] | None = None, filters: object = None
) -> pa.Table:
    """Return ``columns`` of the rows at ``path`` that pass ``filters`` (as in pyarrow.parquet).

    Raises DamagedPart where the file is torn or lacks a column.
    """
    with store.open(path) as file:
        try:
            if filters is None:  # keeps structs whole where “a.b” is among the columns
                return pq.ParquetFile(file).read(columns=columns)
            return pq.read_table(file, columns=columns, filters=filters)
        except (pa.ArrowException, ValueError, KeyError) as error:
            raise DamagedPart(
                f"{store.url(path)} is not a whole part ({str(error).splitlines()[0]}). Delete it "
                "and run the build again under a new version."
            ) from error


def find_rows(
    store: Store, path: str, model: type[R], column: str, values: Iterable[str]
) -> Iterator[R]:
    """Yield the rows at ``path`` whose ``column`` is one of ``values``."""
    filters = [(column, "in", sorted(values))]
    table = read_table(store, path, list(model.model_fields), filters)
    for batch in table.select(list(model.model_fields)).to_batches(max_chunksize=64):
        yield from from_batch(batch, model)
