"""Noun phrases: what a sentence speaks of, with number, adjectives and what narrows it down.

A phrase is read from its head (heads.py) to the left: adjectives, number, article, and what comes
before an “of” (“three of the”, “a row of”).
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Final

from tasks.grounding.reading.grammar import grammar, words
from tasks.grounding.reading.heads import head_at, stands_alone
from tasks.grounding.reading.quantities import Quantity, exactly, read_quantity
from tasks.grounding.reading.tokens import Token
from tasks.grounding.references import TextSpan
from tasks.lexicon.lexicon import canonical, is_known

MOST_WORDS: Final = 12  # of one phrase, before its head
UNKNOWN: Final = 2  # unknown words in a row that may be adjectives
_ADJECTIVES: Final = frozenset({"colour", "size", "aside", "comparative", "superlative", "side"})
_PLAIN: Final = frozenset({"colour", "size", "aside"})
_JOINING: Final = frozenset({"and", "comma", "colon"})
_BEFORE_UNKNOWN: Final = frozenset(
    {"the", "a", "pointing", "every", "none", "number", "vague", "share", "other", "more", "ordinal",
     "colour", "size", "aside", "comparative", "superlative", "of", "not", "what", "side"}
)  # fmt: skip
_MANY: Final = frozenset(
    {"them", "they", "themselves", "these", "those", "each other", "one another", "both", "all"}
)
_MEMBERS: Final = frozenset({"every", "each", "any", "either", "every one", "each one"})
_EXTREMES: Final = {"larger_than": "large", "smaller_than": "small", "longer_than": "long",
                    "shorter_than": "short", "wider_than": "wide", "narrower_than": "narrow",
                    "above": "up", "below": "down"}  # fmt: skip


@dataclass(slots=True)
class Adjective:
    """One adjective with its place in the text."""

    kind: str  # colour, size, comparative, superlative or side
    value: str
    start: int
    end: int

    @property
    def extreme(self) -> str | None:
        """In which respect the phrase means the most extreme one: large, left …; None in none."""
        if self.kind == "comparative":
            return _EXTREMES.get(self.value)
        return self.value if self.kind in {"superlative", "side"} else None


@dataclass(slots=True)
class Thing:
    """A noun phrase; ``start`` ≤ character < ``end`` of the text, tokens ``first`` to ``head``."""

    first: int
    head: int
    start: int
    end: int
    category: str | None  # none for pronouns, objects and what no class is known for
    head_start: int
    plural: bool
    quantity: Quantity | None = None
    portion: Quantity | None = None  # “three” in “three of the five planes”
    share: str | None = None  # “most of”
    definite: bool = False
    every: str | None = None  # all, both, each …
    denied: str | None = None  # the word that denies it: no, without …
    rest: bool = False  # other, another, two more
    rank: int = 0  # the second one: 2; which one is meant is not computed
    adjectives: list[Adjective] = field(default_factory=list)
    unknown: bool = False  # adjectives that cannot be checked narrow it down
    collective: str | None = None  # row, group …
    collectives: float = 1  # how many of them
    comparison: str | None = None  # “more” in “more planes than ships”
    factor: float = 1  # “twice” in “twice as many planes as ships”
    compared: bool = False  # either side of such a comparison: it states no number of its own
    pronoun: str | None = None
    asked: bool = False  # “what”, “which plane”
    foreign: bool = False  # a noun that no class is known for
    owner: bool = False  # “the plane's”
    like: str | None = None  # the class that was named before it in the sentence: “the one there”
    of_choice: bool = False  # A or B in “the larger of A and B”
    thought: bool = False  # spoken of as a possibility
    tag: TextSpan | None = None
    shares_tag: bool = False  # with another head: “planes and helicopters” in one tag

    @property
    def number(self) -> Quantity | None:
        """The number of objects that the phrase means."""
        return self.portion or self.quantity

    @property
    def extreme(self) -> Adjective | None:
        """The adjective by which it means the most extreme one of several, None without."""
        return next((one for one in self.adjectives if one.extreme is not None), None)


def things_in(tokens: Sequence[Token], *, asked: bool = False) -> list[Thing]:
    """Return the noun phrases of a sentence in order; ``asked`` is one that a question holds."""
    found: list[Thing] = []
    before = -1
    for place in range(len(tokens)):
        kind = head_at(tokens, place, before, asked=asked)
        if kind is None:
            continue
        thing = _Phrase(tokens, place, before).noun(kind)
        found += _elided(tokens, thing, before)
        found.append(thing)
        before = place
    found = list(_split_choices(tokens, found))
    last: str | None = None
    for thing in found:
        thing.like, last = last, thing.category or last
    _compare(tokens, found)
    _deny(tokens, found)
    for thing in found:
        after = tokens[thing.head + 1].kind if thing.head + 1 < len(tokens) else "mark"
        if thing.every == "both" and after == "and":  # “both the planes and the ships”
            thing.every = None
    return found


class _Phrase:
    """Reads one phrase from its head to the left; ``at`` is the token that is looked at."""

    def __init__(self, tokens: Sequence[Token], head: int, before: int) -> None:
        token = tokens[head]
        self.tokens, self.before, self.at = tokens, before, head - 1
        self.thing = Thing(
            head, head, token.start, token.end, None, token.start, token.plural, owner=token.owner
        )

    def noun(self, kind: str) -> Thing:
        """Return the phrase whose head is of ``kind``: class, object, foreign, or a pronoun."""
        token, thing = self.tokens[self.thing.head], self.thing
        if kind == "pronoun":
            self._pronoun(token)
        else:
            thing.category = token.value if kind == "class" else None
            thing.foreign = kind == "foreign"
            if kind == "object":
                thing.pronoun = "object"
                thing.plural = token.words.endswith("s") and token.words != "class"
                thing.rest = token.words.endswith("else")
            self._adjectives()
            self._determined()
            self._before_of()
        thing.first, thing.start = self.at + 1, self.tokens[self.at + 1].start
        self._negated()
        return thing

    @property
    def _kind(self) -> str:
        """The kind of the token that is looked at; none before the phrase before."""
        return self.tokens[self.at].kind if self.at > self.before else ""

    def _before_of(self) -> None:
        """Take “a row of”, “three of”, “most”."""
        if self._kind == "of" and self.at - 1 > self.before:
            if self.tokens[self.at - 1].kind == "collective":
                self.at -= 1
                self._collective()
                if self._kind == "of" and self.at - 1 > self.before:
                    self.at -= 1
                    self._part_of()
            else:
                self.at -= 1
                self._part_of()
        elif self._kind == "share":
            self.thing.share = self.tokens[self.at].value
            self.at -= 1

    def _adjectives(self) -> None:
        first = max(self.before, self.thing.head - MOST_WORDS)
        while self.at > first:
            token = self.tokens[self.at]
            if token.kind in _ADJECTIVES:
                self._adjective(token)
            elif self._is_between_adjectives(first) or self._is_measure():
                pass
            elif token.kind == "word" and (reached := self._over_unknown(first)) is not None:
                self.thing.unknown = True
                self.at = reached
                continue
            else:
                break
            self.at -= 1

    def _adjective(self, token: Token) -> None:
        if token.kind != "aside":
            one = Adjective(token.kind, token.value, token.start, token.end)
            self.thing.adjectives.insert(0, one)

    def _is_between_adjectives(self, first: int) -> bool:
        """Say whether the token stands between two adjectives: “large, white planes”."""
        if self.tokens[self.at].kind not in _JOINING or self.at - 1 <= first:
            return False
        return (
            self.tokens[self.at - 1].kind in _PLAIN
            and self.at + 1 <= self.thing.head
            and self.tokens[self.at + 1].kind in _PLAIN
        )

    def _is_measure(self) -> bool:
        """Say whether the token is one of “a 30 m long plane”."""
        token = self.tokens[self.at]
        if token.kind == "measure":
            return token.value == "m"
        before = self.tokens[self.at - 1].kind if self.at > 0 else ""
        return token.kind == "dimension" and before == "measure"

    def _over_unknown(self, first: int) -> int | None:
        """Return the token before the unknown words where they may be adjectives."""
        at = self.at
        for _ in range(UNKNOWN):
            if at <= first or self.tokens[at].kind != "word":
                break
            at -= 1
        return at if at > first and self.tokens[at].kind in _BEFORE_UNKNOWN else None

    def _determined(self) -> None:
        """Take number, article and the like."""
        thing = self.thing
        while self.at > self.before:
            token = self.tokens[self.at]
            match token.kind:
                case "number" | "vague" if thing.quantity is None:
                    if not self._number():
                        return
                    continue
                case "after_number":
                    pass
                case "bound" if token.value == "exactly":
                    pass
                case "other":
                    thing.rest = True
                    thing.definite |= token.value in {"remaining", "rest", "the rest of the"}
                case "more":
                    thing.rest, thing.comparison = True, token.value
                case "factor" if thing.comparison is not None:
                    thing.factor = token.number
                case "ordinal":
                    thing.rank = max(1, grammar().plain["ordinal"].index(token.value) + 1)
                case "superlative" | "comparative" | "side" | "size" | "colour":
                    self._adjective(token)
                case "the" | "pointing":
                    thing.definite = True
                case "a" | "aside":
                    pass
                case "what":
                    thing.asked = True
                case "every":
                    thing.every = token.value
                case "none":
                    thing.denied = token.value
                case _:
                    return
            self.at -= 1

    def _number(self) -> bool:
        """Take the number that is looked at; return False where it is a mere name."""
        read = read_quantity(self.tokens, self.at)
        if read is None:
            self.thing.unknown = True
            return False
        self.thing.quantity, first = read
        self.at = max(first, self.before + 1) - 1
        return True

    def _collective(self) -> None:
        """Take “a row of”, “two rows of”; the number of rows is no number of things."""
        thing, place = self.thing, self.at
        thing.collective = self.tokens[place].value
        rows = _Phrase(self.tokens, place, self.before)
        rows._adjectives()
        rows._determined()
        if rows.thing.quantity is not None:
            thing.collectives = rows.thing.quantity.low
        elif thing.collective.endswith("s") and thing.collective not in words("collectives_of_one"):
            thing.collectives = 2
        thing.rest |= rows.thing.rest
        thing.rank = thing.rank or rows.thing.rank
        thing.definite |= rows.thing.definite
        thing.every = thing.every or rows.thing.every
        thing.denied = thing.denied or rows.thing.denied
        self.at = rows.at

    def _part_of(self) -> None:
        """Take “three of”, “one of”, “none of”; other words before “of” do not belong here."""
        thing, token = self.thing, self.tokens[self.at]
        ranked = self.at > 0 and self.tokens[self.at - 1].kind in {"superlative", "comparative"}
        if token.value == "one" and ranked and self.at - 1 > self.before:
            self._one_of()
        elif token.kind in {"number", "vague"}:
            self._portion()
        elif token.kind == "none":
            thing.denied = "none"
            self.at -= 1
        elif token.kind == "every":
            thing.every = token.value
            self.at -= 1
        elif token.words in words("some_of"):
            thing.unknown = True
            thing.portion = Quantity(1, math.inf, 1, math.inf, token.start, token.end)
            self.at -= 1
            if self._kind in {"number", "the", "a"}:
                self.at -= 1
        elif token.kind in {"superlative", "comparative"}:
            self._most_of(token)
        elif token.kind in {"one", "other"} and self.at - 1 > self.before:
            self._one_of()
        else:
            self.at += 1

    def _portion(self) -> None:
        read = read_quantity(self.tokens, self.at)
        if read is None:
            self.at += 1
            return
        self.thing.portion, first = read
        self.at = max(first, self.before + 1) - 1

    def _most_of(self, token: Token) -> None:
        """Take “the largest of the ships”."""
        thing = self.thing
        thing.every = thing.quantity = None
        thing.adjectives.insert(0, Adjective(token.kind, token.value, token.start, token.end))
        thing.plural, thing.definite = False, True
        self.at -= 1
        self._determined_of()

    def _one_of(self) -> None:
        """Take “the larger one of the ships”."""
        place = self.at - 1
        if self.tokens[place].kind not in {"superlative", "comparative"}:
            self.at += 1
            return
        self.at = place
        self._most_of(self.tokens[place])

    def _determined_of(self) -> None:
        if self._kind in {"the", "a", "pointing"}:
            self.at -= 1
        elif self._kind == "number" and self.tokens[self.at].value == "one":
            self.thing.portion = exactly(1)
            self.thing.unknown = True
            self.at -= 1

    def _negated(self) -> None:
        """Note that “not” stands right before the phrase and denies all of it."""
        thing = self.thing
        before = self.tokens[self.at] if self.at >= 0 else None
        if before is None or before.kind not in {"not", "none"}:
            return
        if (before.kind == "not" and thing.every == "any") or (
            before.kind == "none" and thing.denied is None
        ):
            thing.denied = before.value
        elif before.kind == "not" and thing.every is not None:
            thing.every, thing.share = None, None
            thing.thought = True  # “not all of them” leaves open how many
            thing.denied = "not all"

    def _pronoun(self, token: Token) -> None:
        thing, place = self.thing, self.thing.head
        thing.pronoun, thing.definite = token.value, True
        thing.plural = token.value in _MANY
        if token.kind == "number" and (token.value != "one" or stands_alone(self.tokens, place)):
            self._counted_pronoun(token)
        elif token.kind == "none":
            thing.denied, thing.pronoun, thing.plural = token.words, "they", True
            if token.words in {"nobody", "no one"}:
                thing.category, thing.pronoun = "person", None
            elif token.words == "nothing":
                thing.pronoun = "object"
            elif token.words == "neither":
                thing.definite = True
        elif token.kind in {"superlative", "comparative"}:
            thing.adjectives.append(Adjective(token.kind, token.value, token.start, token.end))
            thing.pronoun, thing.plural = "one", False
            self.at -= 1 if self._kind in {"the", "pointing"} else 0
        elif token.words in {"its", "their"}:
            thing.pronoun, thing.plural = "it", token.words == "their"
            thing.owner = True
        elif token.kind == "other":
            thing.rest, thing.pronoun, thing.plural = True, "they", token.value == "others"
        elif token.kind == "every":
            thing.every, thing.plural = token.value, True
            thing.pronoun = "any" if token.value == "any" else "they"
        elif token.kind in {"what", "who"}:
            thing.asked, thing.pronoun = True, "object"
        elif token.kind == "mention":
            thing.plural = False
        elif token.value in {"ones", "units"}:
            thing.plural = True
        if token.kind in {"one", "number", "other", "mention"}:
            self._one(token)
        self._before_of()

    def _counted_pronoun(self, token: Token) -> None:
        thing = self.thing
        read = read_quantity(self.tokens, thing.head)
        if read is not None:
            thing.quantity, first = read
            self.at = max(first, self.before + 1) - 1
        if self._kind in {"and", "comma", "boundary", "colon", ""} or self.at < 0:
            thing.portion, thing.quantity = thing.quantity, None  # “two are white, two are grey”
        thing.pronoun, thing.plural = "they", token.number != 1

    def _one(self, token: Token) -> None:
        thing = self.thing
        definite, thing.definite = thing.definite, False
        self._adjectives()
        self._determined()
        thing.definite |= definite and token.kind != "one" and token.value != "one"


def _split_choices(tokens: Sequence[Token], things: Sequence[Thing]) -> Iterator[Thing]:
    """Yield “the larger of A and B” as three phrases: the larger one, and both that it is one of."""
    chosen = False
    for one, other in pairwise([*things, None]):
        if one is None:
            continue
        joined = other is not None and other.first == one.head + 2 and tokens[one.head + 1].kind == "and"
        best = one.extreme
        place = next((n for n in range(one.first, one.head) if tokens[n].kind == "of"), None)
        if joined and other is not None and best is not None and place is not None and best.end <= tokens[place].start:
            yield Thing(
                one.first, place, one.start, best.end, None, best.start, plural=False,
                pronoun="one", definite=True, adjectives=[best],
            )  # fmt: skip
            one.adjectives = [a for a in one.adjectives if a is not best]
            one.first, one.start = place + 1, tokens[place + 1].start
            one.of_choice = chosen = True
        elif chosen:
            one.of_choice, chosen = True, False
        yield one


def _deny(tokens: Sequence[Token], things: Sequence[Thing]) -> None:
    """Let “no ships or planes” deny the planes too; with “and” or a comma only loosely.

    “Neither ships nor planes” denies both.
    """
    for one, other in pairwise(things):
        between = tokens[one.head + 1 : other.first]
        if one.denied == "neither" and any(
            token.words == "nor" for token in tokens[one.head + 1 : other.head]
        ):
            other.denied = "neither"
        if one.denied is None or other.denied is not None or not between:
            continue
        if all(token.kind in {"comma", "and"} for token in between) and not other.definite:
            flat = any(token.words in {"or", "nor"} for token in between)
            other.denied = one.denied if flat else "nor"


def _compare(tokens: Sequence[Token], things: Sequence[Thing]) -> None:
    """Mark both sides of “more planes than ships”; without “than” it is “two more planes”."""
    for one, other in pairwise([*things, None]):
        if one is None or one.comparison is None:
            continue
        between = tokens[one.head + 1 : other.first] if other is not None else ()
        if other is not None and other.pronoun in {"it", "they"} and tokens[other.first - 1].kind == "than":
            other.compared = one.compared = True  # “more planes than it does ships”
            one.rest = False
            after = next((t for t in things if t.first > other.head and t.category), None)
            if after is not None:
                after.compared = True
        elif other is not None and any(t.kind == "than" or t.words == "as" for t in between):
            one.compared = other.compared = True
            one.rest = False
        elif one.comparison not in grammar().equals and one.comparison not in {"more", "fewer", "less"}:
            one.rest = False
        elif one.comparison != "more":
            one.rest, one.unknown = False, True


def _elided(tokens: Sequence[Token], thing: Thing, before: int) -> Iterator[Thing]:
    """Yield “two large” in “two large and three small vehicles” as a phrase with the same head."""
    at = thing.first - 1
    if at <= before + 1 or tokens[at].kind not in {"and", "comma"} or thing.category is None:
        return
    end = at - 1
    if tokens[end].kind not in {"colour", "size", "comparative"}:
        return
    if tokens[at].kind == "comma" and not thing.plural:
        return
    adjective = tokens[end]
    reader = _Phrase(tokens, end, before)
    other = reader.thing
    other.category, other.plural = thing.category, True
    reader.at = end
    reader._adjectives()
    reader._determined()
    if other.quantity is None:
        return
    named = canonical(f"{adjective.value} {_last_word(thing.category)}")
    if is_known(named):
        other.category = named
        other.adjectives = [a for a in other.adjectives if a.start != adjective.start]
    other.first, other.start = reader.at + 1, tokens[reader.at + 1].start
    yield other


@cache
def _last_word(category: str) -> str:
    return category.rsplit(maxsplit=1)[-1]
