"""Parts come back as they were, equal rows give equal bytes, damage is named."""

from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.arrow import arrow_schema, to_batch
from schemas.errors import DamagedPart, StorageError
from schemas.geometry import Window
from schemas.record import Record
from schemas.scene import Scene
from schemas.tile import LabelledTile, Tile, TileOutline
from schemas.vocabulary import Split
from tasks.storage import parts
from tasks.storage.parts import (
    Footers,
    PartWriter,
    read_batches,
    read_footer,
    read_rows,
    write_rows,
)
from tasks.storage.store import Store
from tests.schemas.strategies import records, tables


class Number(Record):
    value: int


class Text(Record):
    text: str


class Named(Record):
    name: str
    picture: bytes


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path))


@pytest.mark.parametrize("model", [*tables(), TileOutline], ids=lambda model: model.__name__)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(draw=st.data())
def test_every_table_comes_back_from_a_part(model: type[Record], draw: st.DataObject):
    rows = draw.draw(st.lists(records(model), max_size=2))
    store = Store(f"memory://{uuid4().hex}")
    assert write_rows(store, "a.parquet", model, rows, {"rows": len(rows)}) == len(rows)
    assert list(read_rows(store, "a.parquet", model)) == rows
    assert read_footer(store, "a.parquet") == {"rows": len(rows)}


def test_equal_rows_give_equal_bytes(store: Store):
    rows = [Named(name=f"n{n % 7}", picture=bytes([n % 256] * 50)) for n in range(5000)]
    write_rows(store, "a", Named, rows, {"rows": 5000})
    write_rows(store, "b", Named, rows, {"rows": 5000})
    assert store.read("a") == store.read("b")


def test_pictures_are_stored_as_they_are_and_text_is_compressed(store: Store):
    noise = np.random.default_rng(0).bytes(4000)
    write_rows(store, "a", Named, [Named(name="long " * 5000, picture=noise)])
    group = pq.ParquetFile(pa.BufferReader(store.read("a"))).metadata.row_group(0)
    columns = {group.column(i).path_in_schema: group.column(i) for i in range(2)}
    assert columns["name"].compression == "ZSTD"
    assert columns["picture"].compression == "UNCOMPRESSED"
    assert not columns["picture"].is_stats_set
    assert noise in store.read("a")
    assert len(store.read("a")) < 4000 + 3000


def test_of_a_tile_only_the_picture_is_uncompressed(store: Store):
    write_rows(store, "a", Tile, [_tile()])
    group = pq.ParquetFile(pa.BufferReader(store.read("a"))).metadata.row_group(0)
    columns = [group.column(i) for i in range(group.num_columns)]
    assert [c.path_in_schema for c in columns if c.compression != "ZSTD"] == ["image"]


def test_an_outline_is_read_without_the_picture(store: Store):
    write_rows(store, "a", Tile, [_tile()])
    (outline,) = read_rows(store, "a", TileOutline)
    assert type(outline) is TileOutline
    assert outline.model_dump() == _tile().model_dump(exclude={"image", "labels"})


def test_groups_end_by_bytes_however_rows_come(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(parts, "GROUP_BYTES", 1000)
    rows = [Named(name=str(n), picture=bytes(700 if n >= 8 else 1)) for n in range(12)]
    with store.create("a") as file, PartWriter(file, Named) as writer:
        for row in rows:
            writer.write(row)
    with store.create("b") as file, PartWriter(file, Named) as writer:
        for start in range(0, 12, 5):
            writer.write_batch(to_batch(rows[start : start + 5], Named))
    metadata = pq.ParquetFile(pa.BufferReader(store.read("a"))).metadata
    sizes = [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)]
    assert sizes == [10, 2]
    assert list(read_rows(store, "a", Named)) == rows
    assert store.read("a") == store.read("b")


def test_batches_and_records_keep_their_order(store: Store):
    rows = [Number(value=n) for n in range(20)]
    with store.create("a") as file, PartWriter(file, Number) as writer:
        writer.write(rows[0])
        writer.write_batch(to_batch(rows[1:4], Number))
        writer.write_batch(to_batch([], Number))
        writer.write_batch(to_batch(rows[4:9], Number))
        for row in rows[9:16]:
            writer.write(row)
        writer.write_batch(to_batch(rows[16:], Number))
    assert writer.count == 20
    assert list(read_rows(store, "a", Number)) == rows


def test_many_small_batches_are_all_written(store: Store):
    with store.create("a") as file, PartWriter(file, Number) as writer:
        for n in range(300):
            writer.write_batch(to_batch([Number(value=n)], Number))
    assert [row.value for row in read_rows(store, "a", Number)] == list(range(300))


def test_batches_that_were_read_can_be_written_again(store: Store):
    write_rows(store, "a", Tile, [_tile()] * 3)
    with store.create("b") as file, PartWriter(file, Tile) as writer:
        for batch in read_batches(store, "a", Tile):
            writer.write_batch(batch)
    written = [tile.model_dump() for tile in read_rows(store, "b", Tile)]
    assert written == [_tile().model_dump()] * 3


