"""The index of a release: in which file a row stands, found by its id with few bytes read.

``index.parquet`` has one row per sample, tile and rejection, sorted by a hash of its id, so that
statistics lead to one row group. Without it each file would be asked for the id: ids are hashes, so
the range of every file covers all of them. Bloom filters would name the file as well, at one request
a file; pyarrow writes them but does not read by them, so none are written.
"""

import hashlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from schemas.release import Manifest, ReleasePart
from tasks.storage.published import found_tables, read_table, write_table
from tasks.storage.releases import release_path
from tasks.storage.store import Store

INDEX: Final = "index.parquet"
GROUP_ROWS: Final = 8192
READERS: Final = 16
IDS: Final = {"samples": "id", "images": "tile_id", "rejections": "subject_id"}
SCHEMA: Final = pa.schema(
    [
        pa.field("key", pa.uint64(), nullable=False),
        pa.field("file", pa.dictionary(pa.int32(), pa.string()), nullable=False),
    ]
)

Indexed = Literal["samples", "images", "rejections"]


def write_index(store: Store, version: str, parts: Iterable[ReleasePart]) -> ReleasePart:
    """Write the index of the files ``parts`` of release ``version``; takes 16 bytes a row."""
    tables = sorted((part for part in parts if part.table in IDS), key=lambda part: part.path)

    def keys_in(part: ReleasePart) -> NDArray[np.uint64]:
        path = release_path(version, part.path)
        column = read_table(store, path, [IDS[part.table]])[IDS[part.table]]
        return np.fromiter((key_of(name) for name in column.to_pylist()), np.uint64, part.rows)

    with ThreadPoolExecutor(READERS) as readers:
        found = list(readers.map(keys_in, tables))
    keys = np.concatenate([*found, np.empty(0, np.uint64)])
    files = np.repeat(np.arange(len(tables), dtype=np.int32), [len(each) for each in found])
    order = np.lexsort((files, keys))
    names = pa.array([part.path for part in tables], pa.string())
    return write_table(
        store, version, INDEX, "index", SCHEMA, _groups(keys[order], files[order], names)
    )


def files_with(
    store: Store, manifest: Manifest, table: Indexed, ids: Iterable[str]
) -> Iterator[str]:
    """Yield the files of ``table`` that may hold rows with one of ``ids``, relative to the release.

    In a release without an index, all that are not empty.
    """
    here = [part.path for part in manifest.parts if part.table == table and part.rows]
    if not any(part.path == INDEX for part in manifest.parts):
        yield from here
        return
    keys = [key_of(name) for name in ids]
    path = release_path(manifest.version, INDEX)
    groups = found_tables(store, path, ["file"], "key", pa.array(keys, pa.uint64()))
    named = {name for group in groups for name in group["file"].to_pylist()}
    yield from (path for path in here if path in named)


def key_of(name: str) -> int:
    """Return the key of an id: the first 8 bytes of its SHA-256."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")


def _groups(
    keys: NDArray[np.uint64], files: NDArray[np.int32], names: pa.Array
) -> Iterator[pa.Table]:
    for start in range(0, len(keys), GROUP_ROWS):
        rows = slice(start, start + GROUP_ROWS)
        file = pa.DictionaryArray.from_arrays(pa.array(files[rows]), names)
        yield pa.table({"key": keys[rows], "file": file}, SCHEMA)
