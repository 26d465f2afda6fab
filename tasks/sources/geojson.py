"""GeoJSON sidecars: one ``*.geojson`` beside each image, shapes in px of the image.

Layout: ``a.tif`` with ``a.geojson``, also in folders of their own. Format: RFC 7946, but with
positions in px, x to the right and y down. Files in longitude and latitude, or in a coordinate
reference system of their own, are not read: a finding says so.
"""

from collections.abc import Iterator
from typing import Any, Final

from schemas.known import ImageHeader
from schemas.params import SourceSpec
from schemas.sample import Rejection
from schemas.scene import Finding, ObjectAnnotation
from schemas.vocabulary import FindingKind, Severity
from tasks.lexicon.lexicon import canonical
from tasks.sources.folder import SourceFolder, printable
from tasks.sources.geojson_shapes import shape_of
from tasks.sources.images import Images
from tasks.sources.json_file import ONE_IMAGE, list_lengths, load_json, sniff_json
from tasks.sources.listing import Entry
from tasks.sources.pairs import paired, paired_scenes, unknown_classes
from tasks.sources.protocol import MOST_LABELS, NO_ID, SceneLabels, too_many
from tasks.spatial.polygons import box_of

_SNIFFED: Final = 5  # files that are looked into to recognise the format
_CLASS: Final = ("category", "class", "class_name", "label", "name", "type", "type_name")


class GeoJson:
    """GeoJSON in pixels."""

    name = "geojson"
    generic = False
    title = "GeoJSON sidecars in pixels"
    layout = "*.geojson with features in px, images of the same names beside them or below."
    licence: str | None = None
    citation = "Butler et al., The GeoJSON Format, RFC 7946, 2016"

    def recognises(self, folder: SourceFolder) -> bool:
        """Say whether one of the first GeoJSON files begins with features."""
        names = folder.with_suffix(".geojson")[:_SNIFFED]
        return any('"Feature' in sniff_json(folder, name) for name in names)

    def read(
        self, folder: SourceFolder, spec: SourceSpec
    ) -> Iterator[SceneLabels | Rejection | Finding]:
        """Yield every image with its sidecar, then the sidecars of images that are absent."""
        images = Images(folder)
        remedy = "Add {stem}.geojson (without features when there is nothing to label)."

        def read(scene: SceneLabels, label: str) -> SceneLabels | Rejection:
            header = images.header(scene.name) if scene.present else None
            return _scene(folder, spec, scene, label, header)

        pairs = paired(folder, folder.with_suffix(".geojson"))
        return paired_scenes(folder, spec, pairs, read, remedy)


SOURCE: Final = GeoJson()


def _scene(
    folder: SourceFolder,
    spec: SourceSpec,
    scene: SceneLabels,
    label: str,
    header: ImageHeader | None,
) -> SceneLabels | Rejection:
    """Return ``scene`` with what its sidecar says."""
    content = load_json(folder, label, ONE_IMAGE)
    if (count := list_lengths(content)) > MOST_LABELS:
        return too_many(scene.name, count, spec.name, label)
    found = list(_rows(content, label, spec, header))
    objects = [row for row in found if isinstance(row, ObjectAnnotation)]
    odd = [row for row in found if isinstance(row, Finding)]
    lost = any(finding.severity != Severity.NOTE for finding in odd)
    seen = {row.category_as_given for row in objects}
    return scene.model_copy(
        update={
            "annotations": tuple(objects),
            "classes": () if lost else tuple(sorted({*seen, *spec.classes})),
            "findings": tuple(odd),
        }
    )


def _rows(
    content: Any, label: str, spec: SourceSpec, header: ImageHeader | None
) -> Iterator[ObjectAnnotation | Finding]:
    """Yield the objects of a file, or one finding where it is not in px."""
    whole = Entry(label, None, None, "", {})
    try:
        features = _features(content)
    except ValueError as error:
        yield whole.odd(spec.name, FindingKind.MALFORMED_LINE, "features", f"{error}")
        return
    found = [_object(feature, index, label, spec) for index, feature in enumerate(features)]
    objects = [row for row in found if isinstance(row, ObjectAnnotation)]
    if why := _not_in_pixels(content, objects, header):
        why = f"{why}; px of the image are expected, so no feature is read"
        yield whole.odd(spec.name, FindingKind.WRONG_REFERENCE, "crs", why, Severity.ERROR)
        return
    yield from found
    yield from unknown_classes(objects, spec)


def _features(content: Any) -> list[Any]:
    """Return the features of a file. Raises ValueError, in words that follow “features”."""
    if isinstance(content, dict) and content.get("type") == "Feature":
        return [content]
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list):
        raise ValueError("is no list, so the file has no object")  # noqa: TRY004
    return features


def _not_in_pixels(
    content: dict[str, Any], objects: list[ObjectAnnotation], header: ImageHeader | None
) -> str | None:
    """Return what tells that positions are not px, or None."""
    if content.get("crs"):
        return "is a coordinate reference system"
    if header is None or header.crs is None or not objects:
        return None
    boxes = [box_of(one.polygon) for one in objects]
    degrees = all(-180 <= x0 <= x1 <= 180 and -90 <= y0 <= y1 <= 90 for x0, y0, x1, y1 in boxes)
    away = all(
        x1 < 0 or y1 < 0 or x0 > header.width or y0 > header.height for x0, y0, x1, y1 in boxes
    )
    if away:
        return f"is not stated and every feature lies outside of a scene in {header.crs}"
    if degrees and min(y0 for _, y0, _, _ in boxes) < 0:
        return "is not stated, but positions look like longitude and latitude"
    return None


def _object(feature: Any, index: int, label: str, spec: SourceSpec) -> ObjectAnnotation | Finding:
    entry = Entry(label, None, f"features[{index}]", "", {})
    try:
        shape, polygon = shape_of(feature.get("geometry") if isinstance(feature, dict) else None)
        category = _category(feature.get("properties"))
    except ValueError as error:
        return entry.odd(spec.name, FindingKind.MALFORMED_LINE, "", f"{error}; it is left out")
    return ObjectAnnotation(
        id=NO_ID, shape=shape, polygon=polygon, category_as_given=category,
        category=canonical(category), origin=entry.at(""),
    )  # fmt: skip


def _category(properties: Any) -> str:
    """Return the class that ``properties`` name. Raises ValueError where they name none."""
    named = properties if isinstance(properties, dict) else {}
    by_key = {key.lower(): value for key, value in named.items()}
    for key in _CLASS:
        value = by_key.get(key)
        if isinstance(value, dict):  # QuPath: {"classification": {"name": …}}
            value = value.get("name")
        if isinstance(value, str) and value.strip():
            return printable(value.strip())
    raise ValueError(f"has none of the properties {', '.join(_CLASS)}")
