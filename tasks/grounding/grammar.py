"""The words that statements are made of, read from ``words.yaml``, and patterns built from them."""

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Final, Literal

import yaml

from schemas.record import Record

Words = tuple[str, ...]
Comparator = Literal["exactly", "at_least", "at_most", "more_than", "less_than", "about"]

# Letters that “ignore case” takes for i, s and k, or that lower() makes longer; quotes; dashes.
_FOLDED: Final = str.maketrans({"İ": "i", "ı": "i", "ſ": "s", "K": "k", "’": "'", "‑": "-"})


class Places(Record):
    """Names of the first, middle and last third along one side of a picture."""

    first: Words
    middle: Words = ()
    last: Words


class Parts(Record):
    """Nouns that say how much of a side is meant."""

    third: Words
    half: Words
    edge: Words


class Range(Record):
    """What a vague word may mean: what everybody accepts, and beyond what nobody does."""

    clear: tuple[float, float | None]
    possible: tuple[float, float | None]


class ColourWord(Record):
    """What a colour word means, in words of the palette."""

    means: Words
    maybe: Words = ()


class Grammar(Record):
    """The content of ``words.yaml``, which says what each list is for."""

    the: Words
    a: Words
    pointing: Words
    every: Words
    none: Words
    loosely: Words
    absent: Words
    doubtful: Words
    rest: Words
    ordinals: Words
    more: Words
    equals: dict[str, float]
    comparators: dict[Comparator, Words]
    after_number: dict[Comparator, Words]
    amounts: dict[str, int]
    vague: dict[str, Range]
    portions: dict[str, Range]
    some_of: Words
    collectives: Words
    collectives_in_line: Words
    ones: Words
    they: Words
    colours: dict[str, ColourWord]
    sizes: dict[str, Words]
    comparatives: dict[str, str]
    superlatives: dict[str, str]
    neutral: Words
    partly: Words
    picture: Words
    there: Words
    shows: Words
    seen: Words
    verbs: Words
    and_: Words
    with_: Words
    of: Words
    than: Words
    between: Words
    who: Words
    not_: Words
    boundary: Words
    other_prepositions: Words
    hypothetical: Words
    rows: Places
    columns: Places
    compass_rows: Places
    compass_columns: Places
    parts: Parts
    position_prepositions: Words
    position_ends: Words
    relations: dict[str, Words]
    relative: dict[str, Words]
    reference: Words
    neighbour: Words
    separation: Words
    numbering: Words
    counting_of: Words
    usual_places: Words
    properties: Words
    asides: Words
    opposites: dict[str, str]
    directions: dict[str, Words]
    facing: Words
    long_sides: Words
    units: dict[str, float]
    pixel_units: Words
    dimensions: dict[str, Words]
    measuring: Words
    by: Words
    each: Words
    arrangements: dict[str, Words]
    affirmations: Words
    refusals: Words
    questions_end: Words
    how_many: Words
    naming: Words
    distributing: Words
    things_with_parts: dict[str, Words]


@cache
def grammar() -> Grammar:
    """Return the word lists; a pydantic ValidationError names what the file lacks."""
    text = (files("tasks.grounding") / "words.yaml").read_text(encoding="utf-8")
    content = yaml.safe_load(text)
    for name in ("and", "with", "not"):
        content[f"{name}_"] = content.pop(name)
    return Grammar.model_validate(content)


def fold(text: str) -> str:
    """Return ``text`` in lower case with plain quotes, character for character as long as before."""
    return text.translate(_FOLDED).lower()


def any_of(words: Iterable[str]) -> str:
    """Return a pattern for any of ``words``, the longest first; a space also means a hyphen."""
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    return "|".join(r"[\s-]{1,3}".join(map(re.escape, word.split())) for word in ordered)


def whole_words(words: Iterable[str]) -> re.Pattern[str]:
    """Return a compiled pattern for any of ``words`` as whole words (“n't” may follow a letter)."""
    return re.compile(rf"(?:(?<!\w)|(?=n't))(?:{any_of(words)})(?!\w)")
