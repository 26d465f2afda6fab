"""What comes of denials: “no ships in the upper left”, “nothing is larger than A”."""

from collections.abc import Sequence

from schemas.verdict import ClaimKind, Outcome
from tasks.grounding.judging.counting import REFS, span
from tasks.grounding.judging.ground import Ground
from tasks.grounding.judging.holding import mask, tells_nothing
from tasks.grounding.judging.resolving import Resolver, Said
from tasks.grounding.meanings import Meaning
from tasks.grounding.predicates.positions import Position
from tasks.grounding.predicates.relations import SIZES, Relation
from tasks.grounding.reading.clauses import Attached, Noun
from tasks.grounding.reading.grammar import words
from tasks.grounding.truth import Graded, Truth
from tasks.grounding.verdicts import Checked, verdict

_GREATER = frozenset({"larger_than", "longer_than", "wider_than"})
_OPPOSITE = {
    "larger_than": "smaller_than", "longer_than": "shorter_than", "wider_than": "narrower_than",
    "smaller_than": "larger_than", "shorter_than": "longer_than", "narrower_than": "wider_than",
}  # fmt: skip
_LESSER = frozenset({"smaller_than", "shorter_than", "narrower_than"})


def absent(ground: Ground, resolver: Resolver, noun: Noun) -> Checked:
    """Judge that there is nothing of which all that is said is true.

    Loosely denied is what nothing certain is said of.
    """
    thing, base = noun.thing, resolver.base(noun)
    said = resolver.said(noun)
    graded = base.graded
    is_open = thing.unknown or any(one.kind == "open" for one in noun.attached)
    is_open |= thing.pronoun == "they" and not said  # “neither is in the majority”
    for one in said:
        found = mask(ground, against_extreme(_narrowed(one), ground.truth))
        other = getattr(one.predicate, "other", None)
        if isinstance(other, Meaning):  # “than the one there”, where several are there
            is_open |= other.is_floor and not other.names_objects
            is_open |= len({len(group) for group in other.groups}) == 1 < len(other.groups)
        is_open |= tells_nothing(found)
        graded = graded.both(_clearly(ground, one, found))
    outcome = _outcome(graded, is_floor=base.is_floor, known=base.known)
    compared = any(_is_compared(one) for one in noun.attached)
    loose = thing.denied in words("loosely") or thing.rank or noun.role == "object"
    loose = loose or (thing.rest and not compared) or ground.excepted
    if outcome == "contradicted" and (is_open or loose or noun.thought):
        outcome = "unverifiable"
    sure, nominal, maybe = (int(flags.sum()) for flags in graded)
    places = graded.nominal.nonzero()[0][:REFS].tolist()
    evidence = span(sure, nominal, maybe, is_floor=base.is_floor)
    return Checked(
        verdict(
            ClaimKind.ABSENCE, f"no {ground.text[thing.head_start : thing.end]}"[:160], outcome,
            f"{thing.category or thing.pronoun}: {evidence}", start=thing.start, end=thing.end,
            refs=ground.truth.refs(places), found=str(nominal), margin=-float(sure),
        )
    )  # fmt: skip


def _outcome(graded: Graded, *, is_floor: bool, known: bool) -> Outcome:
    if not known:
        return "unverifiable"
    if not graded.maybe.any():
        return "unverifiable" if is_floor else "supported"
    return "contradicted" if (graded.sure & graded.nominal).any() else "unverifiable"


def _narrowed(said: Said) -> Said:
    """Return “in the upper left part” as the third, of which alone a denial surely speaks."""
    predicate = said.predicate
    if not isinstance(predicate, Position) or predicate.region.part != "half":
        return said
    if predicate.region.row is None or predicate.region.column is None:
        return said
    return Said(Position(predicate.region._replace(part="third"), predicate.words), said.attached)


def _is_compared(attached: Attached) -> bool:
    sized = attached.kind == "relation" and attached.value in SIZES
    return sized or attached.kind in {"nearer", "times"}


def _clearly(ground: Ground, said: Said, found: Graded) -> Graded:
    """Return what is clearly larger as surely larger: a denial says that nothing is, by much."""
    predicate = said.predicate
    opposite = _OPPOSITE.get(predicate.relation) if isinstance(predicate, Relation) else None
    if opposite is None or not isinstance(predicate, Relation):
        return found
    against = against_extreme(said, ground.truth).predicate
    other = against.other if isinstance(against, Relation) else predicate.other
    maybe = Relation(opposite, other, predicate.start, predicate.end, "").each(ground.truth).maybe
    return found._replace(sure=found.sure & ~maybe)


def against_extreme(said: Said, truth: Truth) -> Said:
    """Return “larger than a ship” as “larger than the largest ship”, which is what a denial means."""
    predicate = said.predicate
    if not isinstance(predicate, Relation) or predicate.relation not in _GREATER | _LESSER:
        return said
    places: Sequence[int] = predicate.other.graded.nominal.nonzero()[0].tolist()
    if predicate.other.names_objects or not places:
        return said
    column = {"longer_than": 0, "shorter_than": 0, "wider_than": 1, "narrower_than": 1}
    sizes = truth.areas
    if predicate.relation in column:
        sizes = truth.rectangles[:, column[predicate.relation]]
    found = sizes[list(places)]
    last = places[int(found.argmax() if predicate.relation in _GREATER else found.argmin())]
    other = Meaning(predicate.other.graded, [(int(last),)])
    relation = Relation(predicate.relation, other, predicate.start, predicate.end, predicate.words)
    return Said(relation, said.attached)
