"""COCO: JSON files with images, categories and annotations (boxes, rings, masks, crowds).

Layout: any ``*.json`` with the three lists, images beside it, below any folder or elsewhere.
Coordinates are px of the image, boxes x, y, width, height. Every object of the file's categories is
labelled in the images that it lists. Licences stand in the file, image by image.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from schemas.errors import SourceError
from schemas.params import SourceSpec
from schemas.sample import Rejection
from schemas.scene import Finding, LabelOrigin, ObjectAnnotation
from schemas.vocabulary import FindingKind, Reason, Severity, Split
from tasks.lexicon.lexicon import canonical, is_known
from tasks.sources.coco_file import (
    Broken,
    CocoAnnotation,
    CocoFile,
    CocoImage,
    load,
    looks_like_coco,
)
from tasks.sources.coco_shapes import NegativeSize, shape_of
from tasks.sources.crops import parent_of
from tasks.sources.folder import (
    SourceFolder,
    printable,
    split_of_folders,
    split_word,
    stem,
    why_unsafe,
)
from tasks.sources.images import Images
from tasks.sources.protocol import MOST_LABELS, NO_ID, SceneLabels, too_many


class Coco:
    """The COCO format."""

    name = "coco"
    generic = False
    title = "COCO"
    layout = "any *.json with images, annotations and categories, images beside it or below."
    licence: str | None = None
    citation = "Lin et al., Microsoft COCO: Common Objects in Context, ECCV 2014, arXiv:1405.0312"

    def recognises(self, folder: SourceFolder) -> bool:
        """Say whether a JSON file has at least two of the three lists of COCO."""
        return any(looks_like_coco(folder, name) for name in folder.with_suffix(".json"))

    def read(
        self, folder: SourceFolder, spec: SourceSpec
    ) -> Iterator[SceneLabels | Rejection | Finding]:
        """Yield every image by name, then what belongs to no image."""
        files, unread = _listings(folder, spec.name)
        images = Images(folder)
        listed: dict[str, list[_Entry]] = {image: [] for image in folder.images()}
        absent: dict[str, list[_Entry]] = {}
        for file in files:
            for entry in file.entries(images):
                (listed if entry.image else absent).setdefault(entry.name, []).append(entry)
        for image, entries in sorted(listed.items()):
            yield _scene(entries) if entries else _unlisted(image, spec.name)
        for _, entries in sorted(absent.items()):
            yield _scene(entries)
        yield from unread
        for file in files:
            yield from file.aside
            yield from _unknown_classes(file)


SOURCE: Final = Coco()


@dataclass
class _Listing:
    """One file, and what of it belongs to no image of the folder."""

    file: CocoFile
    source: str
    aside: list[Rejection | Finding] = field(default_factory=list)
    classes: dict[str, str] = field(default_factory=dict)

    def entries(self, images: Images) -> Iterator["_Entry"]:
        """Yield the images that the file lists; what is broken or unsafe is put aside."""
        self.classes = {category.id: category.name for _, category in self.file.categories}
        self.aside += [
            self.odd(FindingKind.MALFORMED_LINE, b.path, b.why) for b in self.file.broken
        ]
        seen: set[str] = set()
        for path, image in self.file.images:
            if image.id in seen:
                detail = f"has the id {image.id} of an earlier image; it is taken as unlisted"
                self.aside.append(self.odd(FindingKind.WRONG_REFERENCE, path, detail))
                continue
            seen.add(image.id)
            if why := why_unsafe(image.file_name):
                self.aside.append(self._unsafe(path, image, why))
            else:
                place = images.find(image.file_name, self.file.name, whole=True)
                yield _Entry(place, path, image, self)
        self.aside += self._strays(seen)

    def odd(self, kind: FindingKind, path: str, detail: str) -> Finding:
        """Return a finding about the element at ``path``."""
        return Finding(
            source=self.source, kind=kind, severity=Severity.WARNING, file=self.file.name,
            element=path, detail=printable(f"{path} {detail}."), remedy=f"Correct {path} or take it out.",
        )  # fmt: skip

    def missing(self, path: str, image: CocoImage) -> Finding:
        """Return the finding about an image of the file that is nowhere."""
        return Finding(
            source=self.source, kind=FindingKind.LABEL_WITHOUT_IMAGE, severity=Severity.WARNING,
            file=self.file.name, element=path, detail=f"There is no image {image.file_name}.",
            remedy="Put the image below the source folder, or take it out of the file.",
        )  # fmt: skip

    def _unsafe(self, path: str, image: CocoImage, why: str) -> Rejection:
        return Rejection(
            stage="scan", subject="scene", subject_id=image.file_name, source=self.source,
            reason=Reason.UNSAFE_PATH, file=self.file.name,
            detail=f"{path}: “{image.file_name}” {why}",
        )  # fmt: skip

    def _strays(self, images: set[str]) -> Iterator[Finding]:
        for image_id, indexes in self.file.by_image.items():
            if image_id not in images:
                number = f"and {len(indexes) - 1} more have" if len(indexes) > 1 else "has"
                detail = f"{number} the image_id {printable(image_id[:40])}, which no image has; left out"
                path = f"annotations[{indexes[0]}]"
                yield self.odd(FindingKind.WRONG_REFERENCE, path, detail)


@dataclass(frozen=True)
class _Entry:
    """One image, as one file lists it."""

    image: str | None
    path: str
    entry: CocoImage
    listing: _Listing

    @property
    def name(self) -> str:
        """Its name in the folder; where it is absent, what the file calls it, below its split."""
        if self.image:
            return self.image
        split = None if split_of_folders(self.entry.file_name) else self._split_of_file
        return f"{split}/{self.entry.file_name}" if split else self.entry.file_name

    @property
    def licence(self) -> str | None:
        """The name or the URL of its licence."""
        return self.listing.file.licences.get(self.entry.license or "") or None

    @property
    def split(self) -> Split | None:
        """The split that a folder or the file is named after."""
        return split_of_folders(self.name) or self._split_of_file

    @property
    def _split_of_file(self) -> Split | None:
        name = self.listing.file.name
        return split_word(stem(name)) or split_of_folders(name)


def _scene(entries: list[_Entry]) -> SceneLabels | Rejection:
    first = entries[0]
    count = sum(len(one.listing.file.by_image.get(one.entry.id, ())) for one in entries)
    if count > MOST_LABELS:
        return too_many(first.name, count, first.listing.source, first.listing.file.name)
    found = [row for entry in entries for row in _annotations(entry)]
    annotations = tuple(row for row in found if isinstance(row, ObjectAnnotation))
    findings = tuple(row for row in found if isinstance(row, Finding))
    classes = {name for entry in entries for name in entry.listing.classes.values()}
    gone = () if first.image else (first.listing.missing(first.path, first.entry),)
    return SceneLabels(
        name=first.name,
        present=first.image is not None,
        annotations=annotations,
        classes=() if findings else tuple(sorted(classes)),  # each finding is a lost object
        findings=(*gone, *findings),
        width=first.entry.width,
        height=first.entry.height,
        split=first.split,
        licence=first.licence,
        attribution=first.listing.file.attribution,
        parent=parent_of(stem(first.name)),
    )


def _annotations(entry: _Entry) -> Iterator[ObjectAnnotation | Finding]:
    listing = entry.listing
    for path, found in listing.file.annotations_of(entry.entry.id):
        if isinstance(found, Broken):
            yield listing.odd(FindingKind.MALFORMED_LINE, path, f"{found.why}; left out")
        elif found.category_id not in listing.classes:
            detail = f"has the category_id {found.category_id}, which no category has; left out"
            yield listing.odd(FindingKind.WRONG_REFERENCE, path, detail)
        else:
            yield _object(path, found, listing)


def _object(path: str, found: CocoAnnotation, listing: _Listing) -> ObjectAnnotation | Finding:
    name = listing.classes[found.category_id]
    try:
        shape, polygon = shape_of(found)
    except NegativeSize as error:
        return listing.odd(FindingKind.ZERO_AREA, path, f"{error}; left out")
    except ValueError as error:
        return listing.odd(FindingKind.MALFORMED_LINE, path, f"{error}; left out")
    return ObjectAnnotation(
        id=NO_ID,
        shape=shape,
        polygon=polygon,
        category_as_given=name,
        category=canonical(name),
        crowd=found.iscrowd,
        origin=LabelOrigin(file=listing.file.name, element=path),
    )


def _unknown_classes(listing: _Listing) -> Iterator[Finding]:
    for path, category in listing.file.categories:
        if not is_known(category.name):
            yield Finding(
                source=listing.source, kind=FindingKind.UNKNOWN_CLASS, severity=Severity.NOTE,
                file=listing.file.name, element=path,
                detail=f"The class “{category.name}” is not in the lexicon; kept as spelled.",
                remedy="Correct the spelling, or add the class to tasks/lexicon/categories.yaml.",
            )  # fmt: skip


def _unlisted(image: str, source: str) -> SceneLabels:
    finding = Finding(
        source=source, kind=FindingKind.IMAGE_WITHOUT_LABEL, severity=Severity.WARNING, file=image,
        detail="No COCO file lists this image.",
        remedy="Add it to “images” of the file (without annotations when there is nothing in it).",
    )  # fmt: skip
    return SceneLabels(name=image, findings=(finding,))


def _listings(folder: SourceFolder, source: str) -> tuple[list[_Listing], list[Finding]]:
    """Return the files that can be read, and a finding for each other; SourceError for none."""
    files: list[_Listing] = []
    unread: list[Finding] = []
    for name in folder.with_suffix(".json"):
        if not looks_like_coco(folder, name):
            continue
        try:
            files.append(_Listing(load(folder, name), source))
        except SourceError as error:
            why = error
            unread.append(_broken_file(error, name, source))
    if unread and not files:
        raise why
    return files, unread


def _broken_file(error: SourceError, name: str, source: str) -> Finding:
    return Finding(
        source=source, kind=FindingKind.MALFORMED_LINE, severity=Severity.ERROR, file=name,
        detail=str(error), remedy="Until it is mended, nothing of this file is read.",
    )  # fmt: skip
