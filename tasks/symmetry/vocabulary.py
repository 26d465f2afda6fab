"""How directions are worded, read from ``words.yaml``, and patterns built from it."""

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Final, get_args

import yaml
from pydantic import Field

from schemas.record import Record
from tasks.symmetry.geometry import Side

Words = tuple[str, ...]
Row = tuple[str | None, str | None, str | None, str | None]
GAP: Final = r"[\s-]{1,3}"

_SIDES: Final[tuple[Side, ...]] = get_args(Side)
# The one letter that lower() makes longer; quotes; dashes.
_PLAIN: Final = str.maketrans({"İ": "i", "’": "'", "‑": "-"})


class Places(Record):
    """Words for the first, middle and last third along one side of a picture."""

    first: Words
    middle: Words
    last: Words

    @property
    def all(self) -> Words:
        """Return the words for all three."""
        return (*self.first, *self.middle, *self.last)


class Vocabulary(Record):
    """The content of ``words.yaml``, which says what each list is for."""

    picture: Words
    directions: Words
    compass: Words
    keep: Words
    keep_adverbs: Words
    keep_closing: Words
    remaining: Words
    relations: tuple[Row, ...]
    flat_relations: tuple[Row, ...]
    flat: Words
    headed: Words
    determiners: Words
    numbers: Words
    measures: Words
    counting: Words
    superlatives: tuple[Row, ...]
    adjectives: tuple[Row, ...]
    parts: Words
    modifiers: Words
    nouns: tuple[Row, ...] = Field(min_length=1)
    leads: Words
    intensifiers: Words
    ends: Words
    rows: Places
    columns: Places
    courses: Words
    sense: Words
    compass_courses: dict[str, str]
    headings: tuple[Row, ...]
    faces: Words
    axes: dict[str, str]
    axis_adverbs: dict[str, str]
    lines: Words
    extents: dict[str, str]
    senses: dict[str, str]
    handed: Words
    asks_place: Words
    between_places: Words
    ordinals: Words


class Family:
    """Turns of phrase for the four sides, in rows of one wording each."""

    def __init__(self, rows: Iterable[Row]) -> None:
        """Take ``rows``; where a row lacks a side, the first one's words stand for it."""
        self._rows = tuple(rows)
        self._places: dict[str, tuple[int, Side]] = {}
        for number, row in enumerate(self._rows):
            for side, words in zip(_SIDES, row, strict=True):
                if words:
                    self._places.setdefault(tidy(words), (number, side))

    def side(self, said: str) -> Side:
        """Return which side ``said`` names."""
        return self._places[tidy(said)][1]

    def words(self, said: str, side: Side) -> str:
        """Return the words for ``side`` in the wording of ``said``."""
        place = _SIDES.index(side)
        own = self._rows[self._places[tidy(said)][0]][place]
        return own or self._rows[0][place] or said

    def pattern(self, *sides: Side) -> str:
        """Return a pattern for its words, of all sides or only of ``sides``."""
        return any_of(w for w, (_, side) in self._places.items() if not sides or side in sides)


@cache
def vocabulary() -> Vocabulary:
    """Return the word lists; a pydantic ValidationError names what the file lacks."""
    text = (files("tasks.symmetry") / "words.yaml").read_text(encoding="utf-8")
    return Vocabulary.model_validate(yaml.safe_load(text))


@cache
def family(name: str) -> Family:
    """Return the rows that are named so in the file."""
    return Family(getattr(vocabulary(), name))


def fold(text: str) -> str:
    """Return ``text`` in lower case with plain quotes, character for character as long as before."""
    return text.translate(_PLAIN).lower()


def tidy(said: str) -> str:
    """Return folded words with single spaces instead of hyphens and wider gaps."""
    return " ".join(said.replace("-", " ").split())


def any_of(words: Iterable[str]) -> str:
    """Return a pattern for any of ``words``, the longest first; a space also means a hyphen."""
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    return "|".join(GAP.join(map(re.escape, word.split())) for word in ordered)


def whole(pattern: str) -> re.Pattern[str]:
    """Return ``pattern`` compiled for whole words."""
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)")


def cased(words: str, said: str) -> str:
    """Return ``words`` with the capitals of ``said``: of its first letter, or of every word."""
    if said.isupper() and len(said) > 1:
        return words.upper()
    if len(said.split()) > 1 and said.istitle():
        return words.title()
    return words[:1].upper() + words[1:] if said[:1].isupper() else words
