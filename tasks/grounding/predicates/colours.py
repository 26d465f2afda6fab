"""Colours, from the pixels of objects."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from schemas.verdict import ClaimKind
from tasks.grounding.predicates.judged import (
    Judged,
    borderline,
    contradicted,
    supported,
    unverifiable,
)
from tasks.grounding.reading.grammar import grammar
from tasks.grounding.truth import Graded, Truth
from tasks.imagery.colour import Look

COLOURED: Final = 0.45  # of an object's pixels: everybody gives it a colour that covers as much
UNCOLOURED: Final = 0.12  # nobody gives it a colour that covers less
LIKE_GROUND: Final = (
    0.8  # of all pixels inside what cannot be told from the ground: it has their colour
)
NOWHERE: Final = 0.05  # of these: a colour that covers less is not its own
MOST: Final = 0.6  # of three objects and more: what is said of all is true of so many
FEW: Final = 0.2  # and false where it may be true of no more than so many


class Colour:
    """“White”: said of things in a picture."""

    kind = ClaimKind.COLOUR

    def __init__(self, word: str, start: int, end: int, *others: str) -> None:
        """Claim the colour ``word``, one of the word list; or any of ``others``."""
        self.word, self.start, self.end = " or ".join((word, *others)), start, end
        colours = [grammar().colours[one] for one in (word, *others)]
        self._meant = frozenset(name for colour in colours for name in colour.means)
        maybe = (name for colour in colours for name in colour.maybe)
        self._allowed = self._meant | frozenset(maybe)

    def each(self, truth: Truth) -> Graded:
        """Return which objects have the colour."""
        key = ("colour", self.word)
        if key not in truth.known:
            truth.known[key] = self._of(truth, range(len(truth.things)))
        return truth.known[key]

    def judge(self, truth: Truth, places: Sequence[int]) -> Judged:
        """Say whether the objects have the colour; of many, most must clearly have another."""
        if truth.picture is None:
            return unverifiable("there is no picture to look at")
        sure, _, maybe = self._of(truth, places)
        words = [truth.look(place).word for place in places]
        known = sorted({word for word in words if word}, key=lambda w: (-words.count(w), w))
        seen = ", ".join(known[:3]) or "no clear colour"
        evidence, found = f"looks {seen}", known[0] if known else None
        if sure.all() or (len(places) > 2 and sure.mean() >= MOST):
            return supported(evidence, found)
        if not maybe.any() or (len(places) > 2 and maybe.mean() <= FEW):
            fix = known[0] if len(known) == 1 and len(set(words)) == 1 else None
            return contradicted(evidence, found, fix=fix)
        return borderline(evidence, found)

    def _of(self, truth: Truth, places: Sequence[int]) -> Graded:
        """Return which of the objects at ``places`` have the colour, in their order."""
        looks = [truth.look(place) for place in places]
        nominal = np.array([self._has(look) for look in looks], dtype=bool)
        return Graded(nominal, nominal, np.array([self._may_have(o) for o in looks], dtype=bool))

    def _has(self, look: Look) -> bool:
        if look.shares:
            return _sum(look.shares, self._meant) >= COLOURED
        return _sum(look.inside, self._meant) >= LIKE_GROUND

    def _may_have(self, look: Look) -> bool:
        if look.shares:
            own = _sum(look.shares, self._meant) >= UNCOLOURED
            return own or _sum(look.shares, self._allowed) >= COLOURED
        return not look.inside or _sum(look.inside, self._allowed) >= NOWHERE


def _sum(shares: Mapping[str, float], words: frozenset[str]) -> float:
    return sum(share for word, share in shares.items() if word in words)
