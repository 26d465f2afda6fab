"""Comparisons of numbers, as “more ships than planes”, “A outnumber B”, “the most numerous are A”."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from schemas.verdict import ClaimKind, Outcome
from tasks.grounding.judging.ground import Ground
from tasks.grounding.judging.holding import tells_nothing
from tasks.grounding.judging.readings import ALL
from tasks.grounding.judging.resolving import Resolver
from tasks.grounding.reading.clauses import Attached, Noun
from tasks.grounding.reading.grammar import grammar, words
from tasks.grounding.reading.sentences import Sentence
from tasks.grounding.truth import ANYTHING
from tasks.grounding.verdicts import Checked, Edit, verdict

_OPPOSITE: Final = {"more": "fewer", "fewer": "more", "less": "more"}
_FEWER: Final = frozenset({"fewer", "less", "fewer_than", "as few", "a smaller number of", "a lower number of",
                           "smaller numbers of"})  # fmt: skip
_PLACES: Final = frozenset({"position", "relation", "between", "nearer", "distance"})
_ALIKE: Final = frozenset({"as_many", "not_as_many"})
_ENDLESS: Final = math.inf
_TIMES_OFF: Final = 0.25  # by how much “three times as many” may be off

Range = tuple[float, float, float]  # surely at least, as an observer would say, possibly at most


class Claim(NamedTuple):
    """That the things of one side are more, fewer or so many times those of the other."""

    one: Sequence[Noun]
    word: str
    other: Sequence[Noun]
    factor: float = 1.0
    number: float | None = None  # “two more”
    negated: bool = False


def comparisons(sentence: Sentence, ground: Ground) -> Iterator[Checked]:
    """Judge “more A than B”, “as many A as B”, “A outnumber B” of all in the picture."""
    claims = [*_paired(sentence), *_outnumbering(sentence), *_for_each(sentence)]
    if claims:
        resolver = Resolver(ground.truth, ground.discourse, ground.text)
        narrow = any(a.kind in _PLACES for noun in sentence.nouns for a in noun.attached)
        yield from (compared(claim, ground, resolver, narrow=narrow) for claim in claims)
    yield from _most_numerous(sentence, ground)


def compared(claim: Claim, ground: Ground, resolver: Resolver, *, narrow: bool = False) -> Checked:
    """Judge ``claim``; of what a place or the like narrows down nothing is false."""
    first, second = _total(resolver, claim.one), _total(resolver, claim.other, claim.one)
    outcome = _outcome(claim, first, second)
    known = all(resolver.base(noun).known for noun in (*claim.one, *claim.other))
    if not known or (outcome == "contradicted" and narrow):
        outcome = "unverifiable"
    things = [noun.thing for noun in (*claim.one, *claim.other)]
    start, end = min(t.start for t in things), max(t.end for t in things)
    names = [" and ".join(_named(noun) for noun in side) for side in (claim.one, claim.other)]
    evidence = f"{names[0]}: {first[1]:.0f}, {names[1]}: {second[1]:.0f} in the tile"
    reversed_ = outcome == "contradicted" and first[1] < second[1]
    return Checked(
        verdict(
            ClaimKind.COMPARISON, ground.quote(start, end), outcome, evidence, start=start,
            end=end, found=f"{first[1]:.0f} against {second[1]:.0f}", margin=first[1] - second[1],
        ),
        _mended(claim, ground.text) if reversed_ else (),
    )  # fmt: skip


def _paired(sentence: Sentence) -> Iterator[Claim]:
    """Yield “more planes than ships”."""
    for one, other in pairwise(n for n in sentence.nouns if n.thing.pronoun not in {"it", "they"}):
        thing = one.thing
        if thing.comparison is None or not other.thing.compared:
            continue
        exact = thing.quantity is not None and thing.quantity.exact
        number = thing.quantity.low if exact and thing.quantity is not None else None
        equal = thing.comparison in grammar().equals
        factor = thing.factor if equal else 1.0
        yield Claim([one], "as_many" if equal else thing.comparison, [other], factor, number)


def _outnumbering(sentence: Sentence) -> Iterator[Claim]:
    """Yield “A outnumber B”; of several subjects together their sum."""
    if not any(_is_compared(a) for noun in sentence.nouns for a in noun.attached):
        return
    together = any(token.words in words("together") for token in sentence.tokens)
    done: set[int] = set()
    for noun in sentence.nouns:
        for attached in noun.attached:
            if attached.kind == "numbers" and attached.others and attached.start not in done:
                subjects = _sharing(sentence, attached) if together else [noun]
                done |= {attached.start} if together else set()
                others = [o for o in attached.others if o.thing.category != noun.thing.category
                          or o.thing.category is None or o.thing.adjectives]  # fmt: skip
                if others:
                    yield Claim(subjects, attached.value, others, attached.factor,
                                negated=attached.negated)  # fmt: skip
            elif attached.joint and attached.value in _ALIKE and len(attached.others) == 1:
                negated = attached.value == "not_as_many"
                yield Claim([noun], "as_many", attached.others, negated=negated)


def _is_compared(attached: Attached) -> bool:
    return bool(attached.others) and (attached.kind == "numbers" or attached.value in _ALIKE)


def _sharing(sentence: Sentence, attached: Attached) -> list[Noun]:
    return [n for n in sentence.nouns if any(a.start == attached.start for a in n.attached)]


def _for_each(sentence: Sentence) -> Iterator[Claim]:
    """Yield “for every A there are two B”."""
    if not sentence.tokens or sentence.tokens[0].words != "for":
        return
    nouns = [noun for noun in sentence.nouns if noun.thing.category is not None]
    if len(nouns) != 2:
        return
    every, counted = nouns
    quantity = counted.thing.quantity
    factor = quantity.low if quantity is not None and quantity.exact else None
    if factor is None and not counted.thing.plural and quantity is None:
        factor = 1.0
    if every.thing.every in ALL and factor:
        yield Claim([counted], "as_many", [every], factor)


def _most_numerous(sentence: Sentence, ground: Ground) -> Iterator[Checked]:
    """Judge “the most numerous objects are A”: of all labelled classes."""
    for noun in sentence.nouns:
        best = noun.thing.extreme
        if best is None or best.extreme not in {"many", "few"} or noun.thing.pronoun != "object":
            continue
        for attached in (one for one in noun.attached if one.kind == "nominal" and one.others):
            named = attached.others[0].thing
            if named.category is not None:
                yield most_numerous(named.category, attached, ground, fewest=best.extreme == "few")


def most_numerous(
    category: str, attached: Attached, ground: Ground, *, fewest: bool = False
) -> Checked:
    """Judge that there are more things of ``category`` than of any other class, or fewer."""
    truth = ground.truth
    others = sorted({thing.category for thing in truth.things})
    own = truth.members(category)
    counts = {
        name: int(truth.members(name).graded.nominal.sum())
        for name in others
        if not truth.members(name).graded.nominal[own.graded.nominal].any()
    }
    mine = int(own.graded.nominal.sum())
    rival = (min if fewest else max)(counts.values(), default=mine)
    right = mine <= rival if fewest else mine >= rival
    clear = mine > rival + 1 if fewest else mine + 1 < rival
    outcome: Outcome = "supported" if right else "contradicted" if clear else "unverifiable"
    if attached.negated or attached.thought or own.is_floor:
        outcome = "unverifiable"
    return Checked(
        verdict(
            ClaimKind.SUPERLATIVE, ground.quote(attached.start, attached.end), outcome,
            f"{category}: {mine}, others up to {rival}", start=attached.start, end=attached.end,
            found=str(mine),
        )
    )  # fmt: skip


def _outcome(claim: Claim, first: Range, second: Range) -> Outcome:
    if claim.word in {"as_many", "as many"}:
        found = _equal(claim, first, second)
    else:
        if claim.word in _FEWER:
            first, second = second, first
        low, high = (claim.number, claim.number) if claim.number is not None else (1.0, _ENDLESS)
        found = _within(first[0] - second[2], first[1] - second[1], first[2] - second[0], low, high)
    if claim.negated and found != "unverifiable":
        return "supported" if found == "contradicted" else "contradicted"
    return found


def _equal(claim: Claim, first: Range, second: Range) -> Outcome:
    """Hold “as many”, or “twice as many”, against both numbers."""
    factor = claim.factor
    if factor == 1.0:
        return _within(first[0] - second[2], first[1] - second[1], first[2] - second[0], 0, 0)
    low, high = factor * (1 - _TIMES_OFF), factor * (1 + _TIMES_OFF)
    if low * second[1] <= first[1] <= high * second[1]:
        return "supported"
    least, most = low * second[0] - 1, high * second[2] + 1
    return "contradicted" if first[0] > most or first[2] < least else "unverifiable"


def _within(least: float, nominal: float, most: float, low: float, high: float) -> Outcome:
    """Hold a difference between ``least`` and ``most`` against what is wanted of it."""
    if low <= nominal <= high:
        return "supported"
    return "contradicted" if least > high or most < low else "unverifiable"


def _total(resolver: Resolver, side: Sequence[Noun], besides: Sequence[Noun] = ()) -> Range:
    """Return how many things the nouns of one side mean together; “all others” than those ``besides``."""
    sure, nominal, most = 0.0, 0.0, 0.0
    for noun in side:
        base = resolver.base(noun)
        graded, is_open = base.graded, noun.thing.unknown
        for one in resolver.said(noun):
            found = one.predicate.each(resolver.truth)
            if one.narrows and tells_nothing(found):
                is_open = True
            elif one.narrows:
                graded = graded.both(found)
        if noun.thing.rest:
            own = [
                p for one in besides for p in resolver.base(one).graded.maybe.nonzero()[0].tolist()
            ]
            graded = graded.without(own)
        sure += 0.0 if is_open else float(graded.sure.sum())
        nominal += float(graded.nominal.sum())
        most += (
            _ENDLESS
            if base.is_floor and noun.thing.pronoun != "object"
            else float(graded.maybe.sum())
        )
        if noun.thing.pronoun == "object" and noun.thing.rest:
            most = _ENDLESS
    return sure, nominal, most


def _named(noun: Noun) -> str:
    return noun.thing.category or (ANYTHING if noun.thing.pronoun == "object" else "they")


def _mended(claim: Claim, text: str) -> tuple[Edit, ...]:
    thing = claim.one[0].thing
    if claim.word not in _OPPOSITE or thing.quantity is not None:
        return ()
    at = text.lower().find(claim.word, thing.start, thing.head_start)
    return (Edit(at, at + len(claim.word), _OPPOSITE[claim.word]),) if at >= 0 else ()
