"""GeoJSON sidecars: shapes in px, classes among properties, and files that are not in px."""

import json

import numpy as np
import pytest

from schemas.params import SourceSpec
from schemas.vocabulary import FindingKind, Reason, Severity, Shape
from tasks.sources.folder import SourceFolder
from tasks.sources.geojson import SOURCE
from tasks.sources.registry import recognise
from tests.fixtures.formats import geojson
from tests.fixtures.formats.geojson import BOX, HOLED, QUAD, collection, feature, write


@pytest.fixture
def read(tmp_path):
    """Return what GeoJSON reads below ``tmp_path``."""

    def rows(**more):
        spec = SourceSpec(name="geojson", path=str(tmp_path), **more)
        return list(SOURCE.read(SourceFolder(str(tmp_path)), spec))

    return rows


@pytest.fixture
def scene(tmp_path, read):
    """Return the one scene of a sidecar with these features."""

    def one(*features, **more):
        write(tmp_path, "a", collection(*features, **more))
        (row,) = read()
        return row

    return one


def kinds(row):
    return [(finding.kind, finding.element) for finding in row.findings]


def test_the_fixture_is_recognised_and_read(tmp_path, read):
    geojson.make(tmp_path)
    assert recognise(SourceFolder(str(tmp_path))) == ["geojson"]
    a, b = read()
    assert [(one.shape, one.category) for one in a.annotations] == [
        (Shape.HBB, "plane"), (Shape.OBB, "ship"), (Shape.POLYGON, "building"),
    ]  # fmt: skip
    assert a.classes == ("building", "plane", "ship")
    assert [one.category for one in b.annotations] == ["harbour"]


def test_a_ring_loses_the_corner_that_closes_it(scene):
    (found,) = scene(feature(BOX)).annotations
    assert found.polygon == ((4, 4), (20, 4), (20, 12), (4, 12))
    assert found.origin.element == "features[0]"


def test_several_parts_are_the_box_round_them_and_one_part_is_itself(scene):
    several, one = scene(
        feature([BOX, QUAD], "MultiPolygon"), feature([HOLED], "MultiPolygon")
    ).annotations
    assert several.polygon == ((4, 4), (44, 4), (44, 31), (4, 31))
    assert (one.shape, one.polygon) == (Shape.POLYGON, ((1, 1), (9, 1), (5, 9)))


@pytest.mark.parametrize(
    "properties",
    [{"category": "ship"}, {"Class": "ship"}, {"label": "ship"}, {"name": "ship"},
     {"classification": 1, "class_name": " ship "}, {"class": {"name": "ship"}}],
)  # fmt: skip
def test_the_class_stands_in_one_of_several_properties(scene, properties):
    assert scene(feature(BOX, **properties)).annotations[0].category == "ship"


@pytest.mark.parametrize(
    "broken",
    [5, None, {}, feature(BOX, "Point"), feature([4, 4], "Point"), feature(BOX, "LineString"),
     feature([]), feature([[]]), feature([[[1, 1], [2, 2]]]), feature([[[1], [2], [3]]]),
     feature([[[1, 1], [2, "x"], [3, 3]]]), feature([[[1, 1], [1e300, 0], [3, 3]]]),
     feature("x"), feature(BOX, area=5), {**feature(BOX), "properties": None},
     {**feature(BOX), "geometry": None}, feature([[[1, 1], [1, 1], [1, 1]]] * 0)],
)  # fmt: skip
def test_a_feature_that_cannot_be_read_costs_only_itself(scene, broken):
    row = scene(feature(BOX), broken)
    assert (len(row.annotations), row.classes) == (1, ())
    assert kinds(row) == [(FindingKind.MALFORMED_LINE, "features[1]")]


@pytest.mark.parametrize("content", [[], 5, {"features": 5}, {"type": "FeatureCollection"}])
def test_a_file_without_features_is_a_finding(tmp_path, read, content):
    write(tmp_path, "a", content)
    (row,) = read()
    assert [kind for kind, _ in kinds(row)] == [FindingKind.MALFORMED_LINE]


def test_a_file_of_one_feature_is_read(tmp_path, read):
    write(tmp_path, "a", feature(BOX))
    assert len(read()[0].annotations) == 1


def test_a_file_with_a_reference_system_is_not_read_as_px(scene):
    row = scene(feature(BOX), crs={"type": "name", "properties": {"name": "EPSG:32618"}})
    assert (row.annotations, row.classes) == ((), ())
    assert kinds(row) == [(FindingKind.WRONG_REFERENCE, "crs")]
    assert row.findings[0].severity == Severity.ERROR


@pytest.mark.parametrize(
    ("ring", "read_as_px"),
    [([[10, 10], [30, 10], [30, 20]], True), ([[-75, -18], [-74, -18], [-74, -17]], False),
     ([[500_100, 4_000_000], [500_200, 4_000_000], [500_200, 3_999_000]], False)],
)  # fmt: skip
def test_positions_over_a_georeferenced_image_are_looked_at(tmp_path, read, ring, read_as_px):
    rasterio = pytest.importorskip("rasterio")
    place = rasterio.Affine(10, 0, 500_000, 0, -10, 4_000_000)
    with rasterio.open(
        tmp_path / "a.tif", "w", driver="GTiff", width=64, height=48, count=3, dtype="uint8",
        crs="EPSG:32618", transform=place,
    ) as file:  # fmt: skip
        file.write(np.full((3, 48, 64), 90, np.uint8))
    (tmp_path / "a.geojson").write_text(json.dumps(collection(feature([ring]))))
    (row,) = read()
    assert bool(row.annotations) == read_as_px
    assert bool(row.findings) != read_as_px


def test_a_sidecar_without_image_is_read(tmp_path, scene, read):
    scene(feature(BOX))
    (tmp_path / "a.png").unlink()
    (row,) = read()
    assert (row.name, row.present, len(row.annotations)) == ("a", False, 1)
    assert [kind for kind, _ in kinds(row)] == [FindingKind.LABEL_WITHOUT_IMAGE]


def test_broken_json_rejects_its_image(tmp_path, scene, read):
    scene(feature(BOX))
    (tmp_path / "a.geojson").write_text('{"type": "FeatureCollection", "features": [NaN]}')
    (row,) = read()
    assert (row.reason, row.file) == (Reason.UNREADABLE_LABEL, "a.geojson")


def test_classes_of_the_source_are_complete_as_well(tmp_path, read):
    write(tmp_path, "a", collection(feature(BOX)))
    assert read(classes=("bridge",))[0].classes == ("bridge", "plane")


def test_an_unknown_class_is_one_note(scene):
    row = scene(feature(BOX, category="igloo-x"), feature(QUAD, category="igloo-x"))
    assert kinds(row) == [(FindingKind.UNKNOWN_CLASS, "features[0]")]
    assert row.classes == ("igloo-x",)
