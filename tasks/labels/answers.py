"""Answers normalised, and what is no answer: numbers as digits, yes and no, units.

Facts about the public answers (RSVQA, RSIVQA, FloodNet): number words, “about fifty”, “0m2”,
“i cannot see it”; RSVQA's published counts are 0, 1–10, 11–100, 101–1000 and more.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from tasks.labels.mending import CACHED, capital, has_words, spaced
from tasks.lexicon.lexicon import parse_number

Kind = Literal["yes_no", "number", "area", "bin", "word", "phrase", "sentence"]

BINS: Final = ((0, "0"), (10, "between 1 and 10"), (100, "between 11 and 100"),
               (1000, "between 101 and 1000"))  # fmt: skip
BEYOND: Final = "more than 1000"
FEW: Final = 3  # words of a phrase

_YES_NO: Final = {"yes": "Yes", "yeah": "Yes", "y": "Yes", "no": "No", "nope": "No", "n": "No"}
_UNKNOWN: Final = re.compile(
    r"(?:i\s+)?(?:do not|don'?t|can ?not|can'?t|could not|couldn'?t)\s+"
    r"(?:know|tell|see|say|be sure|answer|determine)\b.*|"
    r"(?:i'?m |i am )?(?:not sure|unsure|uncertain)\b.*|unknown|unanswerable|unclear|"
    r"(?:it )?(?:cannot|can'?t|can not) be (?:determined|answered|seen|told)\b.*|no idea|n/?a|\?+"
)
_AREA: Final = re.compile(
    r"(\d[\d.,]*) ?(k|c)?(?:m2|m²|m\^2|sqm|sq\.? ?m|square met(?:er|re)s?)", re.IGNORECASE
)
_HEDGED: Final = re.compile(
    r"(about|around|approximately|nearly|almost|more than|less than|fewer than|over|at least|"
    r"at most)\s+(.+)"
)
_PLACES: Final = re.compile(r"(.+?) (hundred|thousand)(?:(?: and)? (.+))?")
_SIZES: Final = {"hundred": 100, "thousand": 1000}


@dataclass(frozen=True)
class Answer:
    """An answer as it is published, and what kind of answer it is."""

    text: str
    kind: Kind
    known: bool = True


@lru_cache(CACHED)
def normalised(given: str) -> Answer | None:
    """Return the answer ``given`` in its normal form; None where there is none."""
    tidy = spaced(given.replace("_", " "))
    bare = tidy.rstrip(".!,; ")
    if _UNKNOWN.fullmatch((bare or tidy).lower()):
        return Answer(tidy, "phrase", known=False)
    if not has_words(bare):
        return None
    if bare.lower() in _YES_NO:
        return Answer(_YES_NO[bare.lower()], "yes_no")
    if area := _AREA.fullmatch(bare):
        return Answer(f"{area[1]} {(area[2] or '').lower()}m²", "area")
    if (number := whole_number(bare)) is not None:
        return Answer(str(number), "number")
    return _worded(tidy, bare)


def binned(answer: Answer) -> Answer:
    """Return a count as the bin that RSVQA's papers put it in; another answer as it is."""
    if answer.kind != "number":
        return answer
    count = int(answer.text)
    return Answer(next((name for most, name in BINS if count <= most), BEYOND), "bin")


def whole_number(text: str) -> int | None:
    """Return the number that ``text`` is, in digits or words; None where it is none."""
    plain = text.lower().strip()
    if plain in {"no", ""} or len(plain) > 60:
        return None
    if (number := parse_number(plain)) is not None:
        return number
    places = _PLACES.fullmatch(plain.replace("-", " "))
    if places is None:
        return None
    head = 1 if places[1] == "a" else whole_number(places[1])
    rest = whole_number(places[3]) if places[3] else 0
    return None if head is None or rest is None else head * _SIZES[places[2]] + rest


def _worded(tidy: str, bare: str) -> Answer:
    hedged = _HEDGED.fullmatch(bare.lower())
    if hedged and (number := whole_number(hedged[2])) is not None:
        return Answer(capital(f"{hedged[1]} {number}"), "phrase")
    words = bare.count(" ") + 1
    if words > FEW:
        return Answer(capital(tidy), "sentence")
    return Answer(capital(bare), "word" if words == 1 else "phrase")
