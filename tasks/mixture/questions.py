"""What a model that sees no picture reads: the template of a question, and answers in one spelling.

A template is the question's type with the classes that it names: for questions written from a form,
the form; for questions that came with an image, the words round the classes.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

import yaml

from schemas.label_params import LABEL_FORMS
from schemas.mixture import BlindKind
from tasks.lexicon import find_categories, parse_number

FEW: Final = 4  # words of a short answer; longer ones are no part of the baseline
LONGEST: Final = 300  # characters of a question or answer that are read
CACHED: Final = 1 << 16
COMPARISON: Final = "comparison"
COUNTING: Final = "counting"
_YES_NO: Final = frozenset({"yes", "no"})
_WORD: Final = re.compile(r"[^\W_]+(?:[.,]\d+)*", re.UNICODE)


@dataclass(frozen=True)
class Question:
    """What is to be known of the words of a question."""

    template: str
    compares: bool
    counts: bool


@dataclass(frozen=True)
class Answer:
    """What is to be known of the words of an answer; None where it is no such thing."""

    yes_no: str | None
    number: str | None
    short: str | None  # whole, in lower case


def read_question(text: str, form: str) -> Question:
    """Return what ``text`` asks; what follows its question mark only says how to answer."""
    return _question(text[:LONGEST].partition("?")[0], form if form not in LABEL_FORMS else "")


@lru_cache(CACHED)
def read_answer(text: str) -> Answer:
    """Return ``text`` as an answer: “Yes, there are two ships” says yes, and two."""
    words = [word.lower() for word in _WORD.findall(text[:LONGEST])]
    if not words:
        return Answer(None, None, None)
    numbers = (parse_number(word) for word in words)
    number = next((str(found) for found in numbers if found is not None), None)
    is_short = len(words) <= FEW and len(text) <= LONGEST
    return Answer(
        yes_no=words[0] if words[0] in _YES_NO else None,
        number=number,
        short=" ".join(words) if is_short else None,
    )


def answered(question: Question, answer: Answer, form: str) -> tuple[BlindKind, str] | None:
    """Return the kind of a question and its answer in one spelling; None where that is no short one.

    Free text (“There are more ships: …”) is no part of the baseline.
    """
    if form == COUNTING or (question.counts and not answer.yes_no):
        said = answer.number or answer.short
        return ("count", said) if said else None
    if answer.yes_no:
        compares = form == COMPARISON or (not form_known(form) and question.compares)
        return ("comparison" if compares else "presence"), answer.yes_no
    if answer.short is None:
        return None
    if answer.number == answer.short:
        return "count", answer.short
    return ("comparison" if form == COMPARISON else "other"), answer.short


def form_known(form: str) -> bool:
    """Say whether questions of ``form`` are of one type, written from our own phrasings."""
    return form not in LABEL_FORMS and form != ""


@lru_cache(CACHED)
def _question(text: str, form: str) -> Question:
    lower = text.lower()
    mentions = find_categories(text)
    if form and mentions:
        template = f"{form}: {', '.join(mention.category for mention in mentions)}"
    else:
        template = _skeleton(lower, [(m.start, m.end, m.category) for m in mentions])
    return Question(
        template=template,
        compares=_words("comparing").search(lower) is not None,
        counts=_words("counting").search(lower) is not None,
    )


def _skeleton(text: str, named: list[tuple[int, int, str]]) -> str:
    """Return the words of ``text`` with its classes in their canonical spelling."""
    pieces, place = [], 0
    for start, end, category in named:
        pieces += [text[place:start], category]
        place = end
    return " ".join(_WORD.findall(" ".join([*pieces, text[place:]])))


@cache
def _words(name: str) -> re.Pattern[str]:
    text = (files("tasks.mixture") / "words.yaml").read_text(encoding="utf-8")
    words = "|".join(re.escape(word) for word in yaml.safe_load(text)[name])
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)")
