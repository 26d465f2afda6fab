"""Questions with their answers: both mended, the format of short answers asked for.

What cannot be learned from is rejected: questions whose object is missing (RSIVQA's “How many  in
the picture?”), answers that say nothing, answers of one image that contradict each other.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from schemas.vocabulary import Reason, TaskType
from tasks.labels import mending
from tasks.labels.answers import Answer, binned, normalised
from tasks.labels.columns import Image, Labels
from tasks.labels.how import BUNDLE, QUESTION, How
from tasks.labels.sheet import Sheet

COUNT: Final = "count"  # RSVQA's name of the questions whose answers its papers put in bins
_AHEAD: Final = r"(?:how many|number of|count of|an?|the|any|some|many|much|of|no|contain|see)"
_BEHIND: Final = (
    r"(?:in|on|at|near|next|to|from|are|is|there|than|and|or|visible|present|this|here|of|located)"
)
_HOLE: Final = re.compile(
    rf"\b{_AHEAD}(?:\s{{2,}}{_BEHIND}\b|\s+[?.]\s*$)|\bhow many\s+(?:in|on|at)\b|"
    r"\bhow many\s*\?|\b(?:a|an|any)\s{2,}\?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Asked:
    """A question as it is published."""

    text: str  # “” where it has no words
    key: str  # the same for questions that ask the same in the same words
    has_hole: bool  # its object is missing
    asks_format: bool  # says itself how to answer


@dataclass(frozen=True)
class _Pair:
    """One question with its answer, fit to be published."""

    place: int
    asked: Asked
    answer: Answer


def adapt_questions(
    image: Image, labels: Labels, places: Sequence[int], sheet: Sheet, how: How
) -> int:
    """Add what becomes of the questions of one image; return how many candidates they were.

    Questions that go into one dialogue are one candidate.
    """
    kept = _agreeing(image, labels, _read(image, labels, places, sheet, how), sheet)
    kept = _within_quota(image, labels, kept, sheet, how)
    if not how.params.bundle:
        for pair in kept:
            _add(image, labels, pair, sheet, how)
        return len(places)
    ordered = sorted(kept, key=lambda pair: how.draw(labels.ids[pair.place]))
    size = how.params.bundle
    bundles = [ordered[start : start + size] for start in range(0, len(ordered), size)]
    for bundle in bundles:
        _add_bundle(image, labels, bundle, sheet, how)
    return len(places) - len(kept) + len(bundles)


@lru_cache(mending.CACHED)
def read_question(given: str) -> Asked:
    """Return the question ``given`` mended, and what is to be known of it."""
    text = mending.question(given)
    has_hole = _HOLE.search(given) is not None
    return Asked(text, mending.same(text), has_hole, "answer" in text.casefold())


def _read(
    image: Image, labels: Labels, places: Sequence[int], sheet: Sheet, how: How
) -> dict[str, list[_Pair]]:
    """Return the pairs that can be used, by question; reject the others."""
    questions, answers = labels.texts("question"), labels.texts("answer")
    types, in_bins = labels.column("question_type"), how.params.binned_counts
    found: dict[str, list[_Pair]] = {}
    for place in places:
        asked, answer = read_question(questions[place]), normalised(answers[place])
        if not asked.text or asked.has_hole or answer is None or not answer.known:
            reason, detail = _why_not(asked, answer)
            sheet.reject(image, QUESTION, place, reason, detail, _given(labels, place))
            continue
        if in_bins and types[place] == COUNT:
            answer = binned(answer)
        found.setdefault(asked.key, []).append(_Pair(place, asked, answer))
    return found


def _why_not(asked: Asked, answer: Answer | None) -> tuple[Reason, str]:
    if not asked.text:
        return Reason.EMPTY_LABEL, "the question has no words; delete it from the label file"
    if asked.has_hole:
        return (
            Reason.EMPTY_OBJECT,
            f"“{asked.text}” does not say what it asks for; name the object in the label file",
        )
    if answer is None:
        return Reason.NO_ANSWER, f"“{asked.text}” has no answer; add it to the label file"
    detail = f"“{asked.text}” is answered “{answer.text}”, which says nothing"
    return Reason.UNANSWERABLE, f"{detail}; answer it in the label file"


def _agreeing(
    image: Image, labels: Labels, found: dict[str, list[_Pair]], sheet: Sheet
) -> list[_Pair]:
    """Return one pair of each question; reject repetitions, and all that contradict each other."""
    kept = []
    for pairs in found.values():
        if len(pairs) == 1:
            kept += pairs
            continue
        answers = {pair.answer.text.casefold(): pair.answer.text for pair in pairs}
        if len(answers) == 1:
            kept.append(pairs[0])
            detail = f"asks the same as label {labels.ids[pairs[0].place]} of the image"
            _reject(image, labels, pairs[1:], sheet, Reason.REPEATED_LABEL, detail)
            continue
        said = " and ".join(f"“{text}”" for text in sorted(answers.values()))
        detail = f"“{pairs[0].asked.text}” is answered {said}; correct the label files"
        _reject(image, labels, pairs, sheet, Reason.CONTRADICTORY, detail)
    return kept


def _within_quota(
    image: Image, labels: Labels, kept: list[_Pair], sheet: Sheet, how: How
) -> list[_Pair]:
    quota = how.params.questions
    if len(kept) <= quota:
        return kept
    ids = labels.ids
    chosen = how.chosen([ids[pair.place] for pair in kept], quota)
    detail = f"the image gives {len(kept)} questions, adapt.labels.questions allows {quota}; "
    left = [pair for pair in kept if ids[pair.place] not in chosen]
    _reject(image, labels, left, sheet, Reason.OVER_QUOTA, f"{detail}raise it to keep more")
    return [pair for pair in kept if ids[pair.place] in chosen]


def _reject(
    image: Image,
    labels: Labels,
    pairs: Sequence[_Pair],
    sheet: Sheet,
    reason: Reason,
    detail: str,
) -> None:
    for pair in pairs:
        sheet.reject(image, QUESTION, pair.place, reason, detail, _given(labels, pair.place))


def _add(image: Image, labels: Labels, pair: _Pair, sheet: Sheet, how: How) -> None:
    turns = (_instruction(pair, labels, how), pair.answer.text)
    original = _given(labels, pair.place)
    sheet.sample(image, TaskType.VQA, QUESTION, (pair.place,), turns, original)


def _add_bundle(
    image: Image, labels: Labels, bundle: Sequence[_Pair], sheet: Sheet, how: How
) -> None:
    if len(bundle) == 1:
        _add(image, labels, bundle[0], sheet, how)
        return
    turns = [t for pair in bundle for t in (_instruction(pair, labels, how), pair.answer.text)]
    places = [pair.place for pair in bundle]
    original = "\n".join(_given(labels, place) for place in places)
    sheet.sample(image, TaskType.DIALOGUE, BUNDLE, places, turns, original)


def _instruction(pair: _Pair, labels: Labels, how: How) -> str:
    """Return the question, with a clause on the format of its answer where that is short."""
    if pair.asked.asks_format or pair.answer.kind == "sentence":
        return pair.asked.text
    clauses = how.words.plain(QUESTION, pair.answer.kind)
    return f"{pair.asked.text} {clauses[how.draw(labels.ids[pair.place]) % len(clauses)]}"


def _given(labels: Labels, place: int) -> str:
    return f"{labels.texts('question')[place]}\n{labels.texts('answer')[place]}"
