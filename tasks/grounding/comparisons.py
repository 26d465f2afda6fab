"""Comparisons of numbers, as “more ships than planes”: found in text and held against the tile."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from schemas.verdict import Outcome, Verdict
from tasks.grounding.counts import is_narrow
from tasks.grounding.passages import Mention, Sentence
from tasks.grounding.truth import Tally, Truth
from tasks.grounding.verdicts import verdict
from tasks.lexicon.lexicon import parse_number

REACH: Final = 40  # characters before the first class, and between the two
AROUND: Final = 200  # characters in which words are looked for that narrow it down to a part
_MORE: Final = re.compile(
    r"(?:(?<![\w.,-])(?P<number>[a-z]+|\d{1,9})\s{1,3})?(?<!\w)(?P<more>more|fewer|less)\s{1,3}\Z"
)
_THAN: Final = re.compile(r"\s{0,3}(?:\([^()]*\)\s{0,3})?than\s{1,3}(?:the\s{1,3})?")


def comparison_verdicts(sentence: Sentence, truth: Truth) -> Iterator[Verdict]:
    """Judge “more A than B” and “five more A than B” where all in the picture is meant."""
    for one, other in pairwise(sentence.mentions):
        found = find_comparison(sentence.text, one, other)
        if found is None:
            continue
        start = found.start("more" if difference_in(found) is None else "number")
        claim = sentence.quote(start, other.end)
        tallies = truth.tally(one.category), truth.tally(other.category)
        outcome = _compared(found, *tallies)
        before, after = max(0, found.start() - AROUND), other.end + AROUND
        lead, rest = sentence.text[before : found.start()], sentence.text[other.end : after]
        if is_narrow(lead) or is_narrow(rest):
            outcome = "unverifiable"
        evidence = f"{one.category}: {tallies[0]}, {other.category}: {tallies[1]} in the tile"
        yield verdict("count", claim, outcome, evidence)


def find_comparison(text: str, one: Mention, other: Mention) -> re.Match[str] | None:
    """Return the words before ``one`` where folded ``text`` compares its number with ``other``'s."""
    gap = text[one.end : other.start]
    if len(gap) > REACH or not _THAN.fullmatch(gap):
        return None
    found = _MORE.search(text, max(0, one.start - REACH), one.start)
    return None if found and found["number"] in {"no", "not", "any"} else found


def difference_in(found: re.Match[str]) -> int | None:
    """Return N in “N more …”, None where there is no number."""
    return parse_number(found["number"]) if found["number"] else None


def is_more(one: Tally, other: Tally) -> bool | None:
    """Say whether there are more of ``one``, None where the labels leave it open."""
    unclear = any(t.is_floor or t.possible > t.described + t.partly for t in (one, other))
    low, high = one.described - other.described - other.partly, one.described + one.partly
    if unclear or (low <= 0 < high - other.described):
        return None
    return low > 0


def _compared(found: re.Match[str], one: Tally, other: Tally) -> Outcome:
    if found["more"] != "more":
        one, other = other, one
    more = is_more(one, other)
    if more is None:
        return "unverifiable"
    number = difference_in(found)
    right = one.described - other.described == number if number else more
    return "supported" if right else "contradicted"
