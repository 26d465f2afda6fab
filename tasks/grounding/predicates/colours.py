"""Colours, from the pixels of objects."""

from collections.abc import Sequence
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

COLOURED: Final = 0.45  # of an object's pixels: everybody gives it a colour that covers as much
UNCOLOURED: Final = 0.12  # nobody gives it a colour that covers less
MOST: Final = 0.6  # of three objects and more: what is said of all is true of so many
FEW: Final = 0.2  # and false where it may be true of no more than so many

Shares = dict[str, float]


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
        words = [truth.look(place)[0] for place in places]
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
        shares = [truth.look(place)[1] for place in places]
        own = np.array([_sum(s, self._meant) if s else np.nan for s in shares], dtype=float)
        wide = np.array([_sum(s, self._allowed) if s else np.nan for s in shares], dtype=float)
        with np.errstate(invalid="ignore"):
            nominal = own >= COLOURED
            maybe = np.isnan(own) | (own >= UNCOLOURED) | (wide >= COLOURED)
        return Graded(nominal, nominal, maybe)


def _sum(shares: Shares, words: frozenset[str]) -> float:
    return sum(share for word, share in shares.items() if word in words)
