"""What is odd about the labels in words of one image: blank, repeated, contradictory."""

import re
from collections.abc import Iterator
from typing import Final

from schemas.scene import (
    Annotation,
    CaptionAnnotation,
    ConversationAnnotation,
    Finding,
    LabelOrigin,
    ObjectAnnotation,
    QuestionAnswerAnnotation,
    ReferringAnnotation,
    RegionAnnotation,
    SceneCandidate,
    SceneClassAnnotation,
)
from schemas.vocabulary import FindingKind, Severity
from tasks.agreement.questions import amount_of, plain_answer, says_nothing
from tasks.lexicon.lexicon import canonical
from tasks.sources.rsivqa_lines import asks_for_theme

_WORD: Final = re.compile(r"\w")
_REMEDY: Final = {
    FindingKind.BLANK_TEXT: "Write what it should say, or take it out.",
    FindingKind.REPEATED_TEXT: "Take one of the two out.",
    FindingKind.CONTRADICTORY_ANSWERS: "Look at the image and keep the right one.",
}

_SEVERITY: Final = {
    FindingKind.BLANK_TEXT: Severity.WARNING,
    FindingKind.REPEATED_TEXT: Severity.NOTE,
    FindingKind.CONTRADICTORY_ANSWERS: Severity.WARNING,
}


def odd_texts(candidate: SceneCandidate) -> Iterator[Finding]:
    """Yield what is odd; a kind that the reader told of these labels already is not told again."""
    told = candidate.finding_kinds
    if FindingKind.BLANK_TEXT not in told:
        yield from _blank(candidate)
    if FindingKind.REPEATED_TEXT not in told:
        yield from _repeated(candidate)
    yield from _contradictory(candidate, themes=FindingKind.CONTRADICTORY_ANSWERS not in told)


def _blank(candidate: SceneCandidate) -> Iterator[Finding]:
    for annotation in candidate.annotations:
        if not all(map(_WORD.search, _texts(annotation))):
            what = annotation.kind.replace("_", " ")
            why = f"A {what} of {candidate.name} has no words."
            yield _finding(candidate, annotation.origin, FindingKind.BLANK_TEXT, why)


def _repeated(candidate: SceneCandidate) -> Iterator[Finding]:
    seen: dict[tuple[object, ...], Annotation] = {}
    for annotation in candidate.annotations:
        if isinstance(annotation, ObjectAnnotation):
            continue
        place = getattr(annotation, "polygon", None)
        texts = tuple(" ".join(text.lower().split()) for text in _texts(annotation))
        first = seen.setdefault((annotation.kind, place, *texts), annotation)
        if first is not annotation and any(texts):
            why = f"A text of {candidate.name} is the same as that at {_where(first.origin)}."
            yield _finding(candidate, annotation.origin, FindingKind.REPEATED_TEXT, why)


def _contradictory(candidate: SceneCandidate, *, themes: bool) -> Iterator[Finding]:
    """Yield a finding for each answer that differs from the first to the same question."""
    first: dict[str, QuestionAnswerAnnotation] = {}
    for one in candidate.annotations:
        if not isinstance(one, QuestionAnswerAnnotation) or says_nothing(one.answer):
            continue
        if not themes and asks_for_theme(one.question):
            continue
        other = first.setdefault(_question(one.question), one)
        if not _agree(other.answer, one.answer):
            why = (
                f"“{one.question}” is answered “{one.answer}” of {candidate.name}, but "
                f"“{other.answer}” at {_where(other.origin)}."
            )
            yield _finding(candidate, one.origin, FindingKind.CONTRADICTORY_ANSWERS, why)


def _agree(first: str, second: str) -> bool:
    """Say whether two answers can both be right: the same words, class or number."""
    if plain_answer(first) == plain_answer(second) or canonical(first) == canonical(second):
        return True
    one, other = amount_of(first), amount_of(second)
    return bool(one and other and one.low <= other.high and other.low <= one.high)


def _question(text: str) -> str:
    return " ".join(text.lower().split()).rstrip(" ?.")


def _texts(annotation: Annotation) -> tuple[str, ...]:
    match annotation:
        case CaptionAnnotation() | RegionAnnotation():
            return (annotation.text,)
        case ReferringAnnotation():
            return (annotation.expression,)
        case QuestionAnswerAnnotation():
            return annotation.question, annotation.answer
        case ConversationAnnotation():
            return tuple(turn.content for turn in annotation.turns)
        case SceneClassAnnotation():
            return (annotation.category_as_given,)
        case _:
            return ()


def _where(origin: LabelOrigin) -> str:
    place = f"line {origin.line}" if origin.line else origin.element
    return ", ".join(filter(None, (origin.file, place)))


def _finding(
    candidate: SceneCandidate, origin: LabelOrigin, kind: FindingKind, detail: str
) -> Finding:
    return Finding(
        source=candidate.source, kind=kind, severity=_SEVERITY[kind],
        file=origin.file, line=origin.line, element=origin.element,
        detail=detail, remedy=_REMEDY[kind],
    )  # fmt: skip
