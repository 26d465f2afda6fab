"""Which objects a phrase may point at: “the white planes”, “they”, “the larger one”, “the other two”."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from tasks.grounding.judging.discourse import Antecedent
from tasks.grounding.predicates.superlatives import FEW, Superlative
from tasks.grounding.reading.quantities import Quantity
from tasks.grounding.truth import ANYTHING, Graded

if TYPE_CHECKING:
    from tasks.grounding.judging.resolving import Resolver
    from tasks.grounding.reading.clauses import Noun
    from tasks.grounding.reading.things import Thing

ALL: Final = frozenset(
    {"all", "both", "every", "each", "the entire", "all of the", "each of the", "every single", "all of",
     "every one", "every single one", "each and every", "each one", "either"}
)  # fmt: skip
SINGLES: Final = 6  # objects of which one may be meant that are tried one by one
_ONES: Final = frozenset({"one", "ones", "units", "specimens", "instances", "examples"})

Groups = Iterator[tuple[int, ...]]


def readings(resolver: "Resolver", noun: "Noun", graded: Graded, narrowed: Graded) -> Groups:
    """Yield the sets of objects that a phrase may point at; none where it introduces new ones.

    ``graded`` are all that it may be said of, ``narrowed`` those of them that it describes.
    """
    thing = noun.thing
    if thing.pronoun == "any" or thing.asked:
        return
    if thing.pronoun == "object" and not thing.definite and thing.every is None:
        return
    if thing.pronoun is not None and thing.pronoun != "object":
        yield from _of_pronoun(resolver, noun, narrowed)
        return
    if not (thing.definite or thing.every in ALL or thing.owner) or noun.aspect == "number":
        return
    if thing.portion is not None or thing.share is not None or thing.rank or thing.rest:
        return
    best = resolver.superlative(thing)
    if best is not None:
        fits = narrowed if narrowed.maybe.any() else graded
        yield from _extremes(resolver, best, thing, fits)
        return
    yield from _described(resolver, thing, graded, narrowed)


def pointed_at(resolver: "Resolver", thing: "Thing") -> Iterator[Antecedent]:
    """Yield the phrases that a pronoun may point back to."""
    discourse = resolver.discourse
    if thing.pronoun in {"former", "latter"}:
        pair = discourse.pair()
        if pair is not None:
            yield pair[0] if thing.pronoun == "former" else pair[1]
    elif thing.extreme is not None or thing.portion is not None or thing.share:
        yield from discourse.recent(plural=True)
    elif thing.pronoun in _ONES:
        yield from discourse.recent(plural=True)
        yield from discourse.recent(plural=False)
    else:
        yield from discourse.recent(plural=thing.plural)


def is_listed(thing: "Thing") -> bool:
    """Say whether a pronoun means some of a class that was named: “the white ones”, “two are white”."""
    listed = thing.portion is not None and thing.pronoun == "they" and thing.head == thing.first
    return thing.pronoun in _ONES or listed


def is_one(thing: "Thing") -> bool:
    """Say whether the phrase is “the one” or “a grey one”."""
    return thing.pronoun in _ONES


def agrees(quantity: Quantity | None, count: int) -> bool:
    """Say whether ``count`` objects may be those of a phrase with this number."""
    return quantity is None or quantity.low <= count <= quantity.high


def _places(flags: object) -> tuple[int, ...]:
    return tuple(flags.nonzero()[0].tolist())  # type: ignore[attr-defined]


def _described(resolver: "Resolver", thing: "Thing", graded: Graded, narrowed: Graded) -> Groups:
    """Yield what “the white planes” may mean: those that are white, else all planes."""
    every = _places(graded.nominal)
    surely, maybe = _places(narrowed.nominal), _places(narrowed.maybe)
    fits = surely or maybe
    narrows = bool(fits) and set(fits) != set(every)
    if thing.every is None and thing.category is not None:
        for one in resolver.discourse.of_class(thing.category, plural=thing.plural):
            if one.group is None and thing.plural and not narrows:
                return  # it was not certain which were meant then, and is not now
            held = one.group is not None and agrees(thing.quantity, len(one.group))
            if held and one.group is not None and (not narrows or set(one.group) <= set(maybe)):
                yield one.group
    if not thing.plural and thing.every not in ALL:
        if len(fits) <= SINGLES:
            yield from ((place,) for place in fits)
        return
    for some in (surely, maybe):
        if len(some) > 1 and agrees(thing.quantity, len(some)):
            yield some
    if (not narrows or len(fits) < 2) and agrees(thing.quantity, len(every)):
        yield every


def _extremes(resolver: "Resolver", best: Superlative, thing: "Thing", graded: Graded) -> Groups:
    """Yield the objects that “the largest” may mean; of two largest none, they are not computed."""
    if (
        best.extreme in {"near", "far"}
        or thing.plural
        or (thing.quantity is not None and thing.quantity.low != 1)
    ):
        return
    fits = _places(graded.nominal)
    if thing.category is not None:
        for one in resolver.discourse.of_class(thing.category, plural=True):
            if one.group is not None and len(one.group) > 1:
                yield from ((p,) for p in best.among(resolver.truth, one.group)[:1])
    if (
        thing.adjectives
        and thing.extreme is not None
        and thing.extreme.kind == "side"
        and len(fits) > FEW
    ):
        yield from ((place,) for place in fits[:SINGLES])
        return
    yield from ((p,) for p in best.among(resolver.truth, fits)[:SINGLES])


def whole_of(resolver: "Resolver", noun: "Noun") -> tuple[int, ...] | None:
    """Return the objects of “of A and B, …”, where it is certain which they are."""
    meanings = [resolver.meaning(whole) for whole in noun.whole]
    if not meanings or not all(meaning.groups and meaning.known for meaning in meanings):
        return None
    return tuple(sorted({place for meaning in meanings for place in meaning.groups[0]}))


def _of_pronoun(resolver: "Resolver", noun: "Noun", narrowed: Graded) -> Groups:
    thing, whole = noun.thing, whole_of(resolver, noun)
    if whole is not None and thing.extreme is not None and not thing.rest:
        best = resolver.superlative(thing)
        yield from ((p,) for p in (best.among(resolver.truth, whole)[:2] if best else ()))
        return
    if thing.rest:
        yield from _others(resolver, thing)
        return
    if thing.portion is not None or thing.share is not None:
        return
    if thing.pronoun in _ONES and not thing.definite:
        return
    best = resolver.superlative(thing)
    if best is not None:
        for one in pointed_at(resolver, thing):
            group = _places(one.graded.nominal) if one.group is None and one.plural else one.group
            yield from ((p,) for p in (best.among(resolver.truth, group)[:2] if group else ()))
    elif thing.pronoun not in _ONES:
        groups = (one.group for one in pointed_at(resolver, thing) if one.group is not None)
        yield from (group for group in groups if agrees(thing.quantity, len(group)))
    else:
        fits = _places(narrowed.nominal) or _places(narrowed.maybe)
        yield from [fits] if thing.plural else ((place,) for place in fits[:SINGLES])


def _others(resolver: "Resolver", thing: "Thing") -> Groups:
    """Yield what is left of a class, or of an earlier group, without those spoken of last."""
    said = resolver.discourse.said
    for place in range(len(said) - 1, -1, -1):
        part = said[place]
        if part.group is None or part.is_joint:
            continue
        for whole in _wholes(resolver, said[:place], part):
            left = tuple(p for p in whole if p not in part.group)
            if left and agrees(thing.quantity, len(left)) and (thing.plural or len(left) == 1):
                yield left
        return


def _wholes(resolver: "Resolver", said: Sequence[Antecedent], part: Antecedent) -> Groups:
    group = set(part.group or ())
    for one in reversed(said):
        if one.group is not None and group < set(one.group):
            yield one.group
    members = resolver.members(part.category or ANYTHING)
    if part.category is not None:
        yield _places(members.graded.nominal)
