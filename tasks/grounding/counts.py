"""Numbers with a class, as “14 small vehicles”: found in text and held against the objects.

Inside a tagged phrase the number is that of its objects. Outside, or where the sentence speaks of
the whole picture, it is that of the tile; what speaks of a part may only not exceed it.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, lru_cache
from typing import Final

from schemas.verdict import Outcome, Verdict
from tasks.grounding.grammar import any_of, grammar, whole_words
from tasks.grounding.numbers import REACH, Quantity, comparator_before, find_quantity, number_in
from tasks.grounding.passages import Mention, Phrase, Sentence
from tasks.grounding.truth import Tally, Truth, is_a
from tasks.grounding.verdicts import named, verdict
from tasks.lexicon.lexicon import plural

ABOUT: Final = 0.15  # relative error that “about” allows


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


@lru_cache(maxsize=16)  # asked for every class that one long sentence names
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


@lru_cache(maxsize=16)
def says_partly(text: str) -> bool:
    """Say whether folded ``text`` speaks of objects that are cut off."""
    return _PARTLY.search(text) is not None


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
    least = quantity.low + (quantity.comparator == "more_than")
    if least > tally.possible and quantity.comparator not in {"at_most", "less_than"}:
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
    heads = sentence.heads.get(phrase.start, ())
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
    heads = sentence.heads.get(phrase.start, ())
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
        number = number_in(found["number"]) if found else None
        if found is None or number is None:
            continue
        claim = sentence.quote(phrase.start, phrase.end)
        crowd = any(r in truth.objects and truth.objects[r].crowd for r in phrase.refs)
        comparator = comparator_before(sentence.text, found.start("number"))
        quantity = Quantity(phrase.start, number, number, comparator, True)
        right: Outcome = "supported" if _fits(quantity, len(phrase.refs)) else "contradicted"
        evidence = f"{len(phrase.refs)} objects: {named(phrase.refs)}"
        yield verdict("count", claim, "unverifiable" if crowd else right, evidence)


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
