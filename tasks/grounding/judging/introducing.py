"""What comes of phrases that introduce objects: there are so many of which all that is said is true.

Where there are not, the one thing that is wrong is looked for.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from schemas.verdict import ClaimKind, Outcome
from tasks.grounding.judging.counting import counted, shared
from tasks.grounding.judging.ground import Ground
from tasks.grounding.judging.holding import mask, said_of, tells_nothing
from tasks.grounding.judging.resolving import Base, Resolver, Said, places_of
from tasks.grounding.predicates.arrangements import Arrangement
from tasks.grounding.predicates.judged import Judged, borderline, supported, unverifiable
from tasks.grounding.predicates.positions import Position
from tasks.grounding.reading.clauses import Noun
from tasks.grounding.reading.grammar import words
from tasks.grounding.reading.quantities import AT_LEAST_ONE, AT_LEAST_TWO, Quantity
from tasks.grounding.reading.things import Thing
from tasks.grounding.truth import Graded
from tasks.grounding.verdicts import Checked, verdict

SINGLES = 12  # objects that are asked one by one
_NARROWING = frozenset(
    {"open", "arrangement", "measure", "direction", "times", "superlative", "nearest", "row_direction", "any_direction", "distance", "nominal", "relation",
     "between", "nearer"}
)  # fmt: skip
_ORDER = ("supported", "unverifiable", "contradicted")


class _Introduced(NamedTuple):
    """A phrase, its objects, and what is said of them with what that is true of."""

    noun: Noun
    base: Base
    quantity: Quantity
    said: list[Said]
    masks: list[Graded]
    strict: bool
    is_open: bool  # something is said that cannot be checked, or not of single objects

    @property
    def described(self) -> Graded:
        """The objects of which all is true."""
        return self.without(-1)

    def without(self, place: int) -> Graded:
        """Return the objects of which all is true but what stands at ``place``."""
        graded = self.base.graded
        for other, one in enumerate(self.masks):
            graded = graded.both(one) if other != place and not tells_nothing(one) else graded
        return graded


def introduced(ground: Ground, resolver: Resolver, noun: Noun) -> Iterator[Checked]:
    """Judge that there are so many objects of which all that is said is true."""
    thing, base = noun.thing, resolver.base(noun)
    if not base.known:
        return
    numbers = [one.quantity for one in noun.attached if one.quantity is not None]
    if numbers:
        strict = not thing.unknown
        graded = _narrowed(ground, resolver, noun, base)
        yield counted(ground, noun, numbers[0], graded, is_floor=base.is_floor, strict=strict)
        return
    said = resolver.said(noun)
    if _is_undecided(thing):
        yield from _some_of(ground, noun, base, said)
    elif thing.category in ground.truth.scene_classes:
        yield _scene_class(ground, noun)
    elif thing.share is not None:
        yield _share(ground, resolver, noun, base, said)
    elif not base.graded.maybe.any() and not base.is_floor:
        yield counted(ground, noun, AT_LEAST_ONE, base.graded, is_floor=False, strict=False)
    else:
        if thing.rank > 1 and not thing.definite:  # “a second helicopter”
            least = AT_LEAST_ONE._replace(low=thing.rank, least=thing.rank)
            yield counted(
                ground, noun, least, base.graded, is_floor=base.is_floor, strict=False,
                kind=ClaimKind.COUNT,
            )  # fmt: skip
        yield from _judged(ground, _gathered(ground, resolver, noun, base, said))


def quantity_of(thing: Thing) -> Quantity:
    """Return how many things a phrase means, where it gives no number by its grammar."""
    if thing.number is not None:
        return thing.number
    return AT_LEAST_TWO if thing.plural and thing.every is None else AT_LEAST_ONE


def _is_undecided(thing: Thing) -> bool:
    """Say whether a phrase is a pronoun of which it is open what it points at."""
    pronoun = thing.pronoun not in {None, "any", "object"}
    return pronoun and thing.number is None and thing.share is None


def _narrowed(ground: Ground, resolver: Resolver, noun: Noun, base: Base) -> Graded:
    """Return of which objects a number is said: “the number of white planes is three”."""
    graded = base.graded
    for one in resolver.said(noun):
        if one.narrows and not tells_nothing(found := mask(ground, one)):
            graded = graded.both(found)
    return graded


def _gathered(
    ground: Ground, resolver: Resolver, noun: Noun, base: Base, said: Sequence[Said]
) -> _Introduced:
    told = [one for one in said if not (one.attached and one.attached.thought)]
    quantity = quantity_of(noun.thing)
    masks = [mask(ground, one) for one in told]
    masks = [_as_whole(ground, base, quantity, one, m) for one, m in zip(told, masks, strict=True)]
    is_open = noun.thing.unknown or any(one.kind == "open" for one in noun.attached)
    is_open |= any(tells_nothing(one) for one in masks)
    strict = _is_strict(resolver, noun, told)
    vague = (one for one, graded in zip(told, masks, strict=True) if tells_nothing(graded))
    strict &= all(one.attached is not None or _is_sole(resolver, noun.thing) for one in vague)
    return _Introduced(noun, base, quantity, told, masks, strict, is_open and not strict)


def _as_whole(ground: Ground, base: Base, quantity: Quantity, said: Said, found: Graded) -> Graded:
    """Return a place as true of all where all are as many as were said, and their middle is there."""
    places = places_of(base.graded.nominal)
    if not isinstance(said.predicate, Position) or quantity is AT_LEAST_ONE or len(places) < 2:
        return found
    if not quantity.low <= len(places) <= quantity.high or quantity is AT_LEAST_TWO:
        return found
    if said.attached is not None and said.attached.negated:
        return found
    if said.predicate.judge(ground.truth, places).outcome == "contradicted":
        return found
    sure = said.predicate.judge(ground.truth, places).outcome == "supported"
    if sure or found.maybe[list(places)].any():
        every = ground.truth.anything().nominal
        return Graded(every, every, every) if sure else Graded(found.sure, every, every)
    return found


def _is_strict(resolver: Resolver, noun: Noun, said: Sequence[Said]) -> bool:
    """Say whether a number is that of all objects of which the rest is true."""
    thing = noun.thing
    quantity = thing.quantity
    if quantity is not None and _is_sole(resolver, thing) and not thing.rest:
        return True
    if thing.rest or thing.unknown or thing.collective or thing.rank or noun.role == "object":
        return False
    if thing.portion is not None:
        return thing.portion.low > 1 and resolver.is_whole(noun)
    if thing.definite:
        return False
    kinds = {one.attached.kind for one in said if one.attached is not None}
    kinds |= {one.kind for one in noun.attached if one.kind == "open"}
    if _says_only(resolver, thing):
        kinds -= {"arrangement"}
    if kinds & _NARROWING:
        return False
    if thing.quantity is not None and thing.quantity.low == 1 and kinds:
        return False  # “in the upper left there is one ship”, besides others
    return noun.exists or (bool(kinds) and kinds <= {"position", "colour"})


def _is_sole(resolver: Resolver, thing: Thing) -> bool:
    """Say whether the words make a number that of all, whatever else is said: “a lone person”."""
    quantity = thing.quantity
    if quantity is None or not quantity.exact:
        return False
    said = resolver.words_between(thing.start, quantity.end)
    return any(word in said for word in words("soles"))


def _says_only(resolver: Resolver, thing: Thing) -> bool:
    quantity = thing.quantity
    before = resolver.words_between(max(0, thing.start - 8), quantity.end) if quantity else []
    return "only" in before or "just" in before


def _share(
    ground: Ground, resolver: Resolver, noun: Noun, base: Base, said: Sequence[Said]
) -> Checked:
    """Judge “most of the planes are white”; where it is open which planes, nothing is false."""
    told = [one for one in said if not one.narrows] or list(said)
    for one in (one for one in said if one not in told):
        base = base._replace(graded=base.graded.both(mask(ground, one)))
    described = base.graded if told else ground.truth.anything()
    for one in told:
        described = described.both(mask(ground, one))
    found = shared(
        ground, noun, noun.thing.share or "most", base.graded, described.both(base.graded)
    )
    if found.verdict.outcome == "contradicted" and not resolver.is_whole(noun):
        return Checked(found.verdict.model_copy(update={"outcome": "unverifiable"}))
    return found


def _some_of(ground: Ground, noun: Noun, base: Base, said: Sequence[Said]) -> Iterator[Checked]:
    """Judge what is said of “them” where it is open which are meant."""
    places = places_of(base.graded.nominal)
    for one in said:
        fits = base.graded.both(mask(ground, one))
        evidence = f"true of {int(fits.nominal.sum())} of {len(places)} that may be meant"
        if not fits.maybe.any() and base.graded.maybe.any():
            judged = Judged("contradicted", evidence)
        elif places and fits.sure[list(places)].all():
            judged = supported(evidence)
        else:
            judged = unverifiable(evidence)
        thought = noun.thought or (one.attached is not None and one.attached.thought)
        yield said_of(ground, one.predicate, noun, judged, places, thought=thought)


def _judged(ground: Ground, found: _Introduced) -> Iterator[Checked]:
    first = _count(ground, found, found.described)
    if first.verdict.outcome == "contradicted" and found.masks:
        yield _culprit(ground, found, first)
        return
    yield first
    if first.verdict.outcome != "contradicted":
        yield from _details(ground, found, first.verdict.outcome)


def _count(
    ground: Ground, found: _Introduced, graded: Graded, *, strict: bool | None = None
) -> Checked:
    return counted(
        ground, found.noun, found.quantity, graded, is_floor=found.base.is_floor,
        strict=found.strict if strict is None else strict, is_open=found.is_open,
    )  # fmt: skip


def _culprit(ground: Ground, found: _Introduced, whole: Checked) -> Checked:
    """Say which of the things that were said is wrong: the number, or one predicate."""
    bare = _count(ground, found, found.base.graded, strict=False)
    if bare.verdict.outcome == "contradicted":
        return bare
    wrong = [
        place
        for place in range(len(found.said))
        if _count(ground, found, found.without(place)).verdict.outcome != "contradicted"
    ]
    numbered = found.noun.thing.number is not None and found.described.nominal.any()
    if numbered or not wrong:
        return whole
    left = found.without(wrong[-1])
    places = places_of(left.nominal if left.nominal.any() else left.maybe)
    predicate, attached = found.said[wrong[-1]]
    judged = predicate.judge(ground.truth, places) if places else unverifiable("there is none")
    mends = judged.outcome == "contradicted" and not (attached is not None and attached.negated)
    judged = Judged(
        "contradicted", judged.evidence, judged.found, fix=judged.fix if mends else None
    )
    return said_of(ground, predicate, found.noun, judged, places, thought=found.noun.thought)


def _details(ground: Ground, found: _Introduced, outcome: Outcome) -> Iterator[Checked]:
    """Judge each predicate of the objects that fit."""
    places = places_of(found.described.nominal)
    for one, graded in zip(found.said, found.masks, strict=True):
        judged = _detail(ground, found, one, graded, places, outcome)
        if judged.outcome == "contradicted" and (
            (one.attached and one.attached.instead) or found.noun.thing.unknown
        ):
            judged = unverifiable(judged.evidence)
        yield said_of(ground, one.predicate, found.noun, judged, places, thought=found.noun.thought)


def _detail(
    ground: Ground,
    found: _Introduced,
    said: Said,
    graded: Graded,
    places: Sequence[int],
    outcome: Outcome,
) -> Judged:
    quantity = found.quantity
    fits = bool(places) and quantity.low <= len(places) <= quantity.high
    if isinstance(said.predicate, Arrangement) and quantity.exact and len(places) > quantity.low:
        return said.predicate.among(ground.truth, places, int(quantity.low))
    if not fits:
        return unverifiable("which objects are meant is not certain")
    if tells_nothing(graded) or isinstance(said.predicate, Arrangement):
        single = quantity is AT_LEAST_ONE
        groups = [(place,) for place in places[:SINGLES]] if single else [tuple(places)]
        judged = [said.predicate.judge(ground.truth, group) for group in groups]
        best = min(judged, key=lambda one: _ORDER.index(one.outcome))
        others = any(one.kind == "open" for one in found.noun.attached) and not single
        return unverifiable(best.evidence) if others and best.outcome == "contradicted" else best
    judged_so = supported(f"true of {' '.join(ground.truth.refs(places[:6]))}")
    if outcome != "supported" and not found.is_open:
        return borderline(judged_so.evidence)
    return judged_so


def _scene_class(ground: Ground, noun: Noun) -> Checked:
    thing = noun.thing
    evidence = f"scene class: {', '.join(ground.truth.scene_classes)}"
    return Checked(
        verdict(
            ClaimKind.SCENE, ground.quote(thing.start, thing.end), "supported", evidence,
            start=thing.start, end=thing.end,
        )
    )  # fmt: skip
