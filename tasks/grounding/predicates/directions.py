"""How things lie: where their longer sides run, and rows of them."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from schemas.verdict import ClaimKind
from tasks.grounding.predicates.judged import (
    Judged,
    best_of,
    borderline,
    contradicted,
    supported,
    unverifiable,
)
from tasks.grounding.predicates.relations import turned
from tasks.grounding.truth import Flags, Floats, Graded, Truth

ALONG: Final = 27.0  # degrees from a direction: everybody says that it lies that way
ACROSS: Final = 42.0  # nobody says so
ELONGATED: Final = 1.3  # length / width from which an object has a direction
ELONGATED_BOX: Final = 2.2  # the same for a horizontal box, whose object may lie diagonally in it
CROOKED: Final = 0.30  # of a row's length: centres that leave its line by more form no row
ANGLES: Final = {  # degrees from x, clockwise as seen
    "horizontal": (0.0,), "vertical": (90.0,), "falling": (45.0,), "rising": (135.0,),
    "diagonal": (45.0, 135.0), "north_south": (90.0,), "east_west": (0.0,), "flat": (0.0,),
    "tall": (90.0,), "northwest_southeast": (45.0,), "northeast_southwest": (135.0,),
}  # fmt: skip
COMPASS: Final = frozenset(
    {"north_south", "east_west", "northwest_southeast", "northeast_southwest"}
)


class Direction:
    """“From left to right”: how the longer sides of things run, or a row of them."""

    kind = ClaimKind.ORIENTATION

    def __init__(
        self, direction: str, start: int, end: int, words: str, *, of_row: bool | None
    ) -> None:
        """Claim ``direction``, a name of the word list; ``of_row`` where a row of things runs so.

        None leaves open which of both is meant.
        """
        self.direction, self.of_row, self.words = direction, of_row, words
        self.start, self.end = start, end

    def each(self, truth: Truth) -> Graded:
        """Return which objects lie so."""
        if self.of_row is not False or (self.direction in COMPASS and not truth.north_up):
            return truth.anything()
        key = ("direction", self.direction)
        if key not in truth.known:
            away = _away(truth.rectangles[:, 2], self.direction)
            sure, maybe = away <= ALONG, away <= ACROSS
            long = elongated(truth, range(len(truth.things)))
            truth.known[key] = Graded(sure & long, sure & long, maybe | ~long)
        return truth.known[key]

    def judge(self, truth: Truth, places: Sequence[int]) -> Judged:
        """Say whether the objects lie so, or the line through their centres runs so."""
        if self.direction in COMPASS and not truth.north_up:
            return unverifiable("north is not known")
        if self.of_row is False or len(places) < 2:
            return self._judge_each(truth, places)
        if self.of_row:
            return self._judge_row(truth, places)
        row, each = self._judge_row(truth, places), self._judge_each(truth, places)
        return best_of([row, each]) if row.found or row.outcome == "contradicted" else each

    def _judge_each(self, truth: Truth, places: Sequence[int]) -> Judged:
        chosen = [place for place in places if elongated(truth, [place])[0]]
        if not chosen:
            return unverifiable("no object is clearly longer than wide")
        away = _away(truth.rectangles[chosen, 2], self.direction)
        shown = ", ".join(f"{angle:.0f}°" for angle in truth.rectangles[chosen[:4], 2])
        evidence = f"longer sides at {shown} from the horizontal, clockwise"
        return self._graded(float(np.mean(away <= ALONG)), float(np.mean(away > ACROSS)), evidence)

    def _judge_row(self, truth: Truth, places: Sequence[int]) -> Judged:
        angle, spread = line(truth.centres[list(places)])
        if spread > CROOKED:
            return unverifiable("the objects stand in no line")
        away = _away(np.array([angle]), self.direction)[0]
        evidence = f"the line through the centres runs at {angle:.0f}°"
        return self._graded(float(away <= ALONG), float(away > ACROSS), evidence)

    def _graded(self, along: float, across: float, evidence: str) -> Judged:
        if along >= 0.6:
            return supported(evidence, self.direction)
        if across >= 0.7:
            return contradicted(evidence, fix=turned(self.words) if across == 1.0 else None)
        return borderline(evidence)


def elongated(truth: Truth, places: Sequence[int] | range) -> Flags:
    """Return which of the objects at ``places`` are clearly longer than wide."""
    chosen = list(places)
    length, width, _ = truth.rectangles[chosen].T
    needed = np.where(truth.upright[chosen], ELONGATED_BOX, ELONGATED)
    return np.asarray(length >= needed * np.maximum(width, 1e-9))


def line(centres: Floats) -> tuple[float, float]:
    """Return the angle of the line through ``centres`` (n, 2), degrees, and how far they leave it.

    That is by the largest distance, as a share of the length along it.
    """
    middle = centres.mean(axis=0)
    _, _, axes = np.linalg.svd(centres - middle, full_matrices=False)
    along = (centres - middle) @ axes[0]
    across = (centres - middle) @ np.array([-axes[0][1], axes[0][0]])
    length = max(float(along.max() - along.min()), 1e-9)
    angle = float(np.degrees(np.arctan2(axes[0][1], axes[0][0])) % 180)
    return angle, float(np.abs(across).max()) / length


def _away(angles: Floats, direction: str) -> Floats:
    """Return how far ``angles`` (degrees) are from ``direction``, 0 to 90."""
    found = []
    for meant in ANGLES[direction]:
        apart = np.abs(angles - meant) % 180
        found.append(np.minimum(apart, 180 - apart))
    return np.asarray(np.min(found, axis=0))
