"""Predicates held against objects that are known, and the verdicts made of that."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from schemas.verdict import ClaimKind
from tasks.grounding.judging.counting import REFS
from tasks.grounding.judging.ground import Ground
from tasks.grounding.judging.resolving import Resolver, Said
from tasks.grounding.predicates.judged import Judged, Predicate, supported, unverifiable
from tasks.grounding.reading.clauses import Noun
from tasks.grounding.truth import Graded
from tasks.grounding.verdicts import Checked, Edit, verdict

_WEIGHT: Final = {"contradicted": 100, "unverifiable": 1, "supported": 0}


def best_reading(
    ground: Ground,
    resolver: Resolver,
    noun: Noun,
    said: Sequence[Said],
    groups: Sequence[tuple[int, ...]],
) -> list[Checked]:
    """Return the verdicts on ``said`` by that of ``groups`` of which most of it is true."""
    best: list[Checked] = []
    least = np.inf
    for group in groups:
        found = [judged_of(ground, resolver, noun, one, group) for one in said]
        total = sum(_WEIGHT[one.verdict.outcome] for one in found)
        if total < least:
            best, least = found, total
        if least == 0:
            break
    return best


def judged_of(
    ground: Ground, resolver: Resolver, noun: Noun, said: Said, places: Sequence[int]
) -> Checked:
    """Return the verdict on one predicate of the objects at ``places``."""
    predicate, attached = said
    judged = predicate.judge(ground.truth, places)
    instead = attached.instead if attached is not None else None
    if judged.outcome != "supported" and instead is not None:
        judged = _instead(ground, resolver, predicate, instead, judged)
    if attached is not None and attached.negated:
        judged = negated(judged)
    thought = noun.thought or (attached is not None and attached.thought)
    return said_of(ground, predicate, noun, judged, places, thought=thought)


def said_of(
    ground: Ground,
    predicate: Predicate,
    noun: Noun,
    judged: Judged,
    places: Sequence[int],
    *,
    thought: bool = False,
) -> Checked:
    """Return the verdict of what came of ``predicate``; what is merely thought is not false."""
    outcome = judged.outcome
    spared = ground.excepted and predicate.kind is ClaimKind.SUPERLATIVE
    if outcome == "contradicted" and (thought or spared):
        outcome = "unverifiable"
    start, end = min(noun.thing.start, predicate.start), max(noun.thing.end, predicate.end)
    edits: tuple[Edit, ...] = ()
    if outcome == "contradicted" and judged.fix is not None:
        edits = (Edit(predicate.start, predicate.end, judged.fix),)
    return Checked(
        verdict(
            predicate.kind, ground.quote(start, end), outcome, judged.evidence,
            start=predicate.start, end=predicate.end, refs=ground.truth.refs(places[:REFS]),
            found=judged.found, margin=judged.margin, borderline=judged.borderline,
        ),
        edits,
    )  # fmt: skip


def mask(ground: Ground, said: Said) -> Graded:
    """Return of which objects a predicate is true, or not, where it is denied."""
    predicate, attached = said
    graded = predicate.each(ground.truth)
    if attached is not None and attached.negated:
        return Graded(~graded.maybe, ~graded.nominal, ~graded.sure)
    if attached is not None and attached.instead is not None:
        return Graded(graded.sure, graded.nominal, np.ones_like(graded.maybe))
    return graded


def tells_nothing(graded: Graded) -> bool:
    """Say whether a predicate tells nothing of single objects, so that it is asked of the set."""
    return bool(graded.maybe.all() and not graded.sure.any())


def negated(judged: Judged) -> Judged:
    """Return what comes of the opposite claim."""
    if judged.outcome == "supported":
        return Judged("contradicted", judged.evidence, judged.found)
    if judged.outcome == "contradicted":
        return Judged("supported", judged.evidence, judged.found)
    return judged


def _instead(
    ground: Ground, resolver: Resolver, predicate: Predicate, other: Noun, judged: Judged
) -> Judged:
    """Return what comes of ``predicate`` where it may be said of ``other``, too."""
    meaning = resolver.meaning(other)
    for group in meaning.groups:
        if predicate.judge(ground.truth, group).outcome == "supported":
            return supported(judged.evidence)
    meant = meaning.graded
    if meaning.names_objects and not meaning.is_open:
        meant = ground.truth.only([place for group in meaning.groups for place in group])
    graded = predicate.each(ground.truth).both(meant)
    if not meaning.known or graded.maybe.any():
        return unverifiable(judged.evidence)
    return judged
