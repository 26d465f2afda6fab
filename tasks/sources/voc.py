"""XML label files, one an image, as in PASCAL VOC: what their formats share.

Boxes are taken as they are, in px; the corner with the smaller numbers first.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element

from schemas.errors import UnreadableText
from schemas.geometry import Polygon
from schemas.params import SourceSpec
from schemas.sample import Rejection
from schemas.scene import Annotation, Finding, LabelOrigin, ObjectAnnotation
from schemas.vocabulary import FindingKind, Severity, Shape
from tasks.lexicon.lexicon import canonical
from tasks.sources.folder import SourceFolder, printable, split_of_folders, stem, why_unsafe
from tasks.sources.image_sets import ImageSets, image_sets
from tasks.sources.pairs import (
    Pairs,
    empty,
    gone,
    paired,
    told,
    unknown_classes,
    unlabelled,
    unreadable,
    unused,
)
from tasks.sources.protocol import MOST_LABELS, NO_ID, SceneLabels, polygon_of, too_many
from tasks.sources.xml_file import flag_at, length_at, load_xml, nth, sniff_xml, text_at, texts_at

SNIFFED: Final = 5  # label files that are looked into to recognise a format
_COARSEST: Final = 10_000  # m; no image has larger pixels
_SHOWN: Final = 60  # characters of a wrong name that a message repeats


@dataclass(frozen=True, slots=True)
class Corners:
    """Where an object is, and how that was given."""

    shape: Shape
    polygon: Polygon
    inverted: bool = False


@dataclass(frozen=True)
class XmlForm:
    """How a format writes the objects of an image; paths are below the root."""

    corners: Callable[[Element], Corners]  # raises ValueError that says what is wrong
    category: Callable[[Element], str | None]
    classes: tuple[str, ...]
    objects: str = "object"
    image: str = "filename"
    width: str = "size/width"
    height: str = "size/height"
    gsd: str | None = None  # metres per pixel
    done: str | None = None  # 0 where the image was not labelled

    def annotation(self, element: Element, origin: LabelOrigin) -> tuple[Annotation, bool]:
        """Return the object and whether its box was inverted. Raises ValueError."""
        corners = self.corners(element)
        category = self.category(element)
        if not category:
            raise ValueError("has no class")
        made = ObjectAnnotation(
            id=NO_ID,
            shape=corners.shape,
            polygon=corners.polygon,
            category_as_given=category,
            category=canonical(category),
            difficult=flag_at(element, "difficult"),
            truncated=bool(flag_at(element, "truncated")),
            origin=origin,
        )
        return made, corners.inverted


def upright(x0: str, y0: str, x1: str, y1: str) -> Corners:
    """Return the box between two corners given as texts, px. Raises ValueError."""
    ((left, upper), (right, lower)) = polygon_of((x0, y0, x1, y1))
    inverted = left > right or upper > lower
    left, right = sorted((left, right))
    upper, lower = sorted((upper, lower))
    polygon = ((left, upper), (right, upper), (right, lower), (left, lower))
    return Corners(Shape.HBB, polygon, inverted)


def voc_box(element: Element) -> Corners:
    """Return the ``bndbox`` of an object. Raises ValueError."""
    return upright(*texts_at(element, "bndbox", ("xmin", "ymin", "xmax", "ymax")))


def voc_name(element: Element) -> str | None:
    """Return the class of an object."""
    return text_at(element, "name")


def turned(x: float, y: float, width: float, height: float, angle: float) -> Polygon:
    """Return the corners of a box around (x, y), px; ``angle`` in radians, clockwise as seen."""
    cos, sin = math.cos(angle), math.sin(angle)
    around = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    offsets = ((right * width / 2, down * height / 2) for right, down in around)
    return polygon_of(
        value for a, b in offsets for value in (x + a * cos - b * sin, y + a * sin + b * cos)
    )


def sniffed(folder: SourceFolder) -> list[str]:
    """Return the beginnings of a few XML files."""
    return [sniff_xml(folder, name) for name in folder.with_suffix(".xml")[:SNIFFED]]


def read_scenes(
    folder: SourceFolder, spec: SourceSpec, form: XmlForm, labels: Iterable[str]
) -> Iterator[SceneLabels | Rejection | Finding]:
    """Yield every image with what its label file says, then those that are absent, then the lists.

    The first of several label files of an image is read.
    """
    reader = _Reader(folder, spec, form, image_sets(folder, spec.name))
    pairs = paired(folder, labels)
    for image in sorted({*folder.images(), *pairs.labels}):
        yield reader.scene(image, pairs.labels.get(image, ()), present=True)
    for name, files in sorted(pairs.absent.items()):
        found = reader.scene(name, files, present=False)
        yield found if isinstance(found, Rejection) else gone(found, files[0], spec)
    yield from reader.sets.unreadable
    yield from reader.sets.unused(spec.name, _stems(folder, pairs))


def without_xml(image: str, spec: SourceSpec) -> Finding:
    """Return the finding about an image that no XML file belongs to."""
    return unlabelled(image, spec, f"Add {stem(image)}.xml, or take the image out.")


def odd_object(
    spec: SourceSpec, origin: LabelOrigin, kind: FindingKind, why: str, remedy: str
) -> Finding:
    """Return a finding about one object; ``why`` follows its path in a sentence."""
    return Finding(
        source=spec.name, kind=kind, severity=Severity.WARNING, file=origin.file,
        element=origin.element, detail=f"{origin.element} {why}", remedy=remedy,
    )  # fmt: skip


def wrong_reference(root: Element, path: str, label: str, spec: SourceSpec) -> Iterator[Finding]:
    """Yield a finding where a label file says that it belongs to another image."""
    said = text_at(root, path)
    unsafe = why_unsafe(said) if said else None
    if not said or (not unsafe and stem(label) in (said, stem(said))):
        return
    shown = printable(said[:_SHOWN])
    yield Finding(
        source=spec.name, severity=Severity.WARNING if unsafe else Severity.NOTE, file=label,
        kind=FindingKind.UNSAFE_NAME if unsafe else FindingKind.WRONG_REFERENCE, element=path,
        detail=f"The file says that it belongs to “{shown}”; it is taken for {stem(label)}.",
        remedy="Correct the name in the file, or the name of the file.",
    )  # fmt: skip


@dataclass(frozen=True)
class _Reader:
    folder: SourceFolder
    spec: SourceSpec
    form: XmlForm
    sets: ImageSets

    def scene(
        self, image: str, labels: tuple[str, ...], *, present: bool
    ) -> SceneLabels | Rejection:
        """Return the scene of ``image`` with the first of its label files."""
        split = self.sets.split(stem(image)) or split_of_folders(image)
        scene = SceneLabels(name=image, present=present, split=split)
        if not labels:
            return scene.model_copy(update={"findings": (without_xml(image, self.spec),)})
        try:
            found = told(self.folder, scene, labels[0], lambda: self._read(scene, labels[0]))
        except UnreadableText as error:
            return unreadable(image, labels[0], error, self.spec)
        if isinstance(found, Rejection):
            return found
        more = (
            *unused(image, labels, self.spec),
            *self.sets.overlap(self.spec.name, stem(image)),
        )
        return found.model_copy(update={"findings": (*found.findings, *more)})

    def _read(self, scene: SceneLabels, label: str) -> SceneLabels | Rejection:
        root = load_xml(self.folder, label)
        count = len(root.findall(self.form.objects))
        if count > MOST_LABELS:
            return too_many(scene.name, count, self.spec.name, label)
        return self._told(root, scene, label)

    def _told(self, root: Element, scene: SceneLabels, label: str) -> SceneLabels:
        """Return ``scene`` with what its label file says."""
        objects = list(self._objects(root, label))
        annotations = tuple(one for one in objects if isinstance(one, ObjectAnnotation))
        findings = [one for one in objects if isinstance(one, Finding)]
        broken = any(one.kind == FindingKind.MALFORMED_LINE for one in findings)
        seen = sorted({annotation.category_as_given for annotation in annotations})
        findings += unknown_classes(annotations, self.spec)
        findings += wrong_reference(root, self.form.image, label, self.spec)
        if not objects:
            findings.append(empty(label, self.spec))
        whole = _is_done(root, self.form) and not broken
        return scene.model_copy(
            update={
                "annotations": annotations,
                "classes": (*self.form.classes, *self.spec.classes, *seen) if whole else (),
                "gsd": _metres(root, self.form),
                "width": length_at(root, self.form.width),
                "height": length_at(root, self.form.height),
                "findings": tuple(findings),
            }
        )

    def _objects(self, root: Element, label: str) -> Iterator[Annotation | Finding]:
        for number, element in enumerate(root.iterfind(self.form.objects)):
            origin = LabelOrigin(file=label, element=nth(self.form.objects, number))
            try:
                annotation, inverted = self.form.annotation(element, origin)
            except ValueError as error:
                why, remedy = f"{error}; it is left out.", "Correct the object."
                yield odd_object(self.spec, origin, FindingKind.MALFORMED_LINE, why, remedy)
                continue
            yield annotation
            if inverted:
                yield inverted_box(self.spec, origin)


def inverted_box(spec: SourceSpec, origin: LabelOrigin) -> Finding:
    """Return the finding about a box whose first corner is not the upper left one."""
    why, remedy = "has its corners exchanged; they are put right.", "Exchange the corners."
    return odd_object(spec, origin, FindingKind.INVERTED_BOX, why, remedy)


def _is_done(root: Element, form: XmlForm) -> bool:
    return form.done is None or text_at(root, form.done) != "0"


def _metres(root: Element, form: XmlForm) -> float | None:
    try:
        ((gsd, _),) = polygon_of((text_at(root, form.gsd) or 0 if form.gsd else 0, 0))
    except ValueError:
        return None
    return gsd if 0 < gsd <= _COARSEST else None


def _stems(folder: SourceFolder, pairs: Pairs) -> set[str]:
    images = {stem(name) for name in (*folder.images(), *folder.elsewhere())}
    return images | {stem(name) for name in pairs.absent}
