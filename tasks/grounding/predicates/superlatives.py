"""“The largest”, “leftmost”, “nearest to the lower edge”: against others of the class, or of a group."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.verdict import ClaimKind
from tasks.grounding.predicates.distances import nearness
from tasks.grounding.predicates.judged import (
    Judged,
    borderline,
    contradicted,
    supported,
    unverifiable,
)
from tasks.grounding.predicates.relations import turned
from tasks.grounding.reading.regions import Region
from tasks.grounding.truth import Floats, Graded, Truth

LARGER: Final = 1.25  # ratio of areas that nobody mistakes
LONGER: Final = 1.12  # ratio of lengths
LEVEL: Final = 0.01  # of the side: centres nearer than this are level
NEAREST: Final = 0.02  # of the diagonal: how far two may differ of which either is the nearest
FEW: Final = 3  # of so many, “the left one” is the leftmost
_FARTHEST: Final = {
    "left": (0, -1), "west": (0, -1), "right": (0, 1), "east": (0, 1),
    "up": (1, -1), "north": (1, -1), "down": (1, 1), "south": (1, 1),
}  # fmt: skip
_MEASURES: Final = {"long": (0, 1), "short": (0, -1), "wide": (1, 1), "narrow": (1, -1)}
_OPPOSITE: Final = {
    "left": "right", "right": "left", "up": "down", "down": "up", "large": "small",
    "small": "large", "north": "south", "south": "north", "west": "east", "east": "west",
    "long": "short", "short": "long", "wide": "narrow", "narrow": "wide",
}  # fmt: skip

Places = NDArray[np.int_]


class Superlative:
    """“The largest”, “leftmost”: against others of the class in the tile, or of a group."""

    kind = ClaimKind.SUPERLATIVE

    def __init__(
        self,
        word: str,
        extreme: str,
        category: str | None,
        start: int,
        end: int,
        *,
        region: Region | None = None,
        group: tuple[int, ...] | None = None,
        narrowed: bool = False,
    ) -> None:
        """Claim that a thing of ``category`` is the most ``extreme``: left, up, large, near.

        ``region`` is what it is nearest to, ``group`` those that it is one of, where that is known.
        ``narrowed`` where it is so only among some: “the leftmost plane in the centre”.
        """
        self.narrowed, self.region, self.group = narrowed, region, group
        self.word, self.extreme, self.category = word, extreme, category
        self.start, self.end = start, end

    def each(self, truth: Truth) -> Graded:
        """Return which object is the most so, and which may be."""
        peers = self._peers(truth)
        if peers is None or self.narrowed or not self._is_known(truth):
            return truth.anything()
        if not len(peers):
            return truth.nothing()
        best, nearly = self._best(truth, peers)
        sure, maybe = (np.zeros(len(truth.things), dtype=bool) for _ in range(2))
        sure[best[:1]], maybe[nearly] = True, True
        return Graded(sure, sure, maybe)

    def judge(self, truth: Truth, places: Sequence[int]) -> Judged:
        """Say whether the one object meant is the most so of its class in the whole tile."""
        peers = self._peers(truth)
        if peers is None or len(places) != 1 or not self._is_known(truth):
            return unverifiable("not said of one object in the whole picture")
        if places[0] not in peers:
            peers = np.array(sorted({*peers.tolist(), places[0]}), dtype=int)
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

    def _peers(self, truth: Truth) -> Places | None:
        """Return the objects among which one is the most so; None where that is open."""
        if self.group is not None:
            return np.array(self.group, dtype=int)
        if self.category is None:
            return None
        return np.asarray(truth.members(self.category).graded.nominal.nonzero()[0])

    def _is_known(self, truth: Truth) -> bool:
        if self.extreme in {"near", "far"}:
            return self.region is not None and (truth.north_up or not self.region.is_compass)
        if self.extreme == "middle":
            return True
        if self.extreme in {"large", "small", "central", *_MEASURES}:
            return True
        compass = self.extreme in {"north", "south", "west", "east"}
        return self.extreme in _FARTHEST and (truth.north_up or not compass)

    def _best(self, truth: Truth, peers: Places) -> tuple[Places, Places]:
        """Return the places of the most extreme of ``peers``, and of those that are nearly so."""
        if self.extreme in {"large", "small"}:
            return _most(
                peers, np.maximum(truth.areas[peers], 1e-9), LARGER, self.extreme == "large"
            )
        if self.extreme in _MEASURES:
            column, sign = _MEASURES[self.extreme]
            values = np.maximum(truth.rectangles[peers, column], 1e-9)
            return _most(peers, values, LONGER, sign > 0)
        if self.extreme in _FARTHEST:
            axis, sign = _FARTHEST[self.extreme]
            rank = sign * truth.centres[peers, axis]
            slack = max(2.0, LEVEL * (truth.width, truth.height)[axis])
            return peers[rank >= rank.max() - 0.5], peers[rank >= rank.max() - slack]
        return self._nearest(truth, peers)

    def _nearest(self, truth: Truth, peers: Places) -> tuple[Places, Places]:
        if self.extreme == "middle":  # of three or five, the one with as many on either side
            order = np.array(_along(truth, peers), dtype=int)
            return order[len(order) // 2 : len(order) // 2 + 1], order[1:-1]
        if self.region is not None:
            away = nearness(truth, self.region)[peers]
        else:
            middle = np.array([truth.width / 2, truth.height / 2])
            away = np.hypot(*(truth.centres[peers] - middle).T)
        away = -away if self.extreme == "far" else away
        slack = NEAREST * float(np.hypot(truth.width, truth.height))
        return peers[away <= away.min() + 0.5], peers[away <= away.min() + slack]

    def _mended(self, truth: Truth, place: int, peers: Places) -> str | None:
        """Return the opposite word where the object is that."""
        opposite, extreme = turned(self.word), _OPPOSITE.get(self.extreme)
        if opposite is None or extreme is None:
            return None
        other = Superlative(self.word, extreme, self.category, self.start, self.end)
        return opposite if place in other._best(truth, peers)[0] else None


def _most(peers: Places, values: Floats, margin: float, largest: bool) -> tuple[Places, Places]:
    rank = values if largest else 1 / values
    return peers[rank >= rank.max() * 0.999], peers[rank * margin >= rank.max()]


def _along(truth: Truth, peers: Places) -> list[int]:
    """Return ``peers`` in their order along the line through them."""
    centres = truth.centres[peers]
    spread = np.ptp(centres, axis=0)
    return [int(peers[n]) for n in np.argsort(centres[:, int(spread.argmax())], kind="stable")]
