"""What the rules look for, built once from the word lists; every pattern takes linear time."""

import re
from functools import cache
from typing import Final

from tasks.symmetry.places import corner_pattern, place_pattern
from tasks.symmetry.vocabulary import GAP, any_of, family, vocabulary, whole

_S: Final = r"\s{1,3}"
SPACE: Final = re.compile(_S)
_STOP: Final = r"\s{0,3}(?:$|[.,;:!?)(\[”\"'–—])"  # the end of a clause, or what stands in brackets
_WORD: Final = rf"(?:\w{{1,20}}{_S})"
_JOINED: Final = rf"(?:\s{{0,3}},\s{{0,3}}(?:(?:and|or){_S})?|{_S}(?:and|or){_S})"


@cache
def directions() -> re.Pattern[str]:
    """Return every word of direction and of the compass."""
    compass = any_of(vocabulary().compass)
    joined = rf"(?:(?:north|south)[\s-]?)?(?:{compass})"
    return whole(rf"{any_of(vocabulary().directions)}|{joined}")


@cache
def kept(*, mirrored: bool) -> re.Pattern[str]:
    """Return what is no direction; rotated, what is left or right of a driver is none either."""
    words = vocabulary()
    kept_anyhow = any_of(words.keep if mirrored else (*words.keep, *words.handed))
    before = ("the", "at", "from", *words.intensifiers, *words.rows.all)
    no_place = "".join(rf"(?<!{word}\s)" for word in before)
    return whole(
        rf"{kept_anyhow}|{no_place}(?:{any_of(words.keep_adverbs)})"
        rf"|(?:{any_of(words.keep_closing)})(?!{_S}(?:of|the|an?)(?!\w))"
    )


@cache
def remains() -> re.Pattern[str]:
    """Return “is left”, which may speak of what remains."""
    return re.compile(rf"(?<!\w)(?:is|are|was|were){_S}(?:still{_S})?left(?!\w|{_S}of)")


@cache
def course() -> re.Pattern[str]:
    """Return “from left to right”."""
    the = rf"(?:the{_S})?"
    ends = (rf"{the}(?P<{name}>{place_pattern()})" for name in ("one", "other"))
    return re.compile(rf"(?<!\w)from{_S}" + rf"{_S}to{_S}".join(ends) + r"(?!\w)")


@cache
def compass_courses() -> re.Pattern[str]:
    """Return “from west to east”."""
    return whole(any_of(vocabulary().compass_courses))


@cache
def both_ways() -> re.Pattern[str]:
    """Return “above and to the left of”."""
    return re.compile(
        rf"(?<!\w)(?P<row>above|below){_S}and{_S}(?:to{_S}the{_S})?(?P<column>left|right){_S}of(?!\w)"
    )


@cache
def corners() -> re.Pattern[str]:
    """Return “upper left”, “centre left”, “top centre”."""
    return whole(corner_pattern())


@cache
def relations() -> re.Pattern[str]:
    """Return what relates to a thing, not to the picture."""
    related = family("relations").pattern()
    return re.compile(rf"(?<!\w)(?<!from\s)(?:{related})(?!\w)(?!{_S}{_the_picture()})")


@cache
def flat_relations() -> re.Pattern[str]:
    """Return “on the top of” before what has no top of its own, and the same for bottoms."""
    related, flat = family("flat_relations").pattern("up", "down"), any_of(vocabulary().flat)
    between = rf"(?:(?!(?:near|by|of|in|on|at|and|or|with|from|to)\s){_WORD}){{0,4}}"
    return re.compile(rf"(?<!\w)(?:{related})(?={_S}{between}(?:{flat})s?(?!\w))")


@cache
def thing_follows() -> re.Pattern[str]:
    """Return how a thing begins that something is above of: an article or a number that counts."""
    words = vocabulary()
    digits = rf"\d[\d,]{{0,9}}(?!\s?(?:{any_of(words.measures)})(?!\w))(?![.\d])"
    number = rf"(?P<number>(?:{any_of(words.numbers)})(?!\w)|{digits})"
    return re.compile(rf"{_S}(?:(?:{any_of(words.determiners)})(?!\w)|{number})")


@cache
def counting() -> re.Pattern[str]:
    """Return the end of “there are”, after which “above 20” is a limit."""
    return re.compile(rf"(?<!\w)(?:{any_of(vocabulary().counting)}){_S}\Z")


@cache
def modifier() -> re.Pattern[str]:
    """Return a word such as “white” before the name of a class."""
    return re.compile(rf"(?:{any_of(vocabulary().modifiers)}){_S}")


