"""DIOR-RSVG: expressions that each refer to one object of a DIOR image, in PASCAL VOC files.

Layout: ``Annotations/00006.xml`` whose objects have ``name``, ``bndbox`` and ``description``,
``JPEGImages/00006.jpg``, and ``train.txt``, ``val.txt``, ``test.txt`` of numbers. A number counts
the objects of all XML files in the order of their names, from 0: so every object counts, also one
that cannot be read. As the split is by expression, an image can be in several: it is taken as test,
else as val.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.etree.ElementTree import Element

from schemas.errors import UnreadableText
from schemas.params import SourceSpec
from schemas.sample import Rejection
from schemas.scene import Annotation, Finding, LabelOrigin, ReferringAnnotation
from schemas.vocabulary import FindingKind, Severity, Split
from tasks.lexicon.lexicon import canonical
from tasks.sources.folder import SourceFolder, stem
from tasks.sources.image_sets import overlap, strictest, unreadable_list
from tasks.sources.pairs import gone, paired, unreadable
from tasks.sources.protocol import MOST_LABELS, NO_ID, SceneLabels, too_many
from tasks.sources.voc import (
    inverted_box,
    odd_object,
    sniffed,
    voc_box,
    voc_name,
    without_xml,
    wrong_reference,
)
from tasks.sources.xml_file import length_at, load_xml, nth, text_at

_LISTS: Final = {"train.txt": Split.TRAIN, "val.txt": Split.VAL, "test.txt": Split.TEST}
_NUMBER: Final = re.compile(r"[0-9]{1,9}")


class DiorRsvg:
    """The DIOR-RSVG dataset."""

    name = "dior_rsvg"
    generic = False
    title = "DIOR-RSVG"
    layout = "Annotations/*.xml with descriptions, JPEGImages/*.jpg, train.txt, val.txt, test.txt."
    licence: str | None = None
    citation = (
        "Zhan et al., RSVG: Exploring Data and Models for Visual Grounding on Remote Sensing "
        "Data, TGRS 2023, arXiv:2210.12634"
    )

    def recognises(self, folder: SourceFolder) -> bool:
        """Say whether objects of XML files have a box and a description."""
        return any(_is_ours(text) for text in sniffed(folder))

    def read(
        self, folder: SourceFolder, spec: SourceSpec
    ) -> Iterator[SceneLabels | Rejection | Finding]:
        """Yield every image with its expressions, then the labels of images that are absent."""
        files = {label: _read_file(folder, label, spec) for label in folder.with_suffix(".xml")}
        numbers = _Numbers(folder, spec, sum(len(file.objects) for file in files.values()))
        splits: dict[str, tuple[Split | None, tuple[Finding, ...]]] = {}
        first = 0
        for label, file in files.items():
            end = first + len(file.objects)
            splits[label] = numbers.split(label, first, end)
            first = end
        pairs = paired(folder, files)
        for image in sorted({*folder.images(), *pairs.labels}):
            labels = pairs.labels.get(image, ())
            yield _scene(image, labels, files, splits, spec)
        for name, labels in sorted(pairs.absent.items()):
            found = _scene(name, labels, files, splits, spec)
            yield found if isinstance(found, Rejection) else gone(found, labels[0], spec)
        yield from numbers.findings


SOURCE: Final = DiorRsvg()


@dataclass(frozen=True)
class _File:
    """What one XML file says; an entry for each object, empty where it could not be read."""

    objects: tuple[Annotation | None, ...]
    findings: tuple[Finding, ...] = ()
    width: int | None = None
    height: int | None = None
    error: UnreadableText | None = None


@dataclass
class _Numbers:
    """The numbers of expressions by split, and what is odd about their lists."""

    folder: SourceFolder
    spec: SourceSpec
    total: int
    findings: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Read the lists; none is used where they count other expressions than there are."""
        self._splits: dict[int, list[str]] = {}
        for file in self.folder.with_suffix(".txt"):
            if file.rpartition("/")[2].lower() in _LISTS:
                self._add(file)
        last = max(self._splits, default=-1)
        if last >= self.total:
            self.findings.append(self._other(last))
            self._splits = {}

    def split(self, label: str, first: int, end: int) -> tuple[Split | None, tuple[Finding, ...]]:
        """Return the split of expressions ``first`` to ``end``, and what is odd about it."""
        lists = sorted({file for n in range(first, end) for file in self._splits.get(n, ())})
        told = [_LISTS[file.rpartition("/")[2].lower()] for file in lists]
        odd = [file for file, split in zip(lists, told, strict=True) if split != told[0]]
        found = [overlap(self.spec.name, stem(label), lists[0], odd[0], None)] if odd else []
        return strictest(told), tuple(found)

    def _add(self, file: str) -> None:
        try:
            lines = self.folder.lines(file)
        except UnreadableText as error:
            self.findings.append(unreadable_list(self.spec.name, file, error))
            return
        for number, line in enumerate(lines, start=1):
            word = line.strip()
            if _NUMBER.fullmatch(word):
                self._splits.setdefault(int(word), []).append(file)
            elif word:
                self.findings.append(self._odd(file, number))

    def _odd(self, file: str, line: int) -> Finding:
        return Finding(
            source=self.spec.name, kind=FindingKind.MALFORMED_LINE, severity=Severity.WARNING,
            file=file, line=line, detail="The line is no number of an expression; it is left out.",
            remedy="Write one number a line, from 0.",
        )  # fmt: skip

    def _other(self, last: int) -> Finding:
        return Finding(
            source=self.spec.name, kind=FindingKind.WRONG_REFERENCE, severity=Severity.ERROR,
            file=self._splits[last][0],
            detail=f"The lists count expressions up to number {last}, but there are {self.total}: "
            "XML files are missing, so no number fits and no official split is known.",
            remedy="Put in all XML files of the dataset, in one folder.",
        )  # fmt: skip


