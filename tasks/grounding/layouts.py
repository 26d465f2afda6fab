"""How things lie: their directions, rows, and which of them is the largest or leftmost."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from schemas.verdict import ClaimKind
from tasks.grounding.predicates import (
    Judged,
    best_of,
    borderline,
    contradicted,
    supported,
    unverifiable,
)
from tasks.grounding.relations import turned
from tasks.grounding.truth import Floats, Graded, Truth

ALONG: Final = 27.0  # degrees from a direction: everybody says that it lies that way
ACROSS: Final = 42.0  # nobody says so
ELONGATED: Final = 1.3  # length / width from which an object has a direction
ELONGATED_BOX: Final = 2.2  # the same for a horizontal box, whose object may lie diagonally in it
STRAIGHT: Final = 0.12  # of a row's length: centres leave its line by no more
CROOKED: Final = 0.30
SOME: Final = (
    0.55  # of some things in one row: who says that they stand in a row is not clearly wrong
)
LARGER: Final = 1.25  # ratio of areas that nobody mistakes
LEVEL: Final = 0.01  # of the side: centres nearer than this are level
ANGLES: Final = {
    "horizontal": (0.0,), "vertical": (90.0,), "falling": (45.0,), "rising": (135.0,),
    "diagonal": (45.0, 135.0), "north_south": (90.0,), "east_west": (0.0,),
    "northwest_southeast": (45.0,), "northeast_southwest": (135.0,),
}  # fmt: skip
COMPASS: Final = frozenset(
    {"north_south", "east_west", "northwest_southeast", "northeast_southwest"}
)
_FARTHEST: Final = {
    "left": (0, -1), "west": (0, -1), "right": (0, 1), "east": (0, 1),
    "up": (1, -1), "north": (1, -1), "down": (1, 1), "south": (1, 1),
}  # fmt: skip


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
            long = _elongated(truth, range(len(truth.things)))
            truth.known[key] = Graded(sure & long, sure & long, maybe | ~long)
        return truth.known[key]

    def judge(self, truth: Truth, places: Sequence[int]) -> Judged:
        """Say whether the objects lie so, or the line through their centres runs so."""
        if self.direction in COMPASS and not truth.north_up:
            return unverifiable("north is not known")
        if self.of_row is None:
            row, each = self._judge_row(truth, places), self._judge_each(truth, places)
            return best_of([row, each]) if row.found or row.outcome == "contradicted" else each
        return self._judge_row(truth, places) if self.of_row else self._judge_each(truth, places)

    def _judge_each(self, truth: Truth, places: Sequence[int]) -> Judged:
        chosen = [place for place in places if _elongated(truth, [place])[0]]
        if not chosen:
            return unverifiable("no object is clearly longer than wide")
        away = _away(truth.rectangles[chosen, 2], self.direction)
        shown = ", ".join(f"{angle:.0f}°" for angle in truth.rectangles[chosen[:4], 2])
        evidence = f"longer sides at {shown} from the horizontal, clockwise"
        return self._graded(float(np.mean(away <= ALONG)), float(np.mean(away > ACROSS)), evidence)

    def _judge_row(self, truth: Truth, places: Sequence[int]) -> Judged:
        if len(places) < 2:
            return unverifiable("one object is no row")
        angle, spread = _line(truth.centres[list(places)])
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


class Arrangement:
    """“In a row”, “side by side”, “scattered”: how several things stand together."""

    kind = ClaimKind.ARRANGEMENT

    def __init__(self, arrangement: str, start: int, end: int, rows: float = 1) -> None:
        """Claim ``arrangement``, a name of the word list; of ``rows`` rows."""
        self.arrangement, self.rows, self.start, self.end = arrangement, rows, start, end

    def each(self, truth: Truth) -> Graded:
        """Leave it open which objects stand so."""
        return truth.anything()

    def judge(self, truth: Truth, places: Sequence[int]) -> Judged:
        """Say whether the objects stand so together."""
        if len(places) < 2:
            return unverifiable("one object has no arrangement")
        match self.arrangement:
            case "row" if self.rows == 1:
                return _in_line(truth, places)
            case "one_row":
                return _in_line(truth, places, strict=True)
            case "parallel":
                return _in_parallel(truth, places)
            case "perpendicular":
                return _perpendicular(truth, places)
            case "cluster":
                return _close(truth, places)
            case "scattered":
                return _apart(truth, places)
        return unverifiable("several rows are not told apart")


class Superlative:
    """“The largest”, “leftmost”: against others of the class in the tile."""

    def __init__(
        self,
        word: str,
        extreme: str,
        category: str | None,
        start: int,
        end: int,
        *,
        narrowed: bool = False,
    ) -> None:
        """Claim that a thing of ``category`` is the most ``extreme``: left, up, large … or small.

        ``narrowed`` where it is so only among some: “the leftmost plane in the centre”.
        """
        self.kind, self.narrowed = ClaimKind.SUPERLATIVE, narrowed
        self.word, self.extreme, self.category = word, extreme, category
        self.start, self.end = start, end

    def each(self, truth: Truth) -> Graded:
        """Return which object is the most so, and which may be."""
        if self.category is None or self.narrowed or not self._is_known(truth):
            return truth.anything()
        peers = truth.members(self.category).graded.nominal.nonzero()[0]
        if not len(peers):
            return truth.nothing()
        best, nearly = self._best(truth, peers)
        sure, maybe = (np.zeros(len(truth.things), dtype=bool) for _ in range(2))
        sure[best[:1]], maybe[nearly] = True, True
        return Graded(sure, sure, maybe)

    def judge(self, truth: Truth, places: Sequence[int]) -> Judged:
        """Say whether the one object meant is the most so of its class in the whole tile."""
        if self.category is None or len(places) != 1 or not self._is_known(truth):
            return unverifiable("not said of one object in the whole picture")
        peers = truth.members(self.category).graded.nominal.nonzero()[0]
        if places[0] not in peers:
            return unverifiable("not one of the class")
        sure, maybe = self._best(truth, peers)
        evidence = f"one of {len(peers)}; {truth.things[int(sure[0])].ref} is the {self.word}"
        if places[0] in sure or len(peers) == 1:
            return supported(evidence)
        if places[0] in maybe:
            return borderline(evidence)
        if self.narrowed:
            return unverifiable("not said of the whole picture")
        return contradicted(evidence, fix=self._mended(truth, places[0], peers))

    def among(self, truth: Truth, places: Sequence[int]) -> tuple[int, ...]:
        """Return which of ``places`` may be the most so, the likeliest first."""
        peers = np.array(sorted(places), dtype=int)
        if not len(peers) or not self._is_known(truth):
            return tuple(places)
        sure, maybe = self._best(truth, peers)
        return tuple(dict.fromkeys([*sure.tolist(), *maybe.tolist()]))

    def _is_known(self, truth: Truth) -> bool:
        return truth.north_up or self.extreme not in {"north", "south", "west", "east"}

    def _best(self, truth: Truth, peers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the places of the most extreme of ``peers``, and of those that are nearly so."""
        if self.extreme in {"large", "small"}:
            areas = np.maximum(truth.areas[peers], 1e-9)
            rank = areas if self.extreme == "large" else 1 / areas
            return peers[rank >= rank.max() * 0.999], peers[rank * LARGER >= rank.max()]
        axis, sign = _FARTHEST[self.extreme]
        rank = sign * truth.centres[peers, axis]
        slack = max(2.0, LEVEL * (truth.width, truth.height)[axis])
        return peers[rank >= rank.max() - 0.5], peers[rank >= rank.max() - slack]

    def _mended(self, truth: Truth, place: int, peers: np.ndarray) -> str | None:
        """Return the opposite word where the object is that."""
        opposite = turned(self.word)
        extreme = {"left": "right", "right": "left", "up": "down", "down": "up", "large": "small",
                   "small": "large", "north": "south", "south": "north", "west": "east",
                   "east": "west"}[self.extreme]  # fmt: skip
        other = Superlative(self.word, extreme, self.category, self.start, self.end)
        return opposite if opposite and place in other._best(truth, peers)[0] else None


