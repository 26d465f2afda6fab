"""Whether what one source says about an image fits what another one labels there."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from schemas.agreement import AgreementKind
from tasks.agreement.questions import amount_of, plain_answer, says_nothing, yes_or_no
from tasks.agreement.sides import Found, Place, Side, Statement
from tasks.lexicon.lexicon import counted, is_known, related


class Fit(StrEnum):
    """Whether two labels fit together."""

    AGREE = "agree"
    DISAGREE = "disagree"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A statement of one side, and what the other side says of the same thing."""

    kind: AgreementKind
    fit: Fit
    by: Side
    said: str
    place: Place
    other: Side
    there: str
    there_place: Place | None


_OBJECTS: Final = {
    "count": AgreementKind.COUNT,
    "presence": AgreementKind.PRESENCE,
    "caption": AgreementKind.CAPTION,
}


def compared(first: Side, second: Side) -> Iterator[Comparison]:
    """Yield every statement of either side that the other one can bear out or contradict."""
    for by, other in ((first, second), (second, first)):
        for statement in by.statements:
            if statement.topic in _OBJECTS:
                yield from _with_objects(by, statement, other)
    yield from _scene_classes(first, second)
    yield from _answers(first, second)


def _with_objects(by: Side, statement: Statement, other: Side) -> Iterator[Comparison]:
    found = other.objects_of(statement.subject)
    complete = statement.subject in other.exhaustive
    if not complete and (statement.topic != "presence" or not found.all):
        return
    yield Comparison(
        kind=_OBJECTS[statement.topic],
        fit=_FITS[statement.topic](statement, found),
        by=by,
        said=_said(statement),
        place=statement.place,
        other=other,
        there=f"labels {counted(found.all, statement.subject)}{_of_them(found)}",
        there_place=found.place,
    )


def _said(statement: Statement) -> str:
    if statement.topic == "caption":
        return f"mentions “{statement.subject}” in “{statement.value}”"
    return f"says “{statement.value}” of “{statement.subject}”"


def _of_them(found: Found) -> str:
    return f" ({found.all - found.sure} of them difficult)" if found.all > found.sure else ""


def _count_fit(statement: Statement, found: Found) -> Fit:
    amount = amount_of(statement.value)
    if amount is None:
        return Fit.UNSURE
    if amount.holds(found.sure) or amount.holds(found.all):
        return Fit.AGREE
    may_be = amount.high >= found.sure and amount.low <= found.all + found.maybe
    return Fit.UNSURE if found.open and may_be else Fit.DISAGREE


def _presence_fit(statement: Statement, found: Found) -> Fit:
    answer = yes_or_no(statement.value)
    if answer is None:
        return Fit.UNSURE
    if answer:
        return _mention_fit(statement, found)
    return Fit.DISAGREE if found.sure else Fit.AGREE


def _mention_fit(_statement: Statement, found: Found) -> Fit:
    if found.all:
        return Fit.AGREE
    return Fit.UNSURE if found.open else Fit.DISAGREE


_FITS: Final = {"count": _count_fit, "presence": _presence_fit, "caption": _mention_fit}


def _scene_classes(first: Side, second: Side) -> Iterator[Comparison]:
    mine, theirs = _classes(first), _classes(second)
    if not mine or not theirs:
        return
    fits = {_class_fit(a.value, b.value) for a in mine for b in theirs}
    fit = next(fit for fit in (Fit.AGREE, Fit.UNSURE, Fit.DISAGREE) if fit in fits)
    said, there = (" and ".join(f"“{s.value}”" for s in side) for side in (mine, theirs))
    yield Comparison(
        kind=AgreementKind.SCENE_CLASS, fit=fit, by=first, said=f"says that the scene is {said}",
        place=mine[0].place, other=second, there=f"says {there}", there_place=theirs[0].place,
    )  # fmt: skip


def _classes(side: Side) -> list[Statement]:
    return [statement for statement in side.statements if statement.topic == "scene_class"]


def _class_fit(first: str, second: str) -> Fit:
    """Compare two scene classes; words that the lexicon does not know may mean the same."""
    if related(first, second) or {*first.split()} & {*second.split()}:
        return Fit.AGREE
    return Fit.DISAGREE if is_known(first) and is_known(second) else Fit.UNSURE


def _answers(first: Side, second: Side) -> Iterator[Comparison]:
    theirs: dict[tuple[str, str], Statement] = {}
    for statement in second.statements:
        if statement.topic in _ASKED:
            theirs.setdefault((statement.topic, statement.subject), statement)
    seen: set[tuple[str, str]] = set()
    for mine in first.statements:
        question = (mine.topic, mine.subject)
        if question in theirs and question not in seen:
            seen.add(question)
            yield _answer(first, mine, second, theirs[question])


_ASKED: Final = ("count", "presence", "other")


def _answer(first: Side, mine: Statement, second: Side, other: Statement) -> Comparison:
    return Comparison(
        kind=AgreementKind.ANSWER, fit=_answer_fit(mine.value, other.value), by=first,
        said=_said(mine), place=mine.place, other=second, there=f"says “{other.value}”",
        there_place=other.place,
    )  # fmt: skip


def _answer_fit(first: str, second: str) -> Fit:
    if plain_answer(first) == plain_answer(second):
        return Fit.AGREE
    if says_nothing(first) or says_nothing(second):
        return Fit.UNSURE
    if None not in (yes_or_no(first), yes_or_no(second)):
        return Fit.DISAGREE
    mine, theirs = amount_of(first), amount_of(second)
    if mine is None and theirs is None:
        return Fit.DISAGREE
    if mine is None or theirs is None:
        return Fit.UNSURE
    return Fit.AGREE if mine.low <= theirs.high and theirs.low <= mine.high else Fit.DISAGREE
