"""Numbers with a class, as “14 small vehicles”: found in text and held against the objects.

Inside a tagged phrase the number is that of its objects. Outside, or where the sentence speaks of
the whole picture, it is that of the tile; what speaks of a part may only not exceed it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from schemas.sample import Verdict
from tasks.grounding.grammar import Comparator, any_of, grammar, whole_words
from tasks.grounding.passages import Mention, Phrase, Sentence
from tasks.grounding.truth import Tally, Truth, is_a
from tasks.grounding.verdicts import Outcome, named, verdict
from tasks.lexicon.lexicon import parse_number, plural

REACH: Final = 80  # characters before a class in which its number is looked for
WORDS: Final = 6  # words between number and class
HUGE: Final = 10**9  # what a number of more digits counts as
ABOUT: Final = 0.15  # relative error that “about” allows
_TOKEN: Final = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*|\d+(?:[.,]\d+)*(?:-?\w+)?|\S")
_PLAIN_NUMBER: Final = re.compile(r"\d{1,3}(?:,\d{3})+|\d+")
_RANGE: Final = re.compile(r"([\w-]+)\s{0,2}(?:to|or|-|–)\s{0,2}$")
_PART_OF: Final = re.compile(
    r"([\w-]+)\s{1,3}of\s{1,3}(?:(?:all|the|these|those|its)\s{1,3}){0,2}$"
)
_DENIAL: Final = re.compile(r"(?:(?<!\w)(?:no|not)|n't)\s{1,3}(?:an?\s{1,3})?$")
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


def count_verdicts(sentence: Sentence, truth: Truth) -> Iterator[Verdict]:
    """Judge every number with a class in ``sentence``, and the number of a tagged phrase."""
    before = 0
    for mention in sentence.mentions:
        quantity = find_quantity(sentence.text, mention, before)
        if quantity is not None:
            yield from _judged(sentence, mention, quantity, truth)
        elif mention.is_head:
            yield from _singular(sentence, mention, truth)
        before = mention.end
    yield from _bare_numbers(sentence, truth)


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
            if _DENIAL.search(lead) or (first and _is_name(tokens[first - 1].group())):
                return None
            return _quantity(text, tokens[first].start(), number, between)
        if not word[0].isalpha() and word not in {",", "-"}:
            return None
        if word in grammar().stop and not _is_pair(tokens, place):
            return None
        between.append(word)
    return None


def is_about_all(text: str, *, tagged: bool = False) -> bool:
    """Say whether folded ``text`` speaks of everything in the picture, and of no part of it.

    Where the things are ``tagged``, “there are” is not enough: the tag says which are meant.
    """
    whole, exists, narrowing, wide = _scopes()
    left = wide.sub(" ", text)
    if not (whole.search(left) or (not tagged and exists.search(left))):
        return False
    return narrowing.search(whole.sub(" ", left)) is None


def is_narrow(text: str) -> bool:
    """Say whether folded ``text`` narrows a statement down to a part of the picture."""
    whole, _, narrowing, wide = _scopes()
    return narrowing.search(whole.sub(" ", wide.sub(" ", text))) is not None


def says_partly(text: str) -> bool:
    """Say whether folded ``text`` speaks of objects that are cut off."""
    return _PARTLY.search(text) is not None


def find_number(text: str) -> Quantity | None:
    """Return the first number in folded ``text``, where it begins within ``REACH`` characters."""
    tokens = list(_TOKEN.finditer(text, 0, 2 * REACH))
    for place, token in enumerate(tokens):
        if token.start() > REACH:
            break
        for last in range(min(place + 5, len(tokens)), place, -1):
            number = _value(" ".join(t.group() for t in tokens[place:last]))
            if number is not None:
                start = token.start()
                return Quantity(start, number, number, _comparator(text, start), False)
    return None


def compare(quantity: Quantity, tally: Tally, *, partly: bool, strict: bool) -> Outcome:
    """Hold a number against the tile; only a ``strict`` one claims to be that of all.

    With ``partly`` the text says that it counts objects cut off too.
    """
    actual = {tally.described}
    if partly:
        actual |= {tally.partly, tally.described + tally.partly}
    if any(_fits(quantity, number) for number in actual):
        return "supported"
    open_above = quantity.comparator in {"at_least", "more_than"}
    if quantity.low > tally.possible and quantity.comparator not in {"at_most", "less_than"}:
        return "unverifiable" if tally.is_floor else "contradicted"
    if open_above or not strict or tally.possible > tally.described + tally.partly:
        return "unverifiable"
    too_few = quantity.high < min(actual)
    return "contradicted" if too_few or not tally.is_floor else "unverifiable"


def _judged(
    sentence: Sentence, mention: Mention, quantity: Quantity, truth: Truth
) -> Iterator[Verdict]:
    claim = sentence.quote(quantity.start, mention.end)
    phrase = mention.phrase if mention.is_head else None
    if phrase is not None:
        part = quantity.portion
        number = quantity if part is None else replace(quantity, low=part, high=part)
        yield _in_phrase(claim, number, mention, phrase, sentence, truth)
    strict = not quantity.partial and is_about_all(sentence.text, tagged=phrase is not None)
    if phrase is None or strict or quantity.portion is not None:
        tally = truth.tally(mention.category)
        partly = says_partly(sentence.text)
        outcome = compare(quantity, tally, partly=partly, strict=strict)
        yield verdict("count", claim, outcome, f"{mention.category}: {tally} in the tile")


def _in_phrase(
    claim: str,
    quantity: Quantity,
    mention: Mention,
    phrase: Phrase,
    sentence: Sentence,
    truth: Truth,
) -> Verdict:
    """Hold a number against the objects that its phrase is tied to."""
    heads = [m for m in sentence.mentions if m.phrase is phrase and m.is_head]
    known = [truth.objects[ref] for ref in phrase.refs if ref in truth.objects]
    if len({m.category for m in heads}) > 1:
        meant = sum(is_a(thing.category, mention.category) for thing in known)
    else:
        meant = len(phrase.refs)
    evidence = f"{meant} {'object' if meant == 1 else 'objects'}: {named(phrase.refs)}"
    if _fits(quantity, meant):
        return verdict("count", claim, "supported", evidence)
    more_in_crowd = any(thing.crowd for thing in known) and quantity.low >= meant
    return verdict("count", claim, "unverifiable" if more_in_crowd else "contradicted", evidence)


def _fits(quantity: Quantity, actual: int) -> bool:
    low, high = quantity.low, quantity.high
    slack = max(1.0, ABOUT * actual)
    return {
        "exactly": low <= actual <= high,
        "at_least": actual >= low,
        "at_most": actual <= high,
        "more_than": actual > low,
        "less_than": actual < high,
        "about": low - slack <= actual <= high + slack,
    }[quantity.comparator]


def _singular(sentence: Sentence, mention: Mention, truth: Truth) -> Iterator[Verdict]:
    """Judge “the plane”, which means one object unless the label stands for a crowd."""
    phrase = mention.phrase
    if phrase is None or mention.plural or len(phrase.refs) == 1:
        return
    lead = sentence.text[phrase.start : mention.start]
    heads = [m for m in sentence.mentions if m.phrase is phrase and m.is_head]
    ends = sentence.text[mention.end : phrase.head_end].strip(" ,")
    spelled = sentence.text[mention.start : mention.end]
    if len(heads) > 1 or ends or spelled == plural(mention.category) or _DISTRIBUTING.search(lead):
        return
    if any(ref in truth.objects and truth.objects[ref].crowd for ref in phrase.refs):
        return
    claim = sentence.quote(phrase.start, phrase.end)
    evidence = f"one in words, {len(phrase.refs)} objects: {named(phrase.refs)}"
    yield verdict("count", claim, "contradicted", evidence)


def _bare_numbers(sentence: Sentence, truth: Truth) -> Iterator[Verdict]:
    """Judge tagged phrases that are no more than a number: “14”, “all three of them”."""
    for phrase in sentence.phrases:
        if phrase.end - phrase.start > REACH:
            continue
        found = _ONLY_NUMBER.fullmatch(sentence.text, phrase.start, phrase.end)
        number = _value(found["number"]) if found else None
        if found is None or number is None:
            continue
        claim = sentence.quote(phrase.start, phrase.end)
        crowd = any(r in truth.objects and truth.objects[r].crowd for r in phrase.refs)
        comparator = _comparator(sentence.text, found.start("number"))
        quantity = Quantity(phrase.start, number, number, comparator, True)
        right: Outcome = "supported" if _fits(quantity, len(phrase.refs)) else "contradicted"
        evidence = f"{len(phrase.refs)} objects: {named(phrase.refs)}"
        yield verdict("count", claim, "unverifiable" if crowd else right, evidence)


def _quantity(text: str, start: int, number: int, between: Sequence[str]) -> Quantity:
    lead = text[max(0, start - REACH) : start]
    words = grammar()
    low = number
    if (ranged := _RANGE.search(lead)) and (lower := _value(ranged[1])) is not None:
        low, start = min(lower, number), start - len(lead) + ranged.start()
        lead = lead[: ranged.start()]
    portion = None
    if part := _PART_OF.search(lead):
        portion = _value(part[1])
        if portion is None and part[1] not in words.portions:
            part = None
    partial = bool(between) or _DEFINITE.search(lead) is not None or part is not None
    partial = partial or any(word in words.rest for word in lead.split()[-3:])
    if part and portion is not None:
        start -= len(lead) - part.start()
    return Quantity(start, low, number, _comparator(text, start), partial, portion)


def _comparator(text: str, start: int) -> Comparator:
    found = _comparators().search(text, max(0, start - 30), start)
    if found is None:
        return "exactly"
    words = " ".join(found[1].replace("-", " ").split())
    return next(kind for kind, forms in grammar().comparators.items() if words in forms)


def _number_at(tokens: Sequence[re.Match[str]], place: int) -> tuple[int | None, int]:
    """Return the number that ends at token ``place``, at most five words long, and where it begins."""
    for first in range(max(0, place - 4), place + 1):
        words = [token.group() for token in tokens[first : place + 1]]
        if (number := _value(" ".join(words))) is not None:
            return number, first
    return None, place


def _value(text: str) -> int | None:
    """Return the number that ``text`` is, in digits or words; “no” is none."""
    if _PLAIN_NUMBER.fullmatch(text):
        return HUGE if len(text) > 12 else int(text.replace(",", ""))
    if len(text) > 40 or text == "no" or not text[:1].isalpha():
        return None
    amount = grammar().amounts.get(text)
    return amount if amount is not None else parse_number(text)


def _is_name(word: str) -> bool:
    """Say whether a number after ``word`` is no count: “runway 27”, “two dozen”."""
    return word in grammar().naming or _value(word) is not None


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


@cache
def _scopes() -> tuple[re.Pattern[str], ...]:
    """Return patterns of what speaks of the whole picture, of things there, of parts, of no part."""
    words = grammar()
    pictures = rf"(?:the|this|our)\s{{1,3}}(?:\w{{1,20}}\s{{1,3}})?(?:{any_of(words.picture)})"
    here = rf"(?:in|across|throughout|over|within|of|on)\s{{1,3}}(?:the\s{{1,3}}whole\s{{1,3}}|all\s{{1,3}}of\s{{1,3}})?{pictures}"
    holds = rf"{pictures}\s{{1,3}}(?:does(?:n't|\s{{1,3}}not)\s{{1,3}})?(?:{any_of(words.holds)})"
    return (
        re.compile(rf"(?<!\w)(?:{any_of(words.whole)}|{holds}|{here})(?!\w)"),
        whole_words(words.exists),
        whole_words(words.narrowing),
        whole_words(words.wide),
    )


_PARTLY: Final = whole_words(grammar().partly)
_DISTRIBUTING: Final = whole_words(grammar().distributing)
_ONLY_NUMBER: Final = re.compile(
    r"(?:(?:all|the|these|those|other|at|least|another|exactly|about)\s{1,3}){0,3}"
    r"(?P<number>[a-z]+(?:-[a-z]+)?|\d[\d,]*)"
    r"(?:\s{1,3}(?:of\s{1,3}(?:them|these|those)|others?|more|ones?|in\s{1,3}total))?"
)
