"""Numbers in text and what they are said of: “14 small vehicles”, “at least two of the 20 planes”."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from tasks.grounding.grammar import Comparator, any_of, grammar
from tasks.grounding.passages import Mention
from tasks.lexicon.lexicon import parse_number

REACH: Final = 80  # characters before a class in which its number is looked for
WORDS: Final = 6  # words between number and class
HUGE: Final = 10**9  # what a number of more digits counts as
_TOKEN: Final = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*|\d+(?:[.,]\d+)*(?:-?\w+)?|\S")
_PLAIN_NUMBER: Final = re.compile(r"\d{1,3}(?:,\d{3})+|\d+")
_RANGE: Final = re.compile(r"([\w-]+)\s{0,2}(?:to|or|-|–)\s{0,2}$")
_PART_OF: Final = re.compile(
    r"([\w-]+)\s{1,3}of\s{1,3}(?:(?:all|the|these|those|its)\s{1,3}){0,2}$"
)
_DENIAL: Final = re.compile(r"(?:(?<!\w)(?:no|not)|n't)\s{1,3}(?:an?\s{1,3})?$")
_WORD_BEFORE: Final = re.compile(r"([\w-]{1,25})\s{1,3}\Z")
_DEFINITE: Final = re.compile(r"(?<!\w)(?:the|these|those|its|all|such|this)\s{1,3}$")


@dataclass(frozen=True)
class Quantity:
    """A number that a text gives for a class."""

    start: int  # of the number
    low: int
    high: int
    comparator: Comparator
    partial: bool  # it speaks of some of the class: “other”, “white”, “the two”
    portion: int | None = None  # N in “N of the M planes”


def find_quantity(text: str, mention: Mention, before: int) -> Quantity | None:
    """Return the number that stands before ``mention``; ``before`` is where the last one ended."""
    start = max(before, mention.start - REACH)
    tokens = list(_TOKEN.finditer(text, start, mention.start))
    between: list[str] = []
    for place in reversed(range(max(0, len(tokens) - WORDS), len(tokens))):
        word = tokens[place].group()
        number, first = _number_at(tokens, place)
        if number is not None:
            lead = text[start : tokens[first].start()]
            if _DENIAL.search(lead) or _is_name(text, tokens[first].start()):
                return None
            return _quantity(text, tokens[first].start(), number, between)
        if not word[0].isalpha() and word not in {",", "-"}:
            return None
        if word in grammar().stop and not _is_pair(tokens, place):
            return None
        between.append(word)
    return None


def find_number(text: str) -> Quantity | None:
    """Return the first number in folded ``text``, where it begins within ``REACH`` characters."""
    tokens = list(_TOKEN.finditer(text, 0, 2 * REACH))
    for place, token in enumerate(tokens):
        if token.start() > REACH:
            break
        for last in range(min(place + 5, len(tokens)), place, -1):
            number = number_in(" ".join(t.group() for t in tokens[place:last]))
            if number is not None:
                start = token.start()
                return Quantity(start, number, number, comparator_before(text, start), False)
    return None


def _quantity(text: str, start: int, number: int, between: Sequence[str]) -> Quantity:
    lead = text[max(0, start - REACH) : start]
    words = grammar()
    low = number
    if (ranged := _RANGE.search(lead)) and (lower := number_in(ranged[1])) is not None:
        low, start = min(lower, number), start - len(lead) + ranged.start()
        lead = lead[: ranged.start()]
    portion = None
    if part := _PART_OF.search(lead):
        portion = number_in(part[1])
        if portion is None and part[1] not in words.portions:
            part = None
    partial = bool(between) or _DEFINITE.search(lead) is not None or part is not None
    partial = partial or any(word in words.rest for word in lead.split()[-3:])
    if part and portion is not None:
        start -= len(lead) - part.start()
    return Quantity(start, low, number, comparator_before(text, start), partial, portion)


def comparator_before(text: str, start: int) -> Comparator:
    """Return how the words before ``start`` loosen the number there, as “at least” does."""
    found = _comparators().search(text, max(0, start - 30), start)
    if found is None:
        return "exactly"
    words = " ".join(found[1].replace("-", " ").split())
    return next(kind for kind, forms in grammar().comparators.items() if words in forms)


def _number_at(tokens: Sequence[re.Match[str]], place: int) -> tuple[int | None, int]:
    """Return the number that ends at token ``place``, at most five words long, and where it begins."""
    for first in range(max(0, place - 4), place + 1):
        words = [token.group() for token in tokens[first : place + 1]]
        if (number := number_in(" ".join(words))) is not None:
            return number, first
    return None, place


def number_in(text: str) -> int | None:
    """Return the number that ``text`` is, in digits or words; “no” is none."""
    if _PLAIN_NUMBER.fullmatch(text):
        return HUGE if len(text) > 12 else int(text.replace(",", ""))
    if len(text) > 40 or text == "no" or not text[:1].isalpha():
        return None
    amount = grammar().amounts.get(text)
    return amount if amount is not None else parse_number(text)


def _is_name(text: str, start: int) -> bool:
    """Say whether the number at ``start`` is no count: “runway 27”, “two dozen”."""
    before = _WORD_BEFORE.search(text, max(0, start - 30), start)
    return before is not None and (
        before[1] in grammar().naming or number_in(before[1]) is not None
    )


def _is_pair(tokens: Sequence[re.Match[str]], place: int) -> bool:
    """Say whether token ``place`` is the “of” in “a pair of planes”."""
    return (
        tokens[place].group() == "of"
        and place > 0
        and tokens[place - 1].group() in grammar().amounts
    )


@cache
def _comparators() -> re.Pattern[str]:
    forms = [form for kind in grammar().comparators.values() for form in kind]
    return re.compile(rf"(?<!\w)({any_of(forms)})\s{{1,3}}(?:a\s)?\Z")
