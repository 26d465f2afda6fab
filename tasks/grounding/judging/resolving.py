"""From a noun phrase to objects: by its tag, by what was said before, or by what it describes."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from tasks.grounding.judging import readings
from tasks.grounding.judging.discourse import Antecedent, Discourse
from tasks.grounding.judging.saying import predicate_of
from tasks.grounding.meanings import Meaning
from tasks.grounding.predicates.arrangements import Arrangement
from tasks.grounding.predicates.colours import Colour
from tasks.grounding.predicates.judged import Predicate
from tasks.grounding.predicates.sizes import Size
from tasks.grounding.predicates.superlatives import Superlative
from tasks.grounding.reading.clauses import Attached, Noun
from tasks.grounding.reading.grammar import words
from tasks.grounding.reading.things import Thing
from tasks.grounding.truth import ANYTHING, Graded, Members, Truth

READINGS: Final = 6  # of one phrase that are tried


class Said(NamedTuple):
    """A predicate, and how it was attached; None beside an adjective."""

    predicate: Predicate
    attached: Attached | None

    @property
    def narrows(self) -> bool:
        """Whether it says which objects are meant, rather than something of them."""
        return self.attached is None or self.attached.restrictive


class Base(NamedTuple):
    """Of which objects a phrase may be said at all."""

    graded: Graded
    is_floor: bool  # there may be more than are labelled
    known: bool


class Resolver:
    """Finds what the nouns of one sentence mean."""

    def __init__(self, truth: Truth, discourse: Discourse, text: str) -> None:
        """Hold nouns against ``truth``; ``text`` is the turn as written."""
        self.truth, self.discourse, self._text = truth, discourse, text
        self._known: dict[int, Meaning] = {}
        self._said: dict[int, list[Said]] = {}

    def meaning(self, noun: Noun) -> Meaning:
        """Return what ``noun`` means; found once."""
        key = id(noun)
        if key not in self._known:
            # what it relates to may relate back to it: “A next to B, which is left of A”
            self._known[key] = Meaning(self.truth.anything(), known=False)
            self._known[key] = self._found(noun)
        return self._known[key]

    def said(self, noun: Noun) -> list[Said]:
        """Return what is said of ``noun``, in order; found once."""
        key = id(noun)
        if key not in self._said:
            self._said[key] = [*self._adjectives(noun), *self._attached(noun)]
        return self._said[key]

    def superlative(self, thing: Thing, *, narrowed: bool = False) -> Superlative | None:
        """Return “the largest” or “the larger” of ``thing``, None without."""
        adjective = thing.extreme
        extreme = adjective.extreme if adjective is not None else None
        if adjective is None or extreme is None:
            return None
        like = thing.like if readings.is_one(thing) else None
        category = thing.category or (ANYTHING if thing.pronoun == "object" else like)
        word = self._text[adjective.start : adjective.end]
        return Superlative(
            word, extreme, category, adjective.start, adjective.end, narrowed=narrowed
        )

    def members(self, category: str) -> Members:
        """Return which objects are of ``category``, as the conversation tells classes apart."""
        members = self.truth.members(category)
        return members.unlabelled() if self.discourse.tells_apart(category) else members

    def base(self, noun: Noun) -> Base:
        """Return of which objects ``noun`` may be said, whether there may be more, and if it is known."""
        thing = noun.thing
        if thing.foreign:
            return Base(self.truth.anything(), is_floor=True, known=False)
        if thing.category is not None:
            members = self.members(thing.category)
            return Base(members.graded, members.is_floor, known=True)
        if thing.pronoun == "any" and (category := self.discourse.last_class()) is not None:
            members = self.members(category)
            return Base(members.graded, members.is_floor, known=True)
        if thing.pronoun == "object":
            return Base(self.truth.members(ANYTHING).graded, is_floor=True, known=True)
        if len(noun.whole) == 1 and thing.extreme is not None:  # “the largest among the ships”
            return self.base(noun.whole[0])
        last = next(readings.pointed_at(self, thing), None)
        if readings.is_one(thing) and thing.like is not None:
            members = self.members(thing.like)
            return Base(members.graded, members.is_floor, known=True)
        if last is None:
            return Base(self.truth.anything(), is_floor=True, known=False)
        if readings.is_listed(thing) and last.category is not None:
            members = self.members(last.category)
            return Base(members.graded, members.is_floor, known=True)
        graded = self.truth.only(last.group) if last.group is not None else last.graded
        return Base(graded, last.is_floor, known=True)

    def is_whole(self, noun: Noun) -> bool:
        """Say whether what ``noun`` is a part of is certain: “of the planes”, “of them”."""
        thing = noun.thing
        if thing.category is None:
            last = next(readings.pointed_at(self, thing), None)
            return last is not None and last.group is not None
        every = places_of(self.truth.members(thing.category).graded.nominal)
        earlier = self.discourse.of_class(thing.category, plural=True)
        return all(one.group == every for one in earlier)

    def described(self, noun: Noun, predicates: Sequence[Predicate]) -> Graded:
        """Return which objects fit ``noun`` and all of ``predicates``."""
        graded = self.base(noun).graded
        for predicate in predicates:
            graded = graded.both(predicate.each(self.truth))
        return graded

    def words_between(self, start: int, end: int) -> list[str]:
        """Return the words of the turn from ``start`` to ``end``, in lower case."""
        return self._text[start:end].lower().split()

    def remembered(self) -> Sequence[Antecedent]:
        """Return what was said before."""
        return self.discourse.said

    def _found(self, noun: Noun) -> Meaning:
        thing = noun.thing
        if thing.tag is not None:
            places = self.truth.at(thing.tag.refs)
            if not places:
                return Meaning(self.truth.nothing(), known=False)
            return Meaning(self.truth.only(places), [places])
        row = self.discourse.row() if _is_row(thing) else None
        if row is not None and row.group is not None:
            return Meaning(self.truth.only(row.group), [row.group])
        base = self.base(noun)
        if not base.known:
            return Meaning(base.graded, known=False)
        if thing.category is not None and base.is_floor and not base.graded.maybe.any():
            return Meaning(base.graded, known=False, is_floor=True)
        which = [one.predicate for one in self.said(noun) if one.narrows and not _is_open(one)]
        which = [one for one in which if not isinstance(one, Superlative)]
        narrowed = self.described(noun, which)
        found = readings.readings(self, noun, base.graded, narrowed)
        groups = list(dict.fromkeys(group for group in found if group))[:READINGS]
        graded = narrowed if narrowed.maybe.any() else base.graded
        several = int(graded.maybe.sum()) > 1 and not thing.plural
        several &= thing.category is not None and self.superlative(thing) is None
        return Meaning(graded, groups, is_floor=base.is_floor, is_open=several)

    def _is_of_row(self, noun: Noun) -> bool:
        """Say whether “it” is a row that was named before."""
        last = next(readings.pointed_at(self, noun.thing), None)
        return noun.thing.category is None and last is not None and last.in_line

    def _adjectives(self, noun: Noun) -> list[Said]:
        thing, found = noun.thing, list[Said]()
        colours = [one for one in thing.adjectives if one.kind == "colour"]
        if colours:  # “black and white ones” are those that are either
            first, *rest = colours
            others = (one.value for one in rest)
            found.append(Said(Colour(first.value, first.start, colours[-1].end, *others), None))
        for adjective in thing.adjectives:
            if adjective.kind == "size" and thing.category:
                size = Size(adjective.value, thing.category, adjective.start, adjective.end)
                found.append(Said(size, None))
        opened = any(one.kind == "open" for one in noun.attached) or thing.rank or thing.plural
        narrowed = any(one.restrictive for one in noun.attached)
        best = self.superlative(thing, narrowed=narrowed)
        if best is not None and not opened and thing.portion is None and thing.pronoun != "object":
            found.append(Said(best, None))
        return found

    def _attached(self, noun: Noun) -> list[Said]:
        found = list[Said]()
        for attached in noun.attached:
            if attached.kind == "any_direction" and self._is_of_row(noun):
                attached.kind = "row_direction"
            for one in _each_other(attached):
                predicate = predicate_of(one, noun, self._text, self.meaning)
                if predicate is not None:
                    found.append(Said(predicate, one))
        thing = noun.thing
        in_line = thing.collective in words("collectives_in_line")
        if thing.collective is not None and in_line and thing.head > thing.first:
            row = Arrangement("row", thing.start, thing.end, thing.collectives)
            found.append(Said(row, None))
        return found


def _is_row(thing: Thing) -> bool:
    """Say whether a phrase is “the row”, of things that were named before."""
    return thing.foreign and thing.definite and thing.collective in words("collectives_in_line")


def _each_other(attached: Attached) -> list[Attached]:
    """Return “left of A and B” as “left of A” and “left of B”."""
    if attached.kind != "relation" or len(attached.others) < 2 or attached.joint:
        return [attached]
    return [replace(attached, others=[other]) for other in attached.others]


def places_of(flags: np.ndarray) -> tuple[int, ...]:
    """Return where ``flags`` are set."""
    return tuple(flags.nonzero()[0].tolist())


def _is_open(said: Said) -> bool:
    return said.attached is not None and (said.attached.negated or said.attached.thought)
