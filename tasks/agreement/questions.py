"""What a question asks for and what an answer says, as far as labels can bear it out."""

import re
from functools import lru_cache
from math import inf
from typing import Final, Literal

from schemas.record import Record
from tasks.lexicon.lexicon import canonical, is_known, parse_number

LONGEST: Final = 300  # characters of a question or answer that follows a template
ABOUT: Final = 0.1  # share by which “about fifty” may be off
_SCENE: Final = r"(?:picture|image|scene|photo)"
_TAIL: Final = (
    r"(?: (?:are|is))?(?: there)?(?: (?:present|visible|shown))?"
    rf"(?: (?:in|on) (?:the|this) {_SCENE})? ?\??"
)
_ARTICLE: Final = r"(?:(?:an?|any|some|the) )?"
_COUNT: Final = re.compile(rf"(?:how many|what is the (?:number|amount) of) (.+?){_TAIL}")
_PRESENCE: Final = re.compile(
    rf"(?:does (?:the|this) {_SCENE} (?:contain|have|show)|(?:is|are) there|(?:is|are)) "
    rf"{_ARTICLE}(.+?){_TAIL}"
)
_ABOUT: Final = re.compile(r"(?:about|around|approximately|roughly|nearly|almost|some) (.+)")
_BETWEEN: Final = re.compile(r"between (\S+) and (\S+)")
_MORE: Final = re.compile(r"(?:more than|over) (.+)")
_MISSING: Final = re.compile(r"i (?:do not|don't|don’t|cannot|can't|can’t) .*|unknown|unsure")


class Asked(Record):
    """What a question asks for; of other questions only the words matter."""

    topic: Literal["count", "presence", "other"]
    subject: str


class Amount(Record):
    """The numbers that an answer can mean, both ends included."""

    low: float
    high: float = inf

    model_config = Record.model_config | {"allow_inf_nan": True}

    def holds(self, count: int) -> bool:
        """Say whether the answer fits ``count``."""
        return self.low <= count <= self.high


@lru_cache(maxsize=65_536)
def asked_by(question: str) -> Asked:
    """Return what ``question`` asks for; a class must be all that is asked about."""
    plain = " ".join(question[:LONGEST].lower().split())
    for topic, pattern in (("count", _COUNT), ("presence", _PRESENCE)):
        found = pattern.fullmatch(plain)
        if found and is_known(found[1]):
            return Asked(topic=topic, subject=canonical(found[1]))
    return Asked(topic="other", subject=plain.rstrip(" ?."))


@lru_cache(maxsize=65_536)
def amount_of(answer: str) -> Amount | None:
    """Return the numbers that ``answer`` can mean: “17”, “about fifty”, “between 11 and 100”."""
    if len(answer) > LONGEST:
        return None
    plain = plain_answer(answer)
    if found := _BETWEEN.fullmatch(plain):
        low, high = parse_number(found[1]), parse_number(found[2])
        return None if low is None or high is None else Amount(low=low, high=high)
    if found := _MORE.fullmatch(plain):
        low = parse_number(found[1])
        return None if low is None else Amount(low=low + 1)
    found = _ABOUT.fullmatch(plain)
    number = parse_number(found[1] if found else plain)
    if number is None:
        return None
    off = ABOUT * number if found else 0
    return Amount(low=number - off, high=number + off)


def yes_or_no(answer: str) -> bool | None:
    """Return whether ``answer`` is yes or no, None where it is neither."""
    return {"yes": True, "no": False}.get(answer.strip().lower().rstrip("."))


def says_nothing(answer: str) -> bool:
    """Say whether ``answer`` owns that it does not know."""
    return bool(_MISSING.fullmatch(plain_answer(answer)))


def plain_answer(answer: str) -> str:
    """Return ``answer`` without what does not change its meaning: capitals, spaces, full stop."""
    return " ".join(answer.lower().split()).rstrip(". ")