def _elongated(truth: Truth, places: Sequence[int] | range) -> np.ndarray:
    chosen = list(places)
    length, width, _ = truth.rectangles[chosen].T
    needed = np.where(truth.upright[chosen], ELONGATED_BOX, ELONGATED)
    return np.asarray(length >= needed * np.maximum(width, 1e-9))


def _away(angles: Floats, direction: str) -> Floats:
    """Return how far ``angles`` (degrees) are from ``direction``, 0 to 90."""
    found = []
    for meant in ANGLES[direction]:
        apart = np.abs(angles - meant) % 180
        found.append(np.minimum(apart, 180 - apart))
    return np.asarray(np.min(found, axis=0))


def _line(centres: Floats) -> tuple[float, float]:
    """Return the angle of the line through ``centres`` (n, 2), degrees, and how far they leave it.

    That is by the largest distance, as a share of the length along it.
    """
    middle = centres.mean(axis=0)
    _, _, axes = np.linalg.svd(centres - middle, full_matrices=False)
    along, across = (
        (centres - middle) @ axes[0],
        (centres - middle) @ np.array([-axes[0][1], axes[0][0]]),
    )
    length = max(float(along.max() - along.min()), 1e-9)
    angle = float(np.degrees(np.arctan2(axes[0][1], axes[0][0])) % 180)
    return angle, float(np.abs(across).max()) / length