def _is_ours(text: str) -> bool:
    return all(tag in text for tag in ("<object>", "<bndbox>", "<description>"))


def _read_file(folder: SourceFolder, label: str, spec: SourceSpec) -> _File:
    try:
        root = load_xml(folder, label)
    except UnreadableText as error:
        return _File(objects=(None,) * _count(folder, label), error=error)
    findings: list[Finding] = []
    elements = root.findall("object")
    if len(elements) > MOST_LABELS:
        return _File(objects=(None,) * len(elements))
    numbered = enumerate(elements)
    return _File(
        objects=tuple(_expression(one, n, label, spec, findings) for n, one in numbered),
        findings=(*findings, *wrong_reference(root, "filename", label, spec)),
        width=length_at(root, "size/width"),
        height=length_at(root, "size/height"),
    )


def _count(folder: SourceFolder, label: str) -> int:
    """Return how many objects a broken file begins."""
    try:
        return folder.read(label).count(b"<object>")
    except (ConnectionError, TimeoutError):
        raise  # of a remote source: may pass when tried again
    except OSError:
        return 0


def _expression(
    element: Element, number: int, label: str, spec: SourceSpec, findings: list[Finding]
) -> ReferringAnnotation | None:
    origin = LabelOrigin(file=label, element=nth("object", number))
    text = text_at(element, "description")
    if text is None:
        why, remedy = "has no description; it is left out.", "Describe the object."
        findings.append(odd_object(spec, origin, FindingKind.BLANK_TEXT, why, remedy))
        return None
    try:
        corners = voc_box(element)
    except ValueError as error:
        why, remedy = f"{error}; it is left out.", "Correct the object."
        findings.append(odd_object(spec, origin, FindingKind.MALFORMED_LINE, why, remedy))
        return None
    if corners.inverted:
        findings.append(inverted_box(spec, origin))
    name = voc_name(element)
    return ReferringAnnotation(
        id=NO_ID,
        expression=text,
        polygon=corners.polygon,
        category=canonical(name) if name else None,
        origin=origin,
    )


def _scene(
    image: str,
    labels: tuple[str, ...],
    files: dict[str, _File],
    splits: dict[str, tuple[Split | None, tuple[Finding, ...]]],
    spec: SourceSpec,
) -> SceneLabels | Rejection:
    scene = SceneLabels(name=image, aliases=(f"dior/{stem(image)}",))
    if not labels:
        return scene.model_copy(update={"findings": (without_xml(image, spec),)})
    read = [files[label] for label in labels]
    if read[0].error:
        return unreadable(image, labels[0], read[0].error, spec)
    if (count := sum(len(file.objects) for file in read)) > MOST_LABELS:
        return too_many(image, count, spec.name, labels[0])
    findings = [finding for file in read for finding in file.findings]
    findings += [finding for label in labels for finding in splits[label][1]]
    return scene.model_copy(
        update={
            "annotations": tuple(one for file in read for one in file.objects if one),
            "findings": tuple(findings),
            "width": read[0].width,
            "height": read[0].height,
            "split": strictest(splits[label][0] for label in labels),
        }
    )
