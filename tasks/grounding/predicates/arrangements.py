"""How several things stand together: in a row, a ring, a cluster, scattered, parallel, alike in size."""

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from math import comb
from typing import Final

import numpy as np

from schemas.verdict import ClaimKind
from tasks.grounding.predicates.directions import CROOKED, elongated, line
from tasks.grounding.predicates.judged import (
    Judged,
    borderline,
    contradicted,
    supported,
    unverifiable,
)
from tasks.grounding.truth import Floats, Graded, Truth

STRAIGHT: Final = 0.12  # of a row's length: centres leave its line by no more
SOME: Final = (
    0.55  # of some things in one row: who says that they stand in a row is not clearly wrong
)
RING: Final = (
    0.15,
    0.35,
)  # relative spread of the distances to the middle: a ring, and clearly none
CLUSTER: Final = (2.5, 0.6)  # lengths between neighbours and share of a side that are a cluster
NO_CLUSTER: Final = (3.5, 0.6)  # and clearly none
PAIR_APART: Final = 0.25  # of the diagonal: two things farther apart are no cluster
SCATTERED: Final = (2.0, 0.4)
NOT_SCATTERED: Final = (1.8, 0.62)
ALIKE: Final = (1.4, 2.0)  # ratio of the largest to the smallest area: alike, and clearly not
FOUND: Final = 400  # choices of some of the objects that are tried
SAME_WAY: Final = 15.0  # degrees from the mean
OTHER_WAY: Final = 25.0


class Arrangement:
    """“In a row”, “side by side”, “scattered”: how several things stand together."""

    kind = ClaimKind.ARRANGEMENT

    def __init__(self, arrangement: str, start: int, end: int, rows: float = 1) -> None:
        """Claim ``arrangement``, a name of the word list; of ``rows`` rows."""
        self.arrangement, self.rows, self.start, self.end = arrangement, rows, start, end
        if arrangement in {"alike", "unlike"}:
            self.kind = ClaimKind.SIZE

    def each(self, truth: Truth) -> Graded:
        """Leave it open which objects stand so."""
        return truth.anything()

    def judge(self, truth: Truth, places: Sequence[int]) -> Judged:
        """Say whether the objects stand so together."""
        if len(places) < 2:
            return unverifiable("one object has no arrangement")
        if self.rows != 1 and self.arrangement == "row":
            return _in_rows(truth, places, self.rows)
        found = _ARRANGED.get(self.arrangement)
        return found(truth, places) if found else unverifiable("this is not told apart")

    def among(self, truth: Truth, places: Sequence[int], count: int) -> Judged:
        """Say whether some ``count`` of the objects at ``places`` stand so together."""
        if count >= len(places):
            return self.judge(truth, places)
        if count < 2 or comb(len(places), count) > FOUND:
            return unverifiable("which objects are meant is not certain")
        found = [self.judge(truth, some) for some in combinations(places, count)]
        order = ("supported", "unverifiable", "contradicted")
        return min(found, key=lambda judged: order.index(judged.outcome))


def _in_line(truth: Truth, places: Sequence[int]) -> Judged:
    if len(places) == 2:
        return supported("two objects always stand in a line")
    _, spread = line(truth.centres[list(places)])
    evidence = f"the centres leave a line by {100 * spread:.0f} % of its length"
    if spread <= STRAIGHT:
        return supported(evidence)
    if spread <= CROOKED or _largest_row(truth, places) >= max(4.0, SOME * len(places)):
        return borderline(evidence)
    return contradicted(evidence)


def _in_one_line(truth: Truth, places: Sequence[int]) -> Judged:
    """Say whether the objects stand in a straight row, and no other."""
    if len(places) == 2:
        return supported("two objects always stand in a line")
    _, spread = line(truth.centres[list(places)])
    evidence = f"the centres leave a line by {100 * spread:.0f} % of its length"
    if spread <= STRAIGHT:
        return supported(evidence)
    return contradicted(evidence) if spread > 0.75 * CROOKED else borderline(evidence)


def _turned_line(upright: bool) -> Callable[[Truth, Sequence[int]], Judged]:
    """Return the check of a row that runs from top to bottom, or else from left to right."""

    def judged(truth: Truth, places: Sequence[int]) -> Judged:
        row = _in_line(truth, places)
        angle, _ = line(truth.centres[list(places)])
        away = abs(angle - 90) if upright else min(angle, 180 - angle)
        evidence = f"the line through the centres runs at {angle:.0f}°"
        if row.outcome == "contradicted":
            return row
        if away <= 30:
            return supported(evidence) if row.outcome == "supported" else row
        return contradicted(evidence) if away > 50 else borderline(evidence)

    return judged


