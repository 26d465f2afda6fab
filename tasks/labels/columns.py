"""What is read: the labels of a batch of tiles, column by column."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import pyarrow as pa

WHOLE: Final = "raise tile.whole or tile.size above its longer side, so that it passes whole"


@dataclass(frozen=True)
class Image:
    """One tile of a batch."""

    row: int
    id: str
    name: str
    source: str
    scene_id: str
    width: int  # px
    height: int
    is_whole: bool  # shows its whole scene

    @property
    def size(self) -> str:
        """Return “712×557”."""
        return f"{self.width}×{self.height}"


class Labels:
    """The labels of a batch of LabelledTile rows: lists over all of them, made when asked for."""

    def __init__(self, batch: pa.RecordBatch) -> None:
        """Take the columns of ``batch``; they are not copied."""
        self.batch = batch
        self._lists = batch.column("labels")
        self.flat: pa.StructArray = self._lists.flatten()
        self._columns: dict[str, list[Any]] = {}

    def column(self, name: str) -> list[Any]:
        """Return the values of one field, None where a label has no such field."""
        if name not in self._columns:
            self._columns[name] = self.flat.field(name).to_pylist()
        return self._columns[name]

    def texts(self, name: str) -> list[str]:
        """Return the values of one text field."""
        return self.column(name)

    @cached_property
    def ids(self) -> list[str]:
        """The labels' ids."""
        return self.texts("id")

    def given(self, place: int) -> str:
        """Return the text of the label at ``place`` as given, a line per part."""
        match self.texts("kind")[place]:
            case "question_answer":
                return f"{self.texts('question')[place]}\n{self.texts('answer')[place]}"
            case "referring":
                return self.texts("expression")[place]
            case "scene_class":
                return self.texts("category_as_given")[place]
            case "conversation":
                return "\n".join(turn["content"] for turn in self.column("turns")[place])
        return self.texts("text")[place]

    def images(self) -> Iterator[tuple[Image, dict[str, list[int]]]]:
        """Yield each tile with the places of its labels in the columns, by kind."""
        kinds, start = self.texts("kind"), 0
        for image, count in zip(self._images(), self._counts(), strict=True):
            places: dict[str, list[int]] = {}
            for place in range(start, start + count):
                places.setdefault(kinds[place], []).append(place)
            start += count
            yield image, places

    def _counts(self) -> list[int]:
        return [count or 0 for count in self._lists.value_lengths().to_pylist()]

    def _images(self) -> Iterator[Image]:
        scenes, window = self.batch.column("scene"), self.batch.column("window")
        names = [
            scenes.field(name).to_pylist() for name in ("name", "source", "id", "width", "height")
        ]
        corners = [window.field(name).to_pylist() for name in ("x0", "y0", "x1", "y1")]
        ids = self.batch.column("id").to_pylist()
        for row, (tile, name, source, scene, width, height, *box) in enumerate(
            zip(ids, *names, *corners, strict=True)
        ):
            whole = box == [0, 0, width, height]
            yield Image(row, tile, name, source, scene, width, height, whole)
