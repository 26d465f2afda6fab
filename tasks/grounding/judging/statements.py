"""What comes of each noun phrase of a sentence, in order, and what is remembered of it.

A phrase that points at objects (a tag, “they”, “the largest ship”) is asked whether all that is said
of it is true of them (pointing.py). Any other phrase says that there are so many objects of which
all that is said is true (introducing.py); a denied one, that there are none (denying.py).
"""

from collections.abc import Iterator, Sequence

from schemas.verdict import ClaimKind
from tasks.grounding.judging.classes import class_claims, filled
from tasks.grounding.judging.counting import counted
from tasks.grounding.judging.denying import absent
from tasks.grounding.judging.discourse import Antecedent
from tasks.grounding.judging.ground import Ground
from tasks.grounding.judging.holding import best_reading, mask, tells_nothing
from tasks.grounding.judging.introducing import introduced, quantity_of
from tasks.grounding.judging.pointing import none_of, pointed, tagged
from tasks.grounding.judging.resolving import Resolver, places_of
from tasks.grounding.meanings import Meaning
from tasks.grounding.reading.clauses import Attached, Noun
from tasks.grounding.reading.grammar import words
from tasks.grounding.reading.quantities import AT_LEAST_ONE, Quantity
from tasks.grounding.truth import Graded
from tasks.grounding.verdicts import Checked


class Judge:
    """Judges the nouns of one sentence, in order, and remembers what they introduce."""

    def __init__(self, ground: Ground) -> None:
        """Judge a sentence on ``ground``."""
        self.ground = ground
        self.resolver = Resolver(ground.truth, ground.discourse, ground.text)

    def checked(self, nouns: Sequence[Noun]) -> Iterator[Checked]:
        """Yield the verdicts on all that is said of ``nouns``."""
        self.ground.discourse.sentence += 1
        together: list[Antecedent] = []
        for noun in nouns:
            meaning = self.resolver.meaning(noun)
            if noun.role != "nominal" and not filled(noun):
                yield from self._noun(noun, meaning)
            yield from class_claims(self.ground, self.resolver, noun)
            together += self._remembered(noun, meaning)
        self._join(together)

    def remember(self, nouns: Sequence[Noun]) -> None:
        """Remember what ``nouns`` introduce, and judge nothing: a question only asks."""
        self.ground.discourse.sentence += 1
        together: list[Antecedent] = []
        for noun in nouns:
            together += self._remembered(noun, self.resolver.meaning(noun))
        self._join(together)

    def counted(self, noun: Noun, quantity: Quantity, *, strict: bool, whole: bool) -> Checked:
        """Hold a number against what ``noun`` describes; of ``whole`` nothing narrows it down."""
        base = self.resolver.base(noun)
        graded = base.graded
        if noun.thing.tag is not None and not whole:
            graded = self.resolver.meaning(noun).graded
        is_open = noun.thing.unknown or any(one.kind == "open" for one in noun.attached)
        for one in () if whole else self.resolver.said(noun):
            found = mask(self.ground, one)
            is_open |= tells_nothing(found)
            graded = graded.both(found) if not tells_nothing(found) else graded
        return counted(
            self.ground, noun, quantity, graded, is_floor=base.is_floor or not base.known,
            strict=strict and (whole or not is_open), is_open=is_open and not whole,
            kind=ClaimKind.COUNT,
        )  # fmt: skip

    def told(self, noun: Noun, meaning: Meaning, told: Sequence[Attached]) -> Sequence[Checked]:
        """Judge what an answer says of the objects that its question points at."""
        said = [one for one in self.resolver.said(Noun(noun.thing, list(told))) if one.attached]
        return best_reading(self.ground, self.resolver, noun, said, meaning.groups)

    def _noun(self, noun: Noun, meaning: Meaning) -> Iterator[Checked]:
        thing, ground, resolver = noun.thing, self.ground, self.resolver
        said = resolver.said(noun)
        guessed = thing.asked and not noun.attached  # “what seems to be a pond”
        if (
            thing.compared
            or (thing.foreign and not meaning.names_objects)
            or guessed
            or any(one.kind == "numbers" for one in noun.attached)
        ):
            return
        if thing.denied == "not all":
            yield from none_of(ground, resolver, noun, said)
        elif thing.denied is not None:
            yield absent(ground, resolver, noun)
        elif thing.tag is not None:
            yield from tagged(ground, resolver, noun)
        elif meaning.names_objects:
            yield from pointed(ground, resolver, noun, said)
        else:
            yield from introduced(ground, resolver, noun)

    def _remembered(self, noun: Noun, meaning: Meaning) -> Iterator[Antecedent]:
        """Remember ``noun``, and yield what is remembered of it."""
        if noun.thing.denied is None and not noun.thought and not filled(noun):
            antecedent = self._antecedent(noun, meaning)
            if antecedent is not None:
                self.ground.discourse.add(antecedent)
                yield antecedent

    def _antecedent(self, noun: Noun, meaning: Meaning) -> Antecedent | None:
        """Return what is remembered of ``noun``: which objects it means, where that is certain."""
        thing, base = noun.thing, self.resolver.base(noun)
        if not base.known:
            return None
        group = meaning.groups[0] if meaning.groups and not meaning.is_open else None
        graded = meaning.graded if meaning.is_open else base.graded
        if group is None and not thing.definite and (thing.category or thing.portion):
            graded, group = self._introduced(noun, base.graded)
        if thing.share is not None or (thing.portion is not None and group is None):
            group = None  # what follows is a part of the same whole
        category = thing.category or self.ground.discourse.last_class()
        plural = thing.plural or (thing.number is not None and thing.number.low > 1)
        if thing.portion is not None:
            plural = thing.portion.low > 1
        return Antecedent(
            category,
            plural,
            thing.number,
            group,
            graded,
            noun.role == "subject",
            base.is_floor,
            in_line=_is_row(noun),
        )

    def _introduced(self, noun: Noun, base: Graded) -> tuple[Graded, tuple[int, ...] | None]:
        """Return what ``noun`` describes, and that as a group where it is as many as it says."""
        graded = base
        for one in self.resolver.said(noun):
            found = mask(self.ground, one)
            graded = graded.both(found) if not tells_nothing(found) else graded
        places = places_of(graded.nominal)
        quantity = quantity_of(noun.thing)
        exact = quantity.low <= len(places) <= quantity.high
        some = quantity is AT_LEAST_ONE and len(places) != 1 and noun.thing.every != "any"
        return graded, places if places and exact and not some else None

    def _join(self, together: Sequence[Antecedent]) -> None:
        """Remember several phrases of a sentence as one: “a plane and a ship”, then “they”."""
        groups = [one.group for one in together]
        if len(groups) < 2 or any(group is None for group in groups):
            return
        union = tuple(sorted({place for group in groups if group for place in group}))
        if len(union) < 2 or len(union) <= max(len(group or ()) for group in groups):
            return
        classes = {one.category for one in together}
        graded = self.ground.truth.only(union)
        joint = Antecedent(
            classes.pop() if len(classes) == 1 else None, True, None, union, graded,
            is_subject=True, is_joint=True,
        )  # fmt: skip
        self.ground.discourse.add(joint)


def _is_row(noun: Noun) -> bool:
    """Say whether a phrase is “a row of planes”, or what is said to stand in one."""
    if noun.thing.collective in words("collectives_in_line"):
        return True
    if noun.thing.category is None:  # “not all of them are lined up”
        return False
    return any(a.kind == "arrangement" and a.value in {"row", "one_row"} for a in noun.attached)
