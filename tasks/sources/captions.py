"""What files with sentences about images have in common: one entry an image, some sentences each."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from schemas.errors import UnreadableText
from schemas.params import SourceSpec
from schemas.sample import Rejection
from schemas.scene import Annotation, CaptionAnnotation, Finding, LabelOrigin
from schemas.vocabulary import FindingKind, Reason, Severity, Split
from tasks.sources.crops import parent_of
from tasks.sources.folder import SourceFolder, printable, split_word, stem, why_unsafe
from tasks.sources.images import Images
from tasks.sources.json_file import load_json
from tasks.sources.protocol import NO_ID, SceneLabels

SNIFFED: Final = 16  # JSON files that are looked into; a data set of sentences has one or two
MOST: Final = 1000  # sentences of one image that are read; data sets have five
_WORD: Final = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Said:
    """What one entry says about its image."""

    split: Split | None
    annotations: tuple[Annotation, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One image that a file lists; what it says is read when its turn comes, so nothing piles up."""

    file: str
    element: str
    image: str
    say: Callable[[], Said]


Parsed = Iterator[Entry | Finding]
Parse = Callable[[SourceSpec, str, Any], Parsed]


def label_files(folder: SourceFolder) -> list[str]:
    """Return the JSON files to look into: those called “dataset” first, then those on top."""
    names = folder.with_suffix(".json")
    names.sort(key=lambda name: ("dataset" not in stem(name).lower(), name.count("/"), name))
    return names[:SNIFFED]


def read_captions(
    folder: SourceFolder, spec: SourceSpec, names: Sequence[str], parse: Parse
) -> Iterator[SceneLabels | Rejection | Finding]:
    """Yield the images of ``folder`` by name, then absent ones, then what belongs to none.

    Raises UnreadableText where none of the files ``names`` can be read.
    """
    listing = _Listing(Images(folder))
    loose: list[Rejection | Finding] = []
    for entry in _entries(folder, spec, names, parse):
        if isinstance(entry, Finding):
            loose.append(entry)
        elif why := why_unsafe(entry.image):
            loose.append(_unsafe(entry, why, spec))
        else:
            listing.add(entry)
    there = listing.there
    for image in sorted({*folder.images(), *there}):
        yield _present(image, there.get(image), spec)
    for name, entry in sorted(listing.absent.items()):
        yield _labels(name, entry, present=False, extra=_without_image(entry, spec))
    yield from loose
    for first, again, more in listing.again.values():
        yield _listed_again(first, again, more, spec)


def sentences(
    spec: SourceSpec, file: str, given: Iterable[tuple[str, object]]
) -> tuple[tuple[CaptionAnnotation, ...], tuple[Finding, ...]]:
    """Return the captions of one image, and what is odd about them.

    ``given`` is the element and the text of each, None where there is no text to be read.
    """
    kept: list[CaptionAnnotation] = []
    findings: list[Finding] = []
    for number, (element, text) in enumerate(given):
        if number == MOST:
            why = f"and the sentences after it are left out: only {MOST:,} of an image are read"
            findings.append(malformed(spec, file, element, why))
            break
        if not isinstance(text, str):
            findings.append(malformed(spec, file, element, "has no text; it is left out"))
        elif not _WORD.search(text):
            findings.append(_blank(spec, file, element))
        else:
            origin = LabelOrigin(file=file, element=element)
            kept.append(CaptionAnnotation(id=NO_ID, text=text, origin=origin))
    return tuple(kept), (*findings, *_repeated(spec, kept))


def split_named(word: object) -> Split | None:
    """Return the split that a file calls ``word``; “restval” is more to train on."""
    if not isinstance(word, str):
        return None
    return Split.TRAIN if word == "restval" else split_word(word)


def malformed(
    spec: SourceSpec,
    file: str,
    element: str | None,
    why: str,
    severity: Severity = Severity.WARNING,
) -> Finding:
    """Return the finding that ``element`` of ``file`` cannot be read."""
    return Finding(
        source=spec.name, kind=FindingKind.MALFORMED_LINE, severity=severity, file=file,
        element=element, detail=f"{element or file} {why}.",
        remedy=f"Correct {element or file}, or take it out.",
    )  # fmt: skip


