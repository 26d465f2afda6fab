"""Comparisons of numbers, as “more ships than planes”: found in text and held against the tile."""

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from schemas.verdict import ClaimKind, Outcome
from tasks.grounding.clauses import Noun
from tasks.grounding.grammar import grammar
from tasks.grounding.sentences import Sentence
from tasks.grounding.statements import Scene
from tasks.grounding.things import Thing
from tasks.grounding.truth import Graded, Truth
from tasks.grounding.verdicts import Checked, Edit, verdict

_OPPOSITE: Final = {"more": "fewer", "fewer": "more", "less": "more"}
_NUMBERS: Final = {"more_than": "more", "fewer_than": "fewer"}
_SIZES: Final = {"larger_than": "more", "smaller_than": "fewer", "of_equal_size": "as many"}


def comparisons(sentence: Sentence, scene: Scene) -> Iterator[Checked]:
    """Judge “more A than B”, “as many A as B”, “A outnumber B” of all in the picture."""
    narrow = any(token.kind in "PR" for token in sentence.tokens if token.value not in _NUMBERS)
    for one, other in pairwise(sentence.things):
        if one.comparison is not None and other.compared:
            yield from _judged(one, other, one.comparison, scene, narrow=narrow)
    for noun in sentence.nouns:
        yield from _outnumbering(noun, scene)


def _outnumbering(noun: Noun, scene: Scene) -> Iterator[Checked]:
    for attached in noun.attached:
        if attached.is_of_numbers and attached.others:
            word = {**_NUMBERS, **_SIZES}[attached.value]
            yield from _judged(noun.thing, attached.others[0].thing, word, scene, narrow=False)


def _judged(
    one: Thing, other: Thing, word: str, scene: Scene, *, narrow: bool
) -> Iterator[Checked]:
    if one.category is None or other.category is None:
        return
    truth = scene.truth
    first, second = _range(truth, one.category), _range(truth, other.category)
    nominal = _nominal(truth, one.category), _nominal(truth, other.category)
    if word in grammar().equals:
        times = grammar().equals[word]
        outcome = _compared(
            (first[0] - times * second[1], first[1] - times * second[0]),
            nominal[0] - times * nominal[1],
            (0, 0),
        )
    else:
        if word != "more":
            first, second, nominal = second, first, nominal[::-1]
        number = one.quantity.low if one.quantity is not None and one.quantity.exact else None
        wanted = (number, number) if number is not None else (1, math.inf)
        outcome = _compared(
            (first[0] - second[1], first[1] - second[0]), nominal[0] - nominal[1], wanted
        )
    if narrow and outcome == "contradicted":
        outcome = "unverifiable"
    evidence = (
        f"{one.category}: {truth.tally(one.category)}, "
        f"{other.category}: {truth.tally(other.category)} in the tile"
    )
    start, end = min(one.start, other.start), max(one.end, other.end)
    claim = " ".join(scene.text[start:end].split())[:160]
    reversed_ = outcome == "contradicted" and nominal[0] < nominal[1]
    yield Checked(
        verdict(
            ClaimKind.COMPARISON, claim, outcome, evidence, start=start, end=end,
            found=f"{nominal[0]} against {nominal[1]}", margin=float(nominal[0] - nominal[1]),
        ),
        _mended(one, word, scene.text) if reversed_ else (),
    )  # fmt: skip


def _compared(
    possible: tuple[float, float], nominal: float, wanted: tuple[float, float]
) -> Outcome:
    """Hold a difference against what is ``wanted`` of it; ``possible`` is its range."""
    if wanted[0] <= nominal <= wanted[1]:
        return "supported"
    if possible[0] > wanted[1] or possible[1] < wanted[0]:
        return "contradicted"
    return "unverifiable"


def _mended(one: Thing, word: str, text: str) -> tuple[Edit, ...]:
    if word not in _OPPOSITE:
        return ()
    at = text.lower().find(word, one.start, one.head_start)
    return (Edit(at, at + len(word), _OPPOSITE[word]),) if at >= 0 and one.quantity is None else ()


def _range(truth: Truth, category: str) -> tuple[float, float]:
    graded, is_floor = truth.members(category)
    return float(graded.sure.sum()), float("inf") if is_floor else float(graded.maybe.sum())


def _nominal(truth: Truth, category: str) -> int:
    graded: Graded = truth.members(category).graded
    return int(graded.nominal.sum())
