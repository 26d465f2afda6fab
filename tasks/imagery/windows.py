"""Where a scene is cut: a regular grid of windows, and windows for objects that the grid cuts."""

import math
from collections.abc import Iterable, Sequence

from schemas.geometry import Box, Window

Span = tuple[int, int]  # half-open, px


def windows(width: int, height: int, size: int, overlap: int) -> tuple[Window, ...]:
    """Return the regular windows of a scene of ``width`` × ``height`` px, row by row.

    A side up to ``size`` is one span. A longer one is cut into spans of exactly ``size`` that
    overlap by ``overlap``, the last one moved inward to the edge.
    """
    columns, rows = spans(width, size, overlap), spans(height, size, overlap)
    return tuple(Window(x0=x0, y0=y0, x1=x1, y1=y1) for y0, y1 in rows for x0, x1 in columns)


def spans(length: int, size: int, overlap: int) -> tuple[Span, ...]:
    """Return the windows of one axis of ``length`` px."""
    if length <= size:
        return ((0, length),)
    last = length - size
    starts = (*range(0, last, size - overlap), last)
    return tuple((start, start + size) for start in starts)


def windows_for(
    width: int, height: int, boxes: Iterable[Box], size: int, overlap: int
) -> tuple[Window, ...]:
    """Return the regular windows and those that ``boxes`` (scene px) need besides, row by row.

    A box that no regular window holds whole, but a tile can hold, is whole in a window of its own,
    centred on it as far as the scene goes; boxes that fit into one tile together share one. The
    part of a box outside the scene does not count.
    """
    columns, rows = spans(width, size, overlap), spans(height, size, overlap)
    cut = [
        outline
        for outline in _outlines(boxes, width, height)
        if _fits(outline, size) and not _is_held(outline, columns, rows)
    ]
    own = [_centred(group, width, height, size) for group in _grouped(cut, size)]
    everything = {*windows(width, height, size, overlap), *own}
    return tuple(sorted(everything, key=lambda w: (w.y0, w.x0)))


_Outline = tuple[int, int, int, int]  # y0, x0, y1, x1 in whole px: sorted row by row


def _outlines(boxes: Iterable[Box], width: int, height: int) -> list[_Outline]:
    """Return the whole pixels that each of ``boxes`` touches inside the scene, row by row."""
    found = {
        (
            max(0, math.floor(y0)), max(0, math.floor(x0)),
            min(height, math.ceil(y1)), min(width, math.ceil(x1)),
        )
        for x0, y0, x1, y1 in boxes
    }  # fmt: skip
    return sorted(o for o in found if o[0] < o[2] and o[1] < o[3])


def _fits(outline: _Outline, size: int) -> bool:
    y0, x0, y1, x1 = outline
    return y1 - y0 <= size and x1 - x0 <= size


def _is_held(outline: _Outline, columns: Sequence[Span], rows: Sequence[Span]) -> bool:
    y0, x0, y1, x1 = outline
    across = any(start <= x0 and x1 <= end for start, end in columns)
    return across and any(start <= y0 and y1 <= end for start, end in rows)


def _grouped(outlines: Sequence[_Outline], size: int) -> list[_Outline]:
    """Return boxes round as many ``outlines`` as fit into one tile together, taken greedily."""
    groups: list[_Outline] = []
    for outline in outlines:
        for index, group in enumerate(groups):
            both = _round(group, outline)
            if _fits(both, size):
                groups[index] = both
                break
        else:
            groups.append(outline)
    return groups


def _round(one: _Outline, other: _Outline) -> _Outline:
    return (
        min(one[0], other[0]), min(one[1], other[1]),
        max(one[2], other[2]), max(one[3], other[3]),
    )  # fmt: skip


def _centred(outline: _Outline, width: int, height: int, size: int) -> Window:
    y0, x0, y1, x1 = outline
    left, right = _centred_span(x0, x1, width, size)
    upper, lower = _centred_span(y0, y1, height, size)
    return Window(x0=left, y0=upper, x1=right, y1=lower)


def _centred_span(start: int, end: int, length: int, size: int) -> Span:
    """Return the span of ``size`` (or the scene's side, if shorter) that is centred on another."""
    size = min(size, length)
    first = min(max(0, (start + end - size) // 2), length - size)
    return first, first + size