class _Listing:
    """The first entry of each image, and how many more there are."""

    def __init__(self, images: Images) -> None:
        self.there: dict[str, Entry] = {}
        self.absent: dict[str, Entry] = {}
        self.again: dict[str, tuple[Entry, Entry, int]] = {}
        self._images = images
        self._places: dict[tuple[str, str], str | None] = {}

    def add(self, entry: Entry) -> None:
        """Take an entry in, unless its image has one."""
        key = (entry.file, entry.image)
        if key not in self._places:
            self._places[key] = self._images.find(entry.image, entry.file)
        place = self._places[key]
        group = self.absent if place is None else self.there
        name = place or entry.image
        first = group.setdefault(name, entry)
        if first is not entry:
            _, again, more = self.again.get(name, (first, entry, 0))
            self.again[name] = (first, again, more + 1)


def _entries(folder: SourceFolder, spec: SourceSpec, names: Sequence[str], parse: Parse) -> Parsed:
    broken = 0
    for name in names:
        try:
            content = load_json(folder, name)
        except UnreadableText as error:
            broken += 1
            if broken == len(names):
                raise
            yield Finding(
                source=spec.name, kind=FindingKind.MALFORMED_LINE, severity=Severity.ERROR,
                file=name, line=error.line, detail=str(error),
                remedy="Download the file again; the other files are read.",
            )  # fmt: skip
        else:
            yield from parse(spec, name, content)


def _present(image: str, entry: Entry | None, spec: SourceSpec) -> SceneLabels:
    if entry is None:
        return SceneLabels(name=image, findings=(_without_sentence(image, spec),))
    return _labels(image, entry, present=True)


def _labels(name: str, entry: Entry, *, present: bool, extra: Finding | None = None) -> SceneLabels:
    said = entry.say()
    return SceneLabels(
        name=name,
        present=present,
        annotations=said.annotations,
        findings=(*said.findings, extra) if extra else said.findings,
        split=said.split,
        parent=parent_of(stem(name)),
    )


def _repeated(spec: SourceSpec, kept: Sequence[CaptionAnnotation]) -> Iterator[Finding]:
    seen: dict[str, CaptionAnnotation] = {}
    again = [row for row in kept if seen.setdefault(_squeezed(row.text), row) is not row]
    if again:
        origin = again[0].origin
        yield Finding(
            source=spec.name, kind=FindingKind.REPEATED_TEXT, severity=Severity.NOTE,
            file=origin.file, element=origin.element,
            detail=f"{len(again)} of {len(kept)} sentences repeat an earlier one of the image; the "
            f"first is “{_shortened(again[0].text)}”.",
            remedy="Nothing: every sentence is used once for an image.",
        )  # fmt: skip


def _squeezed(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(" .")


def _shortened(text: str, most: int = 80) -> str:
    return text if len(text) <= most else f"{text[:most]}…"


def _blank(spec: SourceSpec, file: str, element: str) -> Finding:
    return Finding(
        source=spec.name, kind=FindingKind.BLANK_TEXT, severity=Severity.WARNING, file=file,
        element=element, detail=f"{element} is blank; it is left out.",
        remedy="Write a sentence, or take it out.",
    )  # fmt: skip


def _listed_again(first: Entry, again: Entry, more: int, spec: SourceSpec) -> Finding:
    entries = f"{again.element} is" if more == 1 else f"{again.element} and {more - 1} more are"
    return Finding(
        source=spec.name, kind=FindingKind.DUPLICATE_LABEL, severity=Severity.WARNING,
        file=again.file, element=again.element,
        detail=f"“{again.image}” has its sentences from {first.element} of {first.file}; "
        f"{entries} not read.",
        remedy="List each image once.",
    )  # fmt: skip


def _unsafe(entry: Entry, why: str, spec: SourceSpec) -> Rejection:
    name = printable(entry.image)
    return Rejection(
        stage="scan", subject="scene", subject_id=name, source=spec.name,
        reason=Reason.UNSAFE_PATH, file=entry.file, detail=f"{entry.element}: “{name}” {why}",
    )  # fmt: skip


def _without_image(entry: Entry, spec: SourceSpec) -> Finding:
    return Finding(
        source=spec.name, kind=FindingKind.LABEL_WITHOUT_IMAGE, severity=Severity.WARNING,
        file=entry.file, element=entry.element, detail=f"There is no image {entry.image}.",
        remedy="Put the image below the source folder, or take it out of the file.",
    )  # fmt: skip


def _without_sentence(image: str, spec: SourceSpec) -> Finding:
    return Finding(
        source=spec.name, kind=FindingKind.IMAGE_WITHOUT_LABEL, severity=Severity.WARNING,
        file=image, detail="No file has sentences about this image.",
        remedy="Add it to the file, or read its folder as image_folder.",
    )  # fmt: skip
