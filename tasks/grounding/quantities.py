"""Numbers that a text gives for things: “14”, “at least two”, “about fifty”, “several”, “a dozen or so”."""

import math
from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple

from tasks.grounding.grammar import Comparator, Range, grammar
from tasks.grounding.tokens import Token

ABOUT: Final = 0.15  # relative error that “about” allows; at least one object
NOT_ABOUT: Final = 0.35  # beyond this, and two objects, nobody would say “about”
ENDLESS: Final = math.inf
_LOOSENING: Final = frozenset("cbjHuqRM")  # kinds of words that a comparator may be taken for


class Quantity(NamedTuple):
    """What a number means: ``low`` to ``high`` for everybody, outside ``least`` to ``most`` for nobody."""

    low: float
    high: float
    least: float
    most: float
    start: int  # of the words that name the number, in the text
    end: int
    digits: bool = False
    exact: bool = False  # one whole number, not loosened


ONE: Final = Quantity(1, 1, 1, 1, 0, 0)
AT_LEAST_ONE: Final = Quantity(1, ENDLESS, 1, ENDLESS, 0, 0)
AT_LEAST_TWO: Final = Quantity(2, ENDLESS, 1, ENDLESS, 0, 0)


def read_quantity(
    tokens: Sequence[Token], place: int, *, named: bool = False
) -> tuple[Quantity, int] | None:
    """Return the number at token ``place`` and the first token of its words; None for a mere name.

    With ``named`` the words before it do not make it one. Words before it (“at least”, “three to”) and right after it (“or so”) belong to it.
    """
    token = tokens[place]
    if token.kind == "q":
        return _vague(token, grammar().vague[token.value]), place
    first, low = place, token.number
    if place > 1 and tokens[place - 2].kind == "n" and _is_range(tokens, place):
        first, low = place - 2, min(tokens[place - 2].number, token.number)
    before = tokens[first - 1] if first else None
    comparator = _comparator(before) if before is not None and before.kind in _LOOSENING else None
    if before is not None and comparator is None and not named and _is_name(before):
        return None
    start = tokens[first].start
    if comparator is not None:
        first -= 1
    comparator = comparator or _after(tokens, place) or "exactly"
    return _loosened(low, token.number, comparator, start, token), first


def exactly(number: float, start: int = 0, end: int = 0) -> Quantity:
    """Return what one whole number means."""
    return Quantity(number, number, number, number, start, end, digits=False, exact=True)


def _loosened(
    low: float, high: float, comparator: Comparator, start: int, token: Token
) -> Quantity:
    digits = token.value[:1].isdigit()
    near, far = max(1.0, ABOUT * high), max(2.0, NOT_ABOUT * high)
    span = (start, token.end, digits)
    match comparator:
        case "at_least":
            return Quantity(low, ENDLESS, low, ENDLESS, *span)
        case "at_most":
            return Quantity(0, high, 0, high, *span)
        case "more_than":
            return Quantity(low + 1, ENDLESS, low + 1, ENDLESS, *span)
        case "less_than":
            return Quantity(0, high - 1, 0, high - 1, *span)
        case "about":
            return Quantity(low - near, high + near, low - far, high + far, *span)
        case _:
            return Quantity(low, high, low, high, *span, exact=low == high)


def _vague(token: Token, meant: Range) -> Quantity:
    ends = [ENDLESS if end is None else end for end in (meant.clear[1], meant.possible[1])]
    return Quantity(meant.clear[0], ends[0], meant.possible[0], ends[1], token.start, token.end)


def _is_range(tokens: Sequence[Token], place: int) -> bool:
    """Say whether the numbers at ``place`` and two before it are the ends of one: “3-4”, “3 to 5”."""
    between = tokens[place - 1].words
    if between in {"to", "or", "-", "–"}:
        return True
    return between == "and" and place > 2 and tokens[place - 3].kind == "B"


def _comparator(token: Token) -> Comparator | None:
    if token.kind == "c":
        return token.value  # type: ignore[return-value]  # the kinds of the word list
    return _comparators().get(token.words)


def _after(tokens: Sequence[Token], place: int) -> Comparator | None:
    if place + 1 >= len(tokens):
        return None
    return _comparators_after().get(tokens[place + 1].words)


def _is_name(token: Token) -> bool:
    """Say whether a number after ``token`` is no count: “runway 27”, “Boeing 737”."""
    return token.words in _naming() or (token.kind == "C" and token.value.split()[-1] in _naming())


@cache
def _comparators() -> dict[str, Comparator]:
    return {form: kind for kind, forms in grammar().comparators.items() for form in forms}


@cache
def _comparators_after() -> dict[str, Comparator]:
    return {form: kind for kind, forms in grammar().after_number.items() for form in forms}


@cache
def _naming() -> frozenset[str]:
    return frozenset(grammar().naming)
