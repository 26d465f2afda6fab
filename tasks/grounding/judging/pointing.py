"""What comes of statements about objects that are known: by a tag, “they”, “the largest ship”, “all”."""

from collections.abc import Iterator, Sequence

from schemas.verdict import ClaimKind, Outcome
from tasks.grounding.judging.counting import REFS, counted, shared
from tasks.grounding.judging.ground import Ground
from tasks.grounding.judging.holding import best_reading, judged_of, mask, negated, said_of
from tasks.grounding.judging.readings import ALL
from tasks.grounding.judging.resolving import Resolver, Said, places_of
from tasks.grounding.judging.wording import renamed, renumbered
from tasks.grounding.meanings import Meaning, shown
from tasks.grounding.predicates.arrangements import Arrangement
from tasks.grounding.predicates.judged import (
    Judged,
    Predicate,
    borderline,
    supported,
    unverifiable,
)
from tasks.grounding.predicates.kinds import OfClass
from tasks.grounding.predicates.superlatives import Superlative
from tasks.grounding.reading.clauses import Noun
from tasks.grounding.reading.quantities import AT_LEAST_ONE, Quantity, exactly
from tasks.grounding.reading.things import Thing
from tasks.grounding.truth import is_a
from tasks.grounding.verdicts import Checked, verdict
from tasks.lexicon.lexicon import plural

SOME_WRONG = 0.1  # of all: “all are white” is false where more of them clearly are not


def tagged(ground: Ground, resolver: Resolver, noun: Noun) -> Iterator[Checked]:
    """Judge what is said of the objects of a tag: their class, their number, and the rest."""
    thing, meaning = noun.thing, resolver.meaning(noun)
    if not meaning.groups:
        return
    places = meaning.groups[0]
    yield from _class_of(ground, thing, places)
    if thing.number is not None:
        yield number_of(ground, thing, thing.number, places)
    else:
        yield from _single(ground, thing, places)
    yield from _of_all(ground, noun)
    for one in resolver.said(noun):
        yield judged_of(ground, resolver, noun, one, places)


def pointed(
    ground: Ground, resolver: Resolver, noun: Noun, said: Sequence[Said]
) -> Iterator[Checked]:
    """Judge what is said of objects that a phrase points at, by the reading that fits best."""
    thing, meaning = noun.thing, resolver.meaning(noun)
    if thing.every in ALL and (thing.category is not None or len(meaning.groups) == 1):
        yield from every(ground, resolver, noun, said)
        return
    if thing.category is not None:
        yield existence(ground, noun, meaning.groups[0])
    quantities = [thing.quantity, *(one.quantity for one in noun.attached)]
    for quantity in (q for q in quantities if q is not None):
        if thing.category is not None or quantity is not thing.quantity:
            yield number_of(ground, thing, quantity, meaning.groups[0])
    shares = [one for one in said if one.attached is not None and one.attached.share]
    for one in shares:
        graded = ground.truth.only(meaning.groups[0])
        share = one.attached.share if one.attached is not None else None
        yield shared(ground, noun, share or "most", graded, graded.both(mask(ground, one)))
    rest = [one for one in said if one not in shares]
    groups = _not_itself(rest, meaning.groups)
    for one, checked in zip(rest, best_reading(ground, resolver, noun, rest, groups), strict=True):
        yield _opened(ground, one, checked, meaning) if meaning.is_open else checked


def _not_itself(
    said: Sequence[Said], groups: Sequence[tuple[int, ...]]
) -> Sequence[tuple[int, ...]]:
    """Return ``groups`` without those to which the phrase is said to relate: “it is left of A”."""
    others = [getattr(one.predicate, "other", None) for one in said]
    related = {other.groups[0] for other in others
               if isinstance(other, Meaning) and len(other.groups) == 1}  # fmt: skip
    apart = [group for group in groups if not any(set(r) <= set(group) for r in related)]
    return apart or groups


def number_of(ground: Ground, thing: Thing, quantity: Quantity, places: Sequence[int]) -> Checked:
    """Hold the number in a phrase against the objects that it is tied to."""
    truth, meant = ground.truth, len(places)
    if thing.shares_tag and thing.category is not None:
        meant = sum(is_a(truth.things[place].category, thing.category) for place in places)
    crowd = any(truth.things[place].crowd for place in places) and quantity.low >= meant
    right = quantity.least <= meant <= quantity.most
    outcome: Outcome = "supported" if right else "unverifiable" if crowd else "contradicted"
    edits = renumbered(quantity, meant, ground.text) if not right else ()
    evidence = f"{meant} {'object' if meant == 1 else 'objects'}: {shown(truth.refs(places))}"
    return Checked(
        verdict(
            ClaimKind.COUNT, ground.text[thing.start : thing.end], outcome, evidence,
            start=thing.start, end=thing.end, refs=truth.refs(places[:REFS]), found=str(meant),
            margin=0.0 if right else -abs(quantity.low - meant),
        ),
        edits,
    )  # fmt: skip


def existence(ground: Ground, noun: Noun, places: Sequence[int]) -> Checked:
    """Return the verdict that things of the class are there; ``places`` are those meant."""
    members = ground.truth.members(noun.thing.category or "")
    found = counted(
        ground, noun, AT_LEAST_ONE, members.graded, is_floor=members.is_floor, strict=False,
        kind=ClaimKind.EXISTENCE,
    )  # fmt: skip
    if not places:
        return found
    refs = ground.truth.refs(places[:REFS])
    return found._replace(verdict=found.verdict.model_copy(update={"refs": refs}))


