"""The gallery of the report: tiles spread over task types and sources, with their texts."""

import base64
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

import pyarrow.parquet as pq
from PIL import Image

from schemas.image_row import ImageObject, ImageRow
from schemas.record import Record
from schemas.release import ReleasePart
from schemas.sample import Sample, Span
from schemas.vocabulary import TaskType
from tasks.storage.published import find_rows, read_table
from tasks.storage.releases import release_path
from tasks.storage.store import Store

WIDEST: Final = 768
QUALITY: Final = 80
QUESTIONS: Final = 6  # short question–answer samples shown for a tile, of differing forms
COLOURS: Final = 8  # of the palette in the style sheet
_READ_ROWS: Final = 8


class Piece(Record):
    """A run of text, and the objects it means."""

    text: str
    refs: tuple[str, ...] = ()


class ShownTurn(Record):
    """One turn, cut into pieces at its spans."""

    role: str
    pieces: tuple[Piece, ...]


class ShownSample(Record):
    """One sample of a tile in the gallery."""

    id: str
    task: TaskType
    form: str
    model: str | None
    turns: tuple[ShownTurn, ...]


class Outline(Record):
    """One object, in the picture's own pixels before it was made smaller."""

    ref: str
    category: str
    points: str = Field(description="x,y pairs as SVG writes them")
    colour: int
    described: bool
