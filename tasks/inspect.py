"""A first look at a folder: which format it is in, what its labels hold, and what is odd."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from pydantic import Field

from schemas.errors import SourceError
from schemas.params import SourceSpec
from schemas.record import Record
from schemas.sample import Rejection
from schemas.scene import Annotation, Finding
from schemas.vocabulary import Severity
from tasks.sources.folder import SourceFolder, suffix
from tasks.sources.protocol import SceneLabels, Source
from tasks.sources.registry import check, read_rows, recognise, source_named, sources

FIRST: Final = 3  # oddities of a kind that are shown
_UNDIVIDED: Final = "none"


class Count(Record):
    """How often something is there."""

    name: str
    count: int = Field(ge=0)


class Oddity(Record):
    """Where one thing is odd, or why it cannot be read."""

    file: str
    line: int | None = None
    element: str | None = None
    detail: str
    remedy: str = ""


class Oddities(Record):
    """All oddities of one kind, with the first few."""

    kind: str
    severity: Severity
    count: int = Field(ge=1)
    first: tuple[Oddity, ...]


class Contents(Record):
    """What the labels of one source say, counted."""

    present: int = Field(0, ge=0, description="images that are there")
    absent: int = Field(0, ge=0, description="images that labels speak of, but are not there")
    labelled: int = Field(0, ge=0, description="images with at least one label")
    labels: tuple[Count, ...] = Field((), description="by kind, most first")
    splits: tuple[Count, ...] = Field((), description="official splits, by images")
    classes: tuple[Count, ...] = Field((), description="canonical, by labels, most first")
    oddities: tuple[Oddities, ...] = ()
    failure: str | None = Field(None, description="why the folder could not be read to its end")

    @property
    def label_count(self) -> int:
        """How many labels there are, of any kind."""
        return sum(kind.count for kind in self.labels)


class Candidate(Record):
    """One format that a folder looks like."""

    name: str
    title: str
    labels: int = Field(ge=0, description="that are read as this format")


class Format(Record):
    """What is known of a format."""

    name: str
    title: str
    generic: bool
    layout: str
    licence: str | None
    citation: str


class Inspection(Record):
    """What one folder holds; no ``format`` where none is recognised."""

    path: str
    format: Format | None = None
    candidates: tuple[Candidate, ...] = Field((), description="the one taken first")
    contents: Contents = Contents()
    files: tuple[Count, ...] = Field(
        (),
        description="by suffix, that nothing is read of: where only images are recognised, or less",
    )
    source: str | None = Field(None, description="what --source of the build takes")


def known_formats() -> tuple[Format, ...]:
    """Return every format that is read, by name."""
    return tuple(map(_format, sources().values()))


def inspect_folder(path: str, name: str | None = None) -> tuple[Inspection, ...]:
    """Return what ``path`` holds; one for each of its sub-folders where it holds several sources.

    ``name`` is the format to read it as, if known. Raises SourceError where the folder cannot be
    listed, UnknownName for an unknown format.
    """
    folder = SourceFolder(path)
    found = [source_named(name).name] if name else recognise(folder)
    if name or _is_special(found):
        return (_inspected(folder, found),)
    parts = _parts(folder)
    needed = 2 if _has_special(found) else 1  # several formats may be those of one data set
    if sum(_has_special(names) for _, names in parts) < needed:
        return (_inspected(folder, found),)
    return tuple(_inspected(part, names) for part, names in parts)


def _is_special(found: Sequence[str]) -> bool:
    """Say whether exactly one format is recognised, and not just that there are images."""
    return len(found) == 1 and _has_special(found)


def _has_special(found: Sequence[str]) -> bool:
    return any(not source_named(name).generic for name in found)


def _parts(folder: SourceFolder) -> tuple[tuple[SourceFolder, list[str]], ...]:
    """Return the sub-folders with files in them, each with the formats that it looks like."""
    names = sorted({name.split("/")[0] for name in folder.names if "/" in name})
    parts = [SourceFolder(f"{folder.uri}/{name}") for name in names]
    return tuple((part, recognise(part)) for part in parts)


def _inspected(folder: SourceFolder, found: Sequence[str]) -> Inspection:
    read = [(source_named(name), _contents(folder, name)) for name in found]
    if not read:
        return Inspection(
            path=folder.uri,
            contents=_tally_of_refused(folder).contents(None),
            files=_others(folder),
        )
    read.sort(key=lambda one: (-one[1].label_count, one[0].name))
    source, contents = read[0]
    return Inspection(
        path=folder.uri,
        format=_format(source),
        candidates=tuple(
            Candidate(name=one.name, title=one.title, labels=what.label_count) for one, what in read
        ),
        contents=contents,
        files=_others(folder) if source.generic else (),
        source=f"{source.name}={folder.uri}",
    )


def _format(source: Source) -> Format:
    return Format(
        name=source.name,
        title=source.title,
        generic=source.generic,
        layout=source.layout,
        licence=source.licence,
        citation=source.citation,
    )


def _others(folder: SourceFolder) -> tuple[Count, ...]:
    images = {*folder.images()}
    others = (suffix(name) or "without suffix" for name in folder.names if name not in images)
    return _counts(Counter(others))


@dataclass
class _Tally:
    """Counts rows as they come, so that no more than a few of them are kept."""

    images: Counter[bool] = field(default_factory=Counter)
    labelled: int = 0
    labels: Counter[str] = field(default_factory=Counter)
    splits: Counter[str] = field(default_factory=Counter)
    classes: Counter[str] = field(default_factory=Counter)
    kinds: Counter[tuple[Severity, str]] = field(default_factory=Counter)
    first: dict[tuple[Severity, str], list[Oddity]] = field(default_factory=dict)

    def add(self, row: SceneLabels | Rejection | Finding) -> None:
        """Count one row."""
        if isinstance(row, Finding):
            self._odd(row.severity, row.kind.value, _of_finding(row))
        elif isinstance(row, Rejection):
            self._odd(Severity.ERROR, row.reason.value, _of_rejection(row))
        else:
            self._scene(row)

    def contents(self, failure: str | None) -> Contents:
        """Return what was counted."""
        return Contents(
            present=self.images[True],
            absent=self.images[False],
            labelled=self.labelled,
            labels=_counts(self.labels),
            splits=_counts(self.splits),
            classes=_counts(self.classes),
            oddities=tuple(
                Oddities(kind=key[1], severity=key[0], count=count, first=tuple(self.first[key]))
                for key, count in sorted(self.kinds.items(), key=_worst_first)
            ),
            failure=failure,
        )

    def _scene(self, scene: SceneLabels) -> None:
        self.images[scene.present] += 1
        self.labelled += bool(scene.annotations)
        self.splits[scene.split.value if scene.split else _UNDIVIDED] += 1
        for annotation in scene.annotations:
            self.labels[annotation.kind] += 1
            if category := _category(annotation):
                self.classes[category] += 1
        for finding in scene.findings:
            self.add(finding)

    def _odd(self, severity: Severity, kind: str, oddity: Oddity) -> None:
        self.kinds[severity, kind] += 1
        first = self.first.setdefault((severity, kind), [])
        if len(first) < FIRST:
            first.append(oddity)


def _contents(folder: SourceFolder, name: str) -> Contents:
    source = source_named(name)
    tally = _tally_of_refused(folder)
    failure = None
    try:
        check(source, folder)
        for row in read_rows(source, folder, SourceSpec(name=name, path=folder.uri)):
            tally.add(row)
    except SourceError as error:
        failure = str(error)
    return tally.contents(failure)


def _tally_of_refused(folder: SourceFolder) -> _Tally:
    tally = _Tally()
    for refusal in folder.refused:
        oddity = Oddity(file=refusal.name, detail=f"“{refusal.name}” {refusal.why}")
        tally._odd(Severity.ERROR, "unsafe_path", oddity)
    return tally


def _category(annotation: Annotation) -> str | None:
    match annotation.kind:
        case "object" | "scene_class" | "referring" | "region":
            return annotation.category
        case _:
            return None


def _of_finding(finding: Finding) -> Oddity:
    return Oddity(
        file=finding.file,
        line=finding.line,
        element=finding.element,
        detail=finding.detail,
        remedy=finding.remedy,
    )


def _of_rejection(rejection: Rejection) -> Oddity:
    return Oddity(
        file=rejection.file or rejection.subject_id, line=rejection.line, detail=rejection.detail
    )


def _counts(counter: Counter[str]) -> tuple[Count, ...]:
    ranked: Iterable[tuple[str, int]] = sorted(counter.items(), key=lambda one: (-one[1], one[0]))
    return tuple(Count(name=name, count=count) for name, count in ranked)


def _worst_first(one: tuple[tuple[Severity, str], int]) -> tuple[int, str]:
    order = (Severity.ERROR, Severity.WARNING, Severity.NOTE)
    (severity, kind), _ = one
    return order.index(severity), kind
