"""The boxes that conversations write down, from any dialect to px of the scene."""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from schemas.geometry import Polygon
from schemas.scene import TextBox
from schemas.turn import Turn
from schemas.vocabulary import FindingKind
from tasks.sources.listing import Entry, Listing
from tasks.spatial.dialects import (
    Dialect,
    Frame,
    UnwritableBox,
    dialect_named,
    dialects,
    recognise_dialect,
)

CANONICAL: Final = "pixels"
_ANY: Final = Frame(width=1000, height=1000)  # only to see whether there is a box at all
_BY_SIZE: Final = {"pixels", "coco_xywh", "qwen25", "qwen3"}  # told apart by sizes of pictures
_NUMBERS: Final = re.compile(r"\d[^\n]{0,80}?\d[^\n]{0,80}?\d[^\n]{0,80}?\d")


class Said(NamedTuple):
    """Turns with their boxes in canonical words, and how many boxes were inverted."""

    turns: tuple[Turn, ...]
    boxes: tuple[TextBox, ...]
    inverted: int


class Unspoken(ValueError):
    """Boxes that cannot be read; the message follows “the conversation”."""

    def __init__(self, message: str, kind: FindingKind) -> None:
        super().__init__(message)
        self.kind = kind


class Speech:
    """The dialects of the files of a listing, each recognised over the whole file."""

    def __init__(self, listing: Listing) -> None:
        """Look at the texts of all files."""
        texts: dict[str, list[tuple[str, str | None]]] = {}
        for group, there in ((listing.there(), True), (listing.absent(), False)):
            for image, entries in group:
                for entry in entries:
                    found = ((text, image if there else None) for text in _texts(entry))
                    texts.setdefault(entry.file, []).extend(found)
        self._of_file = {file: _recognised(found, listing) for file, found in texts.items()}

    def read(self, entry: Entry, turns: Sequence[Turn], frame: Frame | None) -> Said:
        """Return ``turns`` with canonical boxes. Raises Unspoken."""
        dialect = self._dialect(entry)
        if dialect is None:
            return Said(tuple(turns), (), 0)
        if frame is None:
            if any(dialect.find(turn.content, _ANY) for turn in turns):
                why = "has boxes in an image whose size is not known"
                raise Unspoken(why, FindingKind.WRONG_SIZE)
            return Said(tuple(turns), (), 0)
        return canonical_turns(turns, dialect, frame)

    def _dialect(self, entry: Entry) -> Dialect | None:
        named = entry.content.get("dialect")
        if named is None:
            name = self._of_file.get(entry.file)
            return dialect_named(name) if name else None
        if not isinstance(named, str) or named not in dialects():
            known = ", ".join(dialects())
            why = f"names a dialect that is not known (known: {known})"
            raise Unspoken(why, FindingKind.WRONG_REFERENCE)
        return dialect_named(named)


def canonical_turns(turns: Sequence[Turn], dialect: Dialect, frame: Frame) -> Said:
    """Return ``turns``, whose boxes are in ``dialect``, with canonical boxes. Raises Unspoken."""
    try:
        read = [_turn(place, turn, dialect, frame) for place, turn in enumerate(turns)]
    except UnwritableBox as error:
        raise Unspoken(f"has a box that cannot be: {error}", FindingKind.ZERO_AREA) from None
    return Said(
        tuple(one.turns[0] for one in read),
        tuple(box for one in read for box in one.boxes),
        sum(one.inverted for one in read),
    )


def _turn(place: int, turn: Turn, dialect: Dialect, frame: Frame) -> Said:
    canonical = dialect_named(CANONICAL)
    boxes: list[TextBox] = []
    text, after, inverted = "", 0, 0
    for found in dialect.find(turn.content, frame):
        between = turn.content[after : found.start]
        text += between if between or not boxes else ", "
        words = canonical.write(found.polygon, frame)
        start, end = len(text), len(text) + len(words)
        boxes.append(TextBox(turn=place, start=start, end=end, polygon=_mended(found.polygon)))
        inverted += _inverted(found.polygon)
        text, after = text + words, found.end
    text += turn.content[after:]
    return Said((turn.model_copy(update={"content": text}),), tuple(boxes), inverted)


def _inverted(polygon: Polygon) -> bool:
    """Say whether two corners of an upright box were exchanged; turned ones have no order."""
    if len({x for x, _ in polygon}) != 2 or len({y for _, y in polygon}) != 2:
        return False
    return polygon[0][0] > polygon[2][0] or polygon[0][1] > polygon[2][1]


def _mended(polygon: Polygon) -> Polygon:
    if not _inverted(polygon):
        return polygon
    (x0, x1), (y0, y1) = sorted({x for x, _ in polygon}), sorted({y for _, y in polygon})
    return (x0, y0), (x1, y0), (x1, y1), (x0, y1)


def _texts(entry: Entry) -> Iterator[str]:
    """Yield the texts of ``entry`` that may hold boxes, unless it names their dialect."""
    turns = entry.content.get("conversations")
    if "dialect" in entry.content or not isinstance(turns, list):
        return
    for turn in turns:
        words = turn.get("value") if isinstance(turn, dict) else None
        if isinstance(words, str) and _NUMBERS.search(words):
            yield words


def _recognised(texts: Sequence[tuple[str, str | None]], listing: Listing) -> str | None:
    name = recognise_dialect([text for text, _ in texts])
    if name not in _BY_SIZE:
        return name
    known = [(text, size) for text, size in _sized(texts, listing)]
    if not known:
        return name
    return recognise_dialect([text for text, _ in known], [frame for _, frame in known])


def _sized(
    texts: Sequence[tuple[str, str | None]], listing: Listing
) -> Iterator[tuple[str, Frame]]:
    frames: dict[str, Frame | None] = {}
    for text, image in texts:
        if image is None:
            continue
        if image not in frames:
            size = listing.images.size(image)
            frames[image] = Frame(width=size.width, height=size.height) if size else None
        frame = frames[image]
        if frame:
            yield text, frame
