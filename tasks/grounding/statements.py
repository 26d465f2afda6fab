"""What comes of each thing that a sentence says: verdicts with evidence, and edits that mend.

A phrase that points at objects (a tag, “they”, “the largest ship”) is asked whether all that is said
of it is true of them. Any other phrase says that there are so many objects of which all that is
said is true; where there are not, the one thing that is wrong is looked for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from schemas.verdict import ClaimKind, Outcome
from tasks.grounding.clauses import Attached, Noun
from tasks.grounding.discourse import Antecedent, Discourse
from tasks.grounding.grammar import grammar
from tasks.grounding.layouts import Arrangement
from tasks.grounding.meanings import Meaning, shown
from tasks.grounding.predicates import Judged, Predicate, borderline, supported, unverifiable
from tasks.grounding.quantities import AT_LEAST_ONE, AT_LEAST_TWO, Quantity
from tasks.grounding.relations import Relation
from tasks.grounding.resolving import OBJECTS, Resolver
from tasks.grounding.things import Thing
from tasks.grounding.truth import ANYTHING, Graded, Truth, is_a
from tasks.grounding.verdicts import Checked, Edit, verdict
from tasks.lexicon.lexicon import noun as noun_in_number
from tasks.lexicon.lexicon import number_word, plural, related

REFS: Final = 12  # objects that a verdict names
_ALL: Final = frozenset({"all", "both", "every", "each", "the entire", "all of the", "each of the"})


class _Said(NamedTuple):
    """A predicate, and how it was attached; None beside an adjective."""

    predicate: Predicate
    attached: Attached | None


@dataclass(frozen=True)
class Scene:
    """What the statements of one sentence are held against, and what they are read with."""

    truth: Truth
    discourse: Discourse
    text: str  # the turn as written
    about_all: bool  # the sentence speaks of the whole picture
    excepted: bool = False  # “except”, “other than”: a denial spares something
    doubtful: bool = False  # words leave it uncertain whether what is named is there at all


class Judge:
    """Judges the nouns of one sentence, in order, and remembers what they introduce."""

    def __init__(self, scene: Scene) -> None:
        """Judge a sentence of ``scene``."""
        self._scene, self._truth = scene, scene.truth
        self._resolver = Resolver(scene.truth, scene.discourse, scene.text)

    def checked(self, nouns: Sequence[Noun]) -> Iterator[Checked]:
        """Yield the verdicts on all that is said of ``nouns``."""
        for noun in nouns:
            meaning = self._resolver.meaning(noun)
            said = [_Said(*pair) for pair in self._resolver.predicates(noun)]
            if noun.role != "nominal":
                yield from self._noun(noun, meaning, [] if noun.thing.is_part else said)
            yield from self._nominal(noun, meaning)
            if noun.thing.denied is None and not noun.thought:
                self._remember(noun, meaning)

    def counted(self, noun: Noun, quantity: Quantity, *, strict: bool, whole: bool) -> Checked:
        """Hold a number against what ``noun`` describes; of ``whole`` nothing narrows it down."""
        base, is_floor, known = self._resolver.base(noun)
        if noun.thing.tag is not None and not whole:
            base = self._resolver.meaning(noun).graded
        if not whole:
            for one in self._resolver.predicates(noun):
                base = base.both(self._mask(_Said(*one)))
        opened = any(one.kind == "open" for one in noun.attached) or noun.thing.unknown
        found = self._count(
            noun, quantity, base, is_floor or not known, strict=strict and (whole or not opened)
        )
        kind = found.verdict.model_copy(update={"kind": ClaimKind.COUNT})
        return Checked(kind, found.edits)

    def told(self, noun: Noun, meaning: Meaning, told: Sequence[Attached]) -> Sequence[Checked]:
        """Judge what an answer says of the objects that its question points at."""
        answer = Noun(noun.thing, list(told))
        said = [_Said(*pair) for pair in self._resolver.predicates(answer) if pair[1] is not None]
        return self._best_reading(said, answer, meaning.groups)

    def _noun(self, noun: Noun, meaning: Meaning, said: Sequence[_Said]) -> Iterator[Checked]:
        thing = noun.thing
        if thing.compared or any(one.is_of_numbers for one in noun.attached):
            return
        if thing.denied is not None:
            yield self._absent(noun, said)
        elif thing.tag is not None:
            yield from self._tagged(noun, meaning, said)
        elif meaning.names_objects:
            yield from self._pointed(noun, meaning, said)
        else:
            yield from self._introduced(noun, meaning, said)

    # ------------------------------------------------------------ objects that are known

    def _tagged(self, noun: Noun, meaning: Meaning, said: Sequence[_Said]) -> Iterator[Checked]:
        thing, truth = noun.thing, self._truth
        if not meaning.names_objects:
            return
        places = meaning.groups[0]
        yield from self._class_of(thing, places)
        if thing.number is not None:
            yield self._number_of(thing, thing.number, places)
        else:
            yield from self._single(thing, places)
        yield from self._of_all(noun)
        for one in said:
            yield self._judged(one, noun, [places])

    def _single(self, thing: Thing, places: Sequence[int]) -> Iterator[Checked]:
        """Judge “the plane”, which means one object unless the label stands for a crowd."""
        truth = self._truth
        one = thing.plural or thing.category is None or thing.shares_tag or thing.collective
        if one or len(places) == 1 or thing.every or thing.denied or thing.share:
            return
        spelled = self._scene.text[thing.head_start : thing.end].lower()
        if spelled == plural(thing.category or "") or any(truth.things[p].crowd for p in places):
            return
        if thing.tag is not None and self._scene.text[thing.end : thing.tag.end].strip(" ,"):
            return
        evidence = f"one in words, {len(places)} objects: {shown(truth.refs(places))}"
        claim = _quote(self._scene.text, thing.start, thing.end)
        yield Checked(
            verdict(
                ClaimKind.COUNT, claim, "contradicted", evidence, start=thing.start,
                end=thing.end, refs=truth.refs(places[:REFS]), found=str(len(places)),
            )
        )  # fmt: skip

    def _of_all(self, noun: Noun) -> Iterator[Checked]:
        """Hold a tagged number against the whole tile, where the sentence speaks of that."""
        thing = noun.thing
        quantity = thing.quantity
        if quantity is None or thing.category is None:
            return
        narrowed = thing.rest or thing.adjectives or noun.attached or thing.unknown
        strict = self._scene.about_all and noun.exists and not narrowed and not thing.definite
        if strict or (thing.portion is not None and thing.definite):
            members = self._truth.members(thing.category)
            yield self._count(noun, quantity, members.graded, members.is_floor, strict=True)

    def _class_of(self, thing: Thing, places: Sequence[int]) -> Iterator[Checked]:
        """Judge whether the objects of a tag are of the class that its words name."""
        if thing.category is None or thing.tag is None:
            return
        found = sorted({self._truth.things[place].category for place in places})
        claim = self._scene.text[thing.start : thing.end]
        evidence = f"{shown(self._truth.refs(places))}: {', '.join(found)}"
        edits: tuple[Edit, ...] = ()
        if all(is_a(one, thing.category) for one in found):
            outcome: Outcome = "supported"
        elif thing.shares_tag and any(is_a(one, thing.category) for one in found):
            outcome = "supported"
        elif all(related(one, thing.category) for one in found):
            outcome = "unverifiable"
        else:
            outcome = "contradicted"
            edits = _renamed(thing, found, self._scene.text)
        yield Checked(
            verdict(
                ClaimKind.CLASS, claim, outcome, evidence, start=thing.start, end=thing.end,
                refs=self._truth.refs(places[:REFS]), found=", ".join(found[:3]),
            ),
            edits,
        )  # fmt: skip

    def _number_of(self, thing: Thing, quantity: Quantity, places: Sequence[int]) -> Checked:
        """Hold the number in a tagged phrase against the objects that it is tied to."""
        truth = self._truth
        meant = len(places)
        if thing.shares_tag and thing.category is not None:
            meant = sum(is_a(truth.things[place].category, thing.category) for place in places)
        crowd = any(truth.things[place].crowd for place in places) and quantity.low >= meant
        right = quantity.least <= meant <= quantity.most
        outcome: Outcome = "supported" if right else "unverifiable" if crowd else "contradicted"
        edits = _renumbered(thing, quantity, meant, self._scene.text) if not right else ()
        evidence = f"{meant} {'object' if meant == 1 else 'objects'}: {shown(truth.refs(places))}"
        return Checked(
            verdict(
                ClaimKind.COUNT, self._scene.text[thing.start : thing.end], outcome, evidence,
                start=thing.start, end=thing.end, refs=truth.refs(places[:REFS]), found=str(meant),
                margin=0.0 if right else -abs(quantity.low - meant),
            ),
            edits,
        )  # fmt: skip

    def _pointed(self, noun: Noun, meaning: Meaning, said: Sequence[_Said]) -> Iterator[Checked]:
        """Judge what is said of objects that a phrase points at, by the reading that fits best."""
        thing = noun.thing
        if thing.every in _ALL and (thing.category is not None or len(meaning.groups) == 1):
            yield from self._every(noun, said)
            return
        if thing.category is not None:
            found = meaning.groups[0]
            yield self._existence(noun, found)
            if thing.quantity is not None:
                yield self._number_of(thing, thing.quantity, found)
        numbers = [one.quantity for one in noun.attached if one.quantity is not None]
        for quantity in numbers:
            yield self._number_of(thing, quantity, meaning.groups[0])
        for one, checked in zip(said, self._best_reading(said, noun, meaning.groups), strict=True):
            yield self._opened(one, checked, meaning) if meaning.is_open else checked

    def _opened(self, said: _Said, checked: Checked, meaning: Meaning) -> Checked:
        """Leave a claim open that is false of the likeliest objects, but may be true of others."""
        if checked.verdict.outcome != "contradicted":
            return checked
        if not self._mask(said).both(meaning.graded).maybe.any():
            return checked
        return Checked(checked.verdict.model_copy(update={"outcome": "unverifiable"}))

    def _best_reading(
        self, said: Sequence[_Said], noun: Noun, groups: Sequence[tuple[int, ...]]
    ) -> Sequence[Checked]:
        rank = {"contradicted": 100, "unverifiable": 1, "supported": 0}
        best: list[Checked] = []
        least = np.inf
        for group in groups:
            found = [self._judged(one, noun, [group]) for one in said]
            total = sum(rank[one.verdict.outcome] for one in found)
            if total < least:
                best, least = found, total
            if least == 0:
                break
        return best

    def _judged(self, said: _Said, noun: Noun, groups: Sequence[tuple[int, ...]]) -> Checked:
        """Judge one predicate of objects that are known."""
        predicate, attached = said
        judged = predicate.judge(self._truth, groups[0])
        instead = attached.instead if attached is not None else None
        if judged.outcome != "supported" and instead is not None:
            judged = self._instead(predicate, instead, judged)
        if attached is not None and attached.negated:
            judged = _negated(judged)
        thought = noun.thought or (attached is not None and attached.thought)
        return self._checked(predicate, noun, judged, groups[0], thought=thought)

    def _instead(self, predicate: Predicate, other: Noun, judged: Judged) -> Judged:
        """Return what comes of ``predicate`` where it may be said of ``other``, too."""
        meaning = self._resolver.meaning(other)
        for group in meaning.groups:
            if predicate.judge(self._truth, group).outcome == "supported":
                return supported(judged.evidence)
        graded = predicate.each(self._truth).both(meaning.graded)
        if not meaning.known or graded.maybe.any():
            return unverifiable(judged.evidence)
        return judged

    def _checked(
        self,
        predicate: Predicate,
        noun: Noun,
        judged: Judged,
        places: Sequence[int],
        *,
        thought: bool,
    ) -> Checked:
        outcome = judged.outcome
        if thought and outcome == "contradicted":
            outcome = "unverifiable"
        start, end = min(noun.thing.start, predicate.start), max(noun.thing.end, predicate.end)
        edits: tuple[Edit, ...] = ()
        if outcome == "contradicted" and judged.fix is not None:
            edits = (Edit(predicate.start, predicate.end, judged.fix),)
        return Checked(
            verdict(
                predicate.kind, _quote(self._scene.text, start, end), outcome, judged.evidence,
                start=predicate.start, end=predicate.end, refs=self._truth.refs(places[:REFS]),
                found=judged.found, margin=judged.margin, borderline=judged.borderline,
            ),
            edits,
        )  # fmt: skip

    def _every(self, noun: Noun, said: Sequence[_Said]) -> Iterator[Checked]:
        """Judge “all planes are white”: of every object of the class."""
        graded, is_floor, _ = self._resolver.base(noun)
        if noun.thing.category is None and (groups := self._resolver.meaning(noun).groups):
            graded = self._resolver.only(groups[0])
        for predicate, attached in said:  # “each white plane”: of those that are white
            if attached is None or attached.restrictive:
                graded = graded.both(predicate.each(self._truth))
        said = [one for one in said if one.attached is not None and not one.attached.restrictive]
        places = tuple(graded.nominal.nonzero()[0].tolist())
        if noun.thing.category is not None:
            yield self._existence(noun, places)
        if noun.thing.quantity is not None:
            yield self._count(noun, noun.thing.quantity, graded, is_floor, strict=True)
        if noun.thing.every == "both":
            quantity = Quantity(2, 2, 2, 2, noun.thing.start, noun.thing.start)
            yield self._count(noun, quantity, graded, is_floor, strict=True)
        for predicate, attached in said:
            judged = self._universal(predicate, places)
            if attached is not None and attached.negated:
                judged = unverifiable(judged.evidence)
            yield self._checked(predicate, noun, judged, places, thought=noun.thought)

    def _universal(self, predicate: Predicate, places: Sequence[int]) -> Judged:
        if not places:
            return unverifiable("there are none")
        each, chosen = predicate.each(self._truth), list(places)
        judged = predicate.judge(self._truth, places)
        sure, maybe = each.sure[chosen], each.maybe[chosen]
        if (~maybe).sum() > 0.1 * len(chosen):
            wrong = self._truth.refs([p for p in places if not each.maybe[p]])
            return Judged("contradicted", f"not so: {shown(wrong)}", fix=judged.fix)
        if sure.all() or judged.outcome == "supported":
            return judged if judged.outcome == "supported" else supported(judged.evidence)
        return borderline(judged.evidence) if maybe.all() else unverifiable(judged.evidence)

    # ------------------------------------------------------------ objects that are introduced

    def _introduced(self, noun: Noun, meaning: Meaning, said: Sequence[_Said]) -> Iterator[Checked]:
        """Judge that there are so many objects of which all that is said is true."""
        thing = noun.thing
        base, is_floor, known = self._resolver.base(noun)
        if not known:
            return
        numbers = [one.quantity for one in noun.attached if one.quantity is not None]
        if numbers:
            yield self._count(noun, numbers[0], base, is_floor, strict=not thing.unknown)
            return
        if (
            thing.pronoun is not None
            and thing.number is None
            and thing.share is None
            and thing.pronoun != "any"
        ):
            yield from self._some_of(noun, base, said)
            return
        if thing.category in self._truth.scene_classes:
            yield self._scene_class(noun)
            return
        masks = [one for one in said if not (one.attached and one.attached.thought)]
        graded = [self._mask(one) for one in masks]
        described = base
        for one in graded:
            described = described.both(one)
        quantity = self._quantity(thing)
        strict = self._is_strict(noun, masks)
        if thing.share is not None:
            yield self._share(noun, base, described)
            return
        if not base.maybe.any() and not is_floor:
            yield self._count(noun, AT_LEAST_ONE, base, is_floor, strict=False)
            return
        first = self._count(noun, quantity, described, is_floor, strict=strict)
        if first.verdict.outcome == "contradicted" and masks:
            yield from self._culprit(noun, quantity, base, is_floor, masks, graded, strict=strict)
            return
        yield first
        if first.verdict.outcome == "contradicted":
            return
        yield from self._details(noun, described, quantity, masks, first.verdict.outcome)

    def _some_of(self, noun: Noun, base: Graded, said: Sequence[_Said]) -> Iterator[Checked]:
        """Judge what is said of “them” where it is open which of ``base`` are meant."""
        places = tuple(base.nominal.nonzero()[0].tolist())
        for one in said:
            fits = base.both(self._mask(one))
            evidence = f"true of {int(fits.nominal.sum())} of {len(places)} that may be meant"
            if not fits.maybe.any() and base.maybe.any():
                judged = Judged("contradicted", evidence)
            elif places and fits.sure[list(places)].all():
                judged = supported(evidence)
            else:
                judged = unverifiable(evidence)
            yield self._checked(one.predicate, noun, judged, places, thought=noun.thought)

    def _mask(self, said: _Said) -> Graded:
        """Return of which objects a predicate is true, or not, where it is denied."""
        predicate, attached = said
        graded = predicate.each(self._truth)
        if attached is not None and attached.negated:
            return Graded(~graded.maybe, ~graded.nominal, ~graded.sure)
        if attached is not None and attached.instead is not None:
            return Graded(graded.sure, graded.nominal, np.ones_like(graded.maybe))
        return graded

    def _quantity(self, thing: Thing) -> Quantity:
        if thing.number is not None:
            return thing.number
        if thing.plural and thing.every is None:
            return AT_LEAST_TWO
        return AT_LEAST_ONE

    def _is_strict(self, noun: Noun, said: Sequence[_Said]) -> bool:
        """Say whether a number is that of all objects of which the rest is true."""
        thing = noun.thing
        if thing.rest or thing.unknown or thing.collective or thing.rank or noun.role == "object":
            return False
        if thing.portion is not None:
            return thing.portion.low > 1 and self._resolver.is_whole(noun)
        if thing.definite:
            return False
        kinds = {one.attached.kind for one in said if one.attached is not None}
        kinds |= {one.kind for one in noun.attached if one.kind == "open"}
        if kinds & {"open", "arrangement", "row_direction", "measure", "distance", "direction"}:
            return False
        return noun.exists or (kinds <= {"position"} and bool(kinds))

    def _culprit(
        self,
        noun: Noun,
        quantity: Quantity,
        base: Graded,
        is_floor: bool,
        said: Sequence[_Said],
        graded: Sequence[Graded],
        *,
        strict: bool,
    ) -> Iterator[Checked]:
        """Say which of the things that were said is wrong: the number, or one predicate."""
        bare = self._count(noun, quantity, base, is_floor, strict=False)
        if bare.verdict.outcome == "contradicted":
            yield bare
            return
        wrong: list[int] = []
        for place in range(len(said)):
            left = base
            for other, one in enumerate(graded):
                left = left.both(one) if other != place else left
            if (
                self._count(noun, quantity, left, is_floor, strict=strict).verdict.outcome
                != "contradicted"
            ):
                wrong.append(place)
        described = base
        for one in graded:
            described = described.both(one)
        whole = self._count(noun, quantity, described, is_floor, strict=strict)
        if thing_has_number(noun.thing) and described.nominal.any():
            yield whole
            return
        if not wrong:
            yield whole
            return
        place = wrong[-1]
        left = base
        for other, one in enumerate(graded):
            left = left.both(one) if other != place else left
        places = tuple((left.nominal if left.nominal.any() else left.maybe).nonzero()[0].tolist())
        predicate, attached = said[place]
        judged = predicate.judge(self._truth, places) if places else unverifiable("there is none")
        negated = attached is not None and attached.negated
        fix = judged.fix if judged.outcome == "contradicted" and not negated else None
        judged = Judged("contradicted", judged.evidence, judged.found, fix=fix)
        yield self._checked(predicate, noun, judged, places, thought=noun.thought)

    def _details(
        self,
        noun: Noun,
        described: Graded,
        quantity: Quantity,
        said: Sequence[_Said],
        outcome: Outcome,
    ) -> Iterator[Checked]:
        """Judge each predicate of the objects that fit, where they are as many as were said."""
        places = tuple(described.nominal.nonzero()[0].tolist())
        whole = bool(places) and quantity.low <= len(places) <= quantity.high
        single = bool(places) and quantity is AT_LEAST_ONE
        for one in said:
            if not whole and not single:
                judged = unverifiable("which objects are meant is not certain")
            elif isinstance(one.predicate, Arrangement) or _is_open(one.predicate, self._truth):
                groups = [places] if whole and not single else [(place,) for place in places[:12]]
                found = [one.predicate.judge(self._truth, group) for group in groups]
                judged = min(
                    found,
                    key=lambda j: ("supported", "unverifiable", "contradicted").index(j.outcome),
                )
                if judged.outcome == "contradicted" and noun.thing.unknown:
                    judged = unverifiable(judged.evidence)
            else:
                judged = supported(f"true of {shown(self._truth.refs(places))}")
                if outcome != "supported":
                    judged = borderline(judged.evidence)
            if judged.outcome == "contradicted" and one.attached and one.attached.instead:
                judged = unverifiable(judged.evidence)
            yield self._checked(one.predicate, noun, judged, places, thought=noun.thought)

    def _count(
        self, noun: Noun, quantity: Quantity, graded: Graded, is_floor: bool, *, strict: bool
    ) -> Checked:
        """Hold a number against the objects of which something is surely, probably, possibly true."""
        thing = noun.thing
        sure, nominal, maybe = (int(flags.sum()) for flags in graded)
        numbered = quantity is not AT_LEAST_ONE and (thing_has_number(thing) or quantity.exact)
        kind = ClaimKind.COUNT if numbered else ClaimKind.EXISTENCE
        outcome, margin = _compared(quantity, sure, nominal, maybe, is_floor, strict=strict)
        near = outcome == "unverifiable" and not is_floor
        thought = outcome == "contradicted" and (
            noun.thought or (self._scene.doubtful and not maybe and kind is ClaimKind.EXISTENCE)
        )
        places = graded.nominal.nonzero()[0][:REFS].tolist()
        name = thing.category or thing.pronoun or "object"
        evidence = f"{name}: {_span(sure, nominal, maybe, is_floor)}"
        edits: tuple[Edit, ...] = ()
        if outcome == "contradicted" and sure == nominal == maybe and nominal and numbered:
            edits = _renumbered(thing, quantity, nominal, self._scene.text)
        return Checked(
            verdict(
                kind, _quote(self._scene.text, thing.start, thing.end),
                "unverifiable" if thought else outcome, evidence, start=thing.start, end=thing.end,
                refs=self._truth.refs(places), found=str(nominal), margin=margin, borderline=near,
            ),
            edits,
        )  # fmt: skip

    def _existence(self, noun: Noun, places: Sequence[int]) -> Checked:
        thing = noun.thing
        assert thing.category is not None
        members = self._truth.members(thing.category)
        quantity = AT_LEAST_ONE
        found = self._count_of(noun, quantity, members.graded, members.is_floor)
        if places:
            return Checked(
                found.verdict.model_copy(update={"refs": self._truth.refs(places[:REFS])})
            )
        return found

    def _count_of(self, noun: Noun, quantity: Quantity, graded: Graded, is_floor: bool) -> Checked:
        sure, nominal, maybe = (int(flags.sum()) for flags in graded)
        outcome, margin = _compared(quantity, sure, nominal, maybe, is_floor, strict=False)
        thing = noun.thing
        evidence = f"{thing.category}: {_span(sure, nominal, maybe, is_floor)}"
        if noun.thought and outcome == "contradicted":
            outcome = "unverifiable"
        return Checked(
            verdict(
                ClaimKind.EXISTENCE, _quote(self._scene.text, thing.start, thing.end), outcome,
                evidence, start=thing.start, end=thing.end, found=str(nominal), margin=margin,
            )
        )  # fmt: skip

    def _share(self, noun: Noun, base: Graded, described: Graded) -> Checked:
        """Judge “most of the planes are white”."""
        thing = noun.thing
        assert thing.share is not None
        meant = grammar().portions[thing.share]
        total = int(base.nominal.sum())
        claim = _quote(self._scene.text, thing.start, thing.end)
        low, high = meant.clear[0], meant.clear[1] or 1.0
        least, most = meant.possible[0], meant.possible[1] or 1.0
        if not total:
            outcome: Outcome = "unverifiable"
            nominal = 0.0
        else:
            sure, nominal, maybe = (int((f & base.nominal).sum()) / total for f in described)
            if low <= nominal <= high:
                outcome = "supported"
            elif maybe < least or sure > most:
                outcome = "contradicted"
            else:
                outcome = "unverifiable"
        if outcome == "contradicted" and (noun.thought or not self._resolver.is_whole(noun)):
            outcome = "unverifiable"
        return Checked(
            verdict(
                ClaimKind.COUNT, claim, outcome, f"{nominal:.0%} of {total}", start=thing.start,
                end=thing.end, found=f"{nominal:.0%}",
            )
        )  # fmt: skip

    def _absent(self, noun: Noun, said: Sequence[_Said]) -> Checked:
        """Judge “no ships in the upper left”; loosely denied is what nothing certain is said of."""
        thing = noun.thing
        graded, is_floor, known = self._resolver.base(noun)
        if thing.pronoun in OBJECTS:
            graded, is_floor, known = self._truth.members(ANYTHING).graded, True, True
        for one in said:
            graded = graded.both(self._mask(_against_largest(one, self._truth)))
        sure, nominal, maybe = (int(flags.sum()) for flags in graded)
        opened = any(one.kind == "open" for one in noun.attached) or thing.unknown
        loose = thing.denied in grammar().loosely or thing.rest or thing.rank
        loose = loose or noun.role == "object" or self._scene.excepted
        if not known:
            outcome: Outcome = "unverifiable"
        elif maybe == 0:
            outcome = "unverifiable" if is_floor else "supported"
        elif sure and not opened and not loose and not noun.thought:
            outcome = "contradicted"
        else:
            outcome = "unverifiable"
        claim = f"no {self._scene.text[thing.head_start : thing.end]}"
        evidence = f"{thing.category or thing.pronoun}: {_span(sure, nominal, maybe, is_floor)}"
        places = graded.nominal.nonzero()[0][:REFS].tolist()
        return Checked(
            verdict(
                ClaimKind.ABSENCE, claim, outcome, evidence, start=thing.start, end=thing.end,
                refs=self._truth.refs(places), found=str(nominal), margin=-float(sure),
            )
        )  # fmt: skip

    def _scene_class(self, noun: Noun) -> Checked:
        thing = noun.thing
        claim = _quote(self._scene.text, thing.start, thing.end)
        evidence = f"scene class: {', '.join(self._truth.scene_classes)}"
        return Checked(
            verdict(ClaimKind.SCENE, claim, "supported", evidence, start=thing.start, end=thing.end)
        )

    def _nominal(self, noun: Noun, meaning: Meaning) -> Iterator[Checked]:
        """Judge “the vehicles are small cars” and “the plane is the largest”."""
        for attached in noun.attached:
            if attached.kind != "nominal" or not attached.others:
                continue
            other = attached.others[0]
            if not meaning.names_objects and not meaning.known:
                continue
            places = meaning.groups[0] if meaning.groups else meaning.singles()
            if not places:
                continue
            best = self._resolver.superlative(other.thing)
            if best is not None and best.category is None:
                best.category = noun.thing.category
            if best is not None and len(places) > 1 and not noun.thing.plural:
                fits = best.each(self._truth).both(meaning.graded)
                sure = tuple(fits.nominal.nonzero()[0].tolist())
                judged = (
                    supported("one of them is")
                    if sure
                    else unverifiable("none of them is for certain")
                )
                if not fits.maybe.any():
                    judged = Judged("contradicted", f"none of {len(places)} is the {best.word}")
                judged = _negated(judged) if attached.negated else judged
                yield self._checked(best, noun, judged, sure or places, thought=noun.thought)
            elif best is not None and len(places) == 1:
                judged = best.judge(self._truth, places)
                judged = _negated(judged) if attached.negated else judged
                yield self._checked(best, noun, judged, places, thought=noun.thought)
            elif other.thing.category is not None and meaning.groups:
                yield self._class_claim(noun, other.thing, places, negated=attached.negated)

    def _class_claim(
        self, noun: Noun, named: Thing, places: Sequence[int], *, negated: bool
    ) -> Checked:
        assert named.category is not None
        found = sorted({self._truth.things[place].category for place in places})
        evidence = f"{shown(self._truth.refs(places))}: {', '.join(found)}"
        if all(is_a(one, named.category) for one in found):
            judged = supported(evidence)
        elif any(related(one, named.category) for one in found) or named.denied:
            judged = unverifiable(evidence)
        else:
            judged = Judged("contradicted", evidence)
        judged = _negated(judged) if negated else judged
        outcome: Outcome = judged.outcome
        if noun.thought and outcome == "contradicted":
            outcome = "unverifiable"
        claim = _quote(self._scene.text, noun.thing.start, named.end)
        return Checked(
            verdict(
                ClaimKind.CLASS, claim, outcome, evidence, start=named.start, end=named.end,
                refs=self._truth.refs(places[:REFS]), found=", ".join(found[:3]),
            )
        )  # fmt: skip

    def _remember(self, noun: Noun, meaning: Meaning) -> None:
        thing = noun.thing
        graded, is_floor, known = self._resolver.base(noun)
        if not known:
            return
        group = meaning.groups[0] if meaning.groups and not meaning.is_open else None
        if meaning.is_open:
            graded = meaning.graded
        if thing.portion is not None or thing.share is not None:
            group = None  # what follows is a part of the same whole
        elif group is None and thing.category is not None and not thing.definite:
            said = [p for p, _ in self._resolver.predicates(noun)]
            graded = self._resolver.described(noun, said)
            places = tuple(graded.nominal.nonzero()[0].tolist())
            quantity = self._quantity(thing)
            exact = quantity.low <= len(places) <= quantity.high
            some = quantity is AT_LEAST_ONE and len(places) != 1 and thing.every != "any"
            if places and exact and not some:
                group = places
        category = thing.category or self._scene.discourse.last_class()
        plural = thing.plural or (thing.number is not None and thing.number.low > 1)
        self._scene.discourse.add(
            Antecedent(
                category, plural, thing.number, group, graded, noun.role == "subject", is_floor
            )
        )


def thing_has_number(thing: Thing) -> bool:
    """Say whether a phrase states a number, exact or vague."""
    return thing.number is not None


def _compared(
    quantity: Quantity, sure: int, nominal: int, maybe: int, is_floor: bool, *, strict: bool
) -> tuple[Outcome, float]:
    """Return what comes of a number, and by how many objects it is off; negative where it is false."""
    if quantity.low <= nominal <= quantity.high:
        return "supported", float(min(nominal - quantity.low, quantity.high - nominal, 1e6))
    most = np.inf if is_floor else maybe
    if max(quantity.least, sure) <= min(quantity.most, most):
        return "unverifiable", 0.0
    if sure > quantity.most:
        return ("contradicted" if strict else "unverifiable"), float(quantity.most - sure)
    return "contradicted", float(most - quantity.least)


def _span(sure: int, nominal: int, maybe: int, is_floor: bool) -> str:
    """Return how many objects there are in words for evidence."""
    least = "at least " if is_floor else ""
    between = f" ({sure} to {maybe})" if sure != maybe else ""
    return f"{least}{nominal}{between} in the tile"


def _against_largest(said: _Said, truth: Truth) -> _Said:
    """Return “larger than a ship” as “larger than the largest ship”, which is what a denial means."""
    predicate = said.predicate
    if not isinstance(predicate, Relation) or predicate.relation not in {
        "larger_than",
        "smaller_than",
    }:
        return said
    places = list(predicate.other.graded.nominal.nonzero()[0])
    if predicate.other.names_objects or not places:
        return said
    areas = truth.areas[places]
    last = places[int(areas.argmax() if predicate.relation == "larger_than" else areas.argmin())]
    other = Meaning(predicate.other.graded, [(int(last),)])
    words = predicate.words
    return _Said(
        Relation(predicate.relation, other, predicate.start, predicate.end, words), said.attached
    )


def _is_open(predicate: Predicate, truth: Truth) -> bool:
    """Say whether a predicate tells nothing of single objects, so that it is asked of the set."""
    graded = predicate.each(truth)
    return bool(graded.maybe.all() and not graded.sure.any())


def _negated(judged: Judged) -> Judged:
    outcome: Outcome = judged.outcome
    if outcome == "supported":
        return Judged("contradicted", judged.evidence, judged.found)
    if outcome == "contradicted":
        return Judged("supported", judged.evidence, judged.found)
    return judged


def _renumbered(thing: Thing, quantity: Quantity, number: int, text: str) -> tuple[Edit, ...]:
    """Return the edit that puts ``number`` in the place of a wrong one; none where words must change too."""
    if not quantity.end or not quantity.exact or (number == 1) != (quantity.low == 1) or not number:
        return ()
    words = str(number) if quantity.digits else number_word(number)
    written = text[quantity.start : quantity.end]
    return (
        Edit(quantity.start, quantity.end, words.capitalize() if written[:1].isupper() else words),
    )


def _renamed(thing: Thing, found: Sequence[str], text: str) -> tuple[Edit, ...]:
    """Return the edit that names the one class of the objects."""
    if len(found) != 1:
        return ()
    word = noun_in_number(found[0], 2 if thing.plural else 1)
    before = text[: thing.head_start].rstrip().rsplit(" ", 1)[-1].lower()
    if before in {"a", "an"} and (before == "an") != (word[0].lower() in "aeiou"):
        return ()
    return (Edit(thing.head_start, thing.end, word),)


def _quote(text: str, start: int, end: int) -> str:
    """Return the words from ``start`` to ``end`` as a claim, at most 160 characters."""
    words = " ".join(text[start:end].split())
    return words if len(words) <= 160 else f"{words[:159]}…"
