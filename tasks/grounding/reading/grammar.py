"""The words that statements are made of, read from ``words.yaml``, and patterns built from them."""

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Final, Literal

import yaml

from schemas.record import Record

Words = tuple[str, ...]
Bound = Literal["exactly", "at_least", "at_most", "more_than", "less_than", "about"]

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

    plain: dict[str, Words]
    valued: dict[str, dict[str, Words]]
    amounts: dict[str, int]
    factors: dict[str, float]
    times: Words
    vague: dict[str, Range]
    after_number: dict[Bound, Words]
    naming: Words
    shares: dict[str, Range]
    equals: dict[str, float]
    greater: Words
    colours: dict[str, ColourWord]
    rows: Places
    columns: Places
    compass_rows: Places
    compass_columns: Places
    parts: Parts
    position_prepositions: Words
    position_ends: Words
    spots: dict[str, tuple[Literal["row", "column"], Literal["first", "middle", "last"]]]
    sides: dict[str, Words]
    grounds: Words
    usual_places: Words
    whole_classes: Words
    loosely: Words
    doubtful: Words
    excepting: Words
    soles: Words
    together: Words
    some_of: Words
    collectives_in_line: Words
    collectives_of_one: Words
    partly: Words
    totals: Words
    numbering: Words
    no_counts: Words
    units: dict[str, float]
    pixel_units: Words
    measuring: Words
    each: Words
    opposites: dict[str, str]
    affirmations: Words
    refusals: Words
    how_many: Words
    polar: Words
    asking: Words
    naming_verbs: Words
    among: Words
    axial: Words
    observing: Words
    hedged: Words
    people: Words
    instances: Words
    modal: Words
    merely: Words
    passing: Words
    enabling: Words
    telling: Words
    calling: Words
    place_verbs: Words


@cache
def grammar() -> Grammar:
    """Return the word lists; a pydantic ValidationError names what the file lacks."""
    text = (files("tasks.grounding.reading") / "words.yaml").read_text(encoding="utf-8")
    return Grammar.model_validate(yaml.safe_load(text))


@cache
def words(name: str) -> frozenset[str]:
    """Return the list ``name`` of the file as a set; raises AttributeError where there is none."""
    return frozenset(getattr(grammar(), name))


@cache
def named_by(kind: str) -> dict[str, str]:
    """Return the value of each form of the valued ``kind``: “lined up” → row."""
    return {form: value for value, forms in grammar().valued[kind].items() for form in forms}


def fold(text: str) -> str:
    """Return ``text`` in lower case with plain quotes, character for character as long as before."""
    return text.translate(_FOLDED).lower()


def any_of(choices: Iterable[str]) -> str:
    """Return a pattern for any of ``choices``, the longest first; a space also means a hyphen."""
    ordered = sorted(set(choices), key=lambda word: (-len(word), word))
    return "|".join(r"[\s-]{1,3}".join(map(re.escape, word.split())) for word in ordered)


def whole_words(choices: Iterable[str]) -> re.Pattern[str]:
    """Return a compiled pattern for any of ``choices`` as whole words (“n't” may follow a letter)."""
    return re.compile(rf"(?:(?<!\w)|(?=n't))(?:{any_of(choices)})(?!\w)")
