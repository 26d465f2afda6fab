"""The annotations that one of our JSON lines gives."""

from collections.abc import Iterator, Sequence
from typing import Final

from schemas.geometry import Polygon
from schemas.jsonl_line import JsonlLine, LineObject, LineTurn
from schemas.scene import (
    Annotation,
    CaptionAnnotation,
    ConversationAnnotation,
    Finding,
    ObjectAnnotation,
    QuestionAnswerAnnotation,
    ReferringAnnotation,
    RegionAnnotation,
    SceneClassAnnotation,
    TextBox,
)
from schemas.turn import Turn
from schemas.vocabulary import FindingKind, Severity, Shape
from tasks.lexicon.lexicon import canonical, is_known
from tasks.sources.listing import Entry
from tasks.sources.protocol import NO_ID
from tasks.spatial.dialects import Frame, dialect_named

_ANY: Final = Frame(width=1, height=1)  # boxes in pixels do not depend on it

Rows = Iterator[Annotation | Finding]


def labels_of(entry: Entry, line: JsonlLine, source: str) -> Rows:
    """Yield the annotations of ``line`` and what is odd about them."""
    yield from _objects(entry, line, source)
    for index, text in enumerate(line.captions):
        yield CaptionAnnotation(id=NO_ID, text=text, origin=entry.at(f"captions[{index}]"))
    for index, one in enumerate(line.questions):
        yield QuestionAnswerAnnotation(
            id=NO_ID, question=one.question, answer=one.answer, question_type=one.type,
            origin=entry.at(f"questions[{index}]"),
        )  # fmt: skip
    yield from _places(entry, line, source)
    if line.scene_class:
        yield SceneClassAnnotation(
            id=NO_ID, category_as_given=line.scene_class, category=canonical(line.scene_class),
            origin=entry.at("scene_class"),
        )  # fmt: skip
    for index, turns in enumerate(line.conversations):
        yield _conversation(entry, f"conversations[{index}]", turns, source)


def _objects(entry: Entry, line: JsonlLine, source: str) -> Rows:
    unknown: set[str] = set()
    for index, one in enumerate(line.objects):
        if one.inverted:
            yield _inverted(entry, f"objects[{index}]", source)
        if not is_known(one.category) and one.category not in unknown:
            unknown.add(one.category)
            why = f"has the class “{one.category}”, which is not in the lexicon; kept as spelled"
            kind = FindingKind.UNKNOWN_CLASS
            yield entry.odd(source, kind, f"objects[{index}]", why, Severity.NOTE)
        yield ObjectAnnotation(
            id=NO_ID, shape=_shape(one), polygon=one.corners, category_as_given=one.category,
            category=canonical(one.category), difficult=one.difficult, truncated=one.truncated,
            crowd=one.crowd, origin=entry.at(f"objects[{index}]"),
        )  # fmt: skip


def _shape(one: LineObject) -> Shape:
    if one.bbox is not None:
        return Shape.HBB
    return Shape.OBB if len(one.corners) == 4 else Shape.POLYGON


def _places(entry: Entry, line: JsonlLine, source: str) -> Rows:
    for index, one in enumerate(line.expressions):
        part = f"expressions[{index}]"
        if one.inverted:
            yield _inverted(entry, part, source)
        yield ReferringAnnotation(
            id=NO_ID, expression=one.text, polygon=one.corners, category=_class(one.category),
            origin=entry.at(part),
        )  # fmt: skip
    for index, region in enumerate(line.regions):
        part = f"regions[{index}]"
        if region.inverted:
            yield _inverted(entry, part, source)
        yield RegionAnnotation(
            id=NO_ID, text=region.text, polygon=region.corners, category=_class(region.category),
            origin=entry.at(part),
        )  # fmt: skip


def _class(given: str | None) -> str | None:
    return canonical(given) if given and given.strip() else None


def _conversation(
    entry: Entry, part: str, turns: Sequence[LineTurn], source: str
) -> ConversationAnnotation | Finding:
    roles = [turn.role for turn in turns]
    if not roles or roles != ["user", "assistant"] * (len(roles) // 2):
        why = "is not of questions and answers in turn; it is left out"
        return entry.odd(source, FindingKind.MISSING_PAIR, part, why)
    return ConversationAnnotation(
        id=NO_ID,
        turns=tuple(Turn(role=turn.role, content=turn.content) for turn in turns),
        boxes=tuple(_boxes(turns)),
        origin=entry.at(part),
    )


def _boxes(turns: Sequence[LineTurn]) -> Iterator[TextBox]:
    for place, turn in enumerate(turns):
        for box in dialect_named("pixels").find(turn.content, _ANY):
            polygon: Polygon = box.polygon
            yield TextBox(turn=place, start=box.start, end=box.end, polygon=polygon)


def _inverted(entry: Entry, part: str, source: str) -> Finding:
    why = "has the corners of its box exchanged; they are put in order"
    return entry.odd(source, FindingKind.INVERTED_BOX, part, why)
