"""A text that is to be turned, as the rules see it, and what they say of it."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from schemas.symmetry import Symmetry
from tasks.lexicon import find_categories
from tasks.symmetry.geometry import Side, Size, Vector, mirrors, swaps_axes, turn_side, turn_vector

SHOWN: Final = 24  # characters on each side of what could not be turned
MASK: Final = "\0"  # in the place of a letter that is part of no direction
REACH: Final = 300  # characters on each side within which a sentence ends
_END: Final = re.compile(r"[.!?;]\s|\n")


class CannotTurn(ValueError):
    """A text that is not turned, because it is not certain how; the message says which words."""


class Claim(NamedTuple):
    """Characters from ``start`` to ``end`` that a rule understands, and the words for them."""

    start: int
    end: int
    words: str


@dataclass(frozen=True)
class Passage:
    """A folded text in which what is no direction is masked, and how its picture is turned."""

    text: str
    plain: str  # without masks
    symmetry: Symmetry
    size: Size
    north_up: bool = False
    asked: str = ""

    @property
    def swaps(self) -> bool:
        """Whether what was horizontal becomes vertical."""
        return swaps_axes(self.symmetry)

    @property
    def mirrors(self) -> bool:
        """Whether a clockwise sense becomes an anticlockwise one."""
        return mirrors(self.symmetry)

    @cached_property
    def things(self) -> frozenset[int]:
        """Where names of classes begin."""
        return frozenset(found.start for found in find_categories(self.text))

    def side(self, side: Side) -> Side:
        """Return what ``side`` becomes."""
        return turn_side(side, self.symmetry)

    def vector(self, vector: Vector) -> Vector:
        """Return what a direction becomes."""
        return turn_vector(vector, self.symmetry)

    def refusal(self, why: str, start: int, end: int) -> CannotTurn:
        """Return the refusal of the words from ``start`` to ``end``."""
        near = self.text[max(0, start - SHOWN) : end + SHOWN].replace(MASK, "·")
        return CannotTurn(f"{why}: “{self.text[start:end]}” in “{' '.join(near.split())}”")


def sentence_at(text: str, place: int) -> str:
    """Return the sentence of ``text`` round the character at ``place``."""
    before, behind = text[max(0, place - REACH) : place], text[place : place + REACH]
    return _END.split(before)[-1] + _END.split(behind, maxsplit=1)[0]
