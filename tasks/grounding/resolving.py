"""From a noun phrase to objects: by its tag, by what was said before, or by what it describes."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from tasks.grounding.clauses import Attached, Noun
from tasks.grounding.discourse import Antecedent, Discourse
from tasks.grounding.grammar import grammar
from tasks.grounding.layouts import Arrangement, Direction, Superlative
from tasks.grounding.looks import Colour, Measure, Size
from tasks.grounding.meanings import Meaning
from tasks.grounding.positions import Position
from tasks.grounding.predicates import Predicate
from tasks.grounding.quantities import Quantity
from tasks.grounding.regions import Region
from tasks.grounding.relations import Between, Distance, Relation
from tasks.grounding.things import Thing
from tasks.grounding.truth import ANYTHING, Graded, Truth

READINGS: Final = 6  # of one phrase that are tried
OBJECTS: Final = frozenset({"object", "objects", "item", "items"})
_ALL: Final = frozenset({"all", "both", "every", "each", "the entire", "all of the", "each of the"})
_HEADINGS: Final[dict[tuple[str | None, str | None], str]] = {  # column, row → axis
    ("first", None): "horizontal", ("last", None): "horizontal", (None, "first"): "vertical",
    (None, "last"): "vertical", ("first", "first"): "falling", ("last", "last"): "falling",
    ("last", "first"): "rising", ("first", "last"): "rising",
}  # fmt: skip


class Resolver:
    """Finds what the nouns of one sentence mean."""

    def __init__(self, truth: Truth, discourse: Discourse, text: str) -> None:
        """Hold nouns against ``truth``; ``text`` is the turn as written."""
        self.truth, self._discourse, self._text = truth, discourse, text
        self._known: dict[int, Meaning] = {}

    def meaning(self, noun: Noun) -> Meaning:
        """Return what ``noun`` means; found once."""
        key = id(noun)
        if key not in self._known:
            # what it relates to may relate back to it: “A next to B, which is left of A”
            self._known[key] = Meaning(self.truth.anything(), known=False)
            self._known[key] = self._found(noun)
        return self._known[key]

    def predicates(self, noun: Noun) -> list[tuple[Predicate, Attached | None]]:
        """Return what is said of ``noun``, in order; None stands beside an adjective."""
        thing = noun.thing
        found: list[tuple[Predicate, Attached | None]] = []
        for adjective in thing.adjectives:
            if adjective.kind == "k":
                found.append((Colour(adjective.value, adjective.start, adjective.end), None))
            elif adjective.kind == "s" and thing.category:
                size = Size(adjective.value, thing.category, adjective.start, adjective.end)
                found.append((size, None))
        opened = any(one.kind == "open" for one in noun.attached) or thing.rank or thing.plural
        narrowed = any(one.restrictive for one in noun.attached)
        best = self.superlative(thing, narrowed=narrowed)
        if best is not None and not opened and thing.portion is None:
            found.append((best, None))
        for attached in noun.attached:
            predicate = self._predicate(attached, noun)
            if predicate is not None:
                found.append((predicate, attached))
        if thing.collective in grammar().collectives_in_line and thing.head > thing.first:
            row = Arrangement("row", thing.start, thing.end, thing.collectives)
            found.append((row, None))
        return found

    def superlative(self, thing: Thing, *, narrowed: bool = False) -> Superlative | None:
        """Return “the largest” or “the larger” of ``thing``, None without."""
        for adjective in thing.adjectives:
            if adjective.kind in "Ll":
                lists = grammar()
                known = lists.superlatives if adjective.kind == "L" else lists.comparatives
                word = self._text[adjective.start : adjective.end]
                extreme = known[adjective.value]
                anything = ANYTHING if thing.pronoun in OBJECTS else None
                return Superlative(
                    word, extreme, thing.category or anything, adjective.start, adjective.end,
                    narrowed=narrowed,
                )  # fmt: skip
        return None

    def only(self, places: Sequence[int]) -> Graded:
        """Return what is true of the objects at ``places`` and no others."""
        flags = np.zeros(len(self.truth.things), dtype=bool)
        flags[list(places)] = True
        return Graded(flags, flags, flags)

    def is_whole(self, noun: Noun) -> bool:
        """Say whether what ``noun`` is a part of is certain: “of the planes”, “of them”."""
        thing = noun.thing
        if thing.category is None:
            last = next(self._pointed_at(thing), None)
            return last is not None and last.group is not None
        every = _places(self.truth.members(thing.category).graded.nominal)
        earlier = self._discourse.of_class(thing.category, plural=True)
        return all(one.group == every for one in earlier)

    def base(self, noun: Noun) -> tuple[Graded, bool, bool]:
        """Return of which objects ``noun`` may be said, whether there may be more, and if it is known."""
        thing = noun.thing
        if thing.category is not None:
            members = self.truth.members(thing.category)
            return members.graded, members.is_floor, True
        if thing.pronoun == "any" and (category := self._discourse.last_class()) is not None:
            members = self.truth.members(category)
            return members.graded, members.is_floor, True
        if thing.pronoun in OBJECTS and self.superlative(thing) is not None:
            return self.truth.members(ANYTHING).graded, True, True
        last = next(self._pointed_at(thing), None)
        if last is None:
            return self.truth.anything(), True, False
        listed = thing.portion is not None and thing.pronoun == "they" and thing.head == thing.first
        if (thing.pronoun in {"one", "ones"} or listed) and last.category is not None:
            members = self.truth.members(last.category)
            return members.graded, members.is_floor, True
        return last.graded, last.is_floor, True

    def described(self, noun: Noun, predicates: Sequence[Predicate]) -> Graded:
        """Return which objects fit ``noun`` and all of ``predicates``."""
        graded, _, _ = self.base(noun)
        for predicate in predicates:
            graded = graded.both(predicate.each(self.truth))
        return graded

    def _found(self, noun: Noun) -> Meaning:
        thing = noun.thing
        if thing.tag is not None:
            return self._tagged(thing)
        graded, is_floor, known = self.base(noun)
        if not known:
            return Meaning(graded, known=False)
        if thing.category is not None and is_floor and not graded.maybe.any():
            return Meaning(graded, known=False, is_floor=True)
        which = [p for p, a in self.predicates(noun) if a is None or a.restrictive]
        narrowed = self.described(noun, which)
        groups = [g for g in self._readings(noun, graded, narrowed) if g][:READINGS]
        graded = narrowed if narrowed.maybe.any() else graded
        several = int(graded.maybe.sum()) > 1 and not noun.thing.plural
        several &= noun.thing.category is not None and self.superlative(noun.thing) is None
        return Meaning(graded, groups, is_floor=is_floor, is_open=several)

    def _tagged(self, thing: Thing) -> Meaning:
        assert thing.tag is not None
        places = self.truth.at(thing.tag.refs)
        if not places:
            return Meaning(self.truth.nothing(), known=False)
        return Meaning(self.only(places), [places])

    def _readings(self, noun: Noun, graded: Graded, narrowed: Graded) -> Iterator[tuple[int, ...]]:
        """Yield the sets of objects that a phrase may point at; none where it introduces new ones."""
        thing = noun.thing
        if thing.pronoun == "any":
            return
        if thing.pronoun is not None:
            yield from self._of_pronoun(thing, narrowed)
            return
        if not (thing.definite or thing.every in _ALL) or noun.is_numbered:
            return
        if thing.portion is not None or thing.share is not None or thing.rank or thing.rest:
            return
        best = self.superlative(thing)
        if best is not None:
            yield from self._extremes(best, thing, narrowed if narrowed.maybe.any() else graded)
            return
        yield from self._pointed(noun, narrowed)

    def _pointed(self, noun: Noun, narrowed: Graded) -> Iterator[tuple[int, ...]]:
        thing = noun.thing
        assert thing.category is not None
        fits = _places(narrowed.nominal) or _places(narrowed.maybe)
        every = _places(self.truth.members(thing.category).graded.nominal)
        if thing.every is None:
            for one in self._discourse.of_class(thing.category, plural=thing.plural):
                if one.group is None and thing.plural:
                    return  # it was not certain which were meant then, and is not now
                if one.group is not None and _agrees(thing.quantity, len(one.group)):
                    yield one.group
        if not thing.plural and thing.every not in _ALL:
            if len(fits) <= READINGS:
                yield from ((place,) for place in fits)
            return
        if _agrees(thing.quantity, len(fits)):
            yield fits
        if _agrees(thing.quantity, len(every)):
            yield every

    def _extremes(
        self, best: Superlative, thing: Thing, graded: Graded
    ) -> Iterator[tuple[int, ...]]:
        """Yield the objects that “the largest” may mean; of two largest none, they are not computed."""
        if thing.plural or (thing.quantity is not None and thing.quantity.low != 1):
            return
        if thing.category is not None:
            for one in self._discourse.of_class(thing.category, plural=True):
                if one.group is not None and len(one.group) > 1:
                    yield from ((p,) for p in best.among(self.truth, one.group)[:1])
        yield from ((p,) for p in best.among(self.truth, _places(graded.nominal))[:READINGS])

    def _of_pronoun(self, thing: Thing, narrowed: Graded) -> Iterator[tuple[int, ...]]:
        if thing.rest:
            yield from self._others(thing)
            return
        if thing.portion is not None or thing.share is not None:
            return
        if thing.pronoun in {"one", "ones"} and not thing.definite:
            return
        best = self.superlative(thing)
        if best is not None and thing.pronoun in OBJECTS:
            every = _places(self.truth.members(ANYTHING).graded.nominal)
            yield from ((p,) for p in best.among(self.truth, every)[:READINGS])
            return
        for one in self._pointed_at(thing):
            group = one.group
            if group is None:
                continue
            if best is not None:
                yield from ((p,) for p in best.among(self.truth, group)[:2])
            elif thing.pronoun in {"one", "ones"}:
                continue
            elif thing.quantity is None or _agrees(thing.quantity, len(group)):
                yield group
        if best is None and thing.pronoun in {"one", "ones"} and thing.definite:
            fits = _places(narrowed.nominal) or _places(narrowed.maybe)
            yield from [fits] if thing.plural else ((place,) for place in fits[:READINGS])

    def _others(self, thing: Thing) -> Iterator[tuple[int, ...]]:
        """Yield what is left of a class, or of an earlier group, without those spoken of last."""
        said = self._discourse.said
        for place in range(len(said) - 1, -1, -1):
            part = said[place]
            if part.group is None or part.category is None:
                continue
            wholes = [
                one.group
                for one in said[:place]
                if one.group is not None and set(part.group) < set(one.group)
            ]
            wholes.append(_places(self.truth.members(part.category).graded.nominal))
            for whole in wholes:
                left = tuple(p for p in whole if p not in part.group)
                if left and _agrees(thing.quantity, len(left)) and (thing.plural or len(left) == 1):
                    yield left
            return

    def _pointed_at(self, thing: Thing) -> Iterator[Antecedent]:
        """Yield the phrases that a pronoun may point back to."""
        if self.superlative(thing) is not None or thing.portion is not None or thing.share:
            yield from self._discourse.recent(plural=True)
        elif thing.pronoun in {"one", "ones"}:
            yield from self._discourse.recent(plural=True)
            yield from self._discourse.recent(plural=False)
        else:
            yield from self._discourse.recent(plural=thing.plural)

    def _predicate(self, attached: Attached, noun: Noun) -> Predicate | None:
        start, end = attached.start, attached.end
        words = self._text[start:end]
        others = [self.meaning(other) for other in attached.others]
        match attached.kind:
            case "position" if attached.region is not None:
                return Position(attached.region, words)
            case "relation" if others and not attached.is_of_numbers:
                return Relation(attached.value, others[0], start, end, words)
            case "between" if others:
                return Between(others[0], others[1] if len(others) > 1 else None, start, end)
            case "distance":
                amount = attached.amounts[0] or 0.0
                other = others[0] if others else None
                return Distance(amount, attached.unit, other, start, end)
            case "measure":
                return Measure(*attached.amounts, attached.unit, start, end)
            case "direction" | "row_direction" | "any_direction":
                of_row = {"row_direction": True, "direction": False}.get(attached.kind)
                return Direction(attached.value, start, end, words, of_row=of_row)
            case "heading" if (axis := _axis(attached.region)) is not None:
                return Direction(axis, start, end, words, of_row=False)
            case "arrangement":
                return Arrangement(attached.value, start, end)
            case "colour":
                return Colour(attached.value, start, end)
        return None


def _axis(region: Region | None) -> str | None:
    if region is None or region.is_compass:
        return None
    return _HEADINGS.get((region.column, region.row))


def _places(flags: np.ndarray) -> tuple[int, ...]:
    return tuple(flags.nonzero()[0].tolist())


def _agrees(quantity: Quantity | None, count: int) -> bool:
    return quantity is None or quantity.low <= count <= quantity.high
