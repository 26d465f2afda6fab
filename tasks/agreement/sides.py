"""What one source says about one image, kept small: statements by subject, objects as counts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from sys import intern
from typing import Final, Literal

from schemas.scene import (
    CaptionAnnotation,
    LabelOrigin,
    ObjectAnnotation,
    QuestionAnswerAnnotation,
    SceneCandidate,
    SceneClassAnnotation,
)
from tasks.agreement.questions import asked_by
from tasks.lexicon.lexicon import broader, find_categories, related

LONGEST_TEXT: Final = 2000  # characters of a sentence that are looked through
_DENIED: Final = re.compile(r"\b(?:no|not|without|neither|nor)\b[^.,;]*$", re.IGNORECASE)

Topic = Literal["count", "presence", "other", "scene_class", "caption"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was read."""

    file: str
    line: int | None
    element: str | None

    def __str__(self) -> str:
        """Return it for a message."""
        if self.line is not None:
            return f"{self.file}, line {self.line}"
        return f"{self.file}, {self.element}" if self.element else self.file


@dataclass(frozen=True, slots=True)
class Statement:
    """An answer, a scene class or a mention in a sentence."""

    topic: Topic
    subject: str
    value: str
    place: Place


@dataclass(slots=True)
class Group:
    """The labelled objects of one class."""

    place: Place
    sure: int = 0
    difficult: int = 0
    crowd: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """How many objects there are of a class, its subclasses included."""

    sure: int
    all: int
    maybe: int
    place: Place | None

    @property
    def open(self) -> bool:
        """Whether there are objects that may belong to the class or not."""
        return self.maybe > 0


@dataclass(frozen=True, slots=True)
class Side:
    """Everything that one source says about one image."""

    source: str
    name: str
    exhaustive: tuple[str, ...]
    statements: tuple[Statement, ...]
    objects: dict[str, Group]

    def objects_of(self, category: str) -> Found:
        """Return the objects of ``category``, and how many others may belong to it."""
        sure = total = maybe = 0
        place = None
        for name, group in self.objects.items():
            if name == category or category in broader(name):
                sure += group.sure
                total += group.sure + group.difficult
                maybe += group.crowd
                place = place or group.place
            elif related(name, category):
                maybe += group.sure + group.difficult
        return Found(sure, total, maybe, place)


def side_of(candidate: SceneCandidate) -> Side:
    """Return what ``candidate`` says, without its geometry."""
    return Side(
        source=intern(candidate.source),
        name=candidate.name,
        exhaustive=_shared(candidate.exhaustive),
        statements=tuple(_statements(candidate)),
        objects=_objects(candidate),
    )


def _statements(candidate: SceneCandidate) -> Iterator[Statement]:
    mentioned: set[str] = set()
    for row in candidate.annotations:
        match row:
            case QuestionAnswerAnnotation():
                asked = asked_by(row.question)
                subject = intern(asked.subject)
                yield Statement(asked.topic, subject, intern(row.answer), _place(row.origin))
            case SceneClassAnnotation():
                value = intern(row.category)
                yield Statement("scene_class", "scene", value, _place(row.origin))
            case CaptionAnnotation():
                for name in _mentions(row.text):
                    if name not in mentioned:
                        mentioned.add(name)
                        yield Statement("caption", name, row.text, _place(row.origin))


@lru_cache(maxsize=16_384)
def _mentions(text: str) -> tuple[str, ...]:
    """Return the classes that a sentence says are there."""
    looked = text[:LONGEST_TEXT]
    there = (m for m in find_categories(looked) if not _DENIED.search(looked[: m.start]))
    return tuple(dict.fromkeys(mention.category for mention in there))


def _objects(candidate: SceneCandidate) -> dict[str, Group]:
    groups: dict[str, Group] = {}
    for row in candidate.annotations:
        if isinstance(row, ObjectAnnotation):
            name = intern(row.category)
            group = groups.get(name)
            if group is None:
                group = groups[name] = Group(_place(row.origin))
            group.sure += not row.difficult
            group.difficult += row.difficult > 0
            group.crowd |= row.crowd
    return groups


def _place(origin: LabelOrigin) -> Place:
    return Place(intern(origin.file), origin.line, origin.element)


@lru_cache(maxsize=1024)
def _shared(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(intern(name) for name in names)
