"""Expressions that name exactly one object of a tile, unique by construction.

An expression is a conjunction of predicates. It is evaluated against every object of the tile, the
hardly visible ones too, and every object that somebody might take for what is meant counts as
selected: classes that overlap, places near a grid line, extremes by a hair. It is kept only if it
selects its target and nothing else. Where a class is not labelled completely nothing can be unique.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, Literal, get_args

import shapely

from schemas.facts import Cell, ObjectFact
from schemas.geometry import Box
from schemas.record import Record
from schemas.vocabulary import Shape
from tasks.forms.position import clear_cell
from tasks.forms.proposal import place
from tasks.forms.view import Tally, View
from tasks.lexicon import number_word, related
from tasks.spatial.grid import CELLS
from tasks.spatial.groups import groups
from tasks.spatial.polygons import area, shape_of
from tasks.spatial.relations import MIN_GAP, NEAREST_FACTOR, direction_of

Extreme = Literal["leftmost", "rightmost", "topmost", "bottommost", "largest", "smallest"]
Tie = Literal["nearest", "left_of", "right_of", "above", "below"]

EXTREMES: Final[tuple[Extreme, ...]] = get_args(Extreme)
TIES: Final[tuple[Tie, ...]] = get_args(Tie)
STEP: Final = 0.02  # of the longer side of the picture: how far an extreme leads
LARGER: Final = 1.25  # area of the largest against any other, by its true outline
LARGER_BOX: Final = 2.0  # by horizontal boxes, which grow when a thing lies diagonally
ORDINALS: Final = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
]
FEW: Final = 6  # objects that one counts at a glance
LONGEST_ROW: Final = 20  # objects: beyond that nobody counts along
ALONG: Final = 30.0  # degrees: how far a row may lie from an axis to be counted along it
REACH: Final = 0.1  # of its box: an object with that much in a cell may be meant by it


class Expression(Record):
    """Predicates that together select ``target``, and the words for them."""

    target: str
    category: str
    words: str
    extreme: Extreme | None = None
    cell: Cell | None = None
    tie: Tie | None = None
    anchor: str | None = None
    ordinal: int | None = None
    row: tuple[str, ...] = ()


@lru_cache(maxsize=1)  # two forms ask about the same tile
def expressions(view: View) -> Mapping[str, tuple[Expression, ...]]:
    """Return the unique expressions of every object that has one, by its number."""
    found: dict[str, list[Expression]] = {}
    alone = [one for tally in view.tallies for one in _alone(tally, view)]
    for tally in view.tallies:
        if not tally.complete or not tally.count:
            continue
        rivals = candidates(tally.category, view)
        several = () if len(rivals) == 1 else tuple(_several(tally, rivals, alone, view))
        for one in (*(a for a in alone if a.category == tally.category), *several):
            found.setdefault(one.target, []).append(one)
    return {ref: tuple(ones) for ref, ones in found.items()}


def candidates(category: str, view: View) -> list[ObjectFact]:
    """Return all objects of the tile that may be called ``category``."""
    return [fact for fact in view.facts.values() if related(fact.category, category)]


def possibly_in(cell: Cell, rivals: Sequence[ObjectFact], view: View) -> list[ObjectFact]:
    """Return those of which a share lies in ``cell``."""
    column, line = CELLS.index(cell) % 3, CELLS.index(cell) // 3
    wide, high = view.width / 3, view.height / 3
    bounds = (column * wide, line * high, (column + 1) * wide, (line + 1) * high)
    return [fact for fact in rivals if _share(fact.box, bounds) > REACH]


def winner(extreme: Extreme, rivals: Sequence[ObjectFact], view: View) -> str | None:
    """Return the one that leads all ``rivals`` by a clear margin, None where none does."""
    if extreme in ("largest", "smallest"):
        return _by_size(extreme, rivals, view)
    axis, sign = (
        (0 if extreme in ("leftmost", "rightmost") else 1),
        (1 if extreme in ("leftmost", "topmost") else -1),
    )
    edge = axis if sign > 0 else axis + 2
    margin = STEP * max(view.width, view.height)
    ordered = sorted(rivals, key=lambda fact: (sign * _middle(fact.box, axis), fact.ref))
    first, others = ordered[0], ordered[1:]
    leads = all(
        sign * (_middle(other.box, axis) - _middle(first.box, axis)) >= margin
        and sign * (other.box[edge] - first.box[edge]) > 0
        for other in others
    )
    return first.ref if leads else None


def tied(tie: Tie, anchor: ObjectFact, rivals: Sequence[ObjectFact]) -> str | None:
    """Return the only one of ``rivals`` that can be meant by its tie to ``anchor``."""
    if tie == "nearest":
        return _nearest_to(anchor, rivals)
    maybe = [fact for fact in rivals if _may_lie(tie, fact.box, anchor.box)]
    if len(maybe) != 1:
        return None
    lies = direction_of(maybe[0].box, anchor.box)
    return maybe[0].ref if lies and lies[0] == tie else None


def _alone(tally: Tally, view: View) -> Iterator[Expression]:
    if tally.complete and tally.count == 1 and len(candidates(tally.category, view)) == 1:
        words = f"the {tally.category}"
        yield Expression(target=tally.refs[0], category=tally.category, words=words)


def _several(
    tally: Tally, rivals: Sequence[ObjectFact], alone: Sequence[Expression], view: View
) -> Iterator[Expression]:
    """Yield what selects one of at least two ``rivals``, as long as it may be spoken of."""
    tried = [
        *_extremes(tally, rivals, view),
        *_in_cells(tally, rivals, view),
        *_tied(tally, rivals, alone, view),
    ]
    if {fact.ref for fact in rivals} == set(tally.refs):  # else people count differently
        tried += [*_ordinals(tally, rivals, view), *_along_row(tally, rivals, view)]
    yield from (one for one in tried if one.target in tally.refs)


def _extremes(
    tally: Tally, rivals: Sequence[ObjectFact], view: View, cell: Cell | None = None
) -> Iterator[Expression]:
    where = f" {place(cell)}" if cell else ""
    for extreme in EXTREMES:
        sized = extreme in ("largest", "smallest")
        if sized and tally.category.startswith(("large ", "small ")):
            continue  # "the largest small vehicle" is no English
        found = winner(extreme, rivals, view)
        if found and (cell is None or clear_cell(view.facts[found], view) == cell):
            two = sized and len(rivals) == 2
            word = extreme.replace("st", "r") if two else extreme
            yield Expression(
                target=found,
                category=tally.category,
                words=f"the {word} {tally.category}{where}",
                extreme=extreme,
                cell=cell,
            )


def _in_cells(tally: Tally, rivals: Sequence[ObjectFact], view: View) -> Iterator[Expression]:
    for cell in CELLS:
        here = possibly_in(cell, rivals, view)
        if len(here) > 1:
            yield from _extremes(tally, here, view, cell)
        elif here and clear_cell(here[0], view) == cell:
            words = f"the {tally.category} {place(cell)}"
            yield Expression(target=here[0].ref, category=tally.category, words=words, cell=cell)


def _tied(
    tally: Tally, rivals: Sequence[ObjectFact], alone: Sequence[Expression], view: View
) -> Iterator[Expression]:
    ways = {
        "nearest": "nearest to", "left_of": "to the left of", "right_of": "to the right of",
        "above": "above", "below": "below",
    }  # fmt: skip
    for other in alone:
        if related(other.category, tally.category):
            continue
        for tie in TIES:
            found = tied(tie, view.facts[other.target], rivals)
            if found:
                yield Expression(
                    target=found,
                    category=tally.category,
                    words=f"the {tally.category} {ways[tie]} {other.words}",
                    tie=tie,
                    anchor=other.target,
                )


def _ordinals(tally: Tally, rivals: Sequence[ObjectFact], view: View) -> Iterator[Expression]:
    """Count a few objects from the left or the top, where their order is clear."""
    if not 3 <= len(rivals) <= FEW:
        return
    margin = STEP * max(view.width, view.height)
    for axis, side in ((0, "left"), (1, "top")):
        ordered = sorted(rivals, key=lambda fact: (_middle(fact.box, axis), fact.ref))
        if all(_is_before(one, other, axis, margin) for one, other in pairwise(ordered)):
            inner = range(2, len(ordered))  # the outer ones are the leftmost and the rightmost
            yield from _counted(tally, [fact.ref for fact in ordered], inner, f"from the {side}")


def _along_row(tally: Tally, rivals: Sequence[ObjectFact], view: View) -> Iterator[Expression]:
    """Count along a row that holds all objects of the class, so that no other row can be meant."""
    if len(rivals) > LONGEST_ROW:
        return
    rows = groups(rivals, view.width, view.height)
    if len(rows) != 1 or rows[0].kind != "row" or rows[0].angle is None:
        return
    row, angle = rows[0], rows[0].angle
    upright = abs(angle - 90) <= ALONG
    if upright or min(angle, 180 - angle) <= ALONG:
        axis, side = (1, "top") if upright else (0, "left")
        refs = sorted(row.refs, key=lambda ref: _middle(view.facts[ref].box, axis))
        where = f"from the {side} in the row of {number_word(len(refs))}"
        yield from _counted(tally, refs, range(1, len(refs) + 1), where)


def _counted(
    tally: Tally, refs: Sequence[str], places: Iterable[int], where: str
) -> Iterator[Expression]:
    for number in places:
        if number <= len(ORDINALS):
            yield Expression(
                target=refs[number - 1],
                category=tally.category,
                words=f"the {ORDINALS[number - 1]} {tally.category} {where}",
                ordinal=number,
                row=tuple(refs),
            )


def _is_before(one: ObjectFact, other: ObjectFact, axis: int, margin: float) -> bool:
    """Say whether both edges and, by ``margin``, the middle of ``one`` come first."""
    return (
        _middle(one.box, axis) + margin <= _middle(other.box, axis)
        and one.box[axis] < other.box[axis]
        and one.box[axis + 2] < other.box[axis + 2]
    )


def _by_size(extreme: Extreme, rivals: Sequence[ObjectFact], view: View) -> str | None:
    """Compare what can be seen of one with the whole of the others, and the other way round."""
    things = [view.objects[fact.ref] for fact in rivals]
    seen = {thing.ref: area(thing.clipped) for thing in things}
    whole = {thing.ref: max(area(thing.polygon), seen[thing.ref]) for thing in things}
    large = extreme == "largest"
    first = (
        max(sorted(seen), key=seen.__getitem__)
        if large
        else min(sorted(seen), key=whole.__getitem__)
    )
    boxes = any(thing.shape is Shape.HBB for thing in things)
    lead = LARGER_BOX if boxes else LARGER
    if view.facts[first].truncated:
        return None
    if large:
        leads = all(seen[first] >= lead * whole[ref] for ref in seen if ref != first)
    else:
        leads = all(lead * whole[first] <= seen[ref] for ref in seen if ref != first)
    return first if leads else None


def _nearest_to(anchor: ObjectFact, rivals: Sequence[ObjectFact]) -> str | None:
    at = shape_of(anchor.polygon)
    gaps = sorted((float(shapely.distance(at, shape_of(f.polygon))), f.ref) for f in rivals)
    clear = len(gaps) == 1 or gaps[1][0] > NEAREST_FACTOR * gaps[0][0] + MIN_GAP
    return gaps[0][1] if clear else None


def _may_lie(tie: Tie, box: Box, anchor: Box) -> bool:
    """Say whether the middle of ``box`` is on that side of the far edge of ``anchor``."""
    x, y = _middle(box, 0), _middle(box, 1)
    sides = {
        "left_of": x < anchor[2],
        "right_of": x > anchor[0],
        "above": y < anchor[3],
        "below": y > anchor[1],
    }
    return sides[tie]


def _share(box: Box, bounds: Box) -> float:
    """Return the share of ``box`` that lies within ``bounds``."""
    wide = min(box[2], bounds[2]) - max(box[0], bounds[0])
    high = min(box[3], bounds[3]) - max(box[1], bounds[1])
    whole = (box[2] - box[0]) * (box[3] - box[1])
    return wide * high / whole if wide > 0 and high > 0 and whole > 0 else 0.0


def _middle(box: Box, axis: int) -> float:
    return (box[axis] + box[axis + 2]) / 2
