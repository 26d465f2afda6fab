"""Texts of labels set right in spacing, capital and last stop; what they say is left as it is."""

import re
from functools import lru_cache
from typing import Final

CACHED: Final = 1 << 16  # template questions repeat by the thousand, memory stays flat
_BLANKS: Final = re.compile(r"\s+")
_BEFORE_STOP: Final = re.compile(r" +([.,;:!?](?!\d))")
_STOPS: Final = re.compile(r"([.,;!?])\1+$")
_AFTER_COMMA: Final = re.compile(r"(?<=[A-Za-z])([,;])(?=[A-Za-z])")
_ENDS: Final = (".", "!", "?", "…")
_IMPERATIVES: Final = frozenset(
    [
        "compare",
        "count",
        "describe",
        "detect",
        "explain",
        "find",
        "give",
        "identify",
        "list",
        "locate",
        "mark",
        "name",
        "point",
        "show",
        "tell",
        "write",
    ]
)
_ARTICLES: Final = frozenset(
    [
        "a",
        "an",
        "all",
        "another",
        "both",
        "each",
        "every",
        "many",
        "one",
        "several",
        "some",
        "the",
        "there",
        "these",
        "this",
        "those",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
    ]
)
_SEARCHES: Final = re.compile(
    r"^(?:please\s+)?(?:find|search(?:\s+for)?|look\s+for|locate|detect|identify|where\s+(?:is|are))\s+"
    r"(?=\S)",
    re.IGNORECASE,
)


def spaced(text: str) -> str:
    """Return ``text`` with single blanks, none before a stop and one after a comma."""
    text = _BEFORE_STOP.sub(r"\1", _BLANKS.sub(" ", text).strip())
    return _AFTER_COMMA.sub(r"\1 ", _STOPS.sub(r"\1", text))


def capital(text: str) -> str:
    """Return ``text`` with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def has_words(text: str) -> bool:
    """Say whether there is any letter or digit in ``text``."""
    return any(letter.isalnum() for letter in text)


@lru_cache(CACHED)
def sentence(text: str) -> str:
    """Return ``text`` as a sentence, with a capital and a stop at its end; “” without words."""
    tidy = spaced(text).rstrip(",;: ")
    if not has_words(tidy):
        return ""
    return capital(tidy if tidy.endswith(_ENDS) else f"{tidy}.")


@lru_cache(CACHED)
def question(text: str) -> str:
    """Return ``text`` as a question or request, with a capital and its mark; “” without words."""
    tidy = spaced(text).rstrip(",; ")
    if not has_words(tidy):
        return ""
    if tidy.endswith((*_ENDS, ":")):
        return capital(tidy)
    mark = "." if tidy.split(" ", 1)[0].lower() in _IMPERATIVES else "?"
    return capital(tidy + mark)


@lru_cache(CACHED)
def expression(text: str) -> str:
    """Return what ``text`` names, to stand within a sentence; “find a ship .” → “a ship”."""
    tidy = _SEARCHES.sub("", spaced(text)).rstrip(".,;:!? ")
    first = tidy.split(" ", 1)[0]
    if first.lower() in _ARTICLES:
        tidy = first.lower() + tidy[len(first) :]
    return tidy if has_words(tidy) else ""


def same(text: str) -> str:
    """Return what two texts that say the same in the same words share."""
    return text.rstrip(".!?… ").casefold()
