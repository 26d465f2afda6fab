"""Numbers that a text gives for things: “14”, “at least two”, “about fifty”, “several”, “a dozen or so”."""

import math
from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple

from tasks.grounding.reading.grammar import Bound, Range, grammar, named_by, words
from tasks.grounding.reading.tokens import Token

ABOUT: Final = 0.15  # relative error that “about” allows; at least one object
NOT_ABOUT: Final = 0.35  # beyond this, and two objects, nobody would say “about”
ENDLESS: Final = math.inf
# Kinds of words that a bound may have been taken for.
_LOOSENING: Final = frozenset(
    {
        "bound",
        "preposition",
        "aside",
        "hypothetical",
        "vague",
        "every",
        "comparative",
        "share",
        "of",
    }
)
_RANGE_MARKS: Final = frozenset({"to", "or", "-", "–"})


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


AT_LEAST_ONE: Final = Quantity(1, ENDLESS, 1, ENDLESS, 0, 0)
AT_LEAST_TWO: Final = Quantity(2, ENDLESS, 1, ENDLESS, 0, 0)


def exactly(number: float, start: int = 0, end: int = 0) -> Quantity:
    """Return what one whole number means."""
    return Quantity(number, number, number, number, start, end, digits=False, exact=True)


def read_quantity(
    tokens: Sequence[Token], place: int, *, named: bool = False
) -> tuple[Quantity, int] | None:
    """Return the number at token ``place`` and the first token of its words; None for a mere name.

    Words before it (“at least”, “three to”) and right after it (“or so”) belong to it. With ``named``
    the words before it do not make it a name.
    """
    token = tokens[place]
    first, low = place, token.number
    if token.kind == "number" and place > 1 and _is_range(tokens, place):
        first, low = place - 2, min(tokens[place - 2].number, token.number)
    before = tokens[first - 1] if first else None
    bound = _bound(before) if before is not None and before.kind in _LOOSENING else None
    if token.kind == "vague":
        return _vague(token, grammar().vague[token.value], bound), first - (bound is not None)
    if before is not None and bound is None and not named and _is_name(before):
        return None
    start = tokens[first].start
    if bound is not None or (
        token.words == "single" and before is not None and before.words == "even"
    ):
        first -= 1
    bound = bound or _after(tokens, place) or "exactly"
    return _loosened(low, token.number, bound, start, token), first


def _loosened(low: float, high: float, bound: Bound, start: int, token: Token) -> Quantity:
    digits = token.value[:1].isdigit()
    near, far = max(1.0, ABOUT * high), max(2.0, NOT_ABOUT * high)
    span = (start, token.end, digits)
    match bound:
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
        case "exactly":
            return Quantity(low, high, low, high, *span, exact=low == high)


def _vague(token: Token, meant: Range, bound: Bound | None) -> Quantity:
    low, least = meant.clear[0], meant.possible[0]
    high, most = (ENDLESS if end is None else end for end in (meant.clear[1], meant.possible[1]))
    if bound == "at_most":
        low, least = 0, 0
    elif bound in {"at_least", "more_than"}:
        high, most = ENDLESS, ENDLESS
    return Quantity(low, high, least, most, token.start, token.end)


def _is_range(tokens: Sequence[Token], place: int) -> bool:
    """Say whether the numbers at ``place`` and two before it are the ends of one: “3-4”, “3 to 5”."""
    if tokens[place - 2].kind != "number":
        return False
    between = tokens[place - 1].words
    if between in _RANGE_MARKS:
        return True
    return between == "and" and place > 2 and tokens[place - 3].kind == "between"


def _bound(token: Token) -> Bound | None:
    return bounds().get(token.words)


def _after(tokens: Sequence[Token], place: int) -> Bound | None:
    if place + 1 >= len(tokens):
        return None
    return _bounds_after().get(tokens[place + 1].words)


def _is_name(token: Token) -> bool:
    """Say whether a number after ``token`` is no count: “runway 27”, “Boeing 737”."""
    naming = words("naming")
    return token.words in naming or (token.kind == "class" and token.value.split()[-1] in naming)


@cache
def bounds() -> dict[str, Bound]:
    """Return what the words that loosen a number after them mean."""
    return named_by("bound")  # type: ignore[return-value]  # the names of the file


@cache
def _bounds_after() -> dict[str, Bound]:
    return {form: kind for kind, forms in grammar().after_number.items() for form in forms}
