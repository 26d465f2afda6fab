"""Whether things are where a text says: thirds, halves and edges of the picture.

Along each side a name means a third, a half or the edge. A claim is supported within that share
plus a small slack and contradicted only beyond a larger one, because people draw no sharp lines.
"""

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.verdict import ClaimKind
from tasks.grounding.predicates.judged import (
    Judged,
    borderline,
    contradicted,
    supported,
    unverifiable,
)
from tasks.grounding.reading.regions import Axis, Part, Region, Third
from tasks.grounding.truth import Flags, Floats, Graded, Place, Truth

SUPPORT: Final[dict[Part, float]] = {"third": 1 / 3 + 0.04, "half": 0.52, "edge": 0.15}
REFUTE: Final[dict[Part, float]] = {"third": 1 / 3 + 0.12, "half": 0.555, "edge": 0.30}
NOMINAL: Final[dict[Part, float]] = {"third": 1 / 3, "half": 0.5, "edge": 0.2}
LOOSE: Final = 0.2  # more room where the place is one of something that need not fill the picture
OVERLAP: Final = 0.45  # of an object's extent: so much inside the place is not clearly outside
_WORDS: Final[dict[Axis, dict[Third, tuple[str, ...]]]] = {
    "row": {"first": ("upper", "top"), "middle": ("centre", "center"), "last": ("lower", "bottom")},
    "column": {"first": ("left",), "middle": ("centre", "center"), "last": ("right",)},
}


class Position:
    """“In the upper left”: said of things in a picture."""

    kind = ClaimKind.POSITION

    def __init__(self, region: Region, words: str) -> None:
        """Claim ``region``; ``words`` are those of the text from its start to its end."""
        self.region, self.words = region, words
        self.start, self.end = region.start, region.end

    def each(self, truth: Truth) -> Graded:
        """Return which objects are there."""
        region = self.region
        if region.is_compass and not truth.north_up:
            return truth.anything()
        key = ("position", region.column, region.row, region.part, region.is_loose)
        if key not in truth.known:
            truth.known[key] = _inside(region, truth)
        return truth.known[key]

    def judge(self, truth: Truth, places: Sequence[int]) -> Judged:
        """Say whether the objects at ``places`` are there.

        Of several objects the middle counts, and more than half of them must be clearly elsewhere
        before the claim is called false.
        """
        region = self.region
        if region.is_compass and not truth.north_up:
            return unverifiable("north is not known")
        graded = self.each(truth)
        chosen = list(places)
        place = truth.place_of(places)
        inside, outside = _middles(region, place, truth)
        x, y = place.middles[1]
        shown = f"centred at ({x:.0f}, {y:.0f}) of {truth.width} × {truth.height} px"
        found = " ".join(_cell(place, truth))
        if graded.sure[chosen].all() or inside:
            return supported(shown, found)
        away = ~graded.maybe[chosen]
        if away.all() or (away.mean() >= 0.5 and outside):
            return contradicted(shown, found, fix=self._mended(truth, places))
        return borderline(shown, found)

    def _mended(self, truth: Truth, places: Sequence[int]) -> str | None:
        """Return the words with other names, where the objects are surely at the place they name."""
        row, column = _cell(truth.place_of(places), truth)
        actual: dict[Axis, str] = {"row": row, "column": column}
        text = self.words
        for name in reversed(self.region.names):
            start, end = name.start - self.start, name.end - self.start
            word = _like(text[start:end], name.axis, actual[name.axis])
            if word is None:
                return None
            text = text[:start] + word + text[end:]
        thirds: dict[Axis, Third | None] = {
            name.axis: _third_of(actual[name.axis]) for name in self.region.names
        }
        region = self.region._replace(row=thirds.get("row"), column=thirds.get("column"), names=())
        if self.region.part == "half" and "middle" in (region.row, region.column):
            return None
        sure = _inside(region, truth).sure[list(places)]
        text = re.sub(r"(cent(?:re|er))[\s-]+\1", r"\1", text)
        return text if sure.all() and text != self.words else None


def _inside(region: Region, truth: Truth) -> Graded:
    shape = len(truth.things)
    sure, nominal, maybe = (np.ones(shape, dtype=bool) for _ in range(3))
    for axis, third, side in ((0, region.column, truth.width), (1, region.row, truth.height)):
        if third is None:
            continue
        extents = truth.corners[:, [axis, axis + 2]] / side
        inside, around, outside = _compared(extents, truth.centres[:, axis] / side, third, region)
        sure, nominal, maybe = sure & inside, nominal & around, maybe & ~outside
    return Graded(sure, nominal, maybe)


def _middles(region: Region, place: Place, truth: Truth) -> tuple[bool, bool]:
    """Say whether a middle of the objects is surely inside, and whether all are surely outside."""
    supports, refutes = np.ones(2, dtype=bool), np.zeros(2, dtype=bool)
    for axis, third, side in ((0, region.column, truth.width), (1, region.row, truth.height)):
        if third is None:
            continue
        middles = place.middles[:, axis] / side
        inside, _, outside = _compared(np.stack([middles, middles], 1), middles, third, region)
        supports, refutes = supports & inside, refutes | outside
    return bool(supports.any()), bool(refutes.all())


def _compared(
    extents: Floats, centres: Floats, third: Third, region: Region
) -> tuple[Flags, Flags, Flags]:
    """Say of each extent (n, 2), in shares of the side, whether it is surely inside, is so for an
    observer, and is surely outside.
    """
    part, slack = region.part, LOOSE if region.is_loose else 0.0
    if third == "last":  # mirrored, it is the first
        extents, centres = 1 - extents[:, ::-1], 1 - centres
    if third == "middle":
        away = np.abs(centres - 0.5) + 1 / 6  # 1/3 at the grid line, as for the outer thirds
        outside = (away > REFUTE["third"] + slack) & ~_spans_middle(extents)
        return away <= SUPPORT["third"], away <= NOMINAL["third"], outside
    if part == "edge":
        first = extents[:, 0]
        return first <= SUPPORT["edge"], first <= NOMINAL["edge"], first > REFUTE["edge"] + slack
    limit = REFUTE[part] + slack
    common = np.clip(limit - extents[:, 0], 0, None)
    outside = (centres > limit) & (common < OVERLAP * (extents[:, 1] - extents[:, 0]))
    outside |= (centres > limit) & (common == 0)
    return centres <= SUPPORT[part], centres <= NOMINAL[part], outside


def _spans_middle(extents: Floats) -> NDArray[np.bool_]:
    return np.asarray((extents[:, 0] < 0.45) & (extents[:, 1] > 0.55))


def _cell(place: Place, truth: Truth) -> tuple[str, str]:
    """Return row and column of the cell that holds the middle of the box round the objects."""
    x, y = place.middles[1]
    row = _WORDS["row"][_third_at(y / truth.height)][0]
    return row, _WORDS["column"][_third_at(x / truth.width)][0]


def _third_at(share: float) -> Third:
    return "first" if share < 1 / 3 else "middle" if share < 2 / 3 else "last"


def _third_of(word: str) -> Third | None:
    for thirds in _WORDS.values():
        for third, words in thirds.items():
            if word in words:
                return third
    return None


def _like(word: str, axis: Axis, actual: str) -> str | None:
    """Return the name for ``actual`` in the manner of ``word``: “top” becomes “bottom”, not “lower”."""
    styles = [words for words in _WORDS[axis].values() if word.lower() in words]
    third = _third_of(actual)
    if not styles or third is None:
        return None
    meant = _WORDS[axis][third]
    place = styles[0].index(word.lower())
    return meant[min(place, len(meant) - 1)]
