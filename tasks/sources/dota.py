"""DOTA: oriented boxes in ``labelTxt`` files, one beside each image.

Layout: ``images/P0000.png`` with ``labelTxt/P0000.txt``, also below ``train/``, ``val/``, ``test/``
and with ``labelTxt-v1.5`` and the like; label and image belong together by their stem. Classes: 15
in version 1.0, 16 in 1.5 (container crane), 18 in 2.0 (airport, helipad). Images are for academic
use only; other data in this format has terms of its own.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from schemas.errors import UnreadableText
from schemas.params import SourceSpec
from schemas.sample import Rejection
from schemas.scene import Finding, LabelOrigin, ObjectAnnotation
from schemas.vocabulary import FindingKind, Severity, Shape
from tasks.lexicon.lexicon import canonical
from tasks.sources.dota_labels import LabelFile, looks_like_labels, read_lines
from tasks.sources.folder import SourceFolder, folders_of, stem
from tasks.sources.pairs import empty, paired, paired_scenes, unknown_classes
from tasks.sources.protocol import MOST_LABELS, NO_ID, SceneLabels, too_many

V1_0: Final = (
    "plane", "ship", "storage-tank", "baseball-diamond", "tennis-court", "basketball-court",
    "ground-track-field", "harbor", "bridge", "large-vehicle", "small-vehicle", "helicopter",
    "roundabout", "soccer-ball-field", "swimming-pool",
)  # fmt: skip
V1_5: Final = (*V1_0, "container-crane")
V2_0: Final = (*V1_5, "airport", "helipad")

_LABEL_FOLDER: Final = re.compile(r"labeltxt|annfiles|^labels?$", re.IGNORECASE)
_OWN_NAME: Final = re.compile(r"P\d{4,5}")
_SNIFFED: Final = 5  # label files that are looked into to recognise the format


class Dota:
    """The DOTA format."""

    name = "dota"
    generic = False
    title = "DOTA"
    layout = "images/*.png (jpg, tif, bmp) with labelTxt/*.txt of the same names beside them."
    licence: str | None = None
    citation = "Ding et al., Object Detection in Aerial Images, TPAMI 2022, arXiv:2102.12219"

    def recognises(self, folder: SourceFolder) -> bool:
        """Say whether there are label files whose first object is eight numbers and a class."""
        names = _label_names(folder)
        if any(re.search("labeltxt", part, re.IGNORECASE) for n in names for part in folders_of(n)):
            return True
        return any(_sniff(folder, name) for name in names[:_SNIFFED])

    def read(
        self, folder: SourceFolder, spec: SourceSpec
    ) -> Iterator[SceneLabels | Rejection | Finding]:
        """Yield every image with its label file, then the labels of images that are absent."""
        remedy = "Add labelTxt/{stem}.txt (empty when there is nothing to label)."
        pairs = paired(folder, _label_names(folder))
        return paired_scenes(
            folder, spec, pairs, lambda scene, label: _scene(folder, spec, scene, label), remedy
        )


SOURCE: Final = Dota()


def version_classes(seen: Iterable[str]) -> tuple[str, ...]:
    """Return the classes of the smallest version that has all of ``seen``, or none."""
    names = {canonical(name) for name in seen}
    for classes in (V1_0, V1_5, V2_0):
        if names <= {canonical(name) for name in classes}:
            return classes
    return ()


def _label_names(folder: SourceFolder) -> list[str]:
    names = sorted(folder.with_suffix(".txt"), key=folders_of)  # labelTxt before labelTxt-v1.5
    in_place = [n for n in names if any(_LABEL_FOLDER.search(part) for part in folders_of(n))]
    if in_place:
        return in_place
    stems = {stem(image) for image in folder.images()}
    return [name for name in names if stem(name) in stems]


def _sniff(folder: SourceFolder, name: str) -> bool:
    try:
        return looks_like_labels(folder.lines(name))
    except UnreadableText:
        return False


def _labelled_classes(image: str, found: LabelFile, spec: SourceSpec) -> tuple[str, ...]:
    """Return the classes of which every object of the scene is labelled.

    DOTA's own images, known by their names, have the classes of their version; other data in this
    format those of ``spec`` and those that the scene shows. No other scene has a say in it, so that
    a new image changes nothing but itself.
    """
    seen = {line.category for line in found.objects}
    own = version_classes(seen) if _OWN_NAME.match(stem(image)) else ()
    return tuple(sorted({*own, *seen, *spec.classes}))


def _scene(
    folder: SourceFolder, spec: SourceSpec, scene: SceneLabels, label: str
) -> SceneLabels | Rejection:
    lines = folder.lines(label)
    if len(lines) > MOST_LABELS:
        return too_many(scene.name, len(lines), spec.name, label)
    found = read_lines(lines)
    objects = _annotations(found, label)
    lost = any(line.costs_object for line in found.broken)
    return scene.model_copy(
        update={
            "annotations": objects,
            "classes": () if lost else _labelled_classes(scene.name, found, spec),
            "findings": (*_broken(found, label, spec), *unknown_classes(objects, spec)),
            "gsd": found.gsd,
            "attribution": found.image_source,
        }
    )


def _annotations(found: LabelFile, label: str) -> tuple[ObjectAnnotation, ...]:
    return tuple(
        ObjectAnnotation(
            id=NO_ID,
            shape=Shape.OBB,
            polygon=line.polygon,
            category_as_given=line.category,
            category=canonical(line.category),
            difficult=line.difficult,
            origin=LabelOrigin(file=label, line=line.number),
        )
        for line in found.objects
    )


def _broken(found: LabelFile, label: str, spec: SourceSpec) -> Iterator[Finding]:
    for broken in found.broken:
        yield Finding(
            source=spec.name, kind=FindingKind.MALFORMED_LINE, severity=Severity.WARNING,
            file=label, line=broken.number, detail=f"The line {broken.why}; it is left out.",
            remedy="Write x1 y1 x2 y2 x3 y3 x4 y4 class difficult.",
        )  # fmt: skip
    if not found.objects and not found.broken:
        yield empty(label, spec)