def test_batches_have_only_the_columns_of_the_record(store: Store):
    write_rows(store, "a", Tile, [_tile()] * 300)
    batches = list(read_batches(store, "a", LabelledTile))
    assert [batch.num_rows for batch in batches] == [256, 44]
    assert batches[0].schema.names == list(LabelledTile.model_fields)


def test_batches_of_other_columns_are_a_damaged_part(store: Store):
    write_rows(store, "a", Number, [Number(value=1)])
    with pytest.raises(DamagedPart, match="a is not a whole part"):
        list(read_batches(store, "a", Text))


def test_a_schema_with_metadata_keeps_it(store: Store):
    schema = arrow_schema(Number).with_metadata({"huggingface": "{}"})
    with store.create("a") as file, PartWriter(file, Number, schema=schema) as writer:
        writer.write(Number(value=1))
        writer.footer = {"rows": 1}
    read = pq.read_schema(pa.BufferReader(store.read("a")))
    assert read.metadata[b"huggingface"] == b"{}"
    assert read_footer(store, "a") == {"rows": 1}


def test_an_empty_part_has_its_columns(store: Store):
    write_rows(store, "a", Tile, [], {"rows": 0})
    assert list(read_rows(store, "a", Tile)) == []
    assert read_footer(store, "a") == {"rows": 0}


def test_a_part_without_footer_has_an_empty_one(store: Store):
    write_rows(store, "a", Number, [Number(value=1)])
    assert read_footer(store, "a") == {}


def test_a_missing_part_is_named(store: Store):
    with pytest.raises(StorageError, match="a: no such file"):
        read_footer(store, "a")


def _whole() -> bytes:
    store = Store("memory://whole-part")
    write_rows(store, "a", Number, [Number(value=n) for n in range(3000)], {"rows": 3000})
    return store.read("a")


WHOLE = _whole()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PAR1",
        b"no Parquet at all",
        WHOLE[:-1],
        WHOLE[: len(WHOLE) // 2],
        WHOLE[4:],
        bytes(99),
    ],
    ids=["empty", "magic", "foreign", "last byte", "half", "beginning", "zeros"],
)
def test_a_torn_or_foreign_part_is_named_with_what_to_do(store: Store, content: bytes):
    store.write("a", content)
    with pytest.raises(DamagedPart, match=r"a is not a whole part .*Delete it and run the build"):
        list(read_rows(store, "a", Number))


@pytest.mark.parametrize("content", [b"", b"PAR1", b"no Parquet at all", WHOLE[:-1], bytes(99)])
def test_a_footer_that_is_torn_is_named_too(store: Store, content: bytes):
    store.write("a", content)
    with pytest.raises(DamagedPart, match="a is not a whole part"):
        read_footer(store, "a")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255), st.integers(1, 400))
def test_whatever_byte_is_altered_nothing_but_a_damaged_part_is_raised(
    start: int, change: int, length: int
):
    content = bytearray(WHOLE)
    for place in range(start, min(start + length, len(content))):
        content[place] ^= change
    store = Store(f"memory://{uuid4().hex}")
    store.write("a", bytes(content))
    for read in (lambda: read_footer(store, "a"), lambda: list(read_rows(store, "a", Number))):
        with suppress(DamagedPart):
            read()


def test_other_columns_are_a_damaged_part(store: Store):
    write_rows(store, "a", Number, [Number(value=1)])
    with pytest.raises(DamagedPart, match="a is not a whole part"):
        list(read_rows(store, "a", Text))


def test_rows_that_the_record_does_not_allow_are_a_damaged_part(store: Store):
    table = pa.table({"value": ["no number"]})
    with store.create("a") as file:
        pq.write_table(table, file)
    with pytest.raises(DamagedPart, match="a is not a whole part"):
        list(read_rows(store, "a", Number))


def test_raising_while_a_part_is_written_leaves_none(store: Store):
    def rows():
        yield Number(value=1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_rows(store, "a", Number, rows())
    assert store.list("") == []


def _tile() -> Tile:
    scene = Scene(
        id="0" * 20, source="dota", name="a.png", uri="a.png", sha256="0" * 64,
        perceptual_hash="0" * 16, width=9, height=9, bands=3,
    )  # fmt: skip
    window = Window(x0=0, y0=0, x1=9, y1=9)
    return Tile(
        id="1" * 20, scene=scene, window=window, split=Split.TRAIN, component="c" * 20,
        image_sha256="2" * 64, objects=(), image=bytes(5000),
    )  # fmt: skip


def test_two_readers_of_a_part_share_its_footer_while_they_read(store: Store):
    written = [Number(value=n) for n in range(500)]
    write_rows(store, "a", Number, written)
    footers = Footers()
    rows = read_rows(store, "a", Number, footers=footers)
    assert next(rows) == written[0]
    (shared,) = footers.values()
    batches = read_batches(store, "a", Number, footers=footers)
    assert next(batches)["value"].to_pylist() == list(range(256))
    assert footers["a"] is shared
    assert list(rows) == written[1:]
    del shared, rows, batches
    assert not footers
