"""Lengths in text: “about 44 m by 40 m”, “15 m long and 5 m wide”, “20 m apart”."""

from collections.abc import Sequence
from functools import cache
from typing import Literal, NamedTuple

from tasks.grounding.grammar import grammar
from tasks.grounding.tokens import Token

Of = Literal["size", "apart", "open"]


class Measured(NamedTuple):
    """What a measure is said of, and its one or two amounts: length and width."""

    of: Of
    amounts: tuple[float | None, float | None]
    end: int  # character after its words


def read_measure(tokens: Sequence[Token], at: int) -> tuple[Measured, int]:
    """Return the measure that begins with token ``at``, and the first token after it."""
    first, dimension, following = _one(tokens, at)
    second, other, after = None, None, following
    joined = following
    if joined < len(tokens) and (tokens[joined].kind in "X&," or tokens[joined].words == "and"):
        joined += 1
        if joined < len(tokens) and tokens[joined].kind in "cbj":
            joined += 1
        if joined < len(tokens) and tokens[joined].kind == "D":
            second, other, after = _one(tokens, joined)
    by = following < len(tokens) and tokens[following].kind == "X"
    if second is None or not (by or (dimension and other)):
        return _single(tokens, at, first, dimension, following), following
    amounts = (second, first) if dimension == "width" else (first, second)
    if by:
        amounts = (max(first, second), min(first, second))
    return Measured("size", amounts, tokens[after - 1].end), after


def _single(
    tokens: Sequence[Token], at: int, amount: float, dimension: str | None, following: int
) -> Measured:
    end = tokens[following - 1].end
    if dimension == "apart":
        return Measured("apart", (amount, None), end)
    if dimension == "width":
        return Measured("size", (None, amount), end)
    measuring = at > 0 and any(t.words in grammar().measuring for t in tokens[max(0, at - 3) : at])
    if dimension in {"length", "across"} or measuring:
        return Measured("size", (amount, None), end)
    return Measured("open", (amount, None), end)


def _one(tokens: Sequence[Token], at: int) -> tuple[float, str | None, int]:
    """Return amount, dimension and the token after a measure and its words such as “long”."""
    following = at + 1
    while following < len(tokens) and tokens[following].words in grammar().each:
        following += 1
    dimension = None
    if following < len(tokens):
        for words in range(3, 0, -1):
            said = " ".join(token.words for token in tokens[following : following + words])
            if said in _dimensions():
                dimension, following = _dimensions()[said], following + words
                break
    return tokens[at].number, dimension, following


@cache
def _dimensions() -> dict[str, str]:
    return {form: name for name, forms in grammar().dimensions.items() for form in forms}
