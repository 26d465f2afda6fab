"""From what is attached to a noun to predicates that can be judged."""

from collections.abc import Callable
from typing import Final

from tasks.grounding.meanings import Meaning
from tasks.grounding.predicates.arrangements import Arrangement
from tasks.grounding.predicates.colours import Colour
from tasks.grounding.predicates.directions import Direction
from tasks.grounding.predicates.distances import Distance, Nearer, Nearest
from tasks.grounding.predicates.judged import Predicate
from tasks.grounding.predicates.kinds import OfClass
from tasks.grounding.predicates.positions import Position
from tasks.grounding.predicates.relations import EQUALS, Between, Flanking, Relation
from tasks.grounding.predicates.sizes import Measure, Times
from tasks.grounding.predicates.superlatives import Superlative
from tasks.grounding.reading.clauses import Attached, Noun
from tasks.grounding.reading.regions import Region
from tasks.grounding.truth import ANYTHING

_SMALLER: Final = {"larger_than": "smaller_than", "longer_than": "shorter_than",
                   "wider_than": "narrower_than"}  # fmt: skip
_HEADINGS: Final[dict[tuple[str | None, str | None], str]] = {  # column, row → axis
    ("first", None): "horizontal", ("last", None): "horizontal", (None, "first"): "vertical",
    (None, "last"): "vertical", ("first", "first"): "falling", ("last", "last"): "falling",
    ("last", "first"): "rising", ("first", "last"): "rising",
}  # fmt: skip

Means = Callable[[Noun], Meaning]


def predicate_of(attached: Attached, noun: Noun, text: str, means: Means) -> Predicate | None:
    """Return what ``attached`` says of ``noun``, None where nothing can be checked.

    ``text`` is the turn as written; ``means`` gives the meaning of the nouns that it relates to.
    """
    words = text[attached.start : attached.end]
    others = attached.others
    match attached.kind:
        case "relation" | "between" | "times" if others:
            return _related(
                attached,
                words,
                [means(other) for other in others],
                denied=noun.thing.denied is not None,
            )
        case "nearest" if others:
            category = noun.thing.category if attached.restrictive else None
            return Nearest(means(others[0]), category or ANYTHING, attached.start, attached.end)
        case "nearer":
            return _nearer(attached, [means(other) for other in others])
        case "nominal" if others and others[0].thing.category is not None:
            return _of_class(attached, noun)
        case "distance":
            return _distance(attached, means)
        case "arrangement":
            return _arranged(attached, words, means)
    return _by_itself(attached, noun, words)


def _by_itself(attached: Attached, noun: Noun, words: str) -> Predicate | None:
    """Return what is said of a noun without regard to another."""
    start, end = attached.start, attached.end
    match attached.kind:
        case "position" if attached.region is not None:
            return Position(attached.region, words)
        case "measure":
            return Measure(attached.amounts, attached.unit, start, end, attached.bound)
        case "direction" | "row_direction" | "any_direction":
            of_row = {"row_direction": True, "direction": False}.get(attached.kind)
            return Direction(attached.value, start, end, words, of_row=of_row)
        case "heading" if (axis := _axis(attached.region)) is not None:
            return Direction(axis, start, end, words, of_row=False)
        case "colour":
            return Colour(attached.value, start, end)
        case "superlative":
            fronted = attached.fronted and not noun.thing.definite  # “furthest left stands a ship”
            first = fronted or is_any(noun)
            peers = (
                attached.peers or (ANYTHING if first else noun.thing.category) or _anything(noun)
            )
            return Superlative(words, attached.value, peers, start, end, region=attached.region)
    return None


def is_any(noun: Noun) -> bool:
    """Say whether “a ship” is one of all things: “a ship takes up the most space”."""
    thing = noun.thing
    narrowed = thing.adjectives or thing.number or thing.every or thing.rest or thing.tag
    bare = thing.category is not None and not (thing.definite or thing.plural or narrowed)
    return bare and len(noun.attached) == 1


def _related(
    attached: Attached, words: str, others: list[Meaning], *, denied: bool
) -> Predicate | None:
    start, end, value = attached.start, attached.end, attached.value
    if attached.kind == "between":
        return Between(others[0], others[1] if len(others) > 1 else None, start, end)
    if attached.kind == "times":
        if (
            denied and attached.factor == 1.0 and words.lower().startswith("as ")
        ):  # “no other is as large as A”: none is larger
            return Relation(attached.value, others[0], start, end, words)
        return _times(attached, words, others[0])
    if value == "flanking":
        return Flanking(others[0], start, end)
    return Relation(value, others[0], start, end, words)


def _of_class(attached: Attached, noun: Noun) -> Predicate | None:
    """Return “are ships”; of what is described as an object it is said otherwise (classes.py)."""
    named = attached.others[0].thing
    if noun.thing.pronoun == "object" and noun.thing.extreme is None:
        return None
    if (
        noun.thing.pronoun in {"this", "that"}
        or named.category is None
        or named.extreme is not None
    ):
        return None
    if named.denied:
        attached.negated = True
    return OfClass(named.category, named.start, named.end)


def _times(attached: Attached, words: str, other: Meaning) -> Predicate | None:
    """Return “twice as long as”; “not as long as” is shorter."""
    if attached.factor != 1.0:
        return Times(
            attached.value, attached.factor, other, attached.start, attached.end, attached.bound
        )
    if attached.negated and attached.value in _SMALLER:
        attached.negated = False
        return Relation(_SMALLER[attached.value], other, attached.start, attached.end, words)
    equal = EQUALS.get(attached.value)
    return Relation(equal, other, attached.start, attached.end, words) if equal else None


def _nearer(attached: Attached, others: list[Meaning]) -> Predicate | None:
    farther, mutual = attached.value == "farther_than", [*map(_is_mutual, attached.others)]
    sides: list[Meaning | Region | None] = [attached.landmark] if attached.landmark else []
    sides += [None if own else other for own, other in zip(mutual, others, strict=True)]
    sides += [attached.region] if attached.region else []
    if len(sides) < 2:
        return None
    return Nearer(sides[0], sides[1], attached.start, attached.end, farther=farther)


def _is_mutual(noun: Noun) -> bool:
    return noun.thing.pronoun in {"each other", "one another"}


def _distance(attached: Attached, means: Means) -> Predicate:
    other: Meaning | Region | None = means(attached.others[0]) if attached.others else None
    return Distance(
        attached.amounts[0] or 0.0, attached.unit, other or attached.region, attached.start,
        attached.end, attached.bound,
    )  # fmt: skip


def _arranged(attached: Attached, words: str, means: Means) -> Predicate | None:
    """Return an arrangement; of two things that stand “side by side” it is a relation of both."""
    if not attached.joint:
        return Arrangement(attached.value, attached.start, attached.end)
    relation = {"beside": "next_to", "cluster": "next_to", "parallel": "parallel_to",
                "scattered": "far_from", "corners": "far_from", "alike": "of_equal_size",
                "perpendicular": "perpendicular_to"}.get(attached.value)  # fmt: skip
    if relation is None or len(attached.others) != 1:
        return None
    other = means(attached.others[0])
    return Relation(relation, other, attached.start, attached.end, words)


def _anything(noun: Noun) -> str | None:
    return ANYTHING if noun.thing.pronoun == "object" else None


def _axis(region: Region | None) -> str | None:
    if region is None or region.is_compass:
        return None
    return _HEADINGS.get((region.column, region.row))
