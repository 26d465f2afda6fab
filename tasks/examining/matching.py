"""Which object a box in someone's text is of: the one that it overlaps most."""

from typing import Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from schemas.geometry import Polygon
from schemas.verdict import ClaimKind, Outcome
from tasks.grounding.truth import Floats, Truth
from tasks.grounding.verdicts import Checked, verdict
from tasks.lexicon.lexicon import related
from tasks.spatial.polygons import shape_of

SAME: Final = 0.5  # intersection over union from which a box is an object's
APART: Final = 0.1  # below it, it is clearly no object's


class Match(NamedTuple):
    """The object that a box overlaps most; no refs where that is not enough to mean it."""

    refs: tuple[str, ...]
    overlap: float  # intersection over union, 0 to 1
    nearest: str | None


class Matches:
    """The objects of one image, to be found by where they are."""

    def __init__(self, truth: Truth) -> None:
        """Take the objects of ``truth``."""
        self._truth = truth

    def category(self, ref: str) -> str:
        """Return the class of an object."""
        return self._truth.objects[ref].category

    def best(self, polygon: Polygon, category: str | None = None) -> Match:
        """Return the object that ``polygon`` (px of the image) overlaps most.

        Of several that it means, one of ``category`` is preferred. Both the outlines and the boxes
        round them are compared, since labels and texts write either.
        """
        if not self._truth.things:
            return Match((), 0.0, None)
        overlaps = self._overlaps(polygon)
        fits = [
            place for place in (overlaps >= SAME).nonzero()[0].tolist()
            if category is None or related(self._truth.things[place].category, category)
        ]  # fmt: skip
        place = max(fits, key=lambda one: overlaps[one], default=int(overlaps.argmax()))
        ref, overlap = self._truth.things[place].ref, float(overlaps[place])
        return Match((ref,) if overlap >= SAME else (), overlap, ref if overlap > 0 else None)

    def judged(
        self, match: Match, words: str, turn: int, start: int, end: int, category: str | None
    ) -> Checked:
        """Return the verdict on a box of which the text says that it is of ``category``.

        Where no object is, it is false only if every object of the class is labelled.
        """
        found = f"overlap {match.overlap:.2f}"
        most = f"{match.nearest} overlaps it most ({found})"
        closed = category is not None and self._truth.is_labelled(category)
        outcome: Outcome = "supported" if match.refs else "unverifiable"
        if match.overlap < APART and closed:
            outcome = "contradicted"
        judged = verdict(
            ClaimKind.BOX, words, outcome, most if match.nearest else "no object overlaps it",
            start=start, end=end, refs=(match.nearest,) if match.nearest else (), found=found,
            margin=round(match.overlap - SAME, 3), borderline=APART <= match.overlap < SAME,
        )  # fmt: skip
        return Checked(judged.model_copy(update={"turn": turn}))

    def _overlaps(self, polygon: Polygon) -> Floats:
        shape, shapes = shape_of(polygon), self._truth.shapes
        round_them = _overlap(shapely.envelope(shapes), shapely.envelope(shape))
        return np.maximum(_overlap(shapes, shape), round_them)


def _overlap(shapes: NDArray[np.object_], shape: shapely.Polygon) -> Floats:
    """Return intersection over union of each of ``shapes`` with ``shape``, 0 where both are empty."""
    common = shapely.area(shapely.intersection(shapes, shape))
    union = shapely.area(shapes) + shapely.area(shape) - common
    share: Floats = np.divide(common, union, out=np.zeros_like(common), where=union > 0)
    return share
