"""Who is said to be where: the predicates of a sentence tied to its noun phrases, from left to right.

A place, relation or direction belongs to the phrase right before it, after a verb to the subjects of
the clause, and at the beginning to the phrases that follow. Where it is open which of two is meant,
the second is kept as ``instead``: then both readings must be false for the statement to be so. What
the end of a clause leaves open (a measure, a number) goes to the phrases that the clause has.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from tasks.grounding.reading.aspects import of_aspect
from tasks.grounding.reading.clauses import Attached, Clause, Noun, subjects_or_last
from tasks.grounding.reading.closing import close
from tasks.grounding.reading.grammar import words
from tasks.grounding.reading.regions import Region
from tasks.grounding.reading.rivals import best_of_all, best_of_others
from tasks.grounding.reading.things import Thing
from tasks.grounding.reading.tokens import Token

SUBJECTS: Final = 12  # of one clause; what comes after them starts anew
_LISTED: Final = 8  # tokens of a sentence that is no more than a list entry: “ships: 5”
_AFTER_NOUN: Final = frozenset({"noun", "arrangement", "place", "direction", "bracket", "colour"})
_LOOSE: Final = frozenset({"this", "that", "it"})
_NOMINAL: Final = frozenset({"verb", "not", "colon", "there", "hypothetical"})
_ABOUT: Final = frozenset({None, "colour", "position"})
_SIZED: Final = frozenset({"size", "length", "width"})
_BE: Final = frozenset({"is", "are", "was", "were", "be", "been", "being"})


class Linker:
    """Walks over the items of one sentence and ties predicates to nouns."""

    def __init__(
        self,
        tokens: Sequence[Token],
        things: Sequence[Thing],
        regions: dict[int, Region],
        *,
        asked: bool = False,
    ) -> None:
        """Read ``tokens``; ``regions`` are the places in the picture by where they start.

        In what is ``asked``, “would you say” makes nothing uncertain.
        """
        self.tokens, self.regions, self.asked = tokens, regions, asked
        self.heads = {thing.first: thing for thing in things if thing.first <= thing.head}
        self.nouns: list[Noun] = []
        self.loose: list[Attached] = []  # what is said of nothing that the sentence names
        self.is_listed = len(tokens) <= _LISTED
        self.denies_next = False
        self.clauses = 0
        self.clause = Clause()

    # ------------------------------------------------------------ clauses

    def begin(self) -> None:
        """End the clause and begin a new one."""
        self.end()
        self.clauses += 1
        self.clause = Clause()

    def end(self) -> None:
        """Give what the clause has left open to the phrases that it has."""
        self.open_pending()
        close(self)

    # ------------------------------------------------------------ noun phrases

    def noun(self, thing: Thing) -> None:
        """Take in a noun phrase: as object of a relation, as what subjects are, or as a subject."""
        clause = self.clause
        if self._is_line(thing) or self._is_nothing_else(thing):
            return
        self._deny_thing(thing)
        noun = Noun(thing, exists=clause.exists, thought=clause.thought or thing.thought)
        noun.aspect = self._aspect_of(thing)
        noun.whole, noun.clause = clause.whole, self.clauses
        self.nouns.append(noun)
        clause.nouns.append(noun)
        if thing.of_choice and clause.last is not None:
            noun.role = "object"
            chooser = clause.subjects[-1] if clause.subjects else clause.last
            chooser.whole.append(noun)
            clause.negated = False
            return
        if clause.opens_whole and clause.pending is None and self._is_of_whole(thing):
            self._as_whole(noun)
        elif clause.pending is not None:
            self._as_object(noun, clause.pending)
        elif self._joins_objects(thing):
            noun.role = "object"
            clause.partner.append(noun)
        elif self._is_nominal(thing) or self._is_apposition(thing):
            self._as_nominal(noun)
        else:
            self._as_subject(noun)
        clause.last, clause.negated = noun, False

    def _is_line(self, thing: Thing) -> bool:
        """Note that a row is spoken of; say whether it is that of the subjects: “they form a row”."""
        clause, pending = self.clause, self.clause.pending
        if not thing.foreign or thing.collective not in words("collectives_in_line"):
            return False
        along = pending is None or pending.kind == "open"
        clause.in_row |= along and not self._is_axial(thing.first)
        if along and clause.subjects and not thing.definite:
            clause.pending = None  # “along a line” narrows nothing down
            return True
        return False

    def _is_nothing_else(self, thing: Thing) -> bool:
        """Say whether “nothing else” only stresses what was named: “ships and nothing else”."""
        last, at = self.clause.last, thing.first - 1
        after = self.tokens[thing.head + 1 : thing.head + 2]
        if (
            last is None
            or thing.denied != "nothing"
            or not any(t.words in {"else", "more"} for t in after)
        ):
            return False
        return last.thing.head == at - 1 and self.tokens[at].kind in {"and", "comma"}

    def _is_axial(self, at: int) -> bool:
        """Say whether the line that begins with token ``at`` is an axis: “aligned along a line”."""
        return any(token.words in words("axial") for token in self.tokens[max(0, at - 2) : at])

    def _deny_thing(self, thing: Thing) -> None:
        clause = self.clause
        if clause.negated and thing.denied is None and (clause.exists or thing.every == "any"):
            if thing.quantity is None or thing.every == "any":
                thing.denied, clause.negated = "not", False
            else:
                thing.thought = True  # “not five”
        if self.denies_next and thing.denied is None:
            thing.denied, self.denies_next = "absent", False

    def _aspect_of(self, thing: Thing) -> str | None:
        """Return “number” where the phrase follows “the number of” or “that of”."""
        clause, at = self.clause, thing.first
        if clause.aspect is None or at < 1 or self.tokens[at - 1].kind not in {"of", "equal"}:
            return None
        if self.tokens[at - 1].kind == "equal":
            return clause.aspect
        before = self.tokens[at - 2] if at > 1 else None
        named = before is not None and (
            before.kind in {"aspect", "equal"} or before.words in {"that", "those"}
        )
        return clause.aspect if named else None

    def _is_of_whole(self, thing: Thing) -> bool:
        """Say whether the phrase is one of those after “of”: “of A, B and C, …”."""
        if not self.clause.whole or self.clause.before == "and":
            return True
        self.clause.opens_whole = (
            self.clause.before == "comma" and self.kind_after(thing.head) == "and"
        )
        return self.clause.opens_whole

    def _as_whole(self, noun: Noun) -> None:
        """Take “of the six planes, …”: they are the whole of what follows."""
        noun.role = "object"
        self.clause.whole.append(noun)
        self.clause.reference = None

    def _as_object(self, noun: Noun, pending: Attached) -> None:
        """Take ``noun`` as what the relation ``pending`` relates to."""
        clause = self.clause
        if pending.value == "through" and clause.in_row:  # “a line through the planes runs …”
            clause.pending, clause.subjects = None, [noun]
            return
        noun.role = "object"
        pending.others.append(noun)
        if pending.kind == "between" and len(pending.others) == 1 and not noun.thing.plural:
            return
        clause.pending, clause.partner = None, pending.others
        if pending.value == "reference":
            clause.reference = noun
        elif pending.kind == "between" and (
            clause.separated or clause.aspect == "distance" or clause.measures
        ):
            clause.ends = pending.others
        else:
            said = best_of_all(of_aspect(pending, clause), clause.targets)
            best = best_of_others(said, clause.targets)
            if best is None:
                self.attach_or_keep(said, clause.targets, clause.instead)
            else:
                self.attach(best, [noun])

    def _joins_objects(self, thing: Thing) -> bool:
        """Say whether the phrase is one more of what a relation relates to: “left of A and B”."""
        clause, last = self.clause, self.clause.last
        if clause.before not in {"and", "comma"} or last is None or last.role != "object":
            return False
        if not clause.partner or clause.partner[-1] is not last or last.attached or clause.whole:
            return False
        if clause.before == "comma" and (
            thing.category is None or self.kind_after(thing.head) not in {"and", "comma"}
        ):
            return False
        return self.kind_after(thing.head) not in {
            "verb",
            "seen",
            "place",
            "relation",
            "colour",
            "not",
        }

    def _is_nominal(self, thing: Thing) -> bool:
        clause = self.clause
        subject = clause.subjects[-1].thing if clause.subjects else None
        loose = subject is not None and subject.pronoun in _LOOSE and subject.tag is None
        pointed = subject is not None and subject.pronoun != "it"
        placed = loose and pointed and self.kind_after(thing.head) == "place"
        if placed or (loose and thing.tag is not None):  # “this is a ship in the upper left”
            return False
        return (
            clause.before in _NOMINAL
            and clause.verb in _BE
            and bool(clause.subjects)
            and not clause.subjects[-1].thing.foreign
            and (
                clause.aspect in _ABOUT
                or (clause.aspect in _SIZED and clause.subjects[-1].aspect is None)
            )
            and not clause.exists
            and (thing.quantity is None or clause.subjects[-1].thing.pronoun == "object")
        )

    def _is_apposition(self, thing: Thing) -> bool:
        """Say whether the phrase names what the last one was: “the largest object, a ship, …”."""
        clause, last = self.clause, self.clause.last
        if clause.before != "comma" or last is None or thing.definite or thing.category is None:
            return False
        best = last.thing.pronoun == "object" and last.thing.extreme is not None
        return best and self.kind_after(thing.head) == "comma" and bool(clause.subjects)

    def _as_nominal(self, noun: Noun) -> None:
        """Take what subjects are said to be; “the more numerous” is a comparison of numbers."""
        noun.role, thing = "nominal", noun.thing
        best = thing.extreme if thing.category is None else None
        if self.clause.relative and best is not None and not thing.rest:
            self.clause.subjects[-1].thing.adjectives.append(best)  # “the ship that is the largest”
            self.clause.relative = False
            return
        said = Attached("nominal", thing.start, thing.end, others=[noun])
        self._colour_of(noun)
        compared = [a.value for a in thing.adjectives if a.kind == "comparative"]
        if thing.category is None and compared and compared[0] in {"more_than", "fewer_than"}:
            said.kind, said.value, said.others = "numbers", compared[0], self.clause.whole
        self.attach(said, self.clause.subjects)

    def _colour_of(self, noun: Noun) -> None:
        """Say of “the largest is a red ship” that it is red."""
        thing, subjects = noun.thing, self.clause.subjects
        colours = [one for one in thing.adjectives if one.kind == "colour"]
        plain = thing.category is not None and thing.denied is None and not thing.definite
        named = subjects[-1].thing.pronoun != "object" or subjects[-1].thing.extreme is not None
        if len(colours) == 1 and plain and named and not self.clause.negated:
            one = colours[0]
            self.attach(Attached("colour", one.start, one.end, one.value), subjects)

    def _as_subject(self, noun: Noun) -> None:
        clause, last = self.clause, self.clause.last
        joined = clause.before in {"and", "comma"} and clause.subjects and last is not None
        joined = joined and not (noun.thing.pronoun and noun.thing.portion)
        if joined and last is not None and last.role == "object":
            joined = not last.attached
        joined = joined and last is not None and not self._has_verb(last.thing, noun.thing)
        owner = clause.subjects[-1].thing if clause.subjects else None
        joined = joined and owner is not None and not (owner.foreign or owner.owner)
        if joined and len(clause.subjects) < SUBJECTS and not clause.subjects[-1].is_described:
            clause.subjects.append(noun)
        else:
            clause.subjects = [noun]
        in_line = noun.thing.collective in words("collectives_in_line")
        for fronted in clause.fronted:
            one = replace(fronted, fronted=True)
            if in_line and one.kind == "direction":
                one.kind = "row_direction"
            noun.attached.append(one)

    def _has_verb(self, one: Thing, other: Thing) -> bool:
        """Say whether a verb stands between two phrases: “ships are visible, the largest …”."""
        return any(t.kind in {"verb", "seen"} for t in self.tokens[one.head + 1 : other.first])

    # ------------------------------------------------------------ predicates

    def attach(
        self, attached: Attached, nouns: Sequence[Noun], instead: Noun | None = None
    ) -> None:
        """Tie ``attached`` to each of ``nouns``, with what the clause says of it: not, perhaps, mostly."""
        clause = self.clause
        attached.negated, attached.thought = clause.negated or attached.negated, clause.thought
        attached.share, clause.share = attached.share or clause.share, None
        clause.negated = False
        for place, noun in enumerate(nouns):
            one = attached if place == 0 else replace(attached)
            one.instead = instead if instead is not noun else None
            noun.attached.append(one)

    def attach_or_keep(
        self, attached: Attached, nouns: Sequence[Noun], instead: Noun | None
    ) -> None:
        """Attach to ``nouns``, or keep it for those that follow where there are none."""
        if nouns:
            self.attach(attached, nouns, instead)
        else:
            clause = self.clause
            attached.negated, attached.thought = clause.negated or attached.negated, clause.thought
            clause.negated = False
            clause.fronted.append(attached)

    def target(self) -> tuple[Sequence[Noun], Noun | None]:
        """Return of what the next predicate is said, and of what instead where that is open."""
        clause, last = self.clause, self.clause.last
        if last is None:
            return clause.subjects, None
        other = clause.subjects[-1] if clause.subjects else None
        if clause.before in _AFTER_NOUN:
            if last.role == "object" and other is not None and last not in clause.whole:
                return [last], other
            if last.role == "nominal" and other is not None:
                return clause.subjects, None
            if clause.before == "noun" and len(clause.subjects) > 1:
                return [last], None
            return subjects_or_last(clause), None
        if last.role == "object" and clause.before in {"who", "comma"}:
            if last.thing.foreign and clause.before == "comma" and other is not None:
                return clause.subjects, None  # “in a loose arrangement, parallel to each other”
            return [last], other
        return subjects_or_last(clause), None

    def say(self, attached: Attached) -> None:
        """Tie ``attached`` to what it is said of, or keep it for what follows."""
        clause, last = self.clause, self.clause.last
        found = (
            (clause.exists or clause.verb in words("observing"))
            and last is not None
            and last.thing.extreme is not None
        )
        attached.restrictive = (
            clause.before == "noun" and not found and (last is None or last.role != "nominal")
        )  # “one finds the largest there”
        self.attach_or_keep(attached, *self.target())

    def relate(self, relation: Attached) -> None:
        """Begin a relation whose other side follows; a distance before it is one to that side."""
        clause = self.clause
        self.open_pending()
        relation.restrictive = clause.before == "noun"
        clause.pending = relation
        clause.targets, clause.instead = list(self.target()[0]), self.target()[1]
        if clause.gap is not None:
            gap, clause.gap = clause.gap, None
            gap.others = relation.others  # one list: what follows stands in both
            self.attach_or_keep(gap, clause.targets, clause.instead)

    def open_pending(self) -> None:
        """Give up a relation whose other side is not known: it narrows its subject down unchecked."""
        clause = self.clause
        pending, clause.pending = clause.pending, None
        if pending is None:
            return
        if not (pending.kind == "between" and pending.others):
            pending = Attached("open", pending.start, pending.end)
        self.attach_or_keep(pending, clause.targets, clause.instead)

    # ------------------------------------------------------------ looking about

    def kind_after(self, at: int) -> str:
        """Return the kind of the token after ``at``."""
        return self.tokens[at + 1].kind if at + 1 < len(self.tokens) else ""

    def head_after(self, at: int, within: int) -> int | None:
        """Return where the first phrase begins of those that begin ``within`` tokens from ``at``."""
        last = min(at + within, len(self.tokens))
        return next((place for place in range(at, last) if place in self.heads), None)

    def begins_subject(self, at: int) -> bool:
        """Say whether a new subject begins with token ``at``: “there is …”, “stands a plane”."""
        if at >= len(self.tokens):
            return False
        kind = self.tokens[at].kind
        if kind == "there" or at in self.heads:
            return True
        return kind == "verb" and self.head_after(at + 1, 2) is not None

    def is_usual_place(self, at: int) -> bool:
        """Say whether token ``at`` names a place where such things stand anyway."""
        return at < len(self.tokens) and self.tokens[at].words in words("usual_places")