def _in_line(truth: Truth, places: Sequence[int], *, strict: bool = False) -> Judged:
    """Say whether the objects stand in a row; a ``strict`` one is straight, and the only one."""
    if len(places) == 2:
        return supported("two objects always stand in a line")
    _, spread = _line(truth.centres[list(places)])
    evidence = f"the centres leave a line by {100 * spread:.0f} % of its length"
    if spread <= STRAIGHT:
        return supported(evidence)
    if strict and spread > 0.75 * CROOKED:
        return contradicted(evidence)
    if spread <= CROOKED or _largest_row(truth, places) >= max(4.0, SOME * len(places)):
        return borderline(evidence)
    return contradicted(evidence)


def _largest_row(truth: Truth, places: Sequence[int]) -> int:
    """Return how many of the objects, of 40 at most, stand within half their size of one line."""
    chosen = list(places)[:40]
    centres, boxes = truth.centres[chosen], truth.corners[chosen]
    reach = 0.5 * float(np.median((boxes[:, 2:] - boxes[:, :2]).min(axis=1)))
    first, second = np.triu_indices(len(chosen), 1)
    line = centres[second] - centres[first]
    length = np.maximum(np.hypot(line[:, 0], line[:, 1]), 1e-9)
    offset = centres[None, :] - centres[first][:, None]
    across = np.abs(offset[..., 0] * line[:, None, 1] - offset[..., 1] * line[:, None, 0])
    return int((across / length[:, None] <= reach).sum(axis=1).max())


def _in_parallel(truth: Truth, places: Sequence[int]) -> Judged:
    chosen = [place for place in places if _elongated(truth, [place])[0]]
    if len(chosen) < 2:
        return unverifiable("the objects are hardly longer than wide")
    doubled = np.exp(2j * np.radians(truth.rectangles[chosen, 2]))
    mean = np.angle(doubled.mean())
    away = np.abs(np.degrees(np.angle(doubled * np.exp(-1j * mean))) / 2)
    evidence = f"their directions differ by up to {away.max():.0f}° from the mean"
    if np.mean(away <= 15) >= 0.9:
        return supported(evidence)
    return contradicted(evidence) if np.mean(away > 25) > 0.4 else borderline(evidence)


def _perpendicular(truth: Truth, places: Sequence[int]) -> Judged:
    """Say whether some of the objects lie across others."""
    chosen = [place for place in places if _elongated(truth, [place])[0]]
    if len(chosen) < 2:
        return unverifiable("the objects are hardly longer than wide")
    angles = truth.rectangles[chosen, 2]
    apart = np.abs(angles[:, None] - angles[None, :]) % 180
    widest = float(np.minimum(apart, 180 - apart).max())
    evidence = f"their directions differ by up to {widest:.0f}°"
    if widest >= 75:
        return supported(evidence)
    return contradicted(evidence) if widest < 45 else borderline(evidence)


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


def _close(truth: Truth, places: Sequence[int]) -> Judged:
    spacing, extent = _spacing(truth, places), _extent(truth, places)
    evidence = (
        f"nearest neighbours {spacing:.1f} lengths apart, over {100 * extent:.0f} % of the side"
    )
    if spacing <= 2.5 and extent <= 0.6:
        return supported(evidence)
    return contradicted(evidence) if spacing > 6 and extent > 0.6 else borderline(evidence)


def _apart(truth: Truth, places: Sequence[int]) -> Judged:
    spacing, extent = _spacing(truth, places), _extent(truth, places)
    evidence = (
        f"nearest neighbours {spacing:.1f} lengths apart, over {100 * extent:.0f} % of the side"
    )
    if spacing >= 2.0 and extent >= 0.4:
        return supported(evidence)
    return contradicted(evidence) if spacing < 1.6 and extent < 0.5 else borderline(evidence)