@cache
def axes(*, swapped: bool) -> re.Pattern[str]:
    """Return words of an axis; where axes are not swapped, in any turn of phrase."""
    words = vocabulary()
    lines = rf"(?={_STOP}|{_S}(?:and|or)(?!\w)|{_S}(?:{any_of(words.lines)})(?!\w))"
    extent, picture = any_of(words.extents), any_of(words.picture)
    return whole(
        rf"(?P<adverb>{any_of(words.axis_adverbs)})"
        rf"|(?P<axis>{any_of(words.axes)}){lines if swapped else ''}"
        rf"|(?P<extent>{extent})(?={_S}of{_S}{_the_picture()})|(?:{picture}){_S}(?P<side>{extent})"
    )


@cache
def headings() -> re.Pattern[str]:
    """Return “facing left”."""
    faces, ways = any_of(vocabulary().faces), family("headings").pattern()
    tail = rf"(?={_STOP}|{_S}(?:and|or|but|with|while|in|toward|towards)(?!\w))"
    return re.compile(rf"(?<!\w)(?:{faces}){_S}(?P<side>{ways}){tail}")


@cache
def before_parts() -> re.Pattern[str]:
    """Return an adjective before a part; the left side of what has a heading may be its own."""
    words, adjectives = vocabulary(), family("adjectives")
    own = rf"(?!{GAP}sides?{_S}of{_S}{_WORD}{{0,3}}(?:{any_of(words.headed)})s?(?!\w))"
    sided = rf"(?:{adjectives.pattern('left', 'right')}){own}|{adjectives.pattern('up', 'down')}"
    joined = rf"(?:{_JOINED}(?:{adjectives.pattern()})){{0,3}}"
    return re.compile(rf"(?<!\w)(?P<side>{sided})(?={joined}{GAP}(?:{any_of(words.parts)})(?!\w))")


@cache
def before_things() -> re.Pattern[str]:
    """Return an adjective that a determiner precedes, with the gap behind it."""
    number = rf"(?:two|three|four|five|six){_S}"
    the = rf"(?:(?:the|a|an|its|their|this|that|these|those|both){_S}(?:{number})?|{number})"
    return re.compile(rf"(?<!\w){the}(?P<side>{family('adjectives').pattern()}){_S}")


@cache
def side_nouns() -> re.Pattern[str]:
    """Return a side that stands alone, with what leads to it."""
    words = vocabulary()
    tail = rf"{_STOP}|{_S}(?:{any_of(words.ends)})(?!\w)|{_S}of{_S}{_the_picture()}"
    return re.compile(
        rf"(?<!\w)(?:{any_of(words.leads)}){_S}(?:(?:{any_of(words.intensifiers)}){_S})?"
        rf"(?P<side>{family('nouns').pattern()})(?!\w)(?={tail})"
    )


@cache
def ambiguous() -> re.Pattern[str]:
    """Return what has two readings when rows become columns; the group “fine” has not.

    “Upper left and right” are two corners or a corner and a side, “left and right of the plane” has
    no like with “above”, a top row becomes a left column, and columns become no rows.
    """
    words, corner = vocabulary(), corner_pattern()
    single = rf"(?:{family('nouns').pattern()}|upper|lower|{any_of(words.rows.middle)})"
    alone = rf"{single}(?!\w)(?!{GAP}(?:{any_of((*words.columns.all, *words.rows.all))})(?!\w))"
    sided, ordinals = any_of((*words.rows.all, *words.columns.all)), any_of(words.ordinals)
    extremes = family("superlatives").pattern()
    return whole(
        rf"(?P<fine>(?:{corner}){_S}(?:and|or){_S}(?:{corner}))"
        rf"|(?:{corner}){_S}(?:and|or){_S}{alone}|{single}{_S}(?:and|or){_S}(?:{corner})"
        rf"|(?:left|right){_S}(?:and|or){_S}(?:left|right){_S}of"
        rf"|(?:{sided}|{extremes}|the{_S}(?:{ordinals})){GAP}rows?|columns?"
    )


@cache
def places_only() -> frozenset[str]:
    """Return the words of which answers such as “Left and middle.” are made."""
    words = vocabulary()
    places = (*words.rows.all, *words.columns.all, *words.picture)
    return frozenset((*places, *words.between_places))


@cache
def any_side(name: str) -> re.Pattern[str]:
    """Return any turn of phrase of the rows that are named so in the file."""
    return whole(family(name).pattern())


@cache
def any_word(name: str) -> re.Pattern[str]:
    """Return any word of the list that is named so in the file."""
    return whole(any_of(getattr(vocabulary(), name)))


def _the_picture() -> str:
    picture = any_of(vocabulary().picture)
    return rf"(?:the|this){_S}{_WORD}?(?:{picture})(?!\w)"
