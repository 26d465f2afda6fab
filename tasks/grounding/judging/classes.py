"""What things are said to be: “the red object is a ship”, “the vehicles are cars”, “A is the largest”."""

from collections.abc import Iterator
from dataclasses import replace

from schemas.verdict import ClaimKind
from tasks.grounding.judging.denying import absent
from tasks.grounding.judging.ground import Ground
from tasks.grounding.judging.holding import best_reading, negated, said_of
from tasks.grounding.judging.introducing import introduced
from tasks.grounding.judging.readings import whole_of
from tasks.grounding.judging.resolving import Resolver, places_of
from tasks.grounding.judging.saying import is_any
from tasks.grounding.meanings import Meaning
from tasks.grounding.predicates.judged import Judged, supported, unverifiable
from tasks.grounding.predicates.superlatives import Superlative
from tasks.grounding.reading.clauses import Attached, Noun
from tasks.grounding.truth import ANYTHING
from tasks.grounding.verdicts import Checked

_LOOSE = frozenset({"this", "that"})  # which may mean all that was said
_ONES = frozenset({"one", "ones", "they"})


def filled(noun: Noun) -> bool:
    """Say whether ``noun`` is an object of no class that is said to be of one."""
    return (
        noun.thing.pronoun == "object"
        and noun.thing.extreme is None
        and any(
            one.kind == "nominal" and one.others and one.others[0].thing.category is not None
            for one in noun.attached
        )
    )


def class_claims(ground: Ground, resolver: Resolver, noun: Noun) -> Iterator[Checked]:
    """Judge what ``noun`` is said to be."""
    for attached in noun.attached:
        if attached.kind != "nominal" or not attached.others or noun.thing.pronoun in _LOOSE:
            continue
        other = attached.others[0]
        if other.thing.denied or (filled(noun) and noun.thing.denied):
            yield from _denied(ground, resolver, noun, other)
        elif filled(noun):
            yield from _described_as(ground, resolver, noun, other, attached)
        elif (best := _superlative(resolver, noun, other)) is not None:
            yield from _most_so(ground, resolver, noun, best, attached)
        elif other.thing.pronoun in _ONES:
            yield from _one_that(ground, resolver, noun, other, attached)


def as_class(described: Noun, named: Noun) -> Noun:
    """Return “the red object there is a ship” as “a red ship there”."""
    thing = described.thing
    colours = [
        Attached("colour", a.start, a.end, a.value) for a in thing.adjectives if a.kind == "colour"
    ]
    told = [replace(one) for one in described.attached if one.kind != "nominal"]
    for one in told:
        one.peers = thing.category or ANYTHING if one.kind == "superlative" else None
    named_thing = replace(
        named.thing, quantity=named.thing.quantity or thing.quantity, definite=False,
        plural=named.thing.plural or thing.plural, denied=None,
    )  # fmt: skip
    said = [*colours, *told, *named.attached]
    for one in said:
        one.restrictive = False
    return Noun(named_thing, said, exists=True, thought=described.thought)


def _described_as(
    ground: Ground, resolver: Resolver, noun: Noun, other: Noun, attached: Attached
) -> Iterator[Checked]:
    """Judge that what is described is of a class: then there are such things of that class."""
    claimed = as_class(noun, other)
    for one in introduced(ground, resolver, claimed):
        outcome = one.verdict.outcome
        if attached.negated or other.thing.denied:
            outcome = "unverifiable"
        if attached.thought and outcome == "contradicted":
            outcome = "unverifiable"
        kind = one.verdict.kind
        if kind in {ClaimKind.EXISTENCE, ClaimKind.COUNT, ClaimKind.POSITION, ClaimKind.COLOUR}:
            kind = ClaimKind.CLASS
        yield Checked(one.verdict.model_copy(update={"outcome": outcome, "kind": kind}))


def _denied(ground: Ground, resolver: Resolver, noun: Noun, other: Noun) -> Iterator[Checked]:
    """Judge “nothing here is a ship”, “what the picture lacks is a ship”."""
    if noun.thing.pronoun != "object" or other.thing.category is None:
        return
    denied = noun.thing.denied or other.thing.denied
    claimed = as_class(noun, other)
    claimed.thing.denied, claimed.thing.quantity = denied, None
    yield absent(ground, resolver, claimed)


def _superlative(resolver: Resolver, noun: Noun, other: Noun) -> Superlative | None:
    """Return “the largest (of all)” that ``noun`` is said to be, against those that it is one of."""
    best = resolver.superlative(other.thing)
    if best is None:
        return None
    wholes = other.whole or noun.whole
    alone = other.thing.category is None and not resolver.remembered()
    if alone and is_any(noun):  # “a ship is the largest of all”
        best.category = ANYTHING
    if best.category is None:
        best.category = noun.thing.category or noun.thing.like
    if len(wholes) == 1 and wholes[0].thing.pronoun == "object":
        best.category = ANYTHING
    elif wholes:
        best.group = whole_of(resolver, other if other.whole else noun)
    return best


def _most_so(
    ground: Ground, resolver: Resolver, noun: Noun, best: Superlative, attached: Attached
) -> Iterator[Checked]:
    """Judge “the plane there is the largest”."""
    meaning = resolver.meaning(noun)
    if not meaning.known:
        return
    choices = meaning.choices()
    if not choices:
        return
    if noun.thing.pronoun == "object" and attached.others[0].thing.pronoun == "object":
        return
    if len(choices) > 1 and not noun.thing.plural:
        fits = best.each(ground.truth).both(meaning.graded)
        places = places_of(fits.nominal)
        judged = (
            supported("one of them is") if places else unverifiable("none of them is for certain")
        )
        if not fits.maybe.any():
            judged = Judged("contradicted", f"none of {len(choices)} is the {best.word}")
    elif len(choices[0]) == 1:
        places = choices[0]
        judged = best.judge(ground.truth, places)
    else:
        return
    judged = negated(judged) if attached.negated else judged
    yield said_of(ground, best, noun, judged, places or choices[0], thought=noun.thought)


def _one_that(
    ground: Ground, resolver: Resolver, noun: Noun, other: Noun, attached: Attached
) -> Iterator[Checked]:
    """Judge “the largest plane is the white one there”: it is white, and there."""
    meaning: Meaning = resolver.meaning(noun)
    said = resolver.said(other)
    if not meaning.groups or not said or attached.negated:
        return
    yield from best_reading(ground, resolver, noun, said, meaning.groups)
