"""RSIVQA: questions and answers over the images of five other datasets, in text lines.

Layout: ``AID/ DOTA/ HRRSD/ Sydney/ UCM/`` with ``*.txt``, one ``image:question?answer`` a line; ids
of DOTA and HRRSD have no suffix and are followed by ``: ``. The images are those of RSICD (in the
folder called AID), DOTA, HRRSD, Sydney-Captions and UCM-Captions and lie anywhere below the folder,
or in folders named as ``images`` of the source. There are no official splits; the file names train
and val are DOTA's. The publisher states no licence.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Final

from schemas.errors import SourceError, UnreadableText
from schemas.params import SourceSpec
from schemas.sample import Rejection
from schemas.scene import (
    Annotation,
    Finding,
    LabelOrigin,
    QuestionAnswerAnnotation,
    SceneClassAnnotation,
)
from schemas.vocabulary import FindingKind, Severity
from tasks.lexicon.lexicon import canonical
from tasks.sources.folder import SourceFolder, folders_of, stem, why_unsafe
from tasks.sources.protocol import MOST_LABELS, NO_ID, SceneLabels, too_many
from tasks.sources.rsivqa_lines import (
    Group,
    Triplet,
    asks_for_theme,
    bare,
    group_of,
    label_files,
    triplet_of,
)


class Rsivqa:
    """RSIVQA."""

    name = "rsivqa"
    generic = False
    title = "RSIVQA"
    layout = "AID/ DOTA/ HRRSD/ Sydney/ UCM/ with *.txt of lines image:question?answer."
    licence: str | None = None
    citation = (
        "Zheng et al., Mutual Attention Inception Network for Remote Sensing Visual Question "
        "Answering, TGRS 2021, doi:10.1109/TGRS.2021.3079918"
    )

    def recognises(self, folder: SourceFolder) -> bool:
        """Say whether a text file starts with lines of image, question and answer."""
        return bool(label_files(folder))

    def read(
        self, folder: SourceFolder, spec: SourceSpec
    ) -> Iterator[SceneLabels | Rejection | Finding]:
        """Yield every image that lines ask about, then the images without lines."""
        listing = _Listing(folder, spec.name)
        files = label_files(folder)
        failed = [why for name in files if (why := listing.add(name))]
        if files and len(failed) == len(files):
            raise SourceError(failed[0])
        places = _placed(listing, _Pictures(folder))
        for place in sorted(places, key=lambda place: (not place[0], place[1])):
            asked = places[place]
            if len(asked.lines) > MOST_LABELS:
                yield too_many(place[1], len(asked.lines), spec.name, asked.lines[0].file)
                continue
            yield _scene(place[0], place[1], asked, spec.name)
        taken = {name for _, name in places}
        yield from (_bare(name, spec.name) for name in folder.images() if name not in taken)
        yield from listing.findings


SOURCE: Final = Rsivqa()

_Key = tuple[str, str]  # of an image: the name of its group, and its name without suffix


@dataclass(slots=True)
class _Line:
    """One line of one file."""

    said: Triplet
    file: str
    number: int

    @property
    def origin(self) -> LabelOrigin:
        """Where it stands."""
        return LabelOrigin(file=self.file, line=self.number)


@dataclass
class _Lines:
    """All that is asked about one image."""

    image: str
    group: Group | None
    lines: list[_Line] = field(default_factory=list)


class _Listing:
    """The lines of all files by the image that they ask about."""

    def __init__(self, folder: SourceFolder, source: str) -> None:
        self._folder, self._source = folder, source
        self.images: dict[_Key, _Lines] = {}
        self.findings: list[Finding] = []

    def add(self, file: str) -> str | None:
        """Read one file; return why it cannot be read, or None."""
        try:
            lines = self._folder.lines(file)
        except UnreadableText as error:
            kind, severity = FindingKind.MALFORMED_LINE, Severity.ERROR
            self._odd(kind, file, error.line, str(error), "Save it as UTF-8 text.", severity)
            return str(error)
        unsafe: set[str] = set()
        for number, line in enumerate(lines, start=1):
            if line.strip():
                self._add_line(file, number, line, unsafe)
        return None

    def _add_line(self, file: str, number: int, line: str, unsafe: set[str]) -> None:
        said = triplet_of(line)
        if said is None:
            remedy = "Write image:question?answer."
            self._odd(FindingKind.MALFORMED_LINE, file, number, "No image or no question.", remedy)
        elif why := why_unsafe(said.image):
            if said.image not in unsafe:
                unsafe.add(said.image)
                detail = f"“{said.image}” {why} Its lines are left out."
                remedy = "Write the name of the image alone."
                self._odd(FindingKind.UNSAFE_NAME, file, number, detail, remedy)
        elif not said.answer:
            detail, remedy = "The question has no answer; left out.", "Add the answer."
            self._odd(FindingKind.MISSING_PAIR, file, number, detail, remedy)
        else:
            group = group_of(file)
            key = (group.name if group else "", bare(said.image))
            lines = self.images.setdefault(key, _Lines(said.image, group)).lines
            lines.append(_Line(said, file, number))

    def _odd(
        self, kind: FindingKind, file: str, line: int | None, detail: str, remedy: str,
        severity: Severity = Severity.WARNING,
    ) -> None:  # fmt: skip
        self.findings.append(
            Finding(
                source=self._source, kind=kind, severity=severity, file=file, line=line,
                detail=detail, remedy=remedy,
            )
        )  # fmt: skip


class _Pictures:
    """The images by stem. Several datasets call different images ``1.tif``, so the group counts."""

    def __init__(self, folder: SourceFolder) -> None:
        self._own = frozenset(folder.images())
        self._by_stem: dict[str, list[tuple[str, Group | None]]] = {}
        for name in (*folder.images(), *folder.elsewhere()):
            outside = name not in self._own
            group = group_of(folder.address(name).lstrip("/") if outside else name)
            self._by_stem.setdefault(stem(name), []).append((name, group))

    def find(self, key: _Key, asked: _Lines) -> str | None:
        """Return the image of the same group, else one of no known group, else None."""
        near = [
            (name, group)
            for name, group in self._by_stem.get(stem(f"{key[1]}.x"), ())
            if group is None or asked.group is None or group == asked.group
        ]
        folders = len(folders_of(asked.image))

        def rank(found: tuple[str, Group | None]) -> tuple[bool, bool, bool, str]:
            name, group = found
            ends = f"/{name}".endswith(f"/{asked.image}") or not folders
            return not ends, group != asked.group, name not in self._own, name

        return min(near, key=rank)[0] if near else None


def _placed(listing: _Listing, pictures: _Pictures) -> dict[tuple[bool, str], _Lines]:
    """Return what is asked by whether the image is there and its name; no image is taken twice."""
    places: dict[tuple[bool, str], _Lines] = {}
    for key in sorted(listing.images):
        asked = listing.images[key]
        found = pictures.find(key, asked)
        free = found is not None and (True, found) not in places
        name = found if found and free else "/".join(part for part in (key[0], asked.image) if part)
        places[free, name] = asked
    return places


def _scene(present: bool, name: str, asked: _Lines, source: str) -> SceneLabels:
    findings = [*_repeated(asked, source), *_themes_apart(asked, source)]
    if not present:
        findings.insert(0, _absent(name, asked, source))
    alias = (f"{asked.group.source}/{bare(asked.image)}",) if asked.group else ()
    return SceneLabels(
        name=name,
        present=present,
        aliases=alias,
        annotations=(*_answers(asked), *_theme(asked)),
        findings=tuple(findings),
    )


def _answers(asked: _Lines) -> Iterator[Annotation]:
    for line in asked.lines:
        yield QuestionAnswerAnnotation(
            id=NO_ID, question=line.said.question, answer=line.said.answer, origin=line.origin
        )


def _theme(asked: _Lines) -> Iterator[Annotation]:
    """Yield the scene class for each theme that is given, once."""
    for line in _themes(asked).values():
        yield SceneClassAnnotation(
            id=NO_ID,
            category_as_given=line.said.answer,
            category=canonical(line.said.answer),
            origin=line.origin,
        )


def _themes(asked: _Lines) -> dict[str, _Line]:
    themes: dict[str, _Line] = {}
    for line in asked.lines:
        if asks_for_theme(line.said.question):
            themes.setdefault(canonical(line.said.answer), line)
    return themes


def _themes_apart(asked: _Lines, source: str) -> Iterator[Finding]:
    themes = list(_themes(asked).values())
    for first, other in product(themes[:1], themes[1:]):
        yield Finding(
            source=source, kind=FindingKind.CONTRADICTORY_ANSWERS, severity=Severity.WARNING,
            file=other.file, line=other.number,
            detail=f"The theme of {asked.image} is “{other.said.answer}” here, but "
            f"“{first.said.answer}” in {first.file}, line {first.number}.",
            remedy="Look at the image and keep the right one.",
        )  # fmt: skip


def _repeated(asked: _Lines, source: str) -> Iterator[Finding]:
    seen: dict[tuple[str, str], _Line] = {}
    for line in asked.lines:
        first = seen.setdefault((line.said.question, line.said.answer), line)
        if first is not line:
            yield Finding(
                source=source, kind=FindingKind.REPEATED_TEXT, severity=Severity.NOTE,
                file=line.file, line=line.number,
                detail=f"The same as {first.file}, line {first.number}.",
                remedy="Take one of the two out.",
            )  # fmt: skip


def _absent(name: str, asked: _Lines, source: str) -> Finding:
    line = asked.lines[0]
    return Finding(
        source=source, kind=FindingKind.LABEL_WITHOUT_IMAGE, severity=Severity.WARNING,
        file=line.file, line=line.number,
        detail=f"There is no image {name} for {len(asked.lines)} questions.",
        remedy="Put the image there, or name the folder where it lies as “images” of the source.",
    )  # fmt: skip


def _bare(image: str, source: str) -> SceneLabels:
    finding = Finding(
        source=source, kind=FindingKind.IMAGE_WITHOUT_LABEL, severity=Severity.WARNING, file=image,
        detail="No line asks about this image.", remedy="Add its lines, or take the image out.",
    )  # fmt: skip
    return SceneLabels(name=image, findings=(finding,))
