"""Files of a release: the same rows give the same bytes, in however many chunks they were read."""

import random

import pyarrow as pa
import pytest

from tasks.storage.published import read_table, sliced, write_groups
from tasks.storage.store import Store

SCHEMA = pa.schema([("id", pa.string()), ("text", pa.string()), ("number", pa.int64())])


@pytest.fixture
def rows() -> pa.Table:
    draw = random.Random(7)
    words = [draw.randbytes(draw.randrange(600)).hex() for _ in range(5_000)]
    ids = [f"{number:05d}" for number in range(len(words))]
    return pa.table([ids, words, list(range(len(words)))], schema=SCHEMA)


def test_a_table_of_many_groups_is_written_as_one_of_one_chunk(tmp_path, rows: pa.Table):
    store = Store(str(tmp_path))
    write_groups(store, "small.parquet", SCHEMA, sliced(rows, 777))
    again = read_table(store, "small.parquet")
    assert again.equals(rows)
    assert again["text"].num_chunks > 1
    _, _, whole = write_groups(store, "whole.parquet", SCHEMA, sliced(rows))
    _, _, read = write_groups(store, "read.parquet", SCHEMA, sliced(again))
    assert read == whole
    assert (tmp_path / "read.parquet").read_bytes() == (tmp_path / "whole.parquet").read_bytes()
