"""Reads of ingested parts only what identity needs: never annotations, and few sketches."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from schemas.release import Part
from schemas.vocabulary import Split
from tasks.identity.known import TURNS, Card, Known, Place
from tasks.identity.sketches import SIDE, Sketches
from tasks.storage.parts import check_pages
from tasks.storage.store import Store

_SCENE: Final = ("id", "source", "name", "split", "parent", "aliases", "width", "height")
_COLUMNS: Final = (
    *(f"scene.{name}" for name in _SCENE), "look.pixels_sha256", "look.hashes", "look.contrast",
)  # fmt: skip
_ROWS: Final = 1024


def known_of(store: Store, parts: Sequence[Part]) -> Known:
    """Return what the rows of ``parts`` say of their scenes, without annotations and sketches."""
    cards: list[Card] = []
    hashes, contrast = [np.zeros((0, TURNS), np.uint64)], [np.zeros(0, np.float32)]
    for at, part in enumerate(parts):
        start = len(cards)
        for batch in _batches(store, part, _COLUMNS):
            cards += _cards(batch, at, len(cards) - start)
            looks = batch.column("look")
            hashes.append(_hashes(looks.field("hashes")))
            contrast.append(looks.field("contrast").to_numpy().astype(np.float32))
    return Known.of(cards, np.concatenate(hashes), np.concatenate(contrast))


def sketches_of(
    store: Store, parts: Sequence[Part], known: Known, rows: NDArray[np.int64]
) -> Sketches:
    """Return the sketches of ``rows``, which ascend; parts that hold none of them stay closed."""
    pixels = np.zeros((len(rows), SIDE * SIDE), np.uint8)
    wanted: dict[int, dict[int, int]] = {}
    for at, row in enumerate(rows.tolist()):
        place = known.cards[row].place
        wanted.setdefault(place.part, {})[place.row] = at
    for part, places in sorted(wanted.items()):
        start = 0
        for batch in _batches(store, parts[part], ("look.sketch",)):
            column = batch.column("look").field("sketch")
            for row in range(start, start + len(column)):
                if row in places:
                    pixels[places[row]] = np.frombuffer(column[row - start].as_buffer(), np.uint8)
            start += len(column)
    return Sketches(rows, pixels)


def _cards(batch: pa.RecordBatch, part: int, start: int) -> Iterator[Card]:
    scenes, looks = batch.column("scene"), batch.column("look")
    columns = [scenes.field(name).to_pylist() for name in _SCENE]
    columns.append(looks.field("pixels_sha256").to_pylist())
    for row, (scene_id, source, name, split, parent, aliases, *rest) in enumerate(
        zip(*columns, strict=True), start=start
    ):
        width, height, pixels = rest
        yield Card(
            scene_id, source, name, "", Split(split) if split else None, parent, tuple(aliases),
            width, height, pixels, Place(part, row),
        )  # fmt: skip


def _hashes(column: pa.ListArray) -> NDArray[np.uint64]:
    digits = "".join(column.flatten().to_pylist())
    return np.frombuffer(bytes.fromhex(digits), ">u8").astype(np.uint64).reshape(-1, TURNS)


def _batches(store: Store, part: Part, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Yield only these leaves of the rows of ``part``. Raises DamagedPart where it is torn."""
    with store.open(part.path) as file:
        try:
            parquet = pq.ParquetFile(file, page_checksum_verification=True)
            yield from parquet.iter_batches(batch_size=_ROWS, columns=list(columns))
        except (pa.ArrowException, OSError, ValueError):
            check_pages(store, part.path)  # names the part if that is what is torn
            raise