def every(
    ground: Ground, resolver: Resolver, noun: Noun, said: Sequence[Said]
) -> Iterator[Checked]:
    """Judge “all planes are white”: of every object of the class, or of those that were named."""
    base = resolver.base(noun)
    graded = base.graded
    if noun.thing.category is None and (groups := resolver.meaning(noun).groups):
        graded = ground.truth.only(groups[0])
    for one in (one for one in said if one.narrows):  # “each white plane”: of those that are white
        graded = graded.both(mask(ground, one))
    told = [one for one in said if not one.narrows]
    places = places_of(graded.nominal)
    if noun.thing.category is not None:
        yield existence(ground, noun, places)
    quantity = noun.thing.quantity
    if noun.thing.every == "both":
        quantity = exactly(2, noun.thing.start, noun.thing.start)
    if quantity is not None:
        yield counted(ground, noun, quantity, graded, is_floor=base.is_floor, strict=True)
    for one in told:
        negative = one.attached is not None and one.attached.negated
        judged = _universal(ground, one.predicate, places)
        judged = unverifiable(judged.evidence) if negative else judged
        yield said_of(ground, one.predicate, noun, judged, places, thought=noun.thought)


def none_of(
    ground: Ground, resolver: Resolver, noun: Noun, said: Sequence[Said]
) -> Iterator[Checked]:
    """Judge “not all planes are white”: false where all surely are."""
    graded = resolver.base(noun).graded
    if noun.thing.category is None and (groups := resolver.meaning(noun).groups):
        graded = ground.truth.only(groups[0])
    places = places_of(graded.nominal)
    for one in said:
        judged = negated(_universal(ground, one.predicate, places))
        yield said_of(ground, one.predicate, noun, judged, places)


def _universal(ground: Ground, predicate: Predicate, places: Sequence[int]) -> Judged:
    """Say whether ``predicate`` is true of each of the objects, or of all of them together."""
    if not places:
        return unverifiable("there are none")
    truth, chosen = ground.truth, list(places)
    judged = predicate.judge(truth, places)
    if isinstance(predicate, Arrangement):
        return judged
    each = predicate.each(truth)
    sure, maybe = each.sure[chosen], each.maybe[chosen]
    if (~maybe).sum() > SOME_WRONG * len(chosen):
        wrong = truth.refs([p for p in places if not each.maybe[p]])
        return Judged("contradicted", f"not so: {shown(wrong)}", fix=judged.fix)
    if sure.all() or judged.outcome == "supported":
        return judged if judged.outcome == "supported" else supported(judged.evidence)
    return borderline(judged.evidence) if maybe.all() else unverifiable(judged.evidence)


def _opened(ground: Ground, said: Said, checked: Checked, meaning: Meaning) -> Checked:
    """Leave a claim open that is false of the likeliest objects, but may be true of others."""
    if checked.verdict.outcome != "contradicted":
        return checked
    maybe = mask(ground, said).both(meaning.graded).maybe
    if isinstance(said.predicate, Superlative):  # “the plane there is the largest”: of those there
        maybe = said.predicate.each(ground.truth).both(meaning.graded).maybe
    if not maybe.any():
        return checked
    return Checked(checked.verdict.model_copy(update={"outcome": "unverifiable"}))


def _single(ground: Ground, thing: Thing, places: Sequence[int]) -> Iterator[Checked]:
    """Judge “the plane”, which means one object unless the label stands for a crowd."""
    truth = ground.truth
    one = thing.plural or thing.category is None or thing.shares_tag or thing.collective
    if one or len(places) == 1 or thing.every or thing.denied or thing.share:
        return
    spelled = ground.text[thing.head_start : thing.end].lower()
    if spelled == plural(thing.category or "") or any(truth.things[p].crowd for p in places):
        return
    if thing.tag is not None and ground.text[thing.end : thing.tag.end].strip(" ,"):
        return
    evidence = f"one in words, {len(places)} objects: {shown(truth.refs(places))}"
    yield Checked(
        verdict(
            ClaimKind.COUNT, ground.quote(thing.start, thing.end), "contradicted", evidence,
            start=thing.start, end=thing.end, refs=truth.refs(places[:REFS]),
            found=str(len(places)),
        )
    )  # fmt: skip


def _of_all(ground: Ground, noun: Noun) -> Iterator[Checked]:
    """Hold a tagged number against the whole tile, where the sentence speaks of that."""
    thing, quantity = noun.thing, noun.thing.quantity
    if quantity is None or thing.category is None:
        return
    narrowed = thing.rest or thing.adjectives or noun.attached or thing.unknown
    strict = ground.about_all and noun.exists and not narrowed and not thing.definite
    if strict or (thing.portion is not None and thing.definite):
        members = ground.truth.members(thing.category)
        yield counted(
            ground, noun, quantity, members.graded, is_floor=members.is_floor, strict=True
        )


def _class_of(ground: Ground, thing: Thing, places: Sequence[int]) -> Iterator[Checked]:
    """Judge whether the objects of a tag are of the class that its words name."""
    if thing.category is None or thing.tag is None:
        return
    found = sorted({ground.truth.things[place].category for place in places})
    outcome = called(ground, thing.category, places)
    if thing.shares_tag and any(is_a(one, thing.category) for one in found):
        outcome = "supported"
    yield Checked(
        verdict(
            ClaimKind.CLASS, ground.text[thing.start : thing.end], outcome,
            f"{shown(ground.truth.refs(places))}: {', '.join(found)}", start=thing.start,
            end=thing.end, refs=ground.truth.refs(places[:REFS]), found=", ".join(found[:3]),
        ),
        renamed(thing, found, ground.text) if outcome == "contradicted" else (),
    )  # fmt: skip


def called(ground: Ground, category: str, places: Sequence[int]) -> Outcome:
    """Return what comes of calling the objects at ``places`` things of ``category``."""
    return OfClass(category, 0, 0).judge(ground.truth, places).outcome
