"""The text of a sample with its boxes in another dialect: only the spans of boxes and units change."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from schemas.geometry import Polygon
from schemas.sample import Sample, SampleObject
from schemas.turn import Span, Turn
from tasks.spatial.dialects import Dialect, Frame, dialect_named
from tasks.spatial.polygons import box_of

PUBLISHED = "pixels"  # the dialect of published text


class _Edit(NamedTuple):
    start: int
    end: int
    words: str


def reworded(sample: Sample, dialect: Dialect) -> tuple[Turn, ...]:
    """Return the turns of ``sample`` with boxes in ``dialect`` and no words about pixels.

    A box is written anew from the polygons of its objects, so that turned ones stay turned; one
    that no span ties to objects, from its own numbers. Raises UnwritableBox.
    """
    if dialect.name == PUBLISHED:
        return sample.turns
    window = sample.window
    frame = Frame(width=window.width, height=window.height)
    outlines = {thing.ref: _outline(thing, window.x0, window.y0) for thing in sample.objects}
    spans = sample.lineage.spans
    return tuple(
        _turn(turn, [s for s in spans if s.turn == place], dialect, frame, outlines)
        for place, turn in enumerate(sample.turns)
    )


def _turn(
    turn: Turn,
    spans: Sequence[Span],
    dialect: Dialect,
    frame: Frame,
    outlines: Mapping[str, Polygon],
) -> Turn:
    text = turn.content
    tied = [span for span in spans if span.kind != "phrase"]
    edits = [*_tied(tied, dialect, frame, outlines), *_loose(text, tied, dialect, frame)]
    for edit in sorted(edits, reverse=True):
        text = f"{text[: edit.start]}{edit.words}{text[edit.end :]}"
    return turn.model_copy(update={"content": text})


def _tied(
    spans: Sequence[Span], dialect: Dialect, frame: Frame, outlines: Mapping[str, Polygon]
) -> Iterator[_Edit]:
    for span in spans:
        words = ""
        if span.kind == "box":
            words = dialect.write(_round([outlines[ref] for ref in span.refs]), frame)
        yield _Edit(span.start, span.end, words)


def _loose(text: str, tied: Sequence[Span], dialect: Dialect, frame: Frame) -> Iterator[_Edit]:
    """Yield the boxes that no span covers."""
    for box in dialect_named(PUBLISHED).find(text, frame):
        if all(box.end <= span.start or box.start >= span.end for span in tied):
            yield _Edit(box.start, box.end, dialect.write(box.polygon, frame))


def _round(outlines: Sequence[Polygon]) -> Polygon:
    """Return the only outline, or the upright box round several."""
    if len(outlines) == 1:
        return outlines[0]
    x0, y0, x1, y1 = box_of(tuple(point for outline in outlines for point in outline))
    return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))


def _outline(thing: SampleObject, x0: int, y0: int) -> Polygon:
    return tuple((x - x0, y - y0) for x, y in thing.polygon)
