"""Lengths in text: “about 44 m by 40 m”, “15 m long and 5 m wide”, “20 m apart”, “under 50 m”."""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from tasks.grounding.reading.grammar import Bound, named_by, words
from tasks.grounding.reading.quantities import bounds
from tasks.grounding.reading.tokens import Token

Of = Literal["length", "width", "both", "apart", "height", "open"]
_LONGEST: Final = 4  # words of a dimension
_JOINING: Final = frozenset({"by", "and", "comma"})
_LOOSE: Final = frozenset({"bound", "preposition", "aside", "a", "comparative"})


class Measured(NamedTuple):
    """What a measure is one of, its amount, that of the width where there are both, and its bound."""

    of: Of
    amount: float
    width: float | None
    bound: Bound
    end: int  # character after its words


def read_measure(tokens: Sequence[Token], at: int) -> tuple[Measured, int]:
    """Return the measure that begins with token ``at``, and the first token after it."""
    bound = bound_before(tokens, at)
    first, dimension, following = _one(tokens, at)
    second, other, after = _second(tokens, following)
    by = following < len(tokens) and tokens[following].kind == "by"
    if second is None or not (by or (dimension and other)):
        of = _of(tokens, at, dimension)
        return Measured(of, first, None, bound, tokens[following - 1].end), following
    long, wide = (second, first) if dimension == "width" else (first, second)
    if by:
        long, wide = max(first, second), min(first, second)
    return Measured("both", long, wide, bound, tokens[after - 1].end), after


def bound_before(tokens: Sequence[Token], at: int) -> Bound:
    """Return what the words before token ``at`` loosen its number to; “about” without any."""
    for place in range(at - 1, max(at - 4, -1), -1):
        if place and tokens[place - 1].words in words("measuring"):
            break  # “extends over 20 m”
        bound = bounds().get(tokens[place].words)
        if bound is not None:
            return bound
        if tokens[place].kind not in _LOOSE:
            break
    return "about"


def _second(tokens: Sequence[Token], following: int) -> tuple[float | None, str | None, int]:
    """Return the second of two measures such as “15 m long and about 5 m wide”."""
    joined = following
    if joined < len(tokens) and tokens[joined].kind in _JOINING:
        joined += 1
        while joined < len(tokens) and tokens[joined].kind in _LOOSE:
            joined += 1
        if joined < len(tokens) and tokens[joined].kind == "measure":
            return _one(tokens, joined)
    return None, None, following


def _of(tokens: Sequence[Token], at: int, dimension: str | None) -> Of:
    if dimension == "apart":
        return "apart"
    if dimension == "height":
        return "height"
    if dimension == "width":
        return "width"
    measuring = any(token.words in words("measuring") for token in tokens[max(0, at - 3) : at])
    return "length" if dimension is not None or measuring else "open"


def _one(tokens: Sequence[Token], at: int) -> tuple[float, str | None, int]:
    """Return amount, dimension and the token after a measure and its words such as “long”."""
    following = at + 1
    while following < len(tokens) and tokens[following].words in words("each"):
        following += 1
    for count in range(_LONGEST, 0, -1):
        said = " ".join(token.words for token in tokens[following : following + count])
        if said in named_by("dimension"):
            return tokens[at].number, named_by("dimension")[said], following + count
    return tokens[at].number, None, following
