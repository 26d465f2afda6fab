"""Who is said to be where: the predicates of a sentence tied to its noun phrases, from left to right.

A place, relation or direction belongs to the phrase right before it, after a verb to the subjects of
the clause, and at the beginning to the phrases that follow. Where it is open which of two is meant,
the second is kept as ``instead``: then both readings must be false for the statement to be so.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from tasks.grounding.grammar import grammar
from tasks.grounding.measures import read_measure
from tasks.grounding.quantities import Quantity, read_quantity
from tasks.grounding.regions import Region, both_regions
from tasks.grounding.things import Thing
from tasks.grounding.tokens import Token

SUBJECTS: Final = 12  # of one clause; what comes after them starts anew
_OF_NUMBERS: Final = frozenset({"more_than", "fewer_than"})
_OF_SIZE: Final = frozenset({"larger_than", "smaller_than", "of_equal_size"})
_SHOWING: Final = frozenset({"I", "", "w", ",", "|", "h", "p", "o"})
_OUTSIDE: Final = frozenset({"outside", "out of", "outside of", "beyond", "away from"})
_STRAIGHT: Final = frozenset({"straight", "single", "one"})
_INSIDE: Final = frozenset({"in", "on", "across", "throughout", "within", "over"})
_AMONG: Final = frozenset({"among", "amongst"})
_BE: Final = frozenset({"is", "are", "was", "were"})
_RUN: Final = frozenset(
    {"runs", "run", "extend", "extends", "running", "extending", "spread", "spreads"}
)

Kind = Literal[
    "position", "relation", "between", "direction", "row_direction", "any_direction", "heading", "arrangement",
    "measure", "distance", "colour", "nominal", "counted", "open",
]  # fmt: skip


@dataclass(slots=True)
class Attached:
    """One predicate with its words; ``others`` are the things that it relates to."""

    kind: Kind
    start: int
    end: int
    value: str = ""
    region: Region | None = None
    others: list["Noun"] = field(default_factory=list)
    amounts: tuple[float | None, float | None] = (None, None)
    quantity: Quantity | None = None
    unit: str = ""
    negated: bool = False
    thought: bool = False
    instead: "Noun | None" = None  # of which it may be said instead
    restrictive: bool = False  # right behind the noun: it says which is meant
    is_of_numbers: bool = False  # it compares how many there are, not their sizes
    fronted: bool = False  # it stands before the noun: “in the upper left there is …”


@dataclass(slots=True)
class Noun:
    """A noun phrase with all that is said of it."""

    thing: Thing
    attached: list[Attached] = field(default_factory=list)
    role: Literal["subject", "object", "nominal"] = "subject"
    exists: bool = False  # “there are …”, “the image shows …”
    thought: bool = False
    is_numbered: bool = False  # “the number of planes”

    @property
    def is_described(self) -> bool:
        """Whether something is said of it already, other than before it."""
        return any(not one.fronted for one in self.attached)


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
        self._tokens, self._regions, self._asked = tokens, regions, asked
        self._heads = {thing.first: thing for thing in things if thing.first <= thing.head}
        self.nouns: list[Noun] = []
        self.fronted: list[Attached] = []  # what is said of nothing that the sentence names
        self._deny_next = False
        self._listed = len(tokens) <= 8
        self._begin()

    def _begin(self) -> None:
        """Begin a new clause."""
        self._subjects: list[Noun] = []
        self._last: Noun | None = None
        self._fronted: list[Attached] = []
        self._pending: Attached | None = None
        self._targets: list[Noun] = []
        self._instead: Noun | None = None
        self._gap: Attached | None = None  # a distance that waits for its relation
        self._exists = self._negated = self._thought = False
        self._verb = self._before = self._before_word = ""
        self._after_place = False
        self._long_sides = self._in_row = self._named = False
        self._is_foreign = False  # something is named that no class is known for
        self._ignores = False  # … and it is what the clause is about
        self._merged: Attached | None = None  # the last place, which another may make narrower
        self.nouns_here = 0
        self._partner: list[Noun] = []  # what the last relation of the sentence related to
        self._relative: Attached | None = None  # “higher up”, which waits for “than”
        self._reference: Noun | None = None  # “with respect to A, …”
        self._separated = False  # “the distance between A and B is …”
        self._whole = False  # “of the six planes, …” begins: they are the whole of what follows

    def link(self) -> list[Noun]:
        """Return the nouns of the sentence with what is said of each."""
        at, count = 0, len(self._tokens)
        while at < count:
            thing = self._heads.get(at)
            if thing is not None:
                self._noun(thing, at)
                at, self._before = thing.head + 1, "T"
                continue
            at = self._item(at)
        self._open_pending()
        self.fronted = [] if self.nouns and self._subjects else self._fronted
        return self.nouns

    def _item(self, at: int) -> int:
        """Take in the token at ``at``; return the next."""
        token = self._tokens[at]
        following = self._step(at, token)
        self._before_word = token.kind
        if token.kind not in "P,&":
            self._after_place = False
        elif token.kind == "P":
            self._after_place = True
        if token.kind not in "jtac":
            self._before = token.kind
        return following

    def _step(self, at: int, token: Token) -> int:
        match token.kind:
            case "D":
                return self._measure(at, token)
            case "n" | "q":
                self._number(at)
            case "x" if self._before == ":" and self._last is not None:
                self._deny()
            case "Z" | "l":
                self._compare(token)
            case "T" if self._relative is not None:
                relative, self._relative = self._relative, None
                self._relation(relative)
            case "V":
                self._relation(Attached("relation", token.start, token.end, "reference"))
            case "Y":
                self._neighbour(at, token)
            case "F":
                return self._facing(at, token)
            case "b":
                return self._preposition(at, token)
            case "P":
                self._position(at, token)
            case "R":
                if self._before in {"&", ","} and self._precedes(at + 1):
                    self._begin()
                self._relation(Attached("relation", token.start, token.end, token.value))
            case "f" if self._before == "T":
                self._say(Attached("open", token.start, token.end))
            case "w":
                self._named = self._before_word in "tapksb"
                self._is_foreign = self._is_foreign or self._named
                self._separated = self._separated or token.words in grammar().separation
            case "k" if self._follows(at) == "w":
                self._is_foreign = True  # a white something, which no class names
            case "O" if self._follows(at) in "RZ":
                pass  # “diagonally below”
            case "B" | "f" if not self._before and (token.kind == "f" or token.words in _AMONG):
                self._whole = True
            case "B":
                self._relation(Attached("between", token.start, token.end))
            case "O":
                self._direction(token)
            case "A":
                self._say(Attached("arrangement", token.start, token.end, token.value))
                self._in_row = token.value in {"row", "beside"}
            case "k":
                self._say(Attached("colour", token.start, token.end, token.value))
            case "y":
                self._with(at)
            case "&":
                self._and(at)
            case "W" if self._last is not None and self._last.role == "subject":
                self._subjects = [self._last]
            case _:
                self._mark(token)
        return at + 1

    def _mark(self, token: Token) -> None:
        """Note what a word says of the whole clause."""
        match token.kind:
            case "v":
                self._verb = token.value
                self._ignores = self._is_foreign and not self.nouns_here
            case "e":
                self._exists = True
                if self._before not in {"", ","}:
                    self._subjects = []
            case "E" if not self._subjects or self._before == "I":  # the picture shows it
                self._exists, self._subjects = self._before in _SHOWING, []
            case "S":
                self._verb = "seen"
                for noun in self._subjects:
                    noun.exists = True
                    if self._negated and noun.thing.denied is None:
                        noun.thing.denied = "not"
                self._negated = False
            case "N":
                self._negated = True
            case "!":
                self._deny()
            case "H":
                self._thought = not self._asked
            case "G":
                self._long_sides = True
            case ":" if self._last is not None and self._listed:
                pass  # “ships: 5”
            case "|" | ":":
                self._open_pending()
                self._begin()

    def _deny(self) -> None:
        """Take “are absent”, “there is no trace”: what was named is denied; “not absent” leaves it."""
        named = self._subjects or self.nouns[-1:]
        if not named:
            self._deny_next = True  # “conspicuous by its absence is …”
        for noun in named:
            if noun.thing.denied is None and not self._negated:
                noun.thing.denied = "absent"
        self._negated = False

    def _noun(self, thing: Thing, at: int) -> None:
        if self._negated and thing.denied is None and (self._exists or thing.every == "any"):
            if thing.quantity is None or thing.every == "any":
                thing.denied, self._negated = "not", False
            else:
                thing.thought = True  # “not more than five”
        if self._deny_next and thing.denied is None:
            thing.denied, self._deny_next = "absent", False
        noun = Noun(thing, exists=self._exists, thought=self._thought or thing.thought)
        noun.is_numbered = self._is_number_of(thing.first)
        self.nouns.append(noun)
        self.nouns_here += 1
        self._ignores = False
        if self._whole and self._pending is None:
            noun.role, self._whole = "object", False
        elif self._pending is not None:
            self._as_object(noun, self._pending)
        elif self._is_nominal(thing):
            noun.role = "nominal"
            self._attach(Attached("nominal", thing.start, thing.end, others=[noun]), self._subjects)
        else:
            self._as_subject(noun)
        self._last = noun
        self._negated = False

    def _as_object(self, noun: Noun, pending: Attached) -> None:
        """Take ``noun`` as what the relation ``pending`` relates to."""
        noun.role = "object"
        pending.others.append(noun)
        if pending.kind == "between" and len(pending.others) == 1 and not noun.thing.plural:
            return
        self._pending, self._partner = None, pending.others
        numbered = any(one.is_numbered for one in (*self._targets, *pending.others))
        pending.is_of_numbers = pending.value in _OF_NUMBERS or (
            numbered and pending.value in _OF_SIZE
        )
        if pending.value == "reference":
            self._reference = noun
            return
        if self._separated and pending.kind == "between":
            self._subjects = pending.others[:1]
            return
        self._attach_or_keep(pending, self._targets, self._instead)

    def _is_nominal(self, thing: Thing) -> bool:
        return (
            self._before in {"v", "N"}
            and self._verb in _BE
            and bool(self._subjects)
            and not self._exists
            and thing.quantity is None
        )

    def _as_subject(self, noun: Noun) -> None:
        joined = self._before in {"&", ","} and self._subjects and self._last is not None
        joined = joined and not (noun.thing.pronoun and noun.thing.portion)
        if joined and self._last is not None and self._last.role == "object":
            joined = self._last.attached == []
        if joined and len(self._subjects) < SUBJECTS and not self._subjects[-1].is_described:
            self._subjects.append(noun)
        else:
            self._subjects = [noun]
        for fronted in self._fronted:
            noun.attached.append(replace(fronted, fronted=True))

    def _attach(
        self, attached: Attached, nouns: Sequence[Noun], instead: Noun | None = None
    ) -> None:
        attached.negated, attached.thought = self._negated or attached.negated, self._thought
        self._negated = False
        for place, noun in enumerate(nouns):
            one = attached if place == 0 else replace(attached)
            one.instead = instead if instead is not noun else None
            noun.attached.append(one)

    def _attach_or_keep(
        self, attached: Attached, nouns: Sequence[Noun], instead: Noun | None
    ) -> None:
        """Attach to ``nouns``, or keep it for those that follow where there are none."""
        if nouns:
            self._attach(attached, nouns, instead)
        else:
            attached.negated, attached.thought = self._negated, self._thought
            self._fronted.append(attached)

    def _target(self) -> tuple[list[Noun], Noun | None]:
        """Return of what the next predicate is said, and of what instead where that is open."""
        last = self._last
        if last is None:
            return self._subjects, None
        if self._before in {"T", "A", "P", "O"} or self._before in "(":
            if last.role == "object" and self._subjects:
                return [last], self._subjects[-1]
            if last.role == "nominal" and self._subjects:
                return self._subjects, None
            if self._before == "T" and len(self._subjects) > 1:
                return [last], None
            return (self._subjects or [last]), None
        if last.role == "object" and self._before in {"W", ","}:
            return [last], (self._subjects[-1] if self._subjects else None)
        return (self._subjects or [last]), None

    def _say(self, attached: Attached) -> None:
        """Tie ``attached`` to what it is said of, or keep it for what follows."""
        if self._ignores:
            return
        attached.restrictive = self._before == "T"
        self._attach_or_keep(attached, *self._target())

    def _position(self, at: int, token: Token) -> None:
        """Take a place: it is said of what was named, or of what follows; not of an unknown noun."""
        if self._before == "w" and self._named:
            return
        following = at + 1
        while following < len(self._tokens) and self._tokens[following].kind == ",":
            following += 1
        if self._before == "P" and following < len(self._tokens):
            following = at + 1
        elif self._before in {"&", ","} and self._begins(following) and not self._merges():
            self._open_pending()
            self._begin()
        before = self._tokens[at - 1] if at else None
        if before is not None and before.kind in "RZl":
            self._open_pending()  # “below the middle of the picture”
            return
        region = self._regions[token.start]
        if self._merges() and (narrow := both_regions(self._merged.region, region)) is not None:
            self._merged.region = narrow
            self._merged.end = token.end
            return
        said = Attached("position", token.start, token.end, region=region)
        said.negated = before is not None and before.words in _OUTSIDE
        self._merged = said
        self._say(said)

    def _merges(self) -> bool:
        """Say whether a place follows right after another: “by the lower edge, in the middle”."""
        return self._merged is not None and self._before in {"P", ","} and self._after_place

    def _precedes(self, at: int) -> bool:
        """Say whether a relation whose other side begins about ``at`` stands before its subject."""
        ahead = next(
            (p for p in range(at, min(at + 3, len(self._tokens))) if p in self._heads), None
        )
        if ahead is None:
            return False
        after = self._heads[ahead].head + 1
        while after < len(self._tokens) and self._tokens[after].kind == ",":
            after += 1
        return self._begins(after)

    def _begins(self, at: int) -> bool:
        """Say whether a new subject begins with token ``at``: “there is …”, “stands a plane”."""
        if at >= len(self._tokens):
            return False
        kind = self._tokens[at].kind
        if kind == "e" or at in self._heads:
            return True
        return kind == "v" and any(p in self._heads for p in range(at + 1, at + 3))

    def _relation(self, relation: Attached) -> None:
        """Begin a relation whose other side follows; a distance before it is one to that side."""
        self._open_pending()
        relation.restrictive = self._before == "T"
        self._pending = relation
        self._targets, self._instead = self._target()
        if self._gap is not None:
            gap, self._gap = self._gap, None
            gap.others = relation.others  # one list: what follows stands in both
            self._attach_or_keep(gap, self._targets, self._instead)

    def _follows(self, at: int) -> str:
        """Return the kind of the token after ``at``."""
        return self._tokens[at + 1].kind if at + 1 < len(self._tokens) else "."

    def _is_number_of(self, at: int) -> bool:
        """Say whether “the number of” stands right before token ``at``."""
        if at < 2 or self._tokens[at - 1].kind != "f":
            return False
        return self._tokens[at - 2].words in grammar().counting_of

    def _number(self, at: int) -> None:
        """Take a number that is said of what was named: “the planes number 14”, “… is three”."""
        last = self._subjects[-1] if self._subjects else self._last
        said = at > 0 and self._tokens[at - 1].words in grammar().numbering
        said = said or (self._listed and self._before == ":")
        said = said or (at > 1 and self._tokens[at - 2].words in grammar().numbering)
        if last is None or not (said or last.is_numbered):
            return
        read = read_quantity(self._tokens, at, named=True)
        if read is not None:
            start, end = read[0].start, read[0].end
            self._attach(Attached("counted", start, end, quantity=read[0]), [last])

    def _compare(self, token: Token) -> None:
        """Take “higher up” or “larger”: its other side follows after “than”, or was named before."""
        relation = token.value
        if token.kind == "l":
            relation = (
                "larger_than" if grammar().comparatives[token.value] == "large" else "smaller_than"
            )
        relative = Attached("relation", token.start, token.end, relation)
        if self._reference is not None and self._subjects:
            relative.others = [self._reference]
            self._say(relative)
        else:
            self._relative = relative

    def _neighbour(self, at: int, token: Token) -> None:
        """Take “its nearest neighbour is A”: a relation of whose neighbour it is."""
        owner = self._last
        if owner is None or self._tokens[at - 1].words not in {"its", "their"}:
            return
        self._subjects = [owner]
        self._pending = Attached("relation", token.start, token.end, "next_to")
        self._targets, self._instead = [owner], None

    def _direction(self, token: Token) -> None:
        last = self._last
        in_line = last is not None and last.thing.collective in grammar().collectives_in_line
        kind: Kind = "direction"
        if not self._long_sides and (self._in_row or in_line):
            kind = "row_direction"
        elif not self._long_sides and self._verb in _RUN and last is not None and last.thing.plural:
            kind = "any_direction"
        self._say(Attached(kind, token.start, token.end, token.value))

    def _facing(self, at: int, token: Token) -> int:
        """Read “facing left”: only the axis of a heading can be checked."""
        for ahead in range(at + 1, min(at + 4, len(self._tokens))):
            found = self._tokens[ahead]
            if found.kind in "wC":
                break
            if found.kind == "P":
                region = self._regions[found.start]
                self._say(Attached("heading", token.start, found.end, region=region))
                return ahead + 1
        return at + 1

    def _measure(self, at: int, token: Token) -> int:
        measure, following = read_measure(self._tokens, at)
        said = Attached(
            "distance", token.start, measure.end, amounts=measure.amounts, unit=token.value
        )
        next_kind = self._tokens[following].kind if following < len(self._tokens) else "."
        separated = self._separated or any(
            t.words in grammar().separation for t in self._tokens[max(0, at - 3) : at]
        )
        if measure.of == "apart" and next_kind == "b" and self._tokens[following].words == "from":
            self._relation(said)
            return following + 1
        if measure.of == "apart" or separated:
            said.others = self._others_of(self._partner)
            self._say(said)
        elif measure.of == "size":
            said.kind = "measure"
            self._say(said)
        elif next_kind == "R":
            self._gap = said
        elif next_kind == "b" and self._tokens[following].value in {"from", "to"}:
            self._relation(said)
            return following + 1
        return following

    def _others_of(self, partner: list[Noun]) -> list[Noun]:
        """Return what a distance is measured to: the partner of the subjects in their relation."""
        subjects = self._subjects or self._nouns_before()
        return [noun for noun in partner if all(noun is not one for one in subjects)][:1]

    def _nouns_before(self) -> list[Noun]:
        return [self._last] if self._last is not None else []

    def _preposition(self, at: int, token: Token) -> int:
        """Note that something unknown narrows the phrase down: “on the apron”, “along the road”."""
        if self._pending is not None:
            return at + 1
        if (following := self._in_picture(at, token)) is not None:
            return following
        if token.words == "in" and (following := self._in_line(at, token)) is not None:
            return following
        ahead = at + 1
        while (
            ahead < len(self._tokens)
            and ahead not in self._heads
            and self._tokens[ahead].kind in "tapjksu"
        ):
            ahead += 1
        if ahead in self._heads:
            self._relation(Attached("open", token.start, token.end))
        elif ahead < len(self._tokens) and self._tokens[ahead].words in grammar().usual_places:
            return ahead + 1
        elif ahead < len(self._tokens) and self._tokens[ahead].kind in "wg":
            opened = Attached("open", token.start, self._tokens[ahead].end)
            self._attach_or_keep(opened, *self._target())
            return ahead + 1
        return at + 1

    def _in_picture(self, at: int, token: Token) -> int | None:
        """Take “in the picture”: what is there, is there; “in it” says the same."""
        ahead = at + 1
        while ahead < len(self._tokens) and self._tokens[ahead].kind in "tpju":
            ahead += 1
        if ahead >= len(self._tokens) or token.words not in _INSIDE:
            return None
        if self._tokens[ahead].kind == "I":
            for noun in self._subjects:
                noun.exists = True
            return ahead + 1
        return ahead + 1 if self._tokens[ahead].words == "it" else None

    def _in_line(self, at: int, token: Token) -> int | None:
        """Take “in a straight row”, “in two lines”, “in a tight group”."""
        for ahead in range(at + 1, min(at + 5, len(self._tokens))):
            found = self._tokens[ahead]
            if found.kind == "g" and ahead not in self._heads:
                after = self._tokens[ahead + 1].kind if ahead + 1 < len(self._tokens) else "."
                if after == "f":
                    return None
                in_line = found.words in grammar().collectives_in_line
                kind = (
                    ("row" if not found.words.endswith("s") else "rows") if in_line else "cluster"
                )
                if kind == "row" and any(t.words in _STRAIGHT for t in self._tokens[at:ahead]):
                    kind = "one_row"
                self._say(Attached("arrangement", token.start, found.end, kind))
                self._in_row = in_line
                return ahead + 1
            if found.kind not in "tapjkswnqu":
                return None
        return None

    def _with(self, at: int) -> None:
        """Begin with a new subject where one follows: “with two cars next to it”."""
        ahead = range(at + 1, min(at + 5, len(self._tokens)))
        if any(place in self._heads and self._heads[place].category for place in ahead):
            self._open_pending()
            self._subjects, self._fronted, self._last = [], [], None
            self._exists = True

    def _and(self, at: int) -> None:
        """Begin a new clause where a noun with a verb of its own follows, or “there is”."""
        place = at + 1
        thing = self._heads.get(place)
        after = thing.head + 1 if thing is not None else len(self._tokens)
        verb_follows = after < len(self._tokens) and self._tokens[after].kind in "vSN"
        there_follows = place < len(self._tokens) and self._tokens[place].kind == "e"
        if there_follows or (verb_follows and self._verb and self._subjects):
            self._open_pending()
            self._begin()

    def _open_pending(self) -> None:
        """Give up a relation whose other side is not known: it narrows its subject down unchecked."""
        pending, self._pending = self._pending, None
        if pending is None:
            return
        if not (pending.kind == "between" and pending.others):
            pending = Attached("open", pending.start, pending.end)
        self._attach_or_keep(pending, self._targets, self._instead)
