"""A tile with its objects drawn over it, and texts cut at the phrases that mean them."""

import base64
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, Literal

from PIL import Image
from pydantic import Field

from schemas.geometry import Window
from schemas.image_row import ImageObject
from schemas.record import Record
from schemas.sample import Sample
from schemas.turn import Span, SpanKind

WIDEST: Final = 768
QUALITY: Final = 80
COLOURS: Final = 8  # of the palette in the style sheet


class Piece(Record):
    """A run of text and the objects it means; none for plain text."""

    text: str
    refs: tuple[str, ...] = ()


class ShownTurn(Record):
    """One turn, cut into pieces at its spans."""

    role: str
    pieces: tuple[Piece, ...]


class Outline(Record):
    """One object over the picture, in px of the tile."""

    ref: str
    category: str
    points: str = Field(description="x,y pairs as SVG writes them")
    colour: int
    described: bool
    mark: Literal["", "meant", "written"] = Field(
        "", description="meant: one sample is shown, and speaks of it; written: a box in its text"
    )


class Legend(Record):
    """One class of a tile, with the objects that are of it."""

    category: str
    colour: int
    refs: tuple[str, ...]


def outlines_of(objects: Sequence[ImageObject], window: Window) -> tuple[Outline, ...]:
    """Return ``objects`` as they are drawn over the tile; classes get colours by their frequency."""
    counted = Counter(thing.category for thing in objects)
    order = sorted(counted, key=lambda name: (-counted[name], name))
    colours = {name: place % COLOURS for place, name in enumerate(order)}
    return tuple(
        Outline(
            ref=thing.ref,
            category=thing.category,
            points=points(thing.polygon, window),
            colour=colours[thing.category],
            described=thing.described,
        )
        for thing in objects
    )


def legend_of(outlines: Iterable[Outline]) -> tuple[Legend, ...]:
    """Return the classes of ``outlines``, the most frequent first."""
    found: dict[str, list[Outline]] = {}
    for outline in outlines:
        found.setdefault(outline.category, []).append(outline)
    return tuple(
        Legend(category=name, colour=same[0].colour, refs=tuple(one.ref for one in same))
        for name, same in sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    )


def points(polygon: Iterable[tuple[float, float]], window: Window) -> str:
    """Return ``polygon`` (scene px) as SVG writes it over the tile at ``window``."""
    return " ".join(f"{x - window.x0:.1f},{y - window.y0:.1f}" for x, y in polygon)


def turns_of(sample: Sample, *kinds: SpanKind) -> tuple[ShownTurn, ...]:
    """Return the turns of ``sample``, cut at their spans of ``kinds``."""
    spans = [span for span in sample.lineage.spans if span.kind in kinds]
    return tuple(
        ShownTurn(
            role=turn.role,
            pieces=pieces(turn.content, [span for span in spans if span.turn == place]),
        )
        for place, turn in enumerate(sample.turns)
    )


def pieces(text: str, spans: Iterable[Span]) -> tuple[Piece, ...]:
    """Cut ``text`` at its ``spans``, which do not overlap."""
    found: list[Piece] = []
    at = 0
    for span in sorted(spans, key=lambda span: span.start):
        if span.start < at:
            continue
        found += [Piece(text=text[at : span.start])] if span.start > at else []
        found.append(Piece(text=text[span.start : span.end], refs=span.refs))
        at = span.end
    return (*found, Piece(text=text[at:])) if at < len(text) else tuple(found)


def thumbnail(picture: bytes, most: tuple[int, int] = (WIDEST, WIDEST * 2)) -> str:
    """Return ``picture`` as a data URL, scaled down to ``most`` px of width and height."""
    with Image.open(io.BytesIO(picture)) as image:
        image.thumbnail(most)
        file = io.BytesIO()
        image.save(file, "JPEG", quality=QUALITY, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode()
