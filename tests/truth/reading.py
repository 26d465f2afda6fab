"""The places in the offline teacher's sentences where one fact is stated, found by its own wording.

This reads nothing but the teacher's plans, in which each sentence has one subject: the first phrase
that is tied to objects. It is neither general nor meant to be; the verifier has to be both.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from tasks.grounding.references import Parsed, TextSpan, tag
from tests.truth.colours import COLOURS, SHADES
from tests.truth.fact import Kind
from tests.truth.layout import natures
from tests.truth.naming import many, spelled

NUMBERS: Final = {spelled(n): n for n in range(99, 1, -1)}  # the longest word of a kind first
REGION: Final = (
    r"(?:upper|lower|centre) (?:left|centre|right)|(?:upper|lower|left|right) half|centre"
)
COURSE: Final = (
    r"left to right|top to bottom|west to east|north to south"
    r"|the upper left to the lower right|the lower left to the upper right"
)
SIDE: Final = r"to the left of|to the right of|above|below"

_SENTENCE: Final = re.compile(r"[^\s].*?(?:[.!?](?=\s)|$)", re.DOTALL)
_NUMBER: Final = re.compile(rf"\b(?:{'|'.join(NUMBERS)}|\d{{1,4}})\b", re.IGNORECASE)
_WHERE: Final = re.compile(rf"\b[Ii]n the ({REGION})\b(?! (?:left|centre|right|half))")
_BESIDE: Final = re.compile(rf"\b({SIDE}) $")
_RUNS: Final = re.compile(rf"\bfrom ({COURSE})\b")
_LENGTH: Final = re.compile(r"\b(\d+(?:\.\d)?) m (?:long|by \d|across)")
_AWAY: Final = re.compile(r"\b(\d+(?:\.\d)?) m (?:to the |above |below |away)")
_GAP: Final = re.compile(r"\b(?:gap|distance) of about (\d+(?:\.\d)?) m\b")
_RANK: Final = re.compile(r"\bclearly (larger|smaller) than\b")


@dataclass(frozen=True)
class Slot:
    """Words of a plain text that state one fact of the objects ``refs``, at times against others."""

    kind: Kind
    start: int
    end: int
    words: str
    refs: tuple[str, ...]
    others: tuple[str, ...] = ()
    of_row: bool = False  # the course is that of a row, not of its members


def sentences_of(text: Parsed) -> Iterator[tuple[int, int]]:
    """Yield first character and end of each sentence."""
    for found in _SENTENCE.finditer(text.plain):
        yield found.span()


def count_sentences(turns: Sequence[str]) -> int:
    """Return how many sentences the last of ``turns``, the answer, has."""
    return max(1, sum(1 for _ in _SENTENCE.finditer(turns[-1])))


def slots_in(text: Parsed, start: int, end: int) -> list[Slot]:
    """Return the slots of the sentence from ``start`` to ``end``, in the order of the text."""
    spans = [span for span in text.spans if start <= span.start and span.end <= end]
    found: list[Slot] = []
    for span in spans:
        found += _in_phrase(text, span)
        found += _colour_after(text, span, end)
    if spans:
        found += _of_subject(text, spans, start, end)
        found += _sides(text, spans, start)
    found += _absent(text, start, end)
    return sorted(found, key=lambda slot: slot.start)


def replaced(text: Parsed, slot: Slot, words: str, *, untied: bool = False) -> str:
    """Return the tagged text with ``words`` in place of the slot.

    Tags inside the slot go with its words; ``untied`` drops the one round it, too.
    """
    shift, pieces, at = len(words) - (slot.end - slot.start), [], 0
    plain = text.plain[: slot.start] + words + text.plain[slot.end :]
    for span in text.spans:
        holds = span.start <= slot.start and slot.end <= span.end
        within = slot.start <= span.start and span.end <= slot.end
        if (holds and untied) or (within and not holds):
            continue
        start = span.start + (shift if span.start >= slot.end else 0)
        end = span.end + (shift if span.end >= slot.end else 0)
        pieces += [plain[at:start], tag(plain[start:end], span.refs)]
        at = end
    return "".join([*pieces, plain[at:]])


def class_in(phrase: str) -> re.Match[str] | None:
    """Return where a phrase names its class: the last class that it names."""
    found = list(_classes().finditer(phrase))
    return found[-1] if found else None


def number_of(words: str) -> int:
    """Return the number that ``words`` is."""
    return int(words) if words.isdigit() else NUMBERS[words.lower()]


def class_of(words: str) -> str:
    """Return the class whose singular or plural ``words`` is."""
    plain = words.lower()
    return plain if plain in natures() else plain.removesuffix("s")


def colour_words() -> str:
    """Return a pattern of all colour words, the longest first."""
    return "|".join(sorted((*COLOURS, *SHADES), key=len, reverse=True))


def _in_phrase(text: Parsed, span: TextSpan) -> Iterator[Slot]:
    """Yield number, colour and class inside one tagged phrase."""
    phrase = text.plain[span.start : span.end]
    number = _NUMBER.search(phrase.split(" of the ")[0])
    if number is not None and "at least" not in phrase:
        yield _slot(Kind.COUNT_ONE, number, span.start, span.refs)
    if (colour := re.search(rf"\b(?:{colour_words()})\b", phrase)) is not None:
        yield _slot(Kind.COLOUR, colour, span.start, span.refs)
    if (named := class_in(phrase)) is not None and " of the " not in phrase:
        yield _slot(Kind.CLASS, named, span.start, span.refs)


def _colour_after(text: Parsed, span: TextSpan, end: int) -> Iterator[Slot]:
    """Yield a colour that is said of a phrase right after it."""
    said = rf"(?:,| (?:is|are|looks?|appears?)(?: all| both)?) ({colour_words()})\b(?! (?:{colour_words()}))"
    found = re.compile(said).match(text.plain, span.end, end)
    if found is not None:
        yield Slot(Kind.COLOUR, *found.span(1), found[1], span.refs)


def _of_subject(text: Parsed, spans: Sequence[TextSpan], start: int, end: int) -> Iterator[Slot]:
    """Yield what is said of the first phrase: region, course, length, rank."""
    subject, plain = spans[0].refs, text.plain
    for found in _WHERE.finditer(plain, start, end):
        yield Slot(Kind.POSITION, *found.span(1), found[1], subject)
    courses = list(_RUNS.finditer(plain, start, end))
    for found in courses:
        about = subject if len(courses) == 1 else _nearest(spans, found.start())
        before = plain[start : found.start()]
        of_row = "row" in before.lower() or "lined up" in before.lower()
        own = "longer side" in before or "parallel" in before
        yield Slot(Kind.ORIENTATION, *found.span(1), found[1], about, of_row=of_row and not own)
    for found in _LENGTH.finditer(plain, start, end):
        measures = "measures" in plain[start : found.start()]
        about = subject if measures else _nearest(spans, found.start())
        yield Slot(Kind.SIZE, *found.span(1), found[1], about)
    for found in _RANK.finditer(plain, start, end):
        yield Slot(Kind.SUPERLATIVE, *found.span(1), found[1], subject)
    if len(spans) == 2:
        for pattern in (_AWAY, _GAP):
            for found in pattern.finditer(plain, start, end):
                yield Slot(Kind.DISTANCE, *found.span(1), found[1], subject, spans[1].refs)


def _sides(text: Parsed, spans: Sequence[TextSpan], start: int) -> Iterator[Slot]:
    """Yield on which side of each later phrase the first one is."""
    for other in spans[1:]:
        before = text.plain[start : other.start]
        if (found := _BESIDE.search(before)) is not None:
            at = start + found.start(1)
            yield Slot(Kind.RELATION, at, at + len(found[1]), found[1], spans[0].refs, other.refs)


def _absent(text: Parsed, start: int, end: int) -> Iterator[Slot]:
    for found in re.finditer(rf"\b[Nn]o ({_classes().pattern})", text.plain[start:end]):
        yield _slot(Kind.ABSENCE, found, start, ())


def _slot(kind: Kind, found: re.Match[str], offset: int, refs: tuple[str, ...]) -> Slot:
    return Slot(kind, offset + found.start(), offset + found.end(), found[0], refs)


def _nearest(spans: Sequence[TextSpan], at: int) -> tuple[str, ...]:
    """Return what the last phrase before ``at`` means, else the first one after it."""
    before = [span for span in spans if span.end <= at]
    return (before[-1] if before else spans[0]).refs


@cache
def _classes() -> re.Pattern[str]:
    words = sorted((word for name in natures() for word in (name, many(name))), key=len)
    return re.compile(rf"\b(?:{'|'.join(reversed(words))})\b", re.IGNORECASE)
