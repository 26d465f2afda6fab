"""YOLO-OBB: four corners as shares of the image, in ``labels`` files, one beside each image.

Layout: ``images/train/a.jpg`` with ``labels/train/a.txt`` (or ``train/images``, ``train/labels``)
and a YAML file with ``names``. A line is ``class x1 y1 x2 y2 x3 y3 x4 y4``; ``class cx cy w h`` is
an upright box, more corners are a polygon. Format: the Ultralytics documentation, “Oriented
bounding box datasets”.
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from schemas.errors import UnreadableText
from schemas.geometry import Polygon
from schemas.params import SourceSpec
from schemas.sample import Rejection
from schemas.scene import Finding, LabelOrigin, ObjectAnnotation
from schemas.vocabulary import FindingKind, Severity, Shape
from tasks.lexicon.lexicon import canonical
from tasks.sources.folder import SourceFolder, folders_of, stem
from tasks.sources.images import Images, ImageSize
from tasks.sources.pairs import empty, paired, paired_scenes
from tasks.sources.protocol import MOST_LABELS, NO_ID, SceneLabels, polygon_of, too_many
from tasks.sources.yolo_names import Names, read_names

_SNIFFED: Final = 5  # label files that are looked into to recognise the format
_BOX, _QUAD = 4, 8  # numbers after the class


class Line(NamedTuple):
    """One object: the index of its class, and its shape in shares of the image."""

    number: int
    category: int
    shape: Shape
    corners: Polygon


class YoloObb:
    """The YOLO-OBB format."""

    name = "yolo_obb"
    generic = False
    title = "YOLO-OBB"
    layout = "images/*.jpg (png, tif, bmp) with labels/*.txt of the same names, and data.yaml."
    licence: str | None = None
    citation = "Jocher et al., Ultralytics YOLO, 2023, https://github.com/ultralytics/ultralytics"

    def recognises(self, folder: SourceFolder) -> bool:
        """Say whether there are label files whose lines are a class number and shares."""
        return any(_sniff(folder, name) for name in _label_names(folder)[:_SNIFFED])

    def read(
        self, folder: SourceFolder, spec: SourceSpec
    ) -> Iterator[SceneLabels | Rejection | Finding]:
        """Yield every image with its label file, then the labels of images that are absent."""
        names, images = read_names(folder, spec.name), Images(folder)
        remedy = "Add labels/{stem}.txt (empty when there is nothing to label)."

        def read(scene: SceneLabels, label: str) -> SceneLabels | Rejection:
            size = images.size(scene.name) if scene.present else None
            return _labelled(folder, spec, scene, label, names, size)

        pairs = paired(folder, _label_names(folder))
        yield from paired_scenes(folder, spec, pairs, read, remedy)
        yield from names.findings


SOURCE: Final = YoloObb()


def parse(number: int, line: str) -> Line:
    """Return the object of ``line``. Raises ValueError, in words that follow “the line”."""
    first, *rest = line.split()
    if len(rest) != _BOX and (len(rest) < _BOX + 2 or len(rest) % 2):
        raise ValueError(f"has {len(rest)} numbers after the class; 8 (or 4) are needed")
    if not first.isascii() or not first.isdigit() or len(first) > 6:
        raise ValueError(f"has “{first[:40]}” where the number of its class should be")
    corners = polygon_of(rest)
    if len(rest) == _BOX:
        (cx, cy), (w, h) = corners
        x0, y0, x1, y1 = cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2
        return Line(number, int(first), Shape.HBB, ((x0, y0), (x1, y0), (x1, y1), (x0, y1)))
    shape = Shape.OBB if len(rest) == _QUAD else Shape.POLYGON
    return Line(number, int(first), shape, corners)


def _label_names(folder: SourceFolder) -> list[str]:
    names = folder.with_suffix(".txt")
    in_place = [name for name in names if "labels" in {one.lower() for one in folders_of(name)}]
    if in_place:
        return in_place
    stems = {stem(image) for image in folder.images()}
    return [name for name in names if stem(name) in stems]


def _sniff(folder: SourceFolder, name: str) -> bool:
    try:
        line = next((line for line in folder.lines(name) if line.strip()), None)
        return line is not None and bool(parse(1, line))
    except (UnreadableText, ValueError):
        return False


def _labelled(
    folder: SourceFolder,
    spec: SourceSpec,
    scene: SceneLabels,
    label: str,
    names: Names,
    size: ImageSize | None,
) -> SceneLabels | Rejection:
    """Return ``scene`` with what its label file says."""
    lines = folder.lines(label)
    if len(lines) > MOST_LABELS:
        return too_many(scene.name, len(lines), spec.name, label)
    found = list(_rows(lines, label, spec, names, size))
    objects = tuple(row for row in found if isinstance(row, ObjectAnnotation))
    odd = tuple(row for row in found if isinstance(row, Finding))
    lost = any(finding.severity != Severity.NOTE for finding in odd)
    classes = () if lost else names.every()
    return scene.model_copy(update={"annotations": objects, "classes": classes, "findings": odd})


def _rows(
    lines: Iterable[str], label: str, spec: SourceSpec, names: Names, size: ImageSize | None
) -> Iterator[ObjectAnnotation | Finding]:
    blank = unsized = True
    for number, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        blank = False
        try:
            line = parse(number, text)
            category = names.of(line.category)
        except ValueError as error:
            why = f"The line {error}; it is left out."
            yield _odd(spec, label, FindingKind.MALFORMED_LINE, why, number)
            continue
        if size:
            yield _object(line, category, label, size)
        elif unsized:
            unsized = False
            why = "The size of its image is not known, so its shares give no px; it is not read."
            yield _odd(spec, label, FindingKind.WRONG_SIZE, why, number)
    if blank:
        yield empty(label, spec)


def _object(line: Line, category: str, label: str, size: ImageSize) -> ObjectAnnotation:
    return ObjectAnnotation(
        id=NO_ID,
        shape=line.shape,
        polygon=tuple((x * size.width, y * size.height) for x, y in line.corners),
        category_as_given=category,
        category=canonical(category),
        origin=LabelOrigin(file=label, line=line.number),
    )


def _odd(spec: SourceSpec, label: str, kind: FindingKind, why: str, line: int) -> Finding:
    return Finding(
        source=spec.name, kind=kind, severity=Severity.WARNING, file=label, line=line, detail=why,
        remedy="Write class x1 y1 x2 y2 x3 y3 x4 y4, in shares of the image, and name the classes "
        "in data.yaml.",
    )  # fmt: skip
