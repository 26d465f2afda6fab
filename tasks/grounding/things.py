"""Noun phrases: what a sentence speaks of, with number, adjectives and what narrows it down.

A phrase is read from its head, the class, to the left: adjectives, number, article, and what comes
before an “of” (“three of the”, “a row of”). Pronouns and “the larger one” are heads without a class.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Final

from tasks.grounding.grammar import grammar
from tasks.grounding.quantities import Quantity, read_quantity
from tasks.grounding.references import TextSpan
from tasks.grounding.tokens import Token
from tasks.lexicon.lexicon import canonical, is_known

MOST_WORDS: Final = 12  # of one phrase, before its head
UNKNOWN: Final = 2  # unknown words in a row that may be adjectives
_ADJECTIVES: Final = frozenset("ksjlL")
_ARTICLES: Final = frozenset("tapu")
_BEFORE_UNKNOWN: Final = frozenset("tapuxnqQrMdksjlLfN")
_THESE: Final = frozenset({"these", "those", "this", "that"})
_MANY: Final = frozenset(
    {"them", "they", "themselves", "these", "those", "each other", "one another", "both", "all"}
)


@dataclass(slots=True)
class Adjective:
    """One adjective with its place in the text."""

    kind: str  # k colour, s size, l comparative, L superlative
    value: str
    start: int
    end: int


@dataclass(slots=True)
class Thing:
    """A noun phrase; ``start`` ≤ character < ``end`` of the text, tokens ``first`` to ``head``."""

    first: int
    head: int
    start: int
    end: int
    category: str | None  # none for pronouns
    head_start: int
    plural: bool
    quantity: Quantity | None = None
    portion: Quantity | None = None  # “three” in “three of the five planes”
    share: str | None = None  # “most of”
    definite: bool = False
    every: str | None = None  # all, both, each …
    denied: str | None = None  # the word that denies it: no, without …
    rest: bool = False  # other, another, two more
    rank: bool = False  # the second one from the left: which one is not computed
    adjectives: list[Adjective] = field(default_factory=list)
    unknown: bool = False  # adjectives that cannot be checked narrow it down
    collective: str | None = None  # row, group …
    collectives: float = 1  # how many of them
    comparison: str | None = None  # “more” in “more planes than ships”
    compared: bool = False  # either side of such a comparison: it states no number of its own
    pronoun: str | None = None
    thought: bool = False  # spoken of as a possibility
    tag: TextSpan | None = None
    shares_tag: bool = False  # with another head: “planes and helicopters” in one tag
    is_part: bool = False  # in “the wing of the plane”

    @property
    def number(self) -> Quantity | None:
        """The number of objects that the phrase means."""
        return self.portion or self.quantity


def things_in(tokens: Sequence[Token], tags: Sequence[TextSpan] = ()) -> list[Thing]:
    """Return the noun phrases of a sentence in order, with the tag round each."""
    found: list[Thing] = []
    before = -1
    for place, token in enumerate(tokens):
        if token.kind == "C" and not _is_modifier(tokens, place):
            thing = _phrase(tokens, place, before)
            found += _elided(tokens, thing, before)
            found.append(thing)
        elif _is_pronoun(tokens, place):
            thing = _pronoun(tokens, place, before)
            found.append(thing)
        else:
            continue
        before = place
    _compare(tokens, found)
    _deny(tokens, found)
    for thing in found:
        after = tokens[thing.head + 1].kind if thing.head + 1 < len(tokens) else "."
        if thing.every == "both" and after in "&":  # “both the planes and the ships”
            thing.every = None
    return _tie(tokens, found, tags) if tags else found


def _deny(tokens: Sequence[Token], things: Sequence[Thing]) -> None:
    """Let “no ships or planes” deny the planes too; with “and” or a comma only loosely."""
    for one, other in pairwise(things):
        between = tokens[one.head + 1 : other.first]
        if one.denied is None or other.denied is not None or not between:
            continue
        if all(token.kind in ",&" for token in between) and not other.definite:
            flat = any(token.words in {"or", "nor"} for token in between)
            other.denied = one.denied if flat else "nor"


def _compare(tokens: Sequence[Token], things: Sequence[Thing]) -> None:
    """Mark both sides of “more planes than ships”; without “than” it is “two more planes”."""
    for one, other in pairwise([*things, None]):
        if one is None or one.comparison is None:
            continue
        between = tokens[one.head + 1 : other.first] if other is not None else ()
        than = any(token.kind == "T" or token.words == "as" for token in between)
        if other is not None and than:
            one.compared = other.compared = True
            one.rest = False
        else:
            one.comparison = None


def _phrase(tokens: Sequence[Token], head: int, before: int) -> Thing:
    """Read the phrase whose head is token ``head``; it begins after token ``before``."""
    token = tokens[head]
    thing = Thing(head, head, token.start, token.end, token.value, token.start, token.plural)
    at = _adjectives(tokens, head - 1, before, thing)
    at = _determined(tokens, at, before, thing)
    if at > before + 1 and tokens[at].kind == "f" and tokens[at - 1].kind == "g":
        at = _collective(tokens, at - 1, before, thing)
    elif at > before and tokens[at].kind == "f":
        at = _part_of(tokens, at - 1, before, thing)
    elif at > before and tokens[at].kind == "Q":
        thing.share = tokens[at].value
        at -= 1
    thing.first = at + 1
    thing.start = tokens[at + 1].start
    _negated(tokens, at, thing)
    return thing


def _adjectives(tokens: Sequence[Token], at: int, before: int, thing: Thing) -> int:
    """Take the adjectives that end at token ``at``; return the token before them."""
    first = max(before, thing.head - MOST_WORDS)
    while at > first:
        kind = tokens[at].kind
        if kind in _ADJECTIVES:
            token = tokens[at]
            if kind != "j":
                thing.adjectives.insert(0, Adjective(kind, token.value, token.start, token.end))
            at -= 1
        elif (
            (
                kind in "&,:"
                and at - 1 > first
                and tokens[at - 1].kind in "ksj"
                and at + 1 < thing.head + 1
                and tokens[at + 1].kind in "ksj"
            )
            or (kind == "D" and tokens[at].value == "m")
            or (kind == "i" and tokens[at - 1].kind == "D")
        ):
            at -= 1
        elif kind == "w" and (reached := _over_unknown(tokens, at, first)) is not None:
            thing.unknown = True
            at = reached
        else:
            break
    return at


def _over_unknown(tokens: Sequence[Token], at: int, first: int) -> int | None:
    """Return the token before the unknown words that end at ``at`` where they may be adjectives."""
    for _ in range(UNKNOWN):
        if at <= first or tokens[at].kind != "w":
            break
        at -= 1
    return at if at > first and tokens[at].kind in _BEFORE_UNKNOWN else None


def _determined(tokens: Sequence[Token], at: int, before: int, thing: Thing) -> int:
    """Take number, article and the like that end at token ``at``; return the token before them."""
    while at > before:
        token = tokens[at]
        if token.kind in "nq" and thing.quantity is None:
            read = read_quantity(tokens, at)
            if read is None:
                thing.unknown = True
                return at - 1
            thing.quantity, first = read
            at = max(first, before + 1) - 1
        elif token.kind == "z":
            at -= 1
        elif token.kind == "r":
            thing.rest = True
            thing.definite = thing.definite or token.value in {
                "remaining",
                "rest",
                "the rest of the",
            }
            at -= 1
        elif token.kind == "M":
            thing.rest, thing.comparison = True, token.value
            at -= 1
        elif token.kind == "d":
            thing.rank = True
            at -= 1
        elif token.kind == "L":
            thing.adjectives.insert(0, Adjective("L", token.value, token.start, token.end))
            at -= 1
        elif token.kind == "t" or token.kind == "p":
            thing.definite = True
            at -= 1
        elif token.kind == "a":
            at -= 1
        elif token.kind == "u":
            thing.every = token.value
            at -= 1
        elif token.kind == "x":
            thing.denied = token.value
            at -= 1
        else:
            break
    return at


def _collective(tokens: Sequence[Token], at: int, before: int, thing: Thing) -> int:
    """Take “a row of”, “two rows of” that ends at token ``at``; the number of rows is no number of things."""
    thing.collective = tokens[at].value
    rows = Thing(at, at, tokens[at].start, tokens[at].end, None, tokens[at].start, False)
    reached = _determined(tokens, _adjectives(tokens, at - 1, before, rows), before, rows)
    if rows.quantity is not None:
        thing.collectives = rows.quantity.low
    elif thing.collective.endswith("s") and thing.collective not in {"series"}:
        thing.collectives = 2
    thing.rest = thing.rest or rows.rest
    thing.rank = thing.rank or rows.rank
    thing.definite = thing.definite or rows.definite
    thing.every = thing.every or rows.every
    thing.denied = thing.denied or rows.denied
    return reached


def _part_of(tokens: Sequence[Token], at: int, before: int, thing: Thing) -> int:
    """Take “three of”, “one of”, “none of” that ends at token ``at``; other words do not belong here."""
    if at <= before:
        return at + 1
    token = tokens[at]
    if token.kind in "nq":
        read = read_quantity(tokens, at)
        if read is None:
            return at + 1
        thing.portion, first = read
        return max(first, before + 1) - 1
    if token.kind == "x" or token.value == "none":
        thing.denied = "none"
        return at - 1
    if token.kind == "u":
        thing.every = token.value
        return at - 1
    if token.kind == "o" and token.value == "one":
        thing.portion = Quantity(1, 1, 1, 1, token.start, token.end, exact=True)
        return at - 1
    if token.words in grammar().some_of:
        thing.unknown = True
        thing.portion = Quantity(1, math.inf, 1, math.inf, token.start, token.end)
        return at - 1
    if token.kind in "Ll":  # the largest of the ships
        thing.every = thing.quantity = None
        thing.adjectives.insert(0, Adjective(token.kind, token.value, token.start, token.end))
        thing.plural, thing.definite = False, True
        return at - 2 if at > before and tokens[at - 1].kind == "t" else at - 1
    if (
        token.kind in "wgi" and token.words not in grammar().properties
    ):  # the wing of the plane, the length of the ship
        thing.is_part = True
    return at + 1


def _negated(tokens: Sequence[Token], at: int, thing: Thing) -> None:
    """Note that “not” stands right before the phrase and denies all of it."""
    before = tokens[at].kind if at >= 0 else "."
    if (before == "N" and thing.every == "any") or (before == "x" and thing.denied is None):
        thing.denied = tokens[at].value
    elif before == "N" and thing.every is not None:
        thing.thought = True  # “not all of them” leaves open how many


def _is_modifier(tokens: Sequence[Token], place: int) -> bool:
    """Say whether the class at ``place`` only qualifies the one right after it: “storage tank trucks”."""
    return (
        place + 1 < len(tokens)
        and tokens[place + 1].kind == "C"
        and not tokens[place].plural
        and tokens[place + 1].start - tokens[place].end == 1
    )


def _is_pronoun(tokens: Sequence[Token], place: int) -> bool:
    token = tokens[place]
    following = tokens[place + 1].kind if place + 1 < len(tokens) else "."
    if token.kind == "h":
        return True
    if token.words == "none":
        return True
    if token.kind in "Ll" and place > 0 and tokens[place - 1].kind == "t":  # “the largest is …”
        return following in "vSPR,.|N&"
    if token.words in {"its", "their"}:  # “its nearest neighbour”, “their longer sides”
        return following in "YG"
    if token.kind == "p" and token.value in _THESE:
        begins = place == 0 or tokens[place - 1].kind in ".,|&:vbeERZfTHSV"
        return begins and following in "vbRSPOA,.|N"
    if token.kind == "o":
        return place > 0 and tokens[place - 1].kind in "lLkstrjdnMpa"
    if token.kind == "n" and token.value == "one" and following not in "CksjlLgfwI":
        named = place > 0 and tokens[place - 1].kind in "lLkstrjdMpa"
        return named or _stands_alone(tokens, place)
    if (
        token.kind == "n"
        and following not in "CksjlLgfwIDUiXMr-z&"
        and _stands_alone(tokens, place)
    ):
        return True
    if token.kind == "r" and token.value in {"others", "other"} and following not in "CksjlLgwnq":
        return True
    if token.kind == "u" and token.value == "any":
        return following in "bPSRv.,"
    return token.kind == "u" and following in "vN" and token.value in {"all", "both", "each"}


def _stands_alone(tokens: Sequence[Token], place: int) -> bool:
    """Say whether a number is a head by itself: “the other two”, “the two are white”, “one is white”."""
    verb = place + 1 < len(tokens) and tokens[place + 1].kind in "vS"
    if place == 0:
        return verb
    return tokens[place - 1].kind in "rtpu" or (verb and tokens[place - 1].kind in ",&|:")


def _pronoun(tokens: Sequence[Token], place: int, before: int) -> Thing:
    token = tokens[place]
    thing = Thing(place, place, token.start, token.end, None, token.start, token.value in _MANY)
    thing.pronoun, thing.definite = token.value, True
    at = place - 1
    if token.kind == "n" and (token.value != "one" or _stands_alone(tokens, place)):
        read = read_quantity(tokens, place)
        if read is not None:
            thing.quantity, first = read
            at = max(first, before + 1) - 1
        if at < 0 or tokens[at].kind in ",&|:":  # “two are white, two are grey”
            thing.portion, thing.quantity = thing.quantity, None
        thing.pronoun, thing.plural = "they", token.number != 1
    elif token.words == "none":
        thing.denied, thing.pronoun, thing.plural = "none", "they", True
    elif token.kind in "Ll":
        thing.adjectives.append(Adjective(token.kind, token.value, token.start, token.end))
        thing.pronoun, thing.plural, at = "one", False, place - 2
    elif token.words in {"its", "their"}:
        thing.pronoun, thing.plural = "it", token.words == "their"
    elif token.kind == "r":
        thing.rest, thing.pronoun, thing.plural = True, "they", token.value == "others"
    elif token.kind == "u":
        thing.every = token.value
        thing.pronoun, thing.plural = ("any" if token.value == "any" else "they"), True
    elif token.value in {"ones", "objects", "items"}:
        thing.plural = True
    if token.kind in "onr":
        definite = thing.definite
        thing.definite = False
        at = _determined(tokens, _adjectives(tokens, at, before, thing), before, thing)
        thing.definite = thing.definite or (definite and token.kind != "o" and token.value != "one")
    if at > before and tokens[at].kind == "f":
        at = _part_of(tokens, at - 1, before, thing)
    elif at > before and tokens[at].kind == "Q":
        thing.share, at = tokens[at].value, at - 1
    thing.first, thing.start = at + 1, tokens[at + 1].start
    _negated(tokens, at, thing)
    return thing


def _elided(tokens: Sequence[Token], thing: Thing, before: int) -> Iterator[Thing]:
    """Yield “two large” in “two large and three small vehicles” as a phrase with the same head."""
    at = thing.first - 1
    if at <= before + 1 or tokens[at].kind not in "&," or thing.category is None:
        return
    end = at - 1
    if tokens[end].kind not in "ksl":
        return
    adjective = tokens[end]
    other = Thing(end, end, adjective.start, adjective.end, thing.category, adjective.start, True)
    reached = _determined(tokens, _adjectives(tokens, end, before, other), before, other)
    if other.quantity is None:
        return
    named = canonical(f"{adjective.value} {_last_word(thing.category)}")
    if is_known(named):
        other.category = named
        other.adjectives = [a for a in other.adjectives if a.start != adjective.start]
    other.first, other.start = reached + 1, tokens[reached + 1].start
    yield other


@cache
def _last_word(category: str) -> str:
    return category.rsplit(maxsplit=1)[-1]


def _tie(tokens: Sequence[Token], things: list[Thing], tags: Sequence[TextSpan]) -> list[Thing]:
    """Give the heads of each tag that tag; a tag round none becomes a thing of its own.

    In “cars near the hangar” the cars are the head, in “cars and trucks” both are.
    """
    tied: list[Thing] = []
    place = 0
    for tag in tags:
        while place < len(things) and things[place].head_start < tag.start:
            tied.append(things[place])
            place += 1
        inside: list[Thing] = []
        while place < len(things) and things[place].head_start < tag.end:
            inside.append(things[place])
            place += 1
        heads = _heads(tokens, inside, tag)
        for thing in heads:
            thing.tag, thing.shares_tag = tag, len(heads) > 1
        tied += inside if heads else [*_bare(tokens, tag), *inside]
    return tied + things[place:]


def _heads(tokens: Sequence[Token], inside: Sequence[Thing], tag: TextSpan) -> list[Thing]:
    heads: list[Thing] = []
    for thing in inside:
        if not heads and any(
            t.kind in "RbByWF" for t in tokens[: thing.first] if t.start >= tag.start
        ):
            break
        if not heads or all(t.kind in ",&" for t in tokens[heads[-1].head + 1 : thing.first]):
            heads.append(thing)
        else:
            break
    return heads


def _bare(tokens: Sequence[Token], tag: TextSpan) -> list[Thing]:
    """Return the thing that a tag round no class means, such as “14” or “the dark ones”."""
    places = [n for n, token in enumerate(tokens) if tag.start <= token.start < tag.end]
    if not places:
        return []
    if tokens[places[0]].words == "[" or all(tokens[p].kind in "PO" for p in places):
        return []  # a box, or a place
    after = tokens[places[-1] + 1].kind if places[-1] + 1 < len(tokens) else "."
    if tokens[places[0]].kind == "p" and len(places) == 1 and after not in "YG":
        return []  # “its” before what is meant
    first, head = places[0], places[-1]
    thing = Thing(
        first, head, tokens[first].start, tokens[head].end, None, tokens[head].start, True
    )
    thing.pronoun, thing.definite, thing.tag = "they", True, tag
    for place in places:
        if tokens[place].kind in "nq" and thing.quantity is None:
            read = read_quantity(tokens, place)
            thing.quantity = read[0] if read is not None else None
        if tokens[place].kind == "k":
            token = tokens[place]
            thing.adjectives.append(Adjective("k", token.value, token.start, token.end))
    return [thing]


@cache
def parts_of_things() -> frozenset[str]:
    """Return the words for parts of things, such as wing."""
    return frozenset(part for parts in grammar().things_with_parts.values() for part in parts)