def _side_by_side(truth: Truth, places: Sequence[int]) -> Judged:
    """Say whether neighbours stand near each other; only what lies far apart surely does not."""
    close = _close(truth, places)
    if close.outcome == "contradicted":
        return close
    return (
        supported(close.evidence) if _spacing(truth, places) <= 2.5 else borderline(close.evidence)
    )


def _largest_row(truth: Truth, places: Sequence[int]) -> int:
    """Return how many of the objects, of 40 at most, stand within half their size of one line."""
    chosen = list(places)[:40]
    centres, boxes = truth.centres[chosen], truth.corners[chosen]
    reach = 0.5 * float(np.median((boxes[:, 2:] - boxes[:, :2]).min(axis=1)))
    first, second = np.triu_indices(len(chosen), 1)
    ways = centres[second] - centres[first]
    length = np.maximum(np.hypot(ways[:, 0], ways[:, 1]), 1e-9)
    offset = centres[None, :] - centres[first][:, None]
    across = np.abs(offset[..., 0] * ways[:, None, 1] - offset[..., 1] * ways[:, None, 0])
    return int((across / length[:, None] <= reach).sum(axis=1).max())


def _in_rows(truth: Truth, places: Sequence[int], rows: float) -> Judged:
    """Say whether there are ``rows`` rows: no number of objects that form a single one has several."""
    if len(places) > 2 and line(truth.centres[list(places)])[1] <= STRAIGHT:
        return contradicted("all stand in one line")
    if len(places) < 2 * rows:
        return borderline(f"{len(places)} objects for {rows:.0f} rows")
    return unverifiable("several rows are not told apart")


def _several_rows(truth: Truth, places: Sequence[int]) -> Judged:
    return _in_rows(truth, places, 2)


def _in_ring(truth: Truth, places: Sequence[int]) -> Judged:
    """Say whether the objects stand round a middle; those on one line do not."""
    if len(places) < 3:
        return unverifiable("two objects form no ring")
    centres = truth.centres[list(places)]
    if line(centres)[1] <= STRAIGHT:
        return contradicted("all stand in one line")
    away = np.hypot(*(centres - centres.mean(axis=0)).T)
    spread = float(away.std() / max(away.mean(), 1e-9))
    evidence = f"distances to their middle differ by {100 * spread:.0f} %"
    return supported(evidence) if spread <= RING[0] and len(places) > 4 else unverifiable(evidence)


def _in_no_line(truth: Truth, places: Sequence[int]) -> Judged:
    """Say of a triangle, a square, a zigzag only that those on one line form none."""
    if len(places) > 2 and line(truth.centres[list(places)])[1] <= STRAIGHT:
        return contradicted("all stand in one line")
    return unverifiable("the figure is not told apart")


def _in_corners(truth: Truth, places: Sequence[int]) -> Judged:
    """Say whether the objects are at opposite ends: those over a small part of the picture are not."""
    extent = _extent(truth, places)
    evidence = f"over {100 * extent:.0f} % of the side"
    if extent <= 0.5:
        return contradicted(evidence)
    return supported(evidence) if extent >= 0.8 else borderline(evidence)


def _in_parallel(truth: Truth, places: Sequence[int]) -> Judged:
    chosen = [place for place in places if elongated(truth, [place])[0]]
    if len(chosen) < 2:
        return unverifiable("the objects are hardly longer than wide")
    doubled = np.exp(2j * np.radians(truth.rectangles[chosen, 2]))
    mean = np.angle(doubled.mean())
    away = np.abs(np.degrees(np.angle(doubled * np.exp(-1j * mean))) / 2)
    evidence = f"their directions differ by up to {away.max():.0f}° from the mean"
    if np.mean(away <= SAME_WAY) >= 0.9:
        return supported(evidence)
    few = len(chosen) < 6 and away.max() > OTHER_WAY
    wrong = np.mean(away > OTHER_WAY) > 0.4 or few
    return contradicted(evidence) if wrong else borderline(evidence)


def _perpendicular(truth: Truth, places: Sequence[int]) -> Judged:
    """Say whether some of the objects lie across others."""
    chosen = [place for place in places if elongated(truth, [place])[0]]
    if len(chosen) < 2:
        return unverifiable("the objects are hardly longer than wide")
    angles = truth.rectangles[chosen, 2]
    apart = np.abs(angles[:, None] - angles[None, :]) % 180
    widest = float(np.minimum(apart, 180 - apart).max())
    evidence = f"their directions differ by up to {widest:.0f}°"
    if widest >= 75:
        return supported(evidence)
    return contradicted(evidence) if widest < 45 else borderline(evidence)


