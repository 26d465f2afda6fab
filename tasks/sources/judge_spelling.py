"""Which class names a source spells oddly: unlike itself, or unlike words of English."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from schemas.scene import (
    Annotation,
    Finding,
    LabelOrigin,
    ObjectAnnotation,
    SceneClassAnnotation,
)
from schemas.vocabulary import FindingKind, Severity
from tasks.lexicon.lexicon import canonical, categories, find_categories, is_known

_SEPARATORS: Final = re.compile(r"[\s_\-/.]+")
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=[0-9])")  # StorageTank, Boeing737


class Spellings:
    """Counts how a source spells its classes, so that each odd spelling is told once."""

    def __init__(self) -> None:
        """Start with none."""
        self._count: Counter[str] = Counter()
        self._first: dict[str, LabelOrigin] = {}

    def add(self, annotations: Iterable[Annotation]) -> None:
        """Count the class names of the annotations of one image."""
        for annotation in annotations:
            if isinstance(annotation, ObjectAnnotation | SceneClassAnnotation):
                spelled = annotation.category_as_given
                self._count[spelled] += 1
                if spelled not in self._first:
                    self._first[spelled] = annotation.origin

    def odd(self, source: str) -> Iterator[Finding]:
        """Yield a finding for each spelling of a known class that is odd, by spelling.

        Odd is what is spelled otherwise than most labels of the source spell the same words, what
        runs words together or apart (“golffield”), and what has capitals in some words only
        (“Expressway-Service-area”). Hyphens and underscores are not odd by themselves.
        """
        usual = self._usual()
        for spelled in sorted(filter(is_known, self._count)):
            if why := _why_odd(spelled, usual[_letters(spelled)]):
                yield _finding(source, spelled, self._first[spelled], why)

    def _usual(self) -> dict[str, str]:
        """Return the most frequent spelling of the same letters; of equals the first by name."""
        usual: dict[str, str] = {}
        for spelled, _ in sorted(self._count.items(), key=lambda one: (-one[1], one[0])):
            usual.setdefault(_letters(spelled), spelled)
        return usual


def _why_odd(spelled: str, usual: str) -> str | None:
    if spelled != usual:
        return f"but “{usual}” in most of its labels"
    words = _SEPARATORS.sub(" ", _HUMP.sub(" ", spelled)).strip()
    if not _is_written(words):
        return "which is found only by joining or parting its words"
    if not _is_even(words):
        return "with capitals in some of its words only"
    return None


def _is_written(words: str) -> bool:
    """Say whether the words are those that the lexicon has for their class."""
    if any((m.start, m.end) == (0, len(words)) for m in find_categories(words)):
        return True
    plain = words.lower()
    entry = categories()[canonical(words)]
    return any(_SEPARATORS.sub(" ", form).strip().lower() == plain for form in entry.spelled)


def _is_even(words: str) -> bool:
    """Say whether all words have capitals, none has, or only the first."""
    first, *others = (word for word in words.split() if word.isalpha())
    upper = [word[0].isupper() for word in others]
    return not any(upper) or (all(upper) and first[0].isupper())


def _letters(spelled: str) -> str:
    """Return what the spellings of one name share: its letters, without plural."""
    return _SEPARATORS.sub("", spelled).lower().removesuffix("s")


def _finding(source: str, spelled: str, origin: LabelOrigin, why: str) -> Finding:
    return Finding(
        source=source, kind=FindingKind.ODD_SPELLING, severity=Severity.NOTE,
        file=origin.file, line=origin.line, element=origin.element,
        detail=f"The class “{canonical(spelled)}” is spelled “{spelled}” here, {why}; understood.",
        remedy="Spell the class in one way, its words apart.",
    )  # fmt: skip
