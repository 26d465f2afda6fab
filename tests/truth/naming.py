"""Names of things, numbers, places and sides, in the several ways that people have for them."""

import random
from collections.abc import Mapping, Sequence
from typing import Final

from tests.truth.layout import natures
from tests.truth.world import Thing

_ONES: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
WORDS_TO: Final = 12  # from here on numbers are mostly written in digits

Slots = Mapping[str, str]

REGION_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "upper left": ("in the upper left", "in the top left corner", "at the top left"),
    "upper centre": ("in the upper centre", "in the top middle part", "at the top centre"),
    "upper right": ("in the upper right", "in the top right corner", "at the top right"),
    "centre left": ("in the centre left", "in the middle left part", "at the center left"),
    "centre": ("in the centre", "in the middle", "at the center"),
    "centre right": ("in the centre right", "in the middle right part", "at the center right"),
    "lower left": ("in the lower left", "in the bottom left corner", "at the bottom left"),
    "lower centre": ("in the lower centre", "in the bottom middle part", "at the bottom centre"),
    "lower right": ("in the lower right", "in the bottom right corner", "at the bottom right"),
    "left half": ("in the left half", "on the left-hand side"),
    "right half": ("in the right half", "on the right-hand side"),
    "upper half": ("in the upper half", "in the top half"),
    "lower half": ("in the lower half", "in the bottom half"),
    "left": ("on the left", "on the left side"),
    "right": ("on the right", "on the right side"),
    "top": ("at the top", "in the upper part", "towards the top"),
    "bottom": ("at the bottom", "in the lower part", "towards the bottom"),
}
NORTHERN: Final[Mapping[str, str]] = {
    "upper left": "in the north-west", "upper right": "in the north-east",
    "lower left": "in the south-west", "lower right": "in the south-east",
    "left": "in the west", "right": "in the east", "top": "in the north", "bottom": "in the south",
}  # fmt: skip
SIDE_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "left": ("to the left of", "on the left side of", "left of"),
    "right": ("to the right of", "on the right side of", "right of"),
    "above": ("above", "higher up in the image than", "further up than"),
    "below": ("below", "lower down in the image than", "further down than"),
}
COMPASS: Final = {"left": "west of", "right": "east of", "above": "north of", "below": "south of"}
BEARINGS: Final = {
    "left": "further to the left", "right": "further to the right", "above": "higher up",
    "below": "lower down",
}  # fmt: skip
COURSE_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "left to right": ("from left to right", "horizontally"),
    "top to bottom": ("from top to bottom", "vertically"),
    "upper left to lower right": ("from the upper left to the lower right", "from top left to bottom right"),
    "lower left to upper right": ("from the lower left to the upper right", "from bottom left to top right"),
}  # fmt: skip
COMPASS_COURSES: Final = {
    "left to right": "from west to east",
    "top to bottom": "from north to south",
}


def number(value: int, draw: random.Random) -> str:
    """Return ``value`` in words or in digits: words mostly up to twelve, digits mostly above."""
    in_words = draw.random() < (0.6 if value <= WORDS_TO else 0.15)
    return spelled(value) if in_words and value < 100 else f"{value:,}"


def spelled(value: int) -> str:
    """Return a number below one hundred in words."""
    if value < len(_ONES):
        return _ONES[value]
    tens, ones = divmod(value, 10)
    return _TENS[tens - 2] + (f"-{_ONES[ones]}" if ones else "")


def word_for(category: str, draw: random.Random) -> str:
    """Return the name of a class, at times another one that means just the same."""
    known = natures().get(category)
    return draw.choice((category, category, *known.words)) if known else category


def many(word: str) -> str:
    """Return the plural; all names in use have a regular one, but aircraft."""
    return word if word.endswith("craft") else f"{word}s"


def with_article(word: str) -> str:
    """Return “a plane”, “an airplane”."""
    return f"{'an' if word[0] in 'aeio' else 'a'} {word}"


def names(things: Sequence[Thing], draw: random.Random) -> dict[str, str]:
    """Return the words that speak of all ``things`` of a class, singular or plural as they are."""
    word = word_for(things[0].category, draw)
    several = len(things) > 1
    counted = f"the {number(len(things), draw)} {many(word)}"
    definite = draw.choice((f"the {many(word)}", counted)) if several else f"the {word}"
    return {
        "c": word, "cs": many(word), "a_c": with_article(word), "np": definite,
        "some": indefinite(len(things), word, draw),
        "is": "are" if several else "is", "has": "have" if several else "has",
        "s": "" if several else "s", "es": "" if several else "es",
        "ies": "y" if several else "ies", "it": "they" if several else "it",
        "each": " each" if several else "",
    }  # fmt: skip


def indefinite(count: int, word: str, draw: random.Random) -> str:
    """Return “a plane”, “six planes” or “several planes”."""
    if count == 1:
        return with_article(word)
    vague = ("several",) if 3 <= count <= 8 else ()
    return f"{draw.choice((number(count, draw), *vague))} {many(word)}"


def coloured(colour: str) -> dict[str, str]:
    """Return a colour with and without an article."""
    return {"colour": colour, "a_colour": with_article(colour)}


def place(region: str, draw: random.Random, *, north_up: bool) -> str:
    """Return words for a region, compass words too where north is up."""
    compass = (NORTHERN[region],) if north_up and region in NORTHERN else ()
    return draw.choice((*REGION_WORDS[region], *compass))


def side(name: str, draw: random.Random, *, north_up: bool) -> str:
    """Return words for a side: “to the left of”."""
    return draw.choice((*SIDE_WORDS[name], *((COMPASS[name],) if north_up else ())))


def course(name: str, draw: random.Random, *, north_up: bool) -> str:
    """Return words for a course: “from left to right”."""
    compass = (COMPASS_COURSES[name],) if north_up and name in COMPASS_COURSES else ()
    return draw.choice((*COURSE_WORDS[name], *compass))
