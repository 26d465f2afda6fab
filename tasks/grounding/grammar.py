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


class Grammar(Record):
    """The content of ``words.yaml``, which says what each list is for."""

    picture: Words
    subordinating: Words
    stop: Words
    naming: Words
    amounts: dict[str, int]
    portions: Words
    rest: Words
    comparators: dict[Comparator, Words]
    partly: Words
    whole: Words
    holds: Words
    exists: Words
    narrowing: Words
    wide: Words
    denials: Words
    hypothetical: Words
    appear: Words
    distributing: Words
    rows: Places
    columns: Places
    compass_rows: Places
    compass_columns: Places
    parts: Parts
    position_prepositions: Words
    position_ends: Words
    relations: dict[str, Words]
    fillers: Words
    articles: Words
    openers: Words
    verbs: Words
    superlatives: dict[str, str]
    affirmations: Words
    refusals: Words
    questions_end: Words
    how_many: Words


@cache
def grammar() -> Grammar:
    """Return the word lists; a pydantic ValidationError names what the file lacks."""
    text = (files("tasks.grounding") / "words.yaml").read_text(encoding="utf-8")
    return Grammar.model_validate(yaml.safe_load(text))


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