def _close(truth: Truth, places: Sequence[int]) -> Judged:
    spacing, extent = _spacing(truth, places), _extent(truth, places)
    evidence = _neighbours(spacing, extent)
    if len(places) == 2:
        return _pair(truth, places, evidence)
    if spacing <= CLUSTER[0] and extent <= CLUSTER[1]:
        return supported(evidence)
    apart = spacing > NO_CLUSTER[0] and extent > NO_CLUSTER[1]
    return contradicted(evidence) if apart else borderline(evidence)


def _pair(truth: Truth, places: Sequence[int], evidence: str) -> Judged:
    """Judge “close together” of two things by the gap between them."""
    one, two = ((place,) for place in places)
    gap, diagonal = truth.gap(one, two), float(np.hypot(truth.width, truth.height))
    size = float((truth.corners[list(places), 2:] - truth.corners[list(places), :2]).max())
    if gap <= max(size, 0.05 * diagonal):
        return supported(evidence)
    apart = gap > max(PAIR_APART * diagonal, 2.5 * size)
    return contradicted(evidence) if apart else borderline(evidence)


def _apart(truth: Truth, places: Sequence[int]) -> Judged:
    spacing, extent = _spacing(truth, places), _extent(truth, places)
    evidence = _neighbours(spacing, extent)
    if len(places) == 2:
        near = _pair(truth, places, evidence)
        turned = {"supported": contradicted, "contradicted": supported}
        return turned[near.outcome](evidence) if near.outcome in turned else near
    if spacing >= SCATTERED[0] and extent >= SCATTERED[1]:
        return supported(evidence)
    in_line = len(places) > 2 and line(truth.centres[list(places)])[1] <= STRAIGHT
    together = spacing < NOT_SCATTERED[0] and extent < NOT_SCATTERED[1]
    return contradicted(evidence) if together or (in_line and spacing < 2) else borderline(evidence)


def _neighbours(spacing: float, extent: float) -> str:
    return f"nearest neighbours {spacing:.1f} lengths apart, over {100 * extent:.0f} % of the side"


def _alike(truth: Truth, places: Sequence[int]) -> Judged:
    chosen = [place for place in places if not truth.cut[place]]
    if len(chosen) < 2:
        return unverifiable("not both are whole")
    ratio = _ratio(truth.areas[chosen])
    evidence = f"the largest is {ratio:.1f} times the smallest"
    if ratio <= ALIKE[0]:
        return supported(evidence)
    return contradicted(evidence) if ratio > ALIKE[1] else borderline(evidence)


def _unlike(truth: Truth, places: Sequence[int]) -> Judged:
    chosen = [place for place in places if not truth.cut[place]]
    if len(chosen) < 2:
        return unverifiable("not both are whole")
    ratio = _ratio(truth.areas[chosen])
    evidence = f"the largest is {ratio:.1f} times the smallest"
    if ratio > 1.25:
        return supported(evidence)
    return contradicted(evidence) if ratio < 1.1 else borderline(evidence)


def _ratio(areas: Floats) -> float:
    return float(areas.max() / max(float(areas.min()), 1e-9))


def _spacing(truth: Truth, places: Sequence[int]) -> float:
    """Return the median distance to the nearest other object, in lengths of the objects."""
    chosen = list(places)[:300]
    centres = truth.centres[chosen]
    apart = np.hypot(*(centres[:, None] - centres[None, :]).transpose(2, 0, 1))
    np.fill_diagonal(apart, np.inf)
    size = np.maximum((truth.corners[chosen, 2:] - truth.corners[chosen, :2]).max(axis=1), 1e-9)
    return float(np.median(apart.min(axis=1) / size))


def _extent(truth: Truth, places: Sequence[int]) -> float:
    """Return the larger share of a side of the picture that the objects extend over."""
    x0, y0, x1, y1 = truth.place_of(places).box
    return float(max((x1 - x0) / truth.width, (y1 - y0) / truth.height))


_ARRANGED: Final[Mapping[str, Callable[[Truth, Sequence[int]], Judged]]] = {
    "row": _in_line, "one_row": _in_one_line, "column": _turned_line(upright=True),
    "across": _turned_line(upright=False), "rows": _several_rows, "ring": _in_ring,
    "triangle": _in_no_line, "polygon": _in_no_line, "corners": _in_corners,
    "beside": _side_by_side, "parallel": _in_parallel, "perpendicular": _perpendicular,
    "cluster": _close, "scattered": _apart, "alike": _alike, "unlike": _unlike,
}  # fmt: skip
