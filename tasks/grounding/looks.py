"""What things look like: colours from their pixels, sizes against their class and in metres."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from schemas.verdict import ClaimKind
from tasks.grounding.grammar import grammar
from tasks.grounding.predicates import Judged, borderline, contradicted, supported, unverifiable
from tasks.grounding.truth import Graded, Truth

COLOURED: Final = 0.45  # of an object's pixels: everybody gives it a colour that covers as much
UNCOLOURED: Final = 0.12  # nobody gives it a colour that covers less
MEASURED: Final = 0.2  # relative error of a length that everybody accepts
MISMEASURED: Final = 0.33  # and that nobody accepts
LARGE: Final = (
    1.15  # of the median area of its class: a large one; nobody says so below its inverse
)

Shares = dict[str, float]


class Colour:
    """“White”: said of things in a picture."""

    kind = ClaimKind.COLOUR

    def __init__(self, word: str, start: int, end: int) -> None:
        """Claim the colour ``word``, one of the word list."""
        self.word, self.start, self.end = word, start, end
        colour = grammar().colours[word]
        self._meant = frozenset(colour.means)
        self._allowed = self._meant | frozenset(colour.maybe)

    def each(self, truth: Truth) -> Graded:
        """Return which objects have the colour."""
        key = ("colour", self.word)
        if key not in truth.known:
            truth.known[key] = self._of(truth, range(len(truth.things)))
        return truth.known[key]

    def _of(self, truth: Truth, places: Sequence[int]) -> Graded:
        """Return which of the objects at ``places`` have the colour, in their order."""
        shares = [truth.look(place)[1] for place in places]
        own = np.array([_sum(s, self._meant) if s else np.nan for s in shares], dtype=float)
        wide = np.array([_sum(s, self._allowed) if s else np.nan for s in shares], dtype=float)
        with np.errstate(invalid="ignore"):
            nominal = own >= COLOURED
            maybe = np.isnan(own) | (own >= UNCOLOURED) | (wide >= COLOURED)
        return Graded(nominal, nominal, maybe)

    def judge(self, truth: Truth, places: Sequence[int]) -> Judged:
        """Say whether the objects have the colour; of many, most must clearly have another."""
        if truth.picture is None:
            return unverifiable("there is no picture to look at")
        sure, _, maybe = self._of(truth, places)
        words = [truth.look(place)[0] for place in places]
        known = sorted({word for word in words if word}, key=lambda w: (-words.count(w), w))
        seen = ", ".join(known[:3]) or "no clear colour"
        evidence = f"looks {seen}"
        if sure.all() or (len(places) > 2 and sure.mean() >= 0.6):
            return supported(evidence, known[0] if known else None)
        if not maybe.any() or (len(places) > 2 and maybe.mean() <= 0.2):
            fix = known[0] if len(known) == 1 and len(set(words)) == 1 else None
            return contradicted(evidence, known[0] if known else None, fix=fix)
        return borderline(evidence, known[0] if known else None)


class Size:
    """“Large” or “small” against others of the class in the tile; a vague word, rarely false."""

    kind = ClaimKind.SIZE

    def __init__(self, word: str, category: str, start: int, end: int) -> None:
        """Claim that things of ``category`` are large or small, as ``word`` says."""
        self.word, self.category, self.start, self.end = word, category, start, end

    def each(self, truth: Truth) -> Graded:
        """Return which objects are large or small among their class."""
        key = ("size", self.word, self.category)
        if key not in truth.known:
            truth.known[key] = self._found(truth)
        return truth.known[key]

    def judge(self, truth: Truth, places: Sequence[int]) -> Judged:
        """Say whether the objects are; false only where clearly the other way round, and not all."""
        graded, chosen = self.each(truth), list(places)
        median = self._median(truth)
        if median is None:
            return unverifiable("there is nothing of the class to compare with")
        ratio = float(truth.areas[chosen].mean() / median)
        evidence = f"{ratio:.2f} times the median area of the class here"
        if graded.sure[chosen].all():
            return supported(evidence, f"{ratio:.2f}")
        if not graded.maybe[chosen].any():
            return contradicted(evidence, f"{ratio:.2f}")
        return borderline(evidence, f"{ratio:.2f}")

    def _median(self, truth: Truth) -> float | None:
        nominal = truth.members(self.category).graded.nominal & ~truth.cut
        if nominal.sum() < 3:
            return None
        areas = truth.areas[nominal]
        return float(np.median(areas)) if areas.max() > 1.5 * areas.min() else None

    def _found(self, truth: Truth) -> Graded:
        median = self._median(truth)
        if median is None:
            return truth.anything()
        ratio = truth.areas / median
        ratio = ratio if self.word == "large" else 1 / np.maximum(ratio, 1e-9)
        return Graded(ratio >= LARGE, ratio >= 1.0, (ratio >= 1 / LARGE) | truth.cut)


class Measure:
    """“About 44 m by 40 m”, “15 m long”: lengths in metres or px."""

    kind = ClaimKind.SIZE

    def __init__(
        self, length: float | None, width: float | None, unit: str, start: int, end: int
    ) -> None:
        """Claim a ``length`` and a ``width`` in ``unit`` (m or px); None where nothing is said."""
        self.length, self.width, self.unit, self.start, self.end = length, width, unit, start, end

    def each(self, truth: Truth) -> Graded:
        """Leave it open which objects are so long."""
        return truth.anything()

    def judge(self, truth: Truth, places: Sequence[int]) -> Judged:
        """Say whether the objects are so long and wide, within the tolerances of this module.

        A horizontal box tells the length only between its longer side and its diagonal.
        """
        scale = 1.0 if self.unit == "px" else truth.gsd
        whole = [place for place in places if not truth.cut[place]]
        if scale is None or not whole:
            why = "no object is whole" if scale else "the ground sampling distance is not known"
            return unverifiable(why)
        ranges = [_extent(truth, place, scale) for place in whole]
        length = min(r[0] for r in ranges), max(r[1] for r in ranges)
        width = min(r[2] for r in ranges), max(r[3] for r in ranges)
        unit = "px" if self.unit == "px" else "m"
        evidence = f"{length[0]:.0f} to {length[1]:.0f} {unit} long, {width[0]:.0f} to {width[1]:.0f} {unit} wide"
        graded = [
            _measured(claimed, low, high, scale)
            for claimed, (low, high) in ((self.length, length), (self.width, width))
            if claimed is not None
        ]
        if "contradicted" in graded:
            return contradicted(evidence, f"{length[0]:.0f} × {width[0]:.0f} {unit}")
        found = f"{length[0]:.0f} × {width[0]:.0f} {unit}"
        return (
            borderline(evidence, found) if "unverifiable" in graded else supported(evidence, found)
        )


def _extent(truth: Truth, place: int, scale: float) -> tuple[float, float, float, float]:
    """Return least and most length, least and most width of an object, in px times ``scale``."""
    length, width, _ = truth.rectangles[place]
    if not truth.upright[place]:
        return length * scale, length * scale, width * scale, width * scale
    diagonal = float(np.hypot(length, width))
    return length * scale, diagonal * scale, 0.35 * width * scale, width * scale


def _measured(claimed: float, low: float, high: float, scale: float) -> str:
    if low * (1 - MEASURED) - 2 * scale <= claimed <= high * (1 + MEASURED) + 2 * scale:
        return "supported"
    if low * (1 - MISMEASURED) - 3 * scale <= claimed <= high * (1 + MISMEASURED) + 3 * scale:
        return "unverifiable"
    return "contradicted"


def _sum(shares: Shares, words: frozenset[str]) -> float:
    return sum(share for word, share in shares.items() if word in words)
