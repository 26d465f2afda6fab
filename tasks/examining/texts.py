"""The texts of one image as what is said of it: boxes and expressions tied to the objects meant."""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from schemas.geometry import Polygon
from schemas.scene import (
    Annotation,
    CaptionAnnotation,
    ConversationAnnotation,
    LabelOrigin,
    ObjectAnnotation,
    QuestionAnswerAnnotation,
    ReferringAnnotation,
    RegionAnnotation,
    TextBox,
)
from schemas.vocabulary import Shape
from tasks.examining.matching import Matches
from tasks.grounding.checks import Said
from tasks.grounding.references import Parsed, TextSpan
from tasks.grounding.verdicts import Checked
from tasks.lexicon.lexicon import CategoryMention, find_categories, related
from tasks.sources.protocol import NO_ID

_NOT_FIRST: Final = re.compile(
    r"\b(?:of|to|in|at|on|from|near|by|with|next|left|right|above|below|behind|between)\b", re.I
)
_JOINED: Final = re.compile(r"[\s,;]*(?:and\b\s*)?")


class Told(NamedTuple):
    """One text: what is said, and what its boxes were found to be."""

    origin: LabelOrigin
    said: tuple[Said, ...]
    boxes: tuple[Checked, ...] = ()


class Phrase(NamedTuple):
    """Boxes of a turn that stand together, and the phrase before them that names what is there."""

    named: CategoryMention | None
    boxes: tuple[TextBox, ...]


def texts_of(annotations: Sequence[Annotation], matches: Matches) -> Iterator[Told]:
    """Yield the texts among ``annotations``; scene classes and objects are none."""
    for one in annotations:
        match one:
            case CaptionAnnotation():
                yield Told(one.origin, (_plain("assistant", one.text),))
            case QuestionAnswerAnnotation():
                asked, told = _plain("user", one.question), _plain("assistant", one.answer)
                yield Told(one.origin, (asked, told))
            case ReferringAnnotation():
                yield Told(one.origin, (_tied(one.expression, one.polygon, matches),))
            case RegionAnnotation():
                yield Told(one.origin, (_tied(one.text, one.polygon, matches),))
            case ConversationAnnotation():
                yield _spoken(one, matches)
            case _:
                pass


def own_objects(annotations: Sequence[Annotation]) -> tuple[ObjectAnnotation, ...]:
    """Return what the texts themselves put a box round and name: objects where none are labelled."""
    found: dict[tuple[str, Polygon], ObjectAnnotation] = {}
    for category, polygon, origin in _named_places(annotations):
        thing = ObjectAnnotation(
            id=NO_ID, shape=Shape.HBB, polygon=polygon, category=category,
            category_as_given=category, origin=origin,
        )  # fmt: skip
        found.setdefault((category, polygon), thing)
    return tuple(found.values())


def _named_places(
    annotations: Sequence[Annotation],
) -> Iterator[tuple[str, Polygon, LabelOrigin]]:
    for one in annotations:
        if isinstance(one, ReferringAnnotation | RegionAnnotation):
            text = one.expression if isinstance(one, ReferringAnnotation) else one.text
            named = find_categories(text)
            category = one.category or (named[0].category if named else None)
            if category is not None:
                yield category, one.polygon, one.origin
        elif isinstance(one, ConversationAnnotation):
            for name, boxes in phrases_of(one):
                if name is not None:
                    yield from ((name.category, box.polygon, one.origin) for box in boxes)


def phrases_of(talk: ConversationAnnotation) -> Iterator[Phrase]:
    """Yield the boxes of each turn, those that follow each other together, with what names them."""
    for number, turn in enumerate(talk.turns):
        boxes = sorted((b for b in talk.boxes if b.turn == number), key=lambda box: box.start)
        group, after = list[TextBox](), 0
        for box in boxes:
            if group and not _JOINED.fullmatch(turn.content, group[-1].end, box.start):
                yield Phrase(_before(turn.content, after, group[0].start), tuple(group))
                group, after = [], group[-1].end
            group.append(box)
        if group:
            yield Phrase(_before(turn.content, after, group[0].start), tuple(group))


def _before(text: str, start: int, end: int) -> CategoryMention | None:
    """Return the class named last in the sentence before ``end``, from ``start`` on."""
    start = max(start, *(text.rfind(mark, start, end) + 1 for mark in (". ", "? ", "! ", "\n")))
    named = find_categories(text[start:end])
    last = named[-1] if named else None
    return last and last.model_copy(update={"start": last.start + start, "end": last.end + start})


def _spoken(talk: ConversationAnnotation, matches: Matches) -> Told:
    spans: dict[int, list[TextSpan]] = {}
    masked: dict[int, list[TextSpan]] = {}
    checked: list[Checked] = []
    for phrase in phrases_of(talk):
        turn, name = phrase.boxes[0].turn, phrase.named
        category = name.category if name else None
        refs: list[str] = []
        for box in phrase.boxes:
            meant = matches.best(box.polygon, category)
            refs += meant.refs
            masked.setdefault(turn, []).append(TextSpan(box.start, box.end, meant.refs))
            if talk.turns[turn].role == "assistant":
                words = talk.turns[turn].content[box.start : box.end]
                checked.append(matches.judged(meant, words, turn, box.start, box.end, category))
        if name and len(refs) == len(phrase.boxes):
            spans.setdefault(turn, []).append(TextSpan(name.start, name.end, tuple(refs)))
    said = (
        Said(turn.role, Parsed(
            _masked(turn.content, masked.get(number, [])), tuple(spans.get(number, [])),
            tuple(masked.get(number, [])),
        ))
        for number, turn in enumerate(talk.turns)
    )  # fmt: skip
    return Told(talk.origin, tuple(said), tuple(checked))


def _masked(text: str, boxes: Sequence[TextSpan]) -> str:
    """Return ``text`` with round brackets about its boxes, which are judged by overlap here."""
    for box in boxes:
        inner = text[box.start : box.end].strip("[]")
        text = f"{text[: box.start]}({inner}){text[box.end :]}"
    return text


def _tied(text: str, polygon: Polygon, matches: Matches) -> Said:
    """Tie the noun that an expression begins with to the object that it is about."""
    named = find_categories(text)
    refs = matches.best(polygon).refs
    first = named[0] if named else None
    if first is None or not refs:
        return _plain("assistant", text)
    is_first = _NOT_FIRST.search(text, 0, first.start) is None
    if not is_first and not related(first.category, matches.category(refs[0])):
        return _plain("assistant", text)
    return Said("assistant", Parsed(text, (TextSpan(first.start, first.end, refs),)))


def _plain(role: str, text: str) -> Said:
    return Said("user" if role == "user" else "assistant", Parsed(text, ()))
